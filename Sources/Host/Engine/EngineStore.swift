import Bridge
import ColdChain
import Fabric
import Intake
import Journal
import System
import Wire

/// The journal and the bridge that mirrors it, which live and fall together.
///
/// When the store fails, both are thrown away: the bridge may know what is not durable. They are
/// made anew from what the store has, after it was opened and verified.
final class EngineStore {
    /// Nil while the store is away. The engine talks to it; only this type replaces it.
    var bridge: Bridge?
    private(set) var epoch = ""
    private(set) var restoredOrders: [Order] = []
    /// The number of the newest message on the channel of each of them.
    private(set) var restoredVersions: [String: UInt64] = [:]
    /// What the registry of the log says of models, as it was when the log was opened.
    private(set) var restoredModels: [ModelChange] = []
    /// What devices had announced when the store was opened.
    private(set) var restoredAnnouncements: [AnnouncementMessage] = []
    /// The number of the newest event in the log when it was opened.
    private(set) var lastEvent: UInt64 = 0
    /// Readings and fixes that were in the log already, since the start.
    private(set) var duplicates: UInt64 = 0
    private(set) var journal: Journal?
    /// Reads the log beside the writer, for dead letters that are to be decoded again.
    private var reader: JournalReader?
    private var settings: EngineSettings
    let log: Log
    private var reopenAt: ContinuousClock.Instant?
    private var reopenDelay = EngineStore.firstReopenDelay

    /// The wait before a failed store is opened again: doubled each time, up to the longest.
    private static let firstReopenDelay = Duration.milliseconds(200)
    private static let longestReopenDelay = Duration.seconds(10)
    /// What tidying may take of a turn, in milliseconds: while there is traffic, and without.
    private static let busyTidyMilliseconds = 2
    private static let idleTidyMilliseconds = 20

    init(settings: EngineSettings, log: Log) {
        self.settings = settings
        self.log = log
    }

    var isOpen: Bool { bridge != nil }

    /// Opens the store and makes the bridge from it.
    ///
    /// - Parameter effects: Filled with what the restored state asks for.
    func open(now: Timestamp, effects: inout Effects) throws(StartError) {
        do throws(StoreError) {
            let journal = try Journal(settings.store)
            try journal.putInForce(settings.plan, at: now)
            let restored = try journal.restore(now: now)
            let reader = try JournalReader(path: settings.store.path)
            epoch = hexadecimal(journal.identity.epoch)
            restoredOrders = restored.orders
            for order in restored.orders {
                restoredVersions[order.id] = restored.sequences.newest(
                    of: Channel(.order, order.id))
            }
            restoredModels = restored.devices.map {
                ModelChange(device: $0.id, profile: $0.profile)
            }
            restoredAnnouncements = restored.announcements
            lastEvent = restored.lastEvent
            bridge = Bridge(
                settings: settings.bridge, restored: restored,
                seed: UInt64.random(in: .min ... .max), effects: &effects)
            if !journal.missingPlaceKeys.isEmpty {
                log.warning(
                    "places of delivery cannot be read: their keys are not in the key file",
                    [
                        "file": settings.store.placeKeyPath,
                        "keys": journal.missingPlaceKeys.map(String.init).joined(separator: " "),
                    ])
            }
            self.journal = journal
            self.reader = reader
        } catch {
            throw StartError("the store \(settings.store.path): \(error.description)")
        }
    }

    /// What can be told again of what happened before: the newest of it, the number before that, and
    /// the number before everything. Read by a start only: it is the fabric's from then on.
    func readHistory() throws(StartError) -> (
        records: [RecordText], memoryFloor: UInt64, floor: UInt64
    ) {
        guard let reader else { return ([], 0, 0) }
        do throws(StoreError) {
            let newest = try reader.newestHistory(bytes: settings.historyBytes)
            return (newest.records, newest.floor, try reader.historyFloor())
        } catch {
            throw StartError("the store \(settings.store.path): \(error.description)")
        }
    }

    /// Passes one message of the batch through decoding into the bridge.
    func receive(
        _ batch: borrowing MessageBatch, at index: Int, receivedAt: Timestamp,
        through dispatcher: Dispatcher, effects: inout Effects
    ) {
        dispatcher.dispatch(
            batch, at: index, receivedAt: receivedAt, to: &bridge, effects: &effects)
    }

    /// Hands over what vendors' codecs made of the batch's messages.
    func finish(
        _ batch: borrowing MessageBatch, through dispatcher: Dispatcher, effects: inout Effects
    ) {
        dispatcher.finish(batch, to: &bridge, effects: &effects)
    }

    /// Commits the effects' records, then answers what the bridge asks of the log, until there is
    /// nothing more to commit. Answers lead to events and deliveries, never to more questions, so
    /// this ends.
    ///
    /// - Returns: False where the store failed.
    func settle(
        _ effects: inout Effects, into outgoing: inout Outgoing, at now: Timestamp
    ) -> Bool {
        guard let journal else { return false }
        do throws(StoreError) {
            while true {
                if !effects.records.isEmpty {
                    let receipt = try journal.commit(effects.records)
                    duplicates += UInt64(receipt.duplicateReadings + receipt.duplicateFixes)
                    effects.records.removeAll()
                }
                outgoing.take(&effects)
                if !effects.channelRecalls.isEmpty {
                    try answerChannelRecalls(&effects, from: journal)
                    // What that revised is durable before an order is judged by it.
                    continue
                }
                if !effects.pairRecalls.isEmpty {
                    try answerPairRecalls(&effects, from: journal)
                    continue
                }
                if effects.recalls.isEmpty && effects.refills.isEmpty { return true }
                try answerRecalls(&effects, from: journal, at: now)
                try answerRefills(&effects, from: journal)
            }
        } catch {
            log.error("store failed: nothing is acknowledged", ["reason": error.description])
            return false
        }
    }

    private func answerRecalls(
        _ effects: inout Effects, from journal: Journal, at now: Timestamp
    ) throws(StoreError) {
        let recalls = effects.recalls
        effects.recalls.removeAll(keepingCapacity: true)
        var waiting = recalls[...]
        while !waiting.isEmpty {
            let answers = try journal.temperatures(ofFirst: waiting)
            waiting = waiting.dropFirst(answers.count)
            for answer in answers {
                bridge?.recalled(answer.readings, for: answer.order, at: now, effects: &effects)
            }
        }
    }

    private func answerChannelRecalls(
        _ effects: inout Effects, from journal: Journal
    ) throws(StoreError) {
        let recalls = effects.channelRecalls
        effects.channelRecalls.removeAll(keepingCapacity: true)
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        for recall in recalls {
            let stretch = try journal.channelStretch(recall)
            bridge?.recalledChannel(
                stretch.readings, reachesEnd: stretch.reachesEnd, for: recall, at: now,
                effects: &effects)
        }
    }

    private func answerPairRecalls(
        _ effects: inout Effects, from journal: Journal
    ) throws(StoreError) {
        let recalls = effects.pairRecalls
        effects.pairRecalls.removeAll(keepingCapacity: true)
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        for recall in recalls {
            let first = try journal.channelStretch(recall.first)
            let second = try journal.channelStretch(recall.second)
            bridge?.recalledPair(
                first.readings, second.readings,
                reachesEnd: first.reachesEnd && second.reachesEnd, for: recall, at: now,
                effects: &effects)
        }
    }

    private func answerRefills(
        _ effects: inout Effects, from journal: Journal
    ) throws(StoreError) {
        let refills = effects.refills
        effects.refills.removeAll(keepingCapacity: true)
        for refill in refills {
            let deliveries = try journal.pendingDeliveries(
                endpoint: refill.endpoint, after: refill.after, limit: refill.limit)
            bridge?.refilled(deliveries, of: refill.endpoint)
        }
    }

    /// Throws journal and bridge away.
    func fail(instant: ContinuousClock.Instant) {
        close()
        reopenAt = instant.advanced(by: reopenDelay)
    }

    /// Opens the store again when it is time.
    ///
    /// - Returns: Whether it is open now.
    func reopenIfDue(
        instant: ContinuousClock.Instant, now: Timestamp, effects: inout Effects
    ) -> Bool {
        guard let reopenAt, instant >= reopenAt else { return false }
        do throws(StartError) {
            try open(now: now, effects: &effects)
            self.reopenAt = nil
            reopenDelay = Self.firstReopenDelay
            return true
        } catch {
            reopenDelay = min(reopenDelay * 2, Self.longestReopenDelay)
            self.reopenAt = instant.advanced(by: reopenDelay)
            log.error("store not usable", ["reason": error.description])
            return false
        }
    }

    func reload(
        _ bridgeSettings: BridgeSettings, plan: HACCPPlanText, effects: inout Effects
    ) {
        settings.plan = plan
        do throws(StoreError) {
            let now = Timestamp(milliseconds: Clock.wallMilliseconds())
            try journal?.putInForce(plan, at: now)
        } catch {
            // The journal takes nothing any more: the next commit fails, and the store that is
            // opened then is told of the plan.
            log.error("HACCP plan not recorded", ["reason": error.description])
        }
        // Messages name their broker and profile by the place it had at the start.
        let (brokers, profiles) = (settings.bridge.brokers, settings.bridge.profiles)
        settings.bridge = bridgeSettings
        settings.bridge.brokers = brokers
        settings.bridge.profiles = profiles
        bridge?.reload(settings.bridge, effects: &effects)
    }

    /// Checkpoints, indexes and prunes a little, between turns.
    ///
    /// - Parameter heads: Given the head of the log where it was signed anew.
    func tidy(
        isIdle: Bool, now: Timestamp, heads: inout HeadPublisher, effects: inout Effects
    ) {
        guard let journal else { return }
        do throws(StoreError) {
            let budget = isIdle ? Self.idleTidyMilliseconds : Self.busyTidyMilliseconds
            let report = try journal.tidy(now: now, milliseconds: budget)
            if let failure = report.headFailure {
                log.error("head of the log not exported", ["reason": failure.description])
                heads.noteFileFailure()
            }
            if let head = journal.takeSignedHead() {
                heads.take(head, at: now, bridge: &bridge, effects: &effects)
            }
        } catch {
            // The journal takes nothing any more: the next commit fails and the store is reopened.
            log.error("store failed while tidying", ["reason": error.description])
        }
    }

    func deadLetter(_ number: UInt64) throws(StoreError) -> LoggedDeadLetter? {
        try reader?.deadLetter(number: number)
    }

    func markReplayed(_ numbers: [UInt64], at now: Timestamp) throws(StoreError) {
        _ = try journal?.markReplayed(deadLetters: numbers, at: now)
    }

    /// The broker's present index; the first where it is no longer configured.
    func brokerIndex(named name: String) -> Int {
        settings.bridge.brokers.firstIndex(of: name) ?? 0
    }

    func close() {
        journal = nil
        reader = nil
        bridge = nil
    }
}
