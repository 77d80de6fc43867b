import Fabric
import Testing
import Wire

/// What a hostile or a careless client may cost.
struct EngineIOLimitTests {
    @Test("S-1: beyond the limit no session is opened, by either transport, until one has ended")
    func sessions() {
        var settings = EngineIOSettings()
        settings.sessions = 2
        let room = EngineIORoom(settings)
        let (first, _) = room.open()
        _ = room.openSocket()
        let third = room.get("EIO=4&transport=polling")
        #expect(room.status(third) == 503)
        #expect(room.body(third) == #"{"code":6,"message":"Too many sessions"}"#)
        let socket = room.socket("EIO=4&transport=websocket").1
        #expect(room.refused.contains(socket))
        room.wait(45_000)
        #expect(room.closure(of: first) == .pingTimeout)
        #expect(room.status(room.get("EIO=4&transport=polling")) == 200)
    }

    @Test("S-1: sessions of one address are bounded without touching others")
    func sessionsOfAddress() {
        var settings = EngineIOSettings()
        settings.sessionsPerAddress = 2
        let room = EngineIORoom(settings)
        let (first, _) = room.open()
        _ = room.open()
        #expect(room.status(room.get("EIO=4&transport=polling")) == 503)
        let other = room.get("EIO=4&transport=polling") { $0.clientAddress = "192.0.2.2" }
        #expect(room.status(other) == 200)
        room.engine.close(first, now: room.now)
        room.wait(30_000)
        #expect(room.status(room.get("EIO=4&transport=polling")) == 200)
    }

    @Test("S-1: packets of a body are bounded; as many as allowed pass")
    func packets() {
        var settings = EngineIOSettings()
        settings.packetsPerPayload = 100
        let room = EngineIORoom(settings)
        let (session, sid) = room.open()
        let packets = Array(repeating: "4", count: 100)
        #expect(room.status(room.post(sid, packets.joined(separator: "\u{1e}"))) == 200)
        #expect(
            room.status(room.post(sid, (packets + ["4"]).joined(separator: "\u{1e}"))) == 400)
        #expect(room.closure(of: session) == .parseError)
    }

    @Test("S-1: a client that lets its packets wait is closed, and what waited is dropped")
    func buffered() {
        var settings = EngineIOSettings()
        settings.bufferedBytes = 1000
        let room = EngineIORoom(settings)
        let (session, sid) = room.open()
        let text = String(repeating: "x", count: 99)
        for _ in 0..<10 { room.send(text, to: session) }
        #expect(room.closure(of: session) == nil)
        room.send("x", to: session)
        #expect(room.closure(of: session) == .slowReader)
        #expect(room.engine.sessionCount == 0)
        #expect(room.status(room.poll(sid)) == 400)
    }

    @Test("S-1: a client that takes its packets may get any number of them")
    func unbuffered() {
        var settings = EngineIOSettings()
        settings.bufferedBytes = 1000
        let room = EngineIORoom(settings)
        let (polled, sid) = room.open()
        let (streamed, _) = room.openSocket()
        for _ in 0..<50 {
            room.send(String(repeating: "x", count: 99), to: polled)
            room.send(String(repeating: "x", count: 99), to: streamed)
            #expect(room.status(room.poll(sid)) == 200)
        }
        #expect(room.closure(of: polled) == nil)
        #expect(room.closure(of: streamed) == nil)
    }

    @Test("S-1: a WebSocket that takes nothing is closed as a slow reader")
    func slowSocket() {
        var settings = EngineIOSettings()
        settings.bufferedBytes = 1000
        let room = EngineIORoom(settings)
        let (session, socket) = room.openSocket()
        room.choked = [socket]
        for _ in 0..<20 { room.send(String(repeating: "x", count: 99), to: session) }
        #expect(room.closure(of: session) == .slowReader)
        #expect(room.closeCodes[socket] == 3008)
    }

    @Test("S-1: the host can say why a session ends, and the close code says so too")
    func closedForAReason() {
        let room = EngineIORoom()
        let (streamed, socket) = room.openSocket()
        let (polled, _) = room.open()
        room.engine.close(streamed, .slowReader, now: room.now)
        room.engine.close(polled, .slowReader, now: room.now)
        room.settle()
        #expect(room.closeCodes[socket] == 3008)
        #expect(room.closure(of: streamed) == .slowReader)
        #expect(room.closure(of: polled) == .slowReader)
    }

    @Test("S-1: events that wait do not count as buffered: they stay in the fabric")
    func eventsStayOutside() {
        var settings = EngineIOSettings()
        settings.bufferedBytes = 1000
        let room = EngineIORoom(settings)
        let (session, _) = room.open()
        room.publish((0..<1000).map { "event \($0)" }, to: session)
        #expect(room.closure(of: session) == nil)
        #expect(room.outboxes[session]?.count == 1000)
    }

    @Test("S-1: what is volatile is sent only when the transport takes it")
    func writable() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        #expect(!room.isWritable(session))
        room.poll(sid)
        #expect(room.isWritable(session))
        room.send("a", to: session)
        #expect(!room.isWritable(session))
        let (other, socket) = room.openSocket()
        #expect(room.isWritable(other))
        room.choked = [socket]
        room.send("a", to: other)
        #expect(!room.isWritable(other))
    }

    @Test(
        "S-1: parameters are found whatever stands around them, the first of a name counts",
        arguments: [
            ("a=1", "a", "1"), ("b=2&a=1", "a", "1"), ("a=1&a=2", "a", "1"), ("a", "a", ""),
            ("a=", "a", ""), ("a=b=c", "a", "b=c"), ("&&a=1&", "a", "1"), ("%61=1", "a", "1"),
            ("a=%C3%A9", "a", "é"), ("a=x+y", "a", "x y"), ("a=%", "a", "%"),
            ("a=%4", "a", "%4"), ("a=%C3", "a", "%C3"), ("A=1", "a", nil), ("", "a", nil),
            ("=1", "a", nil), ("a=%00", "a", "\u{0}"),
        ])
    func parameters(query: String, name: String, value: String?) {
        #expect(QueryString(query)[name] == value)
    }
}
