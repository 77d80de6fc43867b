import ColdChain
import Fabric
import Testing
import Wire

/// What administrators see of the fabric, and what they can end.
@Suite struct InspectionTests {
    @Test("channels come in order of their names, in pages, by what they begin with")
    func channels() {
        let room = Room()
        let client = room.connect(1)
        room.publish(Sample.change(Sample.order("O1")), Sample.alert(), Sample.temperature(60))
        room.follow(client, Channel(.order, "O1"), Channel(.driver, "dirk"))
        let all = room.fabric.channelSummaries(limit: 100).map(\.name)
        #expect(all == all.sorted() && Set(all).count == all.count)
        #expect(all.contains("drivers.dirk") && all.contains("bags.B1"))
        var paged: [String] = []
        while true {
            let page = room.fabric.channelSummaries(after: paged.last ?? "", limit: 2)
            if page.isEmpty { break }
            paged += page.map(\.name)
        }
        #expect(paged == all)
        let orders = room.fabric.channelSummaries(prefix: "orders.", limit: 100)
        #expect(orders.map(\.name) == ["orders.O1"])
        #expect(orders.map(\.subscribers) == [1])
        #expect(orders.map(\.lastSequence) == [2])
        #expect(orders.map(\.records) == [2])
        #expect(orders.map(\.states) == [1])
    }

    @Test("connections come with who they are and what waits for them, in pages, or of one user")
    func connections() {
        let room = Room()
        for number in 1...5 { room.connect(UInt64(number), .support, number < 3 ? "sue" : "sam") }
        room.publish(Sample.change(Sample.order("O1")))
        room.follow(ConnectionNumber(2), Channel(.order, "O1"), Channel(.bag, "B1"))
        room.publish(Sample.alert())
        room.wait(7_000, ticking: false)
        room.fabric.noteActivity(on: ConnectionNumber(3), now: room.now)
        let all = room.fabric.connectionSummaries(limit: 10, now: room.now)
        #expect(all.map(\.number.rawValue) == [1, 2, 3, 4, 5])
        #expect(all.map(\.subscriptions) == [0, 2, 0, 0, 0])
        #expect(all[1].queuedBytes > 100 && all[0].queuedBytes == 0)
        #expect(all[0].connectedAt.milliseconds == Room.start)
        #expect(all[0].heardAt.milliseconds == Room.start)
        #expect(all[2].heardAt.milliseconds == Room.start + 7_000)
        let page = room.fabric.connectionSummaries(after: 2, limit: 2, now: room.now)
        #expect(page.map(\.number.rawValue) == [3, 4])
        let own = room.fabric.connectionSummaries(of: "sue", limit: 10, now: room.now)
        #expect(own.map(\.number.rawValue) == [1, 2])
    }

    @Test("a connection that is ended is told whether it may come again; a user's go together")
    func removal() {
        let room = Room()
        for number in 1...4 { room.connect(UInt64(number), .support, number < 3 ? "sue" : "sam") }
        let removed = [4, 4, 9].map {
            room.fabric.remove(ConnectionNumber($0), mayReturn: true)
        }
        #expect(removed == [true, false, false])
        #expect(room.codes(of: ConnectionNumber(4)).map(\.mayReconnect) == [true])
        let counts = (1...2).map { _ in room.fabric.remove(user: "sue", mayReturn: false) }
        #expect(counts == [2, 0])
        for number in 1...2 {
            #expect(room.codes(of: ConnectionNumber(UInt64(number))) == [.removed])
        }
        #expect(room.codes(of: ConnectionNumber(3)).isEmpty)
    }
}

/// What somebody is told who comes back and asks (S-6).
@Suite struct ActiveOrdersTests {
    private func ask(
        _ room: Room, _ role: Role, _ subject: String = "x", site: String? = nil, after: Int = 0,
        limit: Int = 100
    ) -> JSON {
        let identity = Identity(subject: subject, role: role, site: site)
        let bytes = room.fabric.activeOrders(
            ActiveOrdersQuestion(identity: identity, after: after, limit: limit),
            now: room.now.wall)
        let json = JSONReading.value(of: bytes)
        #expect(json != nil)
        return json ?? .null
    }

    private func ids(_ answer: JSON) -> [String] {
        answer["orders"]?.array?.compactMap { $0["orderId"]?.string } ?? []
    }

    @Test("S-6: everybody is told of their own open orders, staff of all, in pages")
    func parties() {
        let room = Room()
        room.publish(
            Sample.change(Sample.order("O1")),
            Sample.change(Sample.order("O2", customer: "ben", cafe: "c1")),
            Sample.change(Sample.order("O3", driver: "dora", restaurant: nil)),
            Sample.change(Sample.order("O4")))
        room.publish(Sample.change(Sample.order("O4", .delivered)))
        room.publish(Sample.change(Sample.order("O3", driver: "dirk", restaurant: nil)))
        #expect(ids(ask(room, .customer, "anna")) == ["O1", "O3"])
        #expect(ids(ask(room, .customer, "ben")) == ["O2"])
        #expect(ids(ask(room, .customer, "dirk")) == [])
        #expect(ids(ask(room, .driver, "dirk")) == ["O1", "O2", "O3"])
        #expect(ids(ask(room, .driver, "dora")) == [])
        #expect(ids(ask(room, .merchant, site: "trattoria")) == ["O1", "O2"])
        #expect(ids(ask(room, .merchant, site: "c1")) == ["O2"])
        #expect(ids(ask(room, .merchant)) == [])
        #expect(ids(ask(room, .employee, site: "c1")) == [])
        #expect(ids(ask(room, .staff)) == ["O1", "O2", "O3"])
        let first = ask(room, .staff, limit: 2)
        #expect(ids(first) == ["O1", "O2"])
        let next = first["next"]?.string.flatMap { Int($0) } ?? -1
        let second = ask(room, .staff, after: next, limit: 2)
        #expect(ids(second) == ["O3"])
        #expect(second["next"] == nil)
    }

    @Test("S-6: an order comes with its state, where it is, and whether its food is kept right")
    func states() {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1")))
        var order = ask(room, .customer, "anna")["orders"]?.array?.first
        #expect(order?["status"]?.string == "in_transit")
        #expect(order?["temperatureVerdict"]?.string == "unknown")
        #expect(order?["location"] == .null)
        room.publish(
            Sample.temperature(60, isWithinLimit: true), Sample.location(40.5),
            Sample.temperature(61, bag: "B2", isWithinLimit: true))
        order = ask(room, .customer, "anna")["orders"]?.array?.first
        #expect(order?["temperatureVerdict"]?.string == "within")
        #expect(order?["location"]?["location"]?["latitude"]?.text == "40.5")
        #expect(order?["temperatures"]?.array?.compactMap { $0["bagId"]?.string } == ["B1", "B2"])
        room.publish(Sample.temperature(40, bag: "B2", isWithinLimit: false))
        order = ask(room, .customer, "anna")["orders"]?.array?.first
        #expect(order?["temperatureVerdict"]?.string == "outside")
    }

    @Test("S-6: resuming after the answer neither misses a record nor tells one twice")
    func position() throws {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1")), Sample.alert())
        let last = try #require(ask(room, .customer, "anna")["lastMessageId"]?.string)
        room.publish(Sample.alert(.closed), Sample.silence())
        let client = room.connect(1, .customer, "anna")
        room.say(
            [
                "type": "reconnect", "id": "r1",
                "payload": [
                    "lastMessageId": .string(last), "subscriptions": ["orders.O1"],
                ],
            ], on: client)
        room.publish(Sample.alert())
        let types = room.messages(to: client).compactMap { $0["type"]?.string }
        #expect(
            types == [
                "reconnect_ack", "temperature_alert", "sensor_silent", "temperature_alert",
            ])
    }
}
