import Fabric
import Testing
import Wire

/// S-1: the change from polling to a WebSocket.
struct UpgradeTests {
    @Test("S-1: probe, answer, upgrade; then everything goes by the WebSocket")
    func upgrades() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        #expect(room.taken(on: socket) == [])
        room.say("2probe", on: socket)
        #expect(room.taken(on: socket) == ["3probe"])
        room.say("5", on: socket)
        room.say("4hello", on: socket)
        #expect(room.messages(of: session) == ["hello"])
        room.send("echo", to: session)
        #expect(room.taken(on: socket) == ["4echo"])
        #expect(room.session(ofSocket: socket) == session)
    }

    @Test("S-1: a pending poll is let go every 100 ms while a WebSocket is tried")
    func releases() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        let before = room.poll(sid)
        room.wait(500)
        #expect(room.status(before) == nil, "nothing was probed yet")
        room.say("2probe", on: socket)
        room.wait(90, step: 10)
        #expect(room.status(before) == nil)
        room.wait(10, step: 10)
        #expect(room.body(before) == "6")
        #expect(room.closure(of: session) == nil)
    }

    @Test("S-1: polls are let go again and again until the client changes over")
    func releasesAgain() {
        let room = EngineIORoom()
        let (_, sid) = room.open()
        let socket = room.upgrade(sid)
        room.say("2probe", on: socket)
        for _ in 0..<5 {
            let poll = room.poll(sid)
            room.wait(100)
            #expect(room.body(poll) == "6")
        }
        room.say("5", on: socket)
        #expect(room.taken(on: socket) == ["3probe"])
    }

    @Test("S-1: until the upgrade packet everything goes by polling")
    func staysWithPolling() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        room.say("2probe", on: socket)
        let poll = room.poll(sid)
        room.send("polled", to: session)
        #expect(room.body(poll) == "4polled")
        #expect(room.taken(on: socket) == ["3probe"])
    }

    @Test("S-1: what was buffered goes out first on the WebSocket, with nothing before it")
    func flushes() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        room.say("2probe", on: socket)
        room.wait(1000)
        room.engine.send([.text("one"), .binary([7])], to: session)
        room.publish(["event"], to: session)
        #expect(room.taken(on: socket) == ["3probe"])
        room.say("5", on: socket)
        #expect(room.taken(on: socket) == ["4one", "<07>", "4event"])
        room.wait(5000)
        #expect(room.taken(on: socket) == [])
    }

    @Test("S-1: a poll that still waits at the upgrade is let go, not left hanging")
    func pendingPoll() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let poll = room.poll(sid)
        let socket = room.upgrade(sid)
        room.say("2probe", on: socket)
        room.say("5", on: socket)
        #expect(room.body(poll) == "6")
        #expect(room.taken(on: socket) == ["3probe"])
        #expect(room.closure(of: session) == nil)
    }

    @Test(
        "S-1: the answer to the probe is not lost when the socket takes it late",
        arguments: [[], ["a"]])
    func lateProbeAnswer(texts: [String]) {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        room.choked = [socket]
        room.say("2probe", on: socket)
        room.say("5", on: socket)
        for text in texts { room.send(text, to: session) }
        room.choked = []
        room.settle()
        #expect(room.taken(on: socket) == ["3probe"] + texts.map { "4" + $0 })
    }

    @Test("S-1: after the upgrade requests with the identifier get 400 and do no harm")
    func requestsAfterwards() {
        let room = EngineIORoom()
        let (session, sid, socket) = room.openUpgraded()
        for exchange in [room.poll(sid), room.post(sid, "4x")] {
            #expect(room.body(exchange) == #"{"code":3,"message":"Bad request"}"#)
        }
        room.say("4hello", on: socket)
        #expect(room.messages(of: session) == ["hello"])
    }

    @Test("S-1: a second WebSocket of an upgraded or upgrading session is closed at once")
    func secondSocket() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        let second = room.upgrade(sid)
        #expect(room.accepted.contains(second))
        #expect(room.closeCodes[second] == 1000)
        room.say("2probe", on: second)
        #expect(room.taken(on: second) == [])
        room.say("2probe", on: socket)
        room.say("5", on: socket)
        let third = room.upgrade(sid)
        #expect(room.closeCodes[third] == 1000)
        room.engine.socketClosed(second)
        room.engine.socketClosed(third)
        room.settle()
        room.say("4still", on: socket)
        #expect(room.messages(of: session) == ["still"])
        #expect(room.closure(of: session) == nil)
    }

    @Test("S-1: a WebSocket that is not used in time is closed; the session goes on")
    func timeout() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        room.say("2probe", on: socket)
        room.wait(9900)
        #expect(room.closeCodes[socket] == nil)
        room.wait(100)
        #expect(room.closeCodes[socket] != nil)
        room.say("5", on: socket)
        let poll = room.poll(sid)
        room.send("polled", to: session)
        #expect(room.body(poll) == "4polled")
        let again = room.upgrade(sid)
        room.say("2probe", on: again)
        room.say("5", on: again)
        room.send("by socket", to: session)
        #expect(room.taken(on: again) == ["3probe", "4by socket"])
    }

    @Test(
        "S-1: anything else on a WebSocket that is tried closes it; the session goes on",
        arguments: [
            "2", "2prob", "2probes", "2probf", "4hello", "3", "3probe", "6", "0", "1", "x", "",
        ])
    func notAProbe(packet: String) {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        room.say(packet, on: socket)
        #expect(room.closeCodes[socket] == 1002)
        #expect(room.messages(of: session) == [])
        #expect(room.closure(of: session) == nil)
        let poll = room.poll(sid)
        room.send("polled", to: session)
        #expect(room.body(poll) == "4polled")
    }

    @Test("S-1: bytes on a WebSocket that is tried close it")
    func bytesAsProbe() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        room.engine.receive(binary: [1], on: socket, now: room.now)
        room.settle()
        #expect(room.closeCodes[socket] == 1002)
        #expect(room.closure(of: session) == nil)
    }

    @Test("S-1: a WebSocket lost before the upgrade leaves the session to polling")
    func lostProbe() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        room.say("2probe", on: socket)
        room.engine.socketClosed(socket)
        room.settle()
        let poll = room.poll(sid)
        room.wait(300)
        #expect(room.status(poll) == nil)
        #expect(room.closure(of: session) == nil)
        let again = room.upgrade(sid)
        room.say("2probe", on: again)
        #expect(room.taken(on: again) == ["3probe"])
    }

    @Test("S-1: a session that ends takes the WebSocket it tries with it")
    func endsTogether() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        room.post(sid, "1")
        #expect(room.closure(of: session) == .transportClose)
        #expect(room.closeCodes[socket] != nil)
        let late = room.socket("EIO=4&transport=websocket&sid=\(sid)").1
        #expect(room.refused.contains(late))
    }

    @Test("S-1: a ping asked by polling may be answered by the WebSocket")
    func heartbeatAcross() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let socket = room.upgrade(sid)
        room.wait(9000)
        room.say("2probe", on: socket)
        room.say("5", on: socket)
        _ = room.taken(on: socket)
        room.wait(16_000)
        #expect(room.taken(on: socket) == ["2"])
        room.say("3", on: socket)
        room.wait(24_900)
        #expect(room.closure(of: session) == nil)
        #expect(room.taken(on: socket) == [])
    }
}
