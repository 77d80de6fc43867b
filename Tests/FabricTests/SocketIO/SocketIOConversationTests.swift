import ColdChain
import Fabric
import Testing
import Wire

/// Engine.IO and Socket.IO joined as a host joins them, with an application that echoes.
private final class EchoServer {
    let room: EngineIORoom
    private var sessions: [ConnectionNumber: SocketIOSession] = [:]
    private var effects = SocketIOEffects()
    private var handled = 0

    init(_ settings: EngineIOSettings = EngineIOSettings()) {
        room = EngineIORoom(settings)
    }

    /// Hands up what Engine.IO brought, until nothing more comes of it.
    func settle() {
        room.settle()
        while handled < room.events.count {
            let event = room.events[handled]
            handled += 1
            switch event {
            case .opened(let session, _):
                sessions[session] = SocketIOSession(limits: SocketIOLimits(), now: room.now)
            case .message(let session, .text(let text)):
                sessions[session]?.receive(text: text[...], now: room.now) {
                    JSONReading.value(of: $0)
                }
                work(session)
            case .message(let session, .binary(let bytes)):
                sessions[session]?.receive(binary: bytes)
                work(session)
            case .closed(let session, _):
                sessions[session]?.end()
                work(session)
                sessions[session] = nil
            }
            room.settle()
        }
    }

    private func work(_ session: ConnectionNumber) {
        sessions[session]?.takeEffects(into: &effects)
        for event in effects.events { answer(event, session) }
        var closes = effects.closes
        room.engine.send(effects.messages, to: session)
        sessions[session]?.takeEffects(into: &effects)
        room.engine.send(effects.messages, to: session)
        closes = closes || effects.closes
        if closes { room.engine.close(session, now: room.now) }
    }

    private func answer(_ event: SocketIOEvent, _ session: ConnectionNumber) {
        switch event {
        case .connectRequested(let namespace, let auth, _):
            guard ["/", "/custom"].contains(namespace) else {
                sessions[session]?.refuse(namespace, message: "Invalid namespace")
                return
            }
            sessions[session]?.accept(namespace, sid: "public")
            sessions[session]?.emit(
                "auth", SocketIOArguments([auth ?? [:]]), namespace: namespace)
        case .event(let namespace, "message", let arguments, _):
            sessions[session]?.emit("message-back", arguments, namespace: namespace)
        case .event(let namespace, "message-with-ack", let arguments, let number?):
            sessions[session]?.acknowledge(number, arguments, namespace: namespace)
        case .event, .acknowledged, .calledBack, .unacknowledged, .left: break
        }
    }
}

/// S-1: whole conversations, as they go over the wire.
struct SocketIOConversationTests {
    @Test("S-1: by WebSocket, from the handshake to the last acknowledgement")
    func webSocket() {
        let server = EchoServer()
        let room = server.room
        let (_, socket) = room.openSocket()
        server.settle()
        _ = room.taken(on: socket)
        let turns: [(String, [String])] = [
            (#"40{"token":"123"}"#, [#"40{"sid":"public"}"#, #"42["auth",{"token":"123"}]"#]),
            ("40/custom,", [#"40/custom,{"sid":"public"}"#, #"42/custom,["auth",{}]"#]),
            ("40/random", [#"44/random,{"message":"Invalid namespace"}"#]),
            (#"42["message",1,"2",{"3":[true]}]"#, [#"42["message-back",1,"2",{"3":[true]}]"#]),
            (#"42456["message-with-ack",1]"#, ["43456[1]"]),
            ("41/custom,", []),
        ]
        for (text, answers) in turns {
            room.say(text, on: socket)
            server.settle()
            #expect(room.taken(on: socket) == answers)
        }
        room.wait(25_000)
        #expect(room.taken(on: socket) == ["2"])
    }

    @Test("S-1: attachments come back as they went")
    func attachments() {
        let server = EchoServer()
        let room = server.room
        let (_, socket) = room.openSocket()
        server.settle()
        room.say("40", on: socket)
        server.settle()
        _ = room.taken(on: socket)
        let values = #"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#
        room.say(#"452-["message",\#(values)]"#, on: socket)
        room.engine.receive(binary: [1, 2, 3], on: socket, now: room.now)
        room.engine.receive(binary: [4, 5, 6], on: socket, now: room.now)
        server.settle()
        #expect(
            room.taken(on: socket) == [
                #"452-["message-back",\#(values)]"#, "<010203>", "<040506>",
            ])
    }

    @Test("S-1: by polling, with attachments as Base64")
    func polling() {
        let server = EchoServer()
        let room = server.room
        let (_, sid) = room.open()
        server.settle()
        room.post(sid, "40")
        server.settle()
        #expect(room.body(room.poll(sid)) == "40{\"sid\":\"public\"}\u{1e}42[\"auth\",{}]")
        let header = #"451-["message",{"_placeholder":true,"num":0}]"#
        room.post(sid, header + "\u{1e}bAQIDBA==")
        server.settle()
        let back = #"451-["message-back",{"_placeholder":true,"num":0}]"#
        #expect(room.body(room.poll(sid)) == back + "\u{1e}bAQIDBA==")
    }

    @Test(
        "S-1: what breaks the protocol closes the transport, and later packets are not heard",
        arguments: [
            "4abc", "40{}", "42{}", #"42["connect"]"#, "44{}", #"42/no,["a"]"#,
            #"4511-["a"]"#,
        ])
    func violations(text: String) {
        let server = EchoServer()
        let room = server.room
        let (session, socket) = room.openSocket()
        server.settle()
        room.say("40", on: socket)
        server.settle()
        room.say(text, on: socket)
        room.say(#"42["message"]"#, on: socket)
        server.settle()
        #expect(room.closeCodes[socket] == 1000)
        #expect(room.closure(of: session) == .forcedClose)
        #expect(!room.taken(on: socket).contains { $0.contains("message-back") })
    }

    @Test("S-1: events of the fabric's own outbox reach polling and WebSocket alike")
    func fabricOutbox() {
        let server = EchoServer()
        let room = server.room
        let wall = Timestamp(milliseconds: Room.start)
        var fabric = Fabric(
            epoch: "e1", lastNumber: 0, positions: .clear,
            fields: RecordFields { JSONReading.value(of: $0) },
            now: Moment(wall: wall, uptime: room.now))
        let (polled, sid) = room.open()
        let (streamed, socket) = room.openSocket()
        _ = room.taken(on: socket)
        for session in [polled, streamed] {
            let identity = Identity(subject: "\(session)", role: .staff)
            let now = Moment(wall: wall, uptime: room.now)
            fabric.connect(session, identity: identity, in: .wia, now: now)
            fabric.receive(
                .success(["type": "ping", "id": "r1"]), on: session, now: now)
        }
        var effects = FabricEffects()
        fabric.takeEffects(into: &effects)
        #expect(Set(effects.ready) == [polled, streamed])
        for session in effects.ready { room.engine.noteEvents(for: session) }
        let poll = room.request(.get, "EIO=4&transport=polling&sid=\(sid)")
        room.give(poll)
        room.engine.answerPoll(of: polled) { fabric.fill(polled, into: &$0, limit: $1) }
        var frames: [UInt8] = []
        let result = room.engine.fill(socket, into: &frames, limit: 1000) {
            fabric.fill(streamed, into: &$0, limit: $1)
        }
        room.settle()
        #expect(result == .drained)
        #expect(EngineIORoom.messages(in: frames) == Room.texts(in: frames))
        #expect(EngineIORoom.messages(in: frames).first?.contains("pong") == true)
        #expect(JSONReading.value(of: room.body(poll.exchange).utf8)?["type"] == "pong")
    }
}
