import ColdChain
import Fabric
import Testing
import Wire

/// States as a subscriber asks for them (W-18, K-6).
struct StateShapingTests {
    private static let order = Channel(.order, "O1")

    private func room(_ limits: FabricLimits = FabricLimits()) -> Room {
        let room = Room(limits)
        room.publish(Sample.change(Sample.order("O1")))
        return room
    }

    private func subscribe(
        _ client: ConnectionNumber, _ wishes: [JSON.Member], in room: Room,
        to channel: Channel = order
    ) {
        room.say(
            [
                "type": "subscribe", "id": "s1",
                "payload": .object([JSON.Member("channel", .string(channel.name))] + wishes),
            ], on: client)
    }

    private static let delta = [JSON.Member("delta", true)]

    private static func aggregate(_ interval: Int64) -> [JSON.Member] {
        [JSON.Member("aggregate", ["intervalMs": .integer(interval)])]
    }

    // MARK: Delta

    @Test("W-18: the first is whole, then only what changed is told, and what went away")
    func delta() throws {
        let room = room()
        let client = room.connect(1)
        subscribe(client, Self.delta, in: room)
        _ = room.texts(to: client)
        room.publish(Sample.temperature(60, humidity: 40, isWithinLimit: true))
        let whole = try #require(room.messages(to: client).first)
        #expect(whole["payload"]?["delta"] == nil)
        #expect(whole["payload"]?["humidity"]?.double == 40)
        room.publish(Sample.temperature(59.5, humidity: 40, isWithinLimit: true))
        let second = try #require(room.messages(to: client).first)
        #expect(second["type"] == "temperature_update")
        #expect(second["timestamp"]?.string == Room.startText)
        #expect(
            second["payload"]
                == [
                    "delta": true, "orderId": "O1", "bagId": "B1", "temperature": .number(59.5),
                ])
        room.publish(Sample.temperature(59.5))
        #expect(
            room.messages(to: client).first?["payload"]
                == [
                    "delta": true, "orderId": "O1", "bagId": "B1", "withinLimit": nil,
                    "removed": ["humidity"],
                ])
    }

    @Test("W-18: what a reader puts together is what a reader of whole states has")
    func sameState() throws {
        let room = room()
        let client = room.connect(1)
        let other = room.connect(2)
        subscribe(client, Self.delta, in: room)
        room.subscribe(other, Self.order)
        var random = SplitMix64(state: 18)
        var put: [String: JSON] = [:]
        var count = 0
        for _ in 0..<300 {
            let humidity =
                Bool.random(using: &random) ? Double.random(in: 1...9, using: &random) : nil
            room.publish(
                Sample.temperature(
                    Double(Int.random(in: 50...60, using: &random)),
                    bag: "B\(Int.random(in: 1...3, using: &random))",
                    humidity: humidity,
                    isWithinLimit: [true, false, nil].randomElement(using: &random) ?? nil))
            // Sometimes it does not read for a while, and states take the place of older ones.
            guard Int.random(in: 0...3, using: &random) > 0 else { continue }
            for message in room.messages(to: client) where message["type"] == "temperature_update" {
                apply(message["payload"], to: &put)
                if message["payload"]?["delta"] == true { count += 1 }
            }
            var whole: [String: JSON] = [:]
            for message in room.messages(to: other) where message["type"] == "temperature_update" {
                whole[message["payload"]?["bagId"]?.string ?? ""] = message["payload"]
            }
            for (bag, state) in whole {
                let members = state.members ?? []
                let told = put[bag]?.members ?? []
                #expect(told.count == members.count)
                for member in members { #expect(put[bag]?[member.name] == member.value) }
            }
        }
        #expect(count > 100)
    }

    private func apply(_ payload: JSON?, to states: inout [String: JSON]) {
        guard let payload, let bag = payload["bagId"]?.string else { return }
        guard payload["delta"] == true else {
            states[bag] = payload
            return
        }
        var members = states[bag]?.members ?? []
        let removed = payload["removed"]?.array?.compactMap(\.string) ?? []
        for member in payload.members ?? [] where !["delta", "removed"].contains(member.name) {
            members.removeAll { $0.name == member.name }
            members.append(member)
        }
        states[bag] = .object(members.filter { !removed.contains($0.name) })
    }

    @Test("W-18: after coming back, and after subscribing anew, states are whole again")
    func wholeAgain() {
        let room = room()
        let client = room.connect(1)
        subscribe(client, Self.delta, in: room)
        room.publish(Sample.temperature(60))
        _ = room.texts(to: client)
        for request: JSON in [
            [
                "type": "reconnect", "id": "r1",
                "payload": ["lastMessageId": "e1-1", "subscriptions": ["orders.O1"]],
            ], Room.request("subscribe", Self.order),
        ] {
            room.publish(Sample.temperature(60))
            #expect(room.messages(to: client).first?["payload"]?["delta"] == true)
            room.say(request, on: client)
            let state = room.messages(to: client).first { $0["type"] == "temperature_update" }
            #expect(state != nil)
            #expect(state?["payload"]?["delta"] == nil)
        }
    }

    @Test("W-18: records, and states of others, are what they were")
    func others() {
        let room = room()
        let client = room.connect(1)
        let other = room.connect(2)
        subscribe(client, Self.delta + Self.aggregate(1000), in: room)
        subscribe(other, [], in: room)
        _ = (room.texts(to: client), room.texts(to: other))
        room.publish(Sample.temperature(60))
        _ = (room.texts(to: client), room.texts(to: other))
        room.publish(Sample.alert(), Sample.temperature(59))
        #expect(room.summary(to: client) == ["temperature_alert B1 48.5 opened"])
        #expect(
            room.summary(to: other) == [
                "temperature_alert B1 48.5 opened", "temperature_update B1 59",
            ])
    }

    @Test("W-18: of more states than a connection's share they are told whole")
    func bounded() {
        var limits = FabricLimits()
        limits.deltaStates = 1
        let room = room(limits)
        let client = room.connect(1)
        subscribe(client, Self.delta, in: room)
        for _ in 0..<2 {
            room.publish(Sample.temperature(60), Sample.temperature(50, bag: "B2"));
            _ = room.texts(to: client)
        }
        room.publish(Sample.temperature(61), Sample.temperature(51, bag: "B2"))
        #expect(room.messages(to: client).map { $0["payload"]?["delta"] } == [true, nil])
    }

    // MARK: Aggregation

    @Test("W-18: small updates of an interval come as one message, the newest of each state")
    func aggregation() throws {
        let room = room()
        let client = room.connect(1)
        subscribe(client, Self.aggregate(1000), in: room)
        room.publish(Sample.temperature(60))
        #expect(room.messages(to: client).map { $0["type"] } == ["subscribe_ack", "state_updates"])
        for step in 0..<10 {
            room.publish(
                Sample.temperature(Double(50 + step)), Sample.temperature(30, bag: "B2"),
                Sample.location(40 + Double(step)))
        }
        #expect(room.messages(to: client).isEmpty, "it rests")
        room.run(1250)
        let message = try #require(room.messages(to: client).first)
        #expect(message["type"] == "state_updates")
        let updates = try #require(message["payload"]?["updates"]?.array)
        #expect(
            updates.map { $0["type"] } == [
                "temperature_update", "temperature_update", "location_update",
            ])
        #expect(updates.first?["payload"]?["temperature"]?.double == 59)
        #expect(updates.last?["id"] == message["id"], "who resumes after it misses nothing")
    }

    @Test("W-18: a message of many updates is bounded, and none is lost")
    func manyUpdates() {
        let room = room()
        let client = room.connect(1)
        subscribe(client, Self.aggregate(100), in: room)
        _ = room.texts(to: client)
        for bag in 0..<250 { room.publish(Sample.temperature(60, bag: "B\(bag)")) }
        let messages = room.messages(to: client)
        let counts = messages.compactMap { $0["payload"]?["updates"]?.array?.count }
        #expect(counts.reduce(0, +) == 250)
        #expect(counts.allSatisfy { $0 <= 100 } && counts.count >= 3)
        #expect(room.fabric.outboxBytes == 0)
    }

    @Test(
        "W-18: whatever a write may hold, every update goes out once",
        arguments: [1, 300, 1000, 5000])
    func smallWrites(limit: Int) {
        let room = room()
        let client = room.connect(1)
        subscribe(client, Self.aggregate(100) + Self.delta, in: room)
        _ = room.texts(to: client)
        for bag in 0..<20 { room.publish(Sample.temperature(60, bag: "B\(bag)")) }
        let bags = Room.texts(in: room.bytes(to: client, limit: limit))
            .compactMap { JSONReading.value(of: $0.utf8)?["payload"]?["updates"]?.array }
            .flatMap { $0.compactMap { $0["payload"]?["bagId"]?.string } }
        #expect(bags.count == 20)
        #expect(Set(bags).count == 20)
    }

    // MARK: Pace

    @Test(
        "K-6: at most so many updates a second, in every dialect that has states",
        arguments: [Dialect.wia, .tracking, .booking, .eventStream, .socketIO])
    func pace(dialect: Dialect) {
        var limits = FabricLimits()
        limits.updateInterval = 2000
        let room = room(limits)
        let client = room.connect(1, .customer, "anna", in: dialect)
        switch dialect {
        case .wia: room.subscribe(client, Self.order)
        case .tracking: room.say(["action": "subscribe", "orderId": "O1"], on: client)
        case .booking:
            room.say(["type": "subscribe", "channel": "booking.O1.tracking"], on: client)
        case .eventStream:
            let anna = Identity(subject: "anna", role: .customer)
            _ = room.fabric.openStream(
                client, identity: anna, to: [Self.order], after: nil, now: room.now)
        default: _ = room.fabric.receive(event: "join", ["order_O1"], on: client, now: room.now)
        }
        _ = room.bytes(to: client)
        var writes = 0
        for step in 0..<40 {
            room.publish(Sample.location(40 + Double(step) / 100))
            if !room.bytes(to: client).isEmpty { writes += 1 }
            room.run(250)
        }
        #expect((4...6).contains(writes), "\(writes) in ten seconds")
    }

    @Test("K-6: a subscriber may ask for fewer updates, and not for more than the server gives")
    func ownPace() {
        for (wish, interval, allowed) in [(0.5, 0, 4...6), (10, 2000, 4...6), (2, 0, 14...21)]
            as [(Double, Int64, ClosedRange<Int>)]
        {
            var limits = FabricLimits()
            limits.updateInterval = interval
            let room = room(limits)
            let client = room.connect(1)
            subscribe(client, [JSON.Member("maxUpdatesPerSecond", .number(wish))], in: room)
            _ = room.texts(to: client)
            var writes = 0
            for step in 0..<40 {
                room.publish(Sample.location(40 + Double(step) / 100))
                if !room.texts(to: client).isEmpty { writes += 1 }
                room.run(250)
            }
            #expect(allowed.contains(writes), "\(wish): \(writes)")
        }
    }

    @Test(
        "W-18: wishes that cannot be understood are refused",
        arguments: [
            [JSON.Member("delta", "yes")], [JSON.Member("delta", 1)],
            [JSON.Member("aggregate", true)],
            [JSON.Member("aggregate", [:])], [JSON.Member("aggregate", ["intervalMs": 99])],
            [JSON.Member("aggregate", ["intervalMs": 60_001])],
            [JSON.Member("aggregate", ["intervalMs": 1000.5])],
            [JSON.Member("maxUpdatesPerSecond", 0)], [JSON.Member("maxUpdatesPerSecond", -1)],
            [JSON.Member("maxUpdatesPerSecond", "2")],
        ])
    func refused(wishes: [JSON.Member]) {
        let room = room()
        let client = room.connect(1)
        subscribe(client, wishes, in: room)
        #expect(room.summary(to: client) == ["error INVALID_PAYLOAD"])
    }

    @Test("W-17, W-18: changes and gathered updates go out in MessagePack too")
    func packed() throws {
        let room = room()
        let client = ConnectionNumber(1)
        room.fabric.connect(
            client, identity: Identity(subject: "sam", role: .staff), in: .wia, as: .messagePack,
            now: room.now)
        subscribe(client, Self.delta + Self.aggregate(100), in: room)
        room.publish(Sample.temperature(60))
        var bytes = room.bytes(to: client)[...]
        var types: [JSON?] = []
        while let length = ServerFrame.length(of: bytes) {
            #expect(bytes.first == 0x82)
            types.append(
                try MessagePack.decode(Array(ServerFrame.payload(of: Array(bytes.prefix(length)))))[
                    "type"])
            bytes = bytes.dropFirst(length)
        }
        #expect(types == ["subscribe_ack", "state_updates"])
    }
}
