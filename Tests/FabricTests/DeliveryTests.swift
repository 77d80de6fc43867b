import ColdChain
import Fabric
import Testing
import Wire

/// How events reach readers, fast and slow ones.
struct DeliveryTests {
    private let order = Channel(.order, "O1")

    private func room(_ change: (inout FabricLimits) -> Void = { _ in }) -> Room {
        var limits = FabricLimits()
        change(&limits)
        let room = Room(limits)
        room.fabric.restore([Sample.order("O1"), Sample.order("O2")])
        return room
    }

    @Test(
        "an event reaches a reader of overlapping channels once",
        arguments: [
            Sample.temperature(60), Sample.location(40), Sample.alert(),
            Sample.change(Sample.order("O1")),
        ])
    func overlapping(event: Event) {
        let room = room()
        let client = room.connect(1)
        room.follow(
            client, order, Channel(.bag, "B1"), Channel(.driver, "dirk"), Channel(.vehicle, "V1"))
        room.publish(event)
        #expect(room.texts(to: client).count == 1)
        room.publish(event, event)
        let isRecord = room.texts(to: client).count == 2
        if case .temperature = event { #expect(!isRecord) }
        if case .alert = event { #expect(isRecord) }
    }

    @Test(
        "W-3: events go to the channels they belong to",
        arguments: [
            (
                Channel(.order, "O1"),
                ["temperature_update", "location_update", "temperature_alert"]
            ),
            (Channel(.bag, "B1"), ["temperature_update", "temperature_alert"]),
            (Channel(.driver, "dirk"), ["location_update"]),
            (Channel(.vehicle, "V1"), ["location_update"]),
            (Channel(.order, "O2"), []), (Channel(.bag, "O1"), []),
        ])
    func channels(channel: Channel, types: [String]) {
        let room = room()
        let client = room.connect(1)
        room.follow(client, channel)
        room.publish(Sample.temperature(60), Sample.location(40), Sample.alert())
        let told = room.messages(to: client).compactMap { $0["type"]?.string }
        #expect(Set(told) == Set(types))
        #expect(told.count == types.count)
    }

    @Test("W-3: the last known states follow the acknowledgement")
    func snapshot() {
        let room = room()
        room.publish(
            Sample.temperature(60), Sample.temperature(61), Sample.temperature(4, bag: "B2"),
            Sample.temperature(5, order: "O2", bag: "B3"), Sample.location(40), Sample.alert())
        let client = room.connect(1)
        room.subscribe(client, order)
        let told = room.summary(to: client)
        #expect(told.first == "subscribe_ack subscribed orders.O1")
        #expect(
            Set(told.dropFirst()) == [
                "temperature_update B1 61", "temperature_update B2 4", "location_update dirk 40",
            ])
        #expect(told.count == 4)
    }

    @Test("a bag, a driver or a vehicle has one last known state, whatever order it was for")
    func snapshotOfCarrier() {
        let room = room()
        room.publish(Sample.temperature(60, order: "O1"), Sample.temperature(61, order: "O2"))
        room.publish(Sample.location(40, order: "O2"), Sample.location(41, order: "O1"))
        let client = room.connect(1)
        room.subscribe(client, Channel(.bag, "B1"))
        room.subscribe(client, Channel(.driver, "dirk"))
        room.subscribe(client, Channel(.vehicle, "V1"))
        #expect(
            room.summary(to: client).suffix(2) == [
                "temperature_update B1 61", "location_update dirk 41",
            ])
    }

    @Test("a vehicle's new driver does not inherit the followers of the last one")
    func driverChange() {
        let room = room()
        let first = room.connect(1)
        let second = room.connect(2)
        room.follow(first, Channel(.driver, "dirk"))
        room.follow(second, Channel(.driver, "dora"))
        room.publish(Sample.location(40))
        room.publish(Sample.location(41, driver: "dora"))
        #expect(room.summary(to: first) == ["location_update dirk 40"])
        #expect(room.summary(to: second) == ["location_update dora 41"])
        let third = room.connect(3)
        room.subscribe(third, order)
        #expect(room.summary(to: third).suffix(1) == ["location_update dora 41"])
    }

    @Test("a slow reader gets every record in order and the newest state of each kind")
    func conflation() {
        let room = room()
        let client = room.connect(1)
        room.follow(client, order)
        for step in 0..<100 {
            room.publish(Sample.temperature(Double(step)), Sample.location(Double(step) / 2))
            if step.isMultiple(of: 50) { room.publish(Sample.alert(celsius: Double(step))) }
        }
        #expect(
            room.summary(to: client) == [
                "temperature_alert B1 0 opened", "temperature_alert B1 50 opened",
                "temperature_update B1 99", "location_update dirk 49.5",
            ])
    }

    @Test("a drained reader is ready again with the next event only")
    func readiness() {
        let room = room()
        let client = room.connect(1)
        room.follow(client, order)
        room.takeEffects()
        #expect(room.ready == [])
        room.publish(Sample.temperature(60))
        room.publish(Sample.alert(), Sample.temperature(61))
        room.takeEffects()
        #expect(room.ready == [client])
        #expect(room.texts(to: client).count == 2)
        room.publish(Sample.temperature(61))
        room.takeEffects()
        #expect(room.ready == [client])
    }

    @Test(
        "a fill takes whole frames up to its limit, and at least one",
        arguments: [
            1, 300, 1000, 5000,
        ])
    func fillLimit(limit: Int) {
        let room = room()
        let client = room.connect(1)
        room.follow(client, order)
        for _ in 0..<10 { room.publish(Sample.alert(), Sample.temperature(60)) }
        room.takeEffects()
        var all: [UInt8] = []
        var result = FillResult.more
        while result == .more {
            var bytes: [UInt8] = []
            result = room.fabric.fill(client, into: &bytes, limit: limit)
            #expect(!bytes.isEmpty)
            let frames = Room.texts(in: bytes).count
            #expect(bytes.count <= limit || frames == 1)
            all += bytes
        }
        #expect(Room.texts(in: all).count == 11)
        #expect(room.fabric.outboxBytes == 0)
    }

    @Test("a reader too slow for its records is closed with a code that says so, and only it")
    func slowReader() {
        let room = room { $0.outboxBytes = 2000 }
        let slow = room.connect(1)
        let fast = room.connect(2)
        room.follow(slow, order)
        room.follow(fast, order)
        var told = 0
        for _ in 0..<20 {
            room.publish(Sample.alert())
            told += room.texts(to: fast).count
        }
        #expect(told == 20)
        #expect(room.codes(of: slow) == [.slowReader])
        #expect(room.codes(of: fast) == [])
        #expect(room.texts(to: slow) == [])
        #expect(room.fabric.outboxBytes == 0)
        #expect(CloseCode.slowReader.mayReconnect)
        room.fabric.disconnect(slow)
        #expect(room.fabric.connectionCount == 1)
    }

    @Test("a state costs a slow reader nothing, however often it changes")
    func statesAreFree() {
        let room = room { $0.outboxBytes = 400 }
        let slow = room.connect(1)
        room.follow(slow, order)
        for step in 0..<10_000 { room.publish(Sample.temperature(Double(step))) }
        #expect(room.fabric.outboxBytes == 0)
        #expect(room.codes(of: slow) == [])
        #expect(room.summary(to: slow) == ["temperature_update B1 9999"])
    }

    @Test("more different states than may wait close the reader")
    func tooManyStates() {
        let room = room { $0.pendingStates = 3 }
        let slow = room.connect(1)
        room.follow(slow, order)
        for bag in 0..<3 { room.publish(Sample.temperature(60, bag: "B\(bag)")) }
        #expect(room.codes(of: slow) == [])
        for bag in 3..<9 { room.publish(Sample.temperature(60, bag: "B\(bag)")) }
        #expect(room.codes(of: slow) == [.slowReader])
        let late = room.connect(2)
        room.subscribe(late, order)
        #expect(room.codes(of: late) == [.slowReader])
        room.fabric.disconnect(late)
        room.fabric.disconnect(slow)
        #expect(room.fabric.connectionCount == 0)
        #expect(room.fabric.waitingStateCount == 0)
    }

    @Test("beyond the budget of all outboxes the reader furthest behind is closed")
    func budget() {
        let room = room { $0.outboxBudgetBytes = 10_000 }
        let slow = room.connect(1)
        let fast = room.connect(2)
        room.follow(slow, order)
        room.follow(fast, Channel(.order, "O2"))
        for _ in 0..<60 {
            room.publish(Sample.alert(), Sample.alert(order: "O2"))
            #expect(room.texts(to: fast).count == 1)
            #expect(room.fabric.outboxBytes <= 10_000)
        }
        #expect(room.codes(of: slow) == [.outboxBudget])
        #expect(room.codes(of: fast) == [])
    }

    @Test("W-4: a pong does not wait behind a backlog")
    func controlFirst() {
        let room = room()
        let client = room.connect(1)
        room.follow(client, order)
        for _ in 0..<50 { room.publish(Sample.alert()) }
        room.say(["type": "ping", "id": "r1"], on: client)
        room.takeEffects()
        var bytes: [UInt8] = []
        #expect(room.fabric.fill(client, into: &bytes, limit: 10) == .more)
        #expect(Room.texts(in: bytes).count == 1)
        #expect(Room.texts(in: bytes).first?.contains(#""type":"pong""#) == true)
        #expect(room.texts(to: client).count == 50)
    }

    @Test("a reader that leaves its answers unread is closed")
    func controlLaneIsBounded() {
        let room = room { $0.controlBytes = 1000 }
        let client = room.connect(1)
        for _ in 0..<20 {
            room.say(["type": "ping", "id": "r1"], on: client)
            #expect(room.fabric.outboxBytes <= 1000)
        }
        #expect(room.codes(of: client) == [.slowReader])
        #expect(room.texts(to: client) == [])
    }

    @Test("last known states are bounded in number and in age")
    func retention() {
        let room = room {
            $0.retainedStates = 10
            $0.stateRetention = 60_000
        }
        let client = room.connect(1)
        room.follow(client, Channel(.bag, "B3"))
        for bag in 0..<50 {
            room.publish(Sample.temperature(Double(bag), order: nil, bag: "B\(bag)"))
            #expect(room.fabric.retainedStateCount <= 10)
        }
        #expect(room.summary(to: client) == ["temperature_update B3 3"])
        room.wait(60_001)
        #expect(room.fabric.retainedStateCount == 0)
        #expect(room.fabric.channelCount == 1)
    }
}
