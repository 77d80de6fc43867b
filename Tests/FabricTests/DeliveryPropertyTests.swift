import ColdChain
import Fabric
import Testing
import Wire

/// What a reader ought to have got, kept beside the fabric.
private final class Reader {
    let connection: ConnectionNumber
    var followed: Set<Channel> = []
    /// Temperatures of the alerts published since it followed one of their channels, in order.
    var owedRecords: [Double] = []
    /// The newest temperature of each order's bag it follows that was published meanwhile.
    var newestStates: [String: Double] = [:]
    var records: [Double] = []
    var states: [String: Double] = [:]
    var isClosed = false

    init(_ connection: ConnectionNumber) {
        self.connection = connection
    }

    func take(_ messages: [JSON]) {
        for message in messages {
            let payload = message["payload"]
            guard let celsius = payload?["temperature"]?.double,
                let bag = payload?["bagId"]?.string, let order = payload?["orderId"]?.string
            else { continue }
            switch message["type"] {
            case "temperature_alert": records.append(celsius)
            case "temperature_update": states[order + bag] = celsius
            default: break
            }
        }
    }
}

/// Random events, random drains, random comings and goings against a simple model of what is owed.
struct DeliveryPropertyTests {
    private static let orders = ["O0", "O1", "O2"]
    private static let bags = ["B0", "B1", "B2", "B3"]

    private static var limits: FabricLimits {
        var limits = FabricLimits()
        limits.outboxBytes = 6000
        limits.outboxBudgetBytes = 20_000
        limits.controlBytes = 4000
        limits.messagesPerSecond = 1_000_000
        limits.messageBurst = 1_000_000
        return limits
    }

    @Test(
        "every record in order or closed; every state at its newest; bounds kept",
        arguments:
            UInt64(1)...60)
    func model(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let room = Room(Self.limits)
        room.fabric.restore(Self.orders.map { Sample.order($0) })
        let readers = (1...5).map { Reader(room.connect($0)) }
        for step in 0..<400 {
            let reader = readers[Int.random(in: 0..<5, using: &random)]
            switch Int.random(in: 0..<12, using: &random) {
            case 0: join(reader, room, &random)
            case 1: leave(reader, room, &random)
            case 2...4: drain(reader, room, &random)
            default: publish(Double(step), readers, room, &random)
            }
            #expect(room.fabric.outboxBytes <= Self.limits.outboxBudgetBytes)
            noteClosings(readers, room)
        }
        for reader in readers where !reader.isClosed {
            reader.take(room.messages(to: reader.connection))
            #expect(reader.records == reader.owedRecords, "seed \(seed)")
            for (key, celsius) in reader.newestStates {
                #expect(reader.states[key] == celsius, "seed \(seed)")
            }
        }
        for reader in readers { room.fabric.disconnect(reader.connection) }
        #expect(room.fabric.outboxBytes == 0)
        #expect(room.fabric.waitingStateCount == 0)
        #expect(room.fabric.connectionCount == 0)
    }

    private func noteClosings(_ readers: [Reader], _ room: Room) {
        room.takeEffects()
        for closing in room.closings {
            let reader = readers.first { $0.connection == closing.connection }
            reader?.isClosed = true
            #expect(closing.code == .slowReader || closing.code == .outboxBudget)
        }
    }

    private func channel(_ random: inout SplitMix64) -> Channel {
        Bool.random(using: &random)
            ? Channel(.order, Self.orders.randomElement(using: &random) ?? "")
            : Channel(.bag, Self.bags.randomElement(using: &random) ?? "")
    }

    private func join(_ reader: Reader, _ room: Room, _ random: inout SplitMix64) {
        let channel = channel(&random)
        room.subscribe(reader.connection, channel)
        reader.followed.insert(channel)
    }

    /// Drained first, so that the model need not know what leaving takes back.
    private func leave(_ reader: Reader, _ room: Room, _ random: inout SplitMix64) {
        guard let channel = reader.followed.randomElement(using: &random) else { return }
        reader.take(room.messages(to: reader.connection))
        room.say(Room.request("unsubscribe", channel), on: reader.connection)
        reader.followed.remove(channel)
        reader.newestStates = [:]
    }

    private func drain(_ reader: Reader, _ room: Room, _ random: inout SplitMix64) {
        let limit = Int.random(in: 1...3000, using: &random)
        room.takeEffects()
        var bytes: [UInt8] = []
        if room.fabric.fill(reader.connection, into: &bytes, limit: limit) == .drained {
            _ = room.texts(to: reader.connection)
        }
        reader.take(Room.texts(in: bytes).compactMap { JSONReading.value(of: $0.utf8) })
    }

    private func publish(
        _ celsius: Double, _ readers: [Reader], _ room: Room, _ random: inout SplitMix64
    ) {
        let order = Self.orders.randomElement(using: &random) ?? ""
        let bag = Self.bags.randomElement(using: &random) ?? ""
        let isRecord = Int.random(in: 0..<3, using: &random) == 0
        for reader in readers {
            guard
                reader.followed.contains(Channel(.order, order))
                    || reader.followed.contains(Channel(.bag, bag))
            else { continue }
            if isRecord {
                reader.owedRecords.append(celsius)
            } else {
                reader.newestStates[order + bag] = celsius
            }
        }
        room.publish(
            isRecord
                ? Sample.alert(order: order, bag: bag, celsius: celsius)
                : Sample.temperature(celsius, order: order, bag: bag))
    }
}
