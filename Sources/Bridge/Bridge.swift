package import ColdChain
import Fabric
import Wire

/// The whole daemon as one value: it is given messages and the time, and says what to store, tell
/// and send.
///
/// It does no I/O, reads no clock and holds no lock, so that a run can be simulated and replayed.
/// What it says in `Effects` must be carried out in that order: records first. Where they could
/// not be made durable, this value knows too much: it is thrown away and made anew from the log.
package struct Bridge: Sendable {
    package private(set) var settings: BridgeSettings
    package internal(set) var counters = Counters()

    var book = OrderBook()
    var sources = SourceTable()
    var watches: [WatchKey: Watch] = [:]
    var recent: RecentDeliveries
    var outboxes: [String: EndpointOutbox] = [:]
    var last: LastNumbers
    /// When final orders were last looked through.
    var lastTidied = Timestamp(milliseconds: 0)
    /// For the jitter of retries.
    var random: SplitMix64

    /// The numbers given last, which the next ones follow.
    struct LastNumbers: Sendable {
        var order: UInt32
        var excursion: UInt64
        var event: UInt64
        var delivery: UInt64
    }

    struct WatchKey: Hashable, Sendable {
        var order: OrderNumber
        var source: SourceNumber
    }

    /// - Parameters:
    ///   - seed: Starts the random numbers: for retry jitter and against chosen hash collisions.
    ///   - effects: Filled with what the restored state asks for: readings to judge again.
    package init(
        settings: BridgeSettings, restored: RestoredState, seed: UInt64, effects: inout Effects
    ) {
        self.settings = settings
        random = SplitMix64(state: seed)
        recent = RecentDeliveries(
            capacity: settings.bounds.fingerprintsMaximum, restored: restored.fingerprints)
        last = LastNumbers(
            order: restored.lastOrder, excursion: restored.lastExcursion,
            event: restored.lastEvent, delivery: restored.lastDelivery)
        for order in restored.orders { book.put(order) }
        for custody in restored.custody { book.put(custody) }
        sources = SourceTable(
            profiles: settings.profiles, restored: restored, salt: random.next(), book: &book)
        let known = Dictionary(grouping: restored.excursions) {
            WatchKey(order: $0.order, source: $0.source)
        }
        for (key, excursions) in known {
            watches[key] = Watch(order: key.order, source: key.source, excursions: excursions)
        }
        for endpoint in settings.endpoints {
            outboxes[endpoint.name] = EndpointOutbox(
                restored: restored.deliveries.filter { $0.endpoint == endpoint.name },
                limit: settings.bounds.pendingDeliveriesMaximum)
        }
        for custody in restored.custody where book[custody.order]?.status.isFinal == false {
            effects.recalls.append(recall(custody))
        }
    }

    /// Takes what of the configuration can change while running: limits, bounds and endpoints.
    package mutating func reload(_ settings: BridgeSettings) {
        self.settings.limits = settings.limits
        self.settings.bounds = settings.bounds
        self.settings.schedule = settings.schedule
        self.settings.endpoints = settings.endpoints
        for endpoint in settings.endpoints where outboxes[endpoint.name] == nil {
            outboxes[endpoint.name] = EndpointOutbox(
                restored: [], limit: settings.bounds.pendingDeliveriesMaximum, mayHaveMore: true)
        }
        let names = Set(settings.endpoints.map(\.name))
        outboxes = outboxes.filter { names.contains($0.key) }
    }

    /// A broker has lost the session: it can deliver nothing again of what came before.
    package mutating func sessionLost(broker: String) {
        recent.removeAll(of: broker)
    }

    /// Does what is due, and says when there is something due next.
    package mutating func wake(at now: Timestamp, effects: inout Effects) -> Timestamp? {
        if now.milliseconds(since: lastTidied) >= 60_000 {
            lastTidied = now
            let reach = -settings.bounds.finalOrderRetentionMilliseconds
            let forgotten = book.forgetFinal(before: now.advanced(byMilliseconds: reach))
            if !forgotten.isEmpty {
                watches = watches.filter { !forgotten.contains($0.key.order) }
            }
        }
        return startDueAttempts(at: now, effects: &effects)
    }

    func recall(_ custody: Custody) -> ReadingRecall {
        ReadingRecall(
            order: custody.order, bag: custody.bag, from: custody.from, until: custody.until)
    }
}

/// What the bridge counts; the host renders it for `/metrics`.
package struct Counters: Equatable, Sendable {
    package var messages: UInt64 = 0
    package var readings: UInt64 = 0
    package var fixes: UInt64 = 0
    /// Readings that are not the newest of their source.
    package var lateReadings: UInt64 = 0
    /// Messages known to be delivered again, by their fingerprint.
    package var redeliveries: UInt64 = 0
    package var excursionsOpened: UInt64 = 0
    package var excursionsClosed: UInt64 = 0
    package var deadLetters: [String: UInt64] = [:]
    package var deliveriesAccepted: UInt64 = 0
    package var deliveriesFailed: UInt64 = 0
    package var deliveriesAbandoned: UInt64 = 0

    package init() {}
}
