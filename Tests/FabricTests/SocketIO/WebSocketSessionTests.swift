import Fabric
import Testing
import Wire

/// S-1: sessions that are a WebSocket from the start.
struct WebSocketSessionTests {
    @Test("S-1: text comes with its digit, bytes as they are")
    func messages() {
        let room = EngineIORoom()
        let (session, socket) = room.openSocket()
        room.say("4hello", on: socket)
        room.engine.receive(binary: [1, 2, 3], on: socket, now: room.now)
        room.say("6", on: socket)
        room.settle()
        #expect(room.messages(of: session) == ["hello", "<010203>"])
        _ = room.taken(on: socket)
        room.engine.send([.text("a"), .binary([4, 5]), .text("b")], to: session)
        room.settle()
        #expect(room.taken(on: socket) == ["4a", "<0405>", "4b"])
    }

    @Test("S-1: own packets leave before events, and a choked reader gets them later in order")
    func order() {
        let room = EngineIORoom()
        let (session, socket) = room.openSocket()
        _ = room.taken(on: socket)
        room.choked = [socket]
        room.publish((0..<500).map { "event \($0)" }, to: session)
        room.send("own", to: session)
        #expect(!room.isWritable(session))
        room.choked = []
        room.settle()
        let expected = ["4own"] + (0..<500).map { "4event \($0)" }
        #expect(room.taken(on: socket) == expected)
        #expect(room.isWritable(session))
    }

    @Test("S-1: the client's close packet closes the WebSocket")
    func clientCloses() {
        let room = EngineIORoom()
        let (session, socket) = room.openSocket()
        room.say("1", on: socket)
        #expect(room.closure(of: session) == .transportClose)
        #expect(room.closeCodes[socket] == 1000)
        room.say("4late", on: socket)
        #expect(room.messages(of: session) == [])
        room.engine.socketClosed(socket)
        room.settle()
        #expect(room.engine.sessionCount == 0)
    }

    @Test("S-1: the server's close goes out behind what waits")
    func serverCloses() {
        let room = EngineIORoom()
        let (session, socket) = room.openSocket()
        _ = room.taken(on: socket)
        room.engine.send([.text("last")], to: session)
        room.engine.close(session, now: room.now)
        room.engine.send([.text("never")], to: session)
        room.settle()
        #expect(room.taken(on: socket) == ["4last"])
        #expect(room.closeCodes[socket] == 1000)
        #expect(room.closure(of: session) == .forcedClose)
    }

    @Test("S-1: a WebSocket that is gone, or could not be opened, is the end of its session")
    func lost() {
        let room = EngineIORoom()
        let (session, socket) = room.openSocket()
        room.engine.socketClosed(socket)
        room.engine.socketClosed(socket)
        room.settle()
        #expect(room.closure(of: session) == .transportClose)
        #expect(room.closeCodes[socket] == nil)
        #expect(room.engine.sessionCount == 0)
    }

    @Test("S-1: messages above the payload limit end the session")
    func tooLarge() {
        var settings = EngineIOSettings()
        settings.maxPayload = 10
        let room = EngineIORoom(settings)
        let (session, socket) = room.openSocket()
        room.say("4123456789", on: socket)
        #expect(room.closure(of: session) == nil)
        room.say("4123456789A", on: socket)
        #expect(room.closure(of: session) == .transportError)
    }

    @Test("S-1: at shutdown every session is closed")
    func shutdown() {
        let room = EngineIORoom()
        let (first, socket) = room.openSocket()
        let (second, sid) = room.open()
        let poll = room.poll(sid)
        room.engine.closeAll(now: room.now)
        room.settle()
        #expect(room.closeCodes[socket] == 1000)
        #expect(room.body(poll) == "1")
        #expect(room.closure(of: first) == .forcedClose)
        #expect(room.closure(of: second) == .forcedClose)
    }
}
