import Bridge
import ColdChain
import DeviceCodecs
import Host
import Intake
import Journal

/// The engine's turn without its sockets: 5,000 bags, every tenth carried for an order of cold food.
final class Turn {
    static let bags = 5_000
    static let warmUpMessages = 3 * bags
    private static let orders = bags / 10
    private static let messagesATurn = 100
    /// When the first reading was measured.
    private static let start: Int64 = 1_795_176_000_000

    private(set) var cost = Cost()
    private(set) var revisions = 0
    private let journal: Journal
    private let dispatcher: Dispatcher
    private var bridge: Bridge?
    private var effects = Effects()
    private var batch = MessageBatch(
        messageLimit: MessageBatch.defaultMessageLimit, byteLimit: MessageBatch.defaultByteLimit,
        payloadLimit: MessageBatch.defaultPayloadLimit)
    private var now = Timestamp(milliseconds: Turn.start)
    private var messages = 0
    /// Orders whose readings the bridge wants of the log.
    private var recalls: [OrderNumber] = []

    init(storePath: String, checks: ReadingChecks.Extent) throws {
        let catalogue = try ProfileCatalogue(ProfileCatalogue.shippedProfiles())
        journal = try Journal(JournalSettings(path: storePath))
        dispatcher = try Dispatcher(catalogue)
        var settings = BridgeSettings(brokers: ["bench"], profiles: catalogue.traits)
        settings.checks.extent = checks
        let restored = try journal.restore(now: now)
        bridge = Bridge(settings: settings, restored: restored, seed: 1, effects: &effects)
    }

    func bindOrders() throws {
        for number in 0..<Turn.orders {
            take(
                "orders/ORD-\(number)/events",
                #"{"event":"order.created","data":{"foodClass":"cold"}}"#)
            take(
                "orders/ORD-\(number)/events",
                #"{"event":"order.bag_bound","data":{"bagId":"\#(Turn.bag(number * 10))"}}"#)
            if batch.count >= Turn.messagesATurn { try settle() }
        }
        try settle()
        answerRecalls()
    }

    /// A bag that is bound has measured nothing yet. Until the log has said so, nothing is judged.
    private func answerRecalls() {
        for order in recalls { bridge?.recalled([], for: order, at: now, effects: &effects) }
        precondition(effects.records.isEmpty, "of no readings nothing is said")
        recalls.removeAll()
    }

    func run(messages count: Int) throws {
        for _ in 0..<count {
            let bag = messages % Turn.bags
            // A message every fifth of a millisecond: each bag once a second.
            now = Timestamp(milliseconds: Turn.start + 1 + Int64(messages / 5))
            messages += 1
            take("bags/\(Turn.bag(bag))/readings", Turn.payload(messages, at: now))
            if batch.count >= Turn.messagesATurn { try settle() }
        }
        try settle()
        precondition(recalls.isEmpty, "no order is judged again")
    }

    private static func bag(_ number: Int) -> String { "bag-\(100_000 + number)" }

    private static func payload(_ number: Int, at time: Timestamp) -> String {
        let celsius = "\(1 + number * 7 % 3).\(number * 7 % 10)"
        return #"{"t":\#(time.milliseconds),"temperature":\#(celsius),"humidity":61.5,"#
            + #""battery":\#(number % 100),"seq":\#(number / bags)}"#
    }

    /// What the broker's session does with a message.
    private func take(_ topic: String, _ payload: String) {
        let topic = Array(topic.utf8)
        let payload = Array(payload.utf8)
        let isTaken = batch.append(
            broker: 0, packetIdentifier: UInt16(truncatingIfNeeded: batch.count + 1), qos: 1,
            isRetained: false, topic: topic.span, payload: payload.span)
        precondition(isTaken, "a turn's messages fit into the batch")
    }

    @inline(never)
    private func settle() throws {
        let begun = Spent.untilNow
        for index in 0..<batch.count {
            dispatcher.dispatch(
                batch, at: index, receivedAt: now, to: &bridge, effects: &effects)
        }
        _ = bridge?.wake(at: now, effects: &effects)
        let decided = Spent.untilNow
        cost.decided.add(decided - begun)
        precondition(effects.records.deadLetters.isEmpty, "every message here is sound")
        _ = try journal.commit(effects.records)
        revisions += effects.records.qualityRevisions.count
        precondition(effects.channelRecalls.isEmpty, "every reading here comes in order")
        cost.committed.add(Spent.untilNow - decided)
        recalls += effects.recalls
        effects.removeAll()
        batch.removeAll()
        _ = try journal.tidy(now: now, milliseconds: 2)
    }
}
