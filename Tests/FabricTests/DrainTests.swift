import ColdChain
import Fabric
import Testing
import Wire

/// The end of all connections when the server ends (§2.1).
@Suite struct DrainTests {
    @Test("a few clients are let go at once, each told when to come again, no two the same time")
    func few() {
        let room = Room()
        for number in 1...8 { room.connect(UInt64(number)) }
        room.drain(over: 10_000)
        room.takeEffects()
        #expect(room.closings.map(\.code) == Array(repeating: .goingAway, count: 8))
        #expect(room.closings.allSatisfy { (2_000...4_000).contains($0.retry ?? 0) })
        #expect(Set(room.closings.map(\.retry)).count > 4)
        #expect(room.closings.allSatisfy { $0.reason.utf8.count <= 123 })
    }

    @Test("many are let go evenly over the time that is set, and nobody is left at its end")
    func many() {
        let room = Room()
        for number in 1...5_000 { room.connect(UInt64(number)) }
        room.drain(over: 10_000)
        room.takeEffects()
        var told = [room.closings.count]
        for _ in 1...100 {
            room.wait(100, ticking: false)
            room.drain()
            room.takeEffects()
            told.append(room.closings.count)
        }
        let steps = zip(told.dropFirst(), told).map { $0 - $1 }
        #expect(told[0] <= 10)
        #expect(steps.max() ?? 0 <= 60)
        #expect((2_450...2_550).contains(told[50]))
        #expect(told[100] == 5_000)
        #expect(Set(room.closings.map(\.connection)).count == 5_000)
    }

    @Test("those left are let go at once when it is hurried")
    func hurried() {
        let room = Room()
        for number in 1...1_000 { room.connect(UInt64(number)) }
        room.drain(over: 10_000)
        room.fabric.hurryDrain()
        room.takeEffects()
        #expect(room.closings.count == 1_000)
        room.fabric.hurryDrain()
        room.takeEffects()
        #expect(room.closings.count == 1_000)
    }

    @Test("records that wait go out before the close, and what comes later is resumed (S-6, T-11)")
    func recordsFirst() {
        let room = Room()
        let client = room.connect(1)
        room.publish(Sample.change(Sample.order("O1")))
        room.follow(client, Channel(.order, "O1"))
        room.publish(Sample.alert())
        room.drain(over: 0)
        #expect(room.codes(of: client) == [.goingAway])
        room.publish(Sample.alert(.closed))
        let told = room.messages(to: client)
        #expect(told.map { $0["type"]?.string } == ["temperature_alert"])
        room.fabric.disconnect(client)
        #expect(room.fabric.outboxBytes == 0)
    }

    @Test("what waits for one whose line is lost before it could be written is given back")
    func lost() {
        let room = Room()
        let client = room.connect(1)
        room.publish(Sample.change(Sample.order("O1")))
        room.follow(client, Channel(.order, "O1"))
        room.publish(Sample.alert(), Sample.temperature(60))
        room.drain(over: 0)
        room.fabric.disconnect(client)
        #expect(room.fabric.outboxBytes == 0)
        #expect(room.fabric.waitingStateCount == 0)
    }

    @Test("one that is still told what it missed gets nothing that would hide the rest from it")
    func catchingUp() throws {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1")))
        let first = room.connect(1)
        room.follow(first, Channel(.order, "O1"))
        room.publish(Sample.alert())
        let id = try #require(room.messages(to: first).last?["id"]?.string)
        for _ in 0..<20 { room.publish(Sample.alert()) }
        let client = room.connect(2)
        room.say(
            [
                "type": "reconnect", "id": "r1",
                "payload": [
                    "lastMessageId": .string(id),
                    "subscriptions": [.string(Channel(.order, "O1").name)],
                ],
            ], on: client)
        room.publish(Sample.temperature(60))
        var bytes: [UInt8] = []
        #expect(room.fabric.fill(client, into: &bytes, limit: 1_000) == .more)
        let told = Room.texts(in: bytes).count
        room.drain(over: 0)
        #expect(room.texts(to: client).isEmpty)
        #expect(told < 20)
    }

    @Test("nobody is let in any more: a socket is told to come again, a stream gets its time")
    func turnedAway() {
        let room = Room()
        room.drain(over: 10_000)
        let late = room.connect(1)
        #expect(room.codes(of: late) == [.goingAway])
        let refusal = room.fabric.openStream(
            ConnectionNumber(2), identity: Identity(subject: "staff", role: .staff),
            to: [Channel(.driver, "dirk")], after: nil, now: room.now)
        guard case .overloaded(let retry) = refusal else {
            Issue.record("\(String(describing: refusal))")
            return
        }
        #expect((10_000...20_000).contains(retry))
    }

    @Test("a stream's last line says when to come again (W-10)")
    func stream() {
        let room = Room()
        let client = ConnectionNumber(1)
        let refusal = room.fabric.openStream(
            client, identity: Identity(subject: "staff", role: .staff),
            to: [Channel(.driver, "dirk")], after: nil, now: room.now)
        #expect(refusal == nil)
        _ = room.bytes(to: client)
        room.drain(over: 0)
        let last = String(decoding: room.bytes(to: client), as: UTF8.self)
        #expect(last.wholeMatch(of: #/retry: [234]\d{3}\n\n/#) != nil, "\(last)")
        #expect(room.codes(of: client) == [.goingAway])
    }
}

extension Room {
    func drain(over milliseconds: Int64) {
        fabric.beginDrain(over: milliseconds, now: now)
    }

    func drain() { fabric.drain(now: now) }
}
