import ColdChain
import Fabric
import Testing

/// What the fabric counts of its clients (T-13, K-11).
@Suite struct StatisticsTests {
    @Test(
        "K-11: a client's platform is what it calls itself, or what its user agent gives away",
        arguments: [
            ("ios", "Mozilla/5.0", Platform.ios), ("Android", nil, .android),
            ("toaster", "Mozilla/5.0 (X11; Linux x86_64)", .web),
            (nil, "Mozilla/5.0 (Linux; Android 14; Pixel 8)", .android),
            (nil, "Courier/2.1 CFNetwork/1494 Darwin/23.4.0", .ios), (nil, "okhttp/4.12", .android),
            (nil, "Python/3.11 websockets/17.4", .program), (nil, nil, .unknown),
            (nil, "", .unknown),
        ] as [(String?, String?, Platform)])
    func platforms(name: String?, userAgent: String?, platform: Platform) {
        #expect(Platform(name: name, userAgent: userAgent) == platform)
    }

    @Test("T-13: connections are counted by dialect, role and platform, until they end")
    func census() {
        let room = Room()
        let staff = Identity(subject: "s", role: .staff)
        for number in 1...3 {
            room.fabric.connect(
                ConnectionNumber(UInt64(number)), identity: staff, in: .booking, on: .ios,
                now: room.now)
        }
        room.connect(4, .customer)
        let ios = ClientKind(dialect: .booking, role: .staff, platform: .ios)
        let other = ClientKind(dialect: .wia, role: .customer, platform: .unknown)
        #expect(room.fabric.census[ios] == 3)
        #expect(room.fabric.census[other] == 1)
        room.fabric.disconnect(ConnectionNumber(1))
        room.fabric.closeAll(.historyLost)
        #expect(room.fabric.census.values.allSatisfy { $0 == 0 })
        #expect(room.fabric.statistics.accepted == [ios: 3, other: 1])
        #expect(room.fabric.statistics.closings == [.historyLost: 3])
    }

    @Test("K-11: who is not let in is counted by why, and on which platform")
    func failures() {
        var limits = FabricLimits()
        limits.connectionsPerSubject = 1
        let room = Room(limits)
        let identity = Identity(subject: "u", role: .customer)
        for number in 1...3 {
            room.fabric.connect(
                ConnectionNumber(UInt64(number)), identity: identity, in: .wia, on: .web,
                now: room.now)
        }
        let refusal = TurnedAway(code: .connectionLimit, platform: .web)
        #expect(room.fabric.statistics.turnedAway == [refusal: 2])
        #expect(room.fabric.statistics.accepted.values.reduce(0, +) == 1)
    }

    @Test("K-11: each heartbeat that is missed is counted once, until the client is heard again")
    func heartbeats() {
        let room = Room()
        let client = room.connect(1)
        for _ in 1...44 { room.wait(1_000) }
        #expect(room.fabric.statistics.missedHeartbeats == 0)
        for _ in 1...2 { room.wait(1_000) }
        #expect(room.fabric.statistics.missedHeartbeats == 1)
        room.fabric.noteActivity(on: client, now: room.now)
        for _ in 1...46 { room.wait(1_000) }
        #expect(room.fabric.statistics.missedHeartbeats == 2)
        for _ in 1...30 { room.wait(1_000) }
        #expect(room.codes(of: client) == [.silent])
    }

    @Test("T-13: subscriptions are counted as they are made, and those that stand")
    func subscriptions() {
        let room = Room()
        let client = room.connect(1)
        room.follow(client, Channel(.driver, "dirk"), Channel(.bag, "B1"), Channel(.bag, "B1"))
        #expect(room.fabric.statistics.subscriptions == 2)
        #expect(room.fabric.subscriptionCount == 2)
        room.say(Room.request("unsubscribe", Channel(.bag, "B1")), on: client)
        #expect(room.fabric.subscriptionCount == 1)
        room.fabric.disconnect(client)
        #expect(room.fabric.subscriptionCount == 0)
        #expect(room.fabric.statistics.subscriptions == 2)
    }

    @Test("a state that replaces one that still waits is counted for each reader it waited for")
    func conflation() {
        let room = Room()
        let readers = (1...3).map { room.connect(UInt64($0)) }
        room.publish(Sample.change(Sample.order("O1")))
        for reader in readers { room.follow(reader, Channel(.order, "O1")) }
        room.publish(Sample.temperature(60))
        room.publish(Sample.temperature(61))
        #expect(room.fabric.statistics.conflatedStates == 3)
        _ = room.messages(to: readers[0])
        room.publish(Sample.temperature(62))
        #expect(room.fabric.statistics.conflatedStates == 5)
    }

    @Test("K-11: messages of a booking are events of orders, over the orders there were")
    func bookings() {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1")), Sample.change(Sample.order("O1")))
        room.publish(Sample.change(Sample.order("O2")), Sample.temperature(60, order: nil))
        room.publish(Sample.temperature(60), Sample.alert())
        #expect(room.fabric.statistics.orderEvents == 5)
        #expect(room.fabric.statistics.orders == 2)
    }
}
