import Fabric
import Testing

/// S-1: the server pings, the client answers, and never the other way round.
struct HeartbeatTests {
    private var quick: EngineIOSettings {
        var settings = EngineIOSettings()
        settings.pingInterval = 300
        settings.pingTimeout = 200
        return settings
    }

    @Test("S-1: pings come one interval after the opening and after each pong, by polling")
    func polling() {
        let room = EngineIORoom(quick)
        let (session, sid) = room.open()
        for _ in 0..<4 {
            let poll = room.poll(sid)
            room.wait(290, step: 10)
            #expect(room.status(poll) == nil)
            room.wait(10, step: 10)
            #expect(room.body(poll) == "2")
            #expect(room.body(room.post(sid, "3")) == "ok")
        }
        #expect(room.closure(of: session) == nil)
    }

    @Test("S-1: pings come one interval after the opening and after each pong, by WebSocket")
    func webSocket() {
        let room = EngineIORoom(quick)
        let (session, socket) = room.openSocket()
        _ = room.taken(on: socket)
        for _ in 0..<4 {
            room.wait(290, step: 10)
            #expect(room.taken(on: socket) == [])
            room.wait(10, step: 10)
            #expect(room.taken(on: socket) == ["2"])
            room.wait(150, step: 10)
            room.say("3", on: socket)
        }
        #expect(room.closure(of: session) == nil)
    }

    @Test("S-1: a pong that is missing ends the session, by polling")
    func silentPolling() {
        let room = EngineIORoom(quick)
        let (session, sid) = room.open()
        room.wait(490, step: 10)
        #expect(room.closure(of: session) == nil)
        room.wait(10, step: 10)
        #expect(room.closure(of: session) == .pingTimeout)
        #expect(room.body(room.poll(sid)) == #"{"code":1,"message":"Session ID unknown"}"#)
    }

    @Test("S-1: a poll that waits is not a sign of life; it is answered with the close packet")
    func pendingPoll() {
        let room = EngineIORoom(quick)
        let (session, sid) = room.open()
        room.wait(300)
        #expect(room.body(room.poll(sid)) == "2")
        let poll = room.poll(sid)
        room.wait(200)
        #expect(room.closure(of: session) == .pingTimeout)
        #expect(room.body(poll) == "1")
    }

    @Test("S-1: a pong that is missing ends the session, by WebSocket")
    func silentWebSocket() {
        let room = EngineIORoom(quick)
        let (session, socket) = room.openSocket()
        room.wait(500)
        #expect(room.closure(of: session) == .pingTimeout)
        #expect(room.closeCodes[socket] == 1000)
    }

    @Test("S-1: messages are no pongs")
    func messages() {
        let room = EngineIORoom(quick)
        let (session, socket) = room.openSocket()
        for _ in 0..<10 {
            room.wait(50)
            room.say("4x", on: socket)
        }
        #expect(room.closure(of: session) == .pingTimeout)
    }

    @Test(
        "S-1: a packet that a client may not send ends the session",
        arguments: ["2", "2probe", "0", "5", "7", "x", "", "b", "bAQ=="])
    func violation(packet: String) {
        let room = EngineIORoom(quick)
        let (session, socket) = room.openSocket()
        room.say(packet, on: socket)
        #expect(room.closure(of: session) == .parseError)
        #expect(room.closeCodes[socket] == 1002)
    }
}
