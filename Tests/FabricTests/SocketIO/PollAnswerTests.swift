import Fabric
import Testing
import Wire

/// How much one poll carries, and what the host learns of polling clients.
struct PollAnswerTests {
    private func packets(_ room: EngineIORoom, _ sid: String) -> [Substring] {
        room.body(room.poll(sid)).split(separator: "\u{1e}")
    }

    @Test("S-1: a poll carries no more packets than every client takes, and the next one the rest")
    func packetsPerPoll() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        for number in 0..<20 { room.send("own \(number)", to: session) }
        room.publish((0..<20).map { "event \($0)" }, to: session)
        let bodies = (0..<3).map { _ in packets(room, sid) }
        #expect(bodies.map(\.count) == [16, 16, 8])
        let expected = (0..<20).map { "4own \($0)" } + (0..<20).map { "4event \($0)" }
        #expect(bodies.flatMap { $0 }.map(String.init) == expected)
    }

    @Test("S-1: polls that wait when the server ends fail, so that their clients come back")
    func releasedPolls() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let poll = room.poll(sid)
        room.engine.releasePolls()
        room.settle()
        #expect(room.status(poll) == 503)
        #expect(room.closure(of: session) == nil)
        room.send("still here", to: session)
        #expect(packets(room, sid) == ["4still here"])
    }

    @Test("S-1: the host is told of every pong")
    func heard() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        var effects = EngineIOEffects()
        let pong = room.request(.post, "EIO=4&transport=polling&sid=\(sid)")
        room.give(pong, body: "3")
        room.engine.takeEffects(into: &effects)
        #expect(effects.heard == [session])
    }
}
