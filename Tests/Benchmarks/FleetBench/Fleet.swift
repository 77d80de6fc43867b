import Bridge
import ColdChain
import DeviceCodecs
import Host
import Intake
import Journal

/// Bags that all carry an order, taken through the engine's turn without its sockets.
///
/// Each measures temperature, humidity and battery once a minute. Every hundredth is so warm that its
/// alarm is raised at once and stays open.
final class Fleet {
    private static let minute: Int64 = 60_000
    private static let messagesATurn = 500
    private static let warmBags = 100

    let bags: Int
    private let journal: Journal
    private let dispatcher: Dispatcher
    private var bridge: Bridge?
    private var effects = Effects()
    private var batch = MessageBatch(
        messageLimit: MessageBatch.defaultMessageLimit, byteLimit: MessageBatch.defaultByteLimit,
        payloadLimit: MessageBatch.defaultPayloadLimit)
    private let start: Timestamp
    private var now: Timestamp
    private var minutes = 0

    /// - Parameter start: When the bags are bound to their orders.
    init(bags: Int, storePath: String, start: Timestamp) throws {
        self.bags = bags
        self.start = start
        now = start
        let catalogue = try ProfileCatalogue(ProfileCatalogue.shippedProfiles())
        journal = try Journal(JournalSettings(path: storePath))
        dispatcher = try Dispatcher(catalogue)
        let settings = BridgeSettings(brokers: ["bench"], profiles: catalogue.traits)
        let restored = try journal.restore(now: now)
        bridge = Bridge(settings: settings, restored: restored, seed: 1, effects: &effects)
    }

    var counters: Counters { bridge?.counters ?? Counters() }

    func bindOrders() throws {
        for number in 0..<bags {
            let topic = "orders/ORD-\(number)/events"
            try take(topic, #"{"event":"order.created","data":{"foodClass":"cold"}}"#)
            try take(
                topic, #"{"event":"order.bag_bound","data":{"bagId":"\#(Self.bag(number))"}}"#)
        }
        try settle()
    }

    /// Each bag measures once.
    func passMinute() throws {
        for number in 0..<bags {
            let offset = Self.minute * Int64(number) / Int64(bags)
            now = start.advanced(byMilliseconds: Int64(minutes) * Self.minute + offset + 1)
            try take("bags/\(Self.bag(number))/readings", payload(ofBag: number))
        }
        minutes += 1
        try settle()
    }

    private static func bag(_ number: Int) -> String { "bag-\(100_000 + number)" }

    private func payload(ofBag number: Int) -> String {
        let wobble = (number + minutes) * 7
        let isWarm = number % Self.warmBags == Self.warmBags - 1
        let celsius = "\(isWarm ? 14 : 1 + wobble % 3).\(wobble % 10)"
        return #"{"t":\#(now.milliseconds),"temperature":\#(celsius),"humidity":61.5,"#
            + #""battery":\#(number % 100),"seq":\#(minutes)}"#
    }

    /// What the broker's session does with a message.
    private func take(_ topic: String, _ payload: String) throws {
        let topic = Array(topic.utf8)
        let payload = Array(payload.utf8)
        let isTaken = batch.append(
            broker: 0, packetIdentifier: UInt16(truncatingIfNeeded: batch.count + 1), qos: 1,
            isRetained: false, topic: topic.span, payload: payload.span)
        precondition(isTaken, "a turn's messages fit into the batch")
        if batch.count >= Self.messagesATurn { try settle() }
    }

    private func settle() throws {
        for index in 0..<batch.count {
            dispatcher.dispatch(
                batch, at: index, receivedAt: now, to: &bridge, effects: &effects)
        }
        batch.removeAll()
        _ = bridge?.wake(at: now, effects: &effects)
        while true {
            precondition(effects.records.deadLetters.isEmpty, "every message here is sound")
            precondition(effects.channelRecalls.isEmpty, "every reading here comes in order")
            _ = try journal.commit(effects.records)
            // An order is asked for as its bag is bound: before the first reading.
            let asked = effects.recalls
            effects.removeAll()
            guard !asked.isEmpty else { break }
            for order in asked { bridge?.recalled([], for: order, at: now, effects: &effects) }
        }
        _ = try journal.tidy(now: now, milliseconds: 2)
    }
}
