import Fabric
import Testing

/// How sessions end because the server does (§2.1).
@Suite struct PartingTests {
    private func part(_ room: EngineIORoom, with session: ConnectionNumber) {
        var events = ["one", "two"]
        room.engine.part(with: session, farewell: [.text(Array("bye".utf8))]) { bytes, limit in
            while !events.isEmpty {
                EngineIOFrame.append(message: events.removeFirst().utf8, to: &bytes)
                if bytes.count >= limit { return events.isEmpty ? .drained : .more }
            }
            return .drained
        }
        room.settle()
    }

    @Test(
        "S-1: a waiting poll is answered with what waits and the farewell, without a close packet")
    func poll() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let poll = room.poll(sid)
        part(room, with: session)
        #expect(room.status(poll) == 200)
        #expect(room.body(poll) == "4one\u{1e}4two\u{1e}4bye")
        #expect(room.closure(of: session) == .serverShutDown)
        #expect(room.status(room.poll(sid)) == 400)
    }

    @Test("S-1: a session without a poll is forgotten; its client finds that out and comes back")
    func noPoll() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        part(room, with: session)
        #expect(room.closure(of: session) == .serverShutDown)
        #expect(room.body(room.poll(sid)) == #"{"code":1,"message":"Session ID unknown"}"#)
    }

    @Test("S-1: a WebSocket gets what waits, the farewell, and a close frame with 1001")
    func socket() {
        let room = EngineIORoom()
        let (session, socket) = room.openSocket()
        _ = room.taken(on: socket)
        part(room, with: session)
        #expect(room.taken(on: socket) == ["4one", "4two", "4bye"])
        #expect(room.closeCodes[socket] == 1001)
        #expect(room.closure(of: session) == .serverShutDown)
    }
}
