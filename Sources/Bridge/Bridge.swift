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
    package var counters = Counters()

    var book = OrderBook()
    var sources = SourceTable()
    package internal(set) var devices = DeviceRegistry()
    var calibrations: CalibrationBook
    var unknownFrames: UnknownFrames
    var announcements: AnnouncementBook
    var recentSamples = RecentSamples()
    var quality = QualityBook()
    var checkTable: CheckTable
    /// Whose the samples of the message in hand are; empty between messages.
    var origins: [SampleOrigin] = []
    var watches = Watches()
    /// Orders whose readings the log is asked for: they are judged when it answers.
    var asked: Set<OrderNumber> = []
    /// Temperatures of the message in hand; empty between messages.
    var unjudged: [JudgedPoint] = []
    var spareFindings: [ExcursionEffect] = []
    /// What was told before the start, until the log's answer is judged.
    var restoredExcursions: [OrderNumber: [Excursion]] = [:]
    var restoredGaps: [OrderNumber: [DataGap]] = [:]
    var silences = SilenceBook()
    var links: BrokerLinks
    var alerts: AlertBook
    var recent: RecentDeliveries
    /// Where each channel of the fabric stands.
    var sequences: ChannelSequences
    /// Per broker, what its fingerprints are marked with.
    let brokerMarks: [UInt8]
    /// What was published, to know it when it comes again.
    var published: PublicationMemory
    var allowance = PositionAllowance()
    var offers: OfferBook
    /// Where drivers are, who are asked by that.
    var places = DriverPlaces()
    var presence: PresenceBook
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
        var checkpoint: UInt64
        var alert: UInt64
        var event: UInt64
        var delivery: UInt64
        var rawMessages: UInt64
    }

    /// - Parameters:
    ///   - seed: Starts the random numbers: for retry jitter and against chosen hash collisions.
    ///   - effects: Filled with what the restored state asks for: readings to judge again.
    package init(
        settings: BridgeSettings, restored: RestoredState, seed: UInt64, effects: inout Effects
    ) {
        self.settings = settings
        checkTable = CheckTable(settings)
        links = BrokerLinks(brokers: settings.brokers.count)
        random = SplitMix64(state: seed)
        recent = RecentDeliveries(
            capacity: settings.bounds.fingerprintsMaximum,
            reach: settings.bounds.redeliveryReachMessages, restored: restored.fingerprints)
        brokerMarks = settings.brokers.map(DeliveryFingerprint.brokerMark)
        last = LastNumbers(
            order: restored.lastOrder, excursion: restored.lastExcursion,
            checkpoint: restored.lastCheckpoint, alert: restored.lastAlert,
            event: restored.lastEvent, delivery: restored.lastDelivery,
            rawMessages: restored.lastRawMessages)
        sequences = restored.sequences
        published = PublicationMemory(
            capacity: settings.bounds.publicationsMaximum, restored: restored.publications)
        offers = OfferBook(restored: restored.offers)
        presence = PresenceBook(restored: restored.presence)
        alerts = AlertBook(restored: restored.alerts, chain: settings.alerts.escalation)
        devices = DeviceRegistry(restored: restored)
        unknownFrames = UnknownFrames(
            capacity: settings.bounds.unknownFramesMaximum, salt: random.next(),
            restored: restored.unknownFrames, records: &effects.records.unknownFrames)
        announcements = AnnouncementBook(restored: restored.announcements)
        calibrations = CalibrationBook(restored: restored.calibrations)
        book = OrderBook(orders: restored.orders.count, bags: restored.custody.count)
        watches = Watches(capacity: restored.custody.count)
        asked.reserveCapacity(restored.orders.count)
        for order in restored.orders { book.put(order) }
        for custody in restored.custody { book.put(custody) }
        sources = SourceTable(
            profiles: settings.profiles, restored: restored, salt: random.next(), book: &book)
        restoredExcursions = Dictionary(
            grouping: restored.excursions.filter { $0.standing == .holds }, by: \.order)
        restoredGaps = Dictionary(
            grouping: restored.dataGaps.filter { !$0.isRecovered }, by: \.order)
        for endpoint in settings.endpoints {
            outboxes[endpoint.name] = EndpointOutbox(
                restored: restored.deliveries.filter { $0.endpoint == endpoint.name },
                limit: settings.bounds.pendingDeliveriesMaximum)
        }
        restoreSilences(restored)
        // Final orders too: one may have become final before an earlier recall was answered.
        for custody in restored.custody where book[custody.order] != nil {
            askAgain(custody.order, effects: &effects)
        }
    }

    /// Takes what of the configuration can change while running: limits, bounds and endpoints.
    ///
    /// What is in the log of the orders in memory is judged again where their limit has changed,
    /// as it would be after a restart.
    package mutating func reload(_ settings: BridgeSettings, effects: inout Effects) {
        let before = self.settings
        self.settings.limits = settings.limits
        self.settings.excursions = settings.excursions
        for order in book.ordersByNumber
        where before.limits[order.foodClass] != settings.limits[order.foodClass]
            || before.excursions != settings.excursions
        {
            askAgain(order.number, effects: &effects)
        }
        self.settings.bounds = settings.bounds
        self.settings.registration = settings.registration
        self.settings.schedule = settings.schedule
        self.settings.alerts = settings.alerts
        self.settings.silence = settings.silence
        self.settings.offers = settings.offers
        self.settings.presence = settings.presence
        presence.queueAnew()
        silences.lookAtAll()
        alerts.queueAnew(chain: settings.alerts.escalation)
        self.settings.endpoints = settings.endpoints
        self.settings.checks = settings.checks
        checkTable = CheckTable(self.settings)
        for endpoint in settings.endpoints where outboxes[endpoint.name] == nil {
            outboxes[endpoint.name] = EndpointOutbox(
                restored: [], limit: settings.bounds.pendingDeliveriesMaximum, mayHaveMore: true)
        }
        let names = Set(settings.endpoints.map(\.name))
        outboxes = outboxes.filter { names.contains($0.key) }
    }

    /// A broker has lost the session: it can deliver nothing again of what came before, and packet
    /// identifiers begin anew.
    ///
    /// The effects must be durable before a message of the new session is taken, and are said again
    /// where their commit failed.
    package mutating func sessionLost(broker: String, effects: inout Effects) {
        effects.records.fingerprints.append(
            recent.removeAll(ofBroker: DeliveryFingerprint.brokerMark(broker)))
    }

    /// Does what is due, and says when there is something due next.
    package mutating func wake(at now: Timestamp, effects: inout Effects) -> Timestamp? {
        // Before an order is forgotten its end is told.
        advanceWatches(to: now, effects: &effects)
        if now.milliseconds(since: lastTidied) >= 60_000 {
            lastTidied = now
            let reach = -settings.bounds.finalOrderRetentionMilliseconds
            let forgotten = book.forgetFinal(
                before: now.advanced(byMilliseconds: reach),
                except: asked.union(watches.catchingUp))
            if !forgotten.isEmpty {
                watches.remove { forgotten.contains($0.order) }
            }
            forgetAlerts()
            allowance.forget(at: now.milliseconds)
            offers.forget(
                endedBefore: now.advanced(byMilliseconds: -settings.bounds.historyMilliseconds))
            places.forget(
                heardBefore: now.advanced(byMilliseconds: -settings.bounds.historyMilliseconds))
            forgetIdleDrivers(
                before: now.advanced(byMilliseconds: -settings.bounds.historyMilliseconds),
                effects: &effects)
            sequences.forgetIfDue(
                before: now.advanced(byMilliseconds: -settings.bounds.historyMilliseconds), at: now)
        }
        let offer = expireOffers(at: now, effects: &effects)
        let absence = tellAbsences(at: now, effects: &effects)
        let silence = tellSilences(at: now, effects: &effects)
        let isMoreToRecall = recallChannels(effects: &effects)
        let escalation = escalateAlerts(at: now, effects: &effects)
        let attempt = startDueAttempts(at: now, effects: &effects)
        let frames = unknownFrames.writeDue(at: now, records: &effects.records.unknownFrames)
        return [
            attempt, frames, escalation, silence, offer, absence, watches.nextTimer,
            isMoreToRecall ? now : nil,
        ].compactMap { $0 }.min()
    }

    /// When time alone may next change what is said of an order's food, of silent sensors, of offers
    /// and of drivers; may be too early.
    package var nextTimer: Timestamp? {
        [watches.nextTimer, silences.nextTimer, offers.nextDeadline, presence.nextTimer]
            .compactMap(\.self).min()
    }

    /// Orders in memory, for the simulator and for metrics.
    package var ordersInMemory: Int { book.count }

    /// Entries of the list of unknown frames.
    package var unknownFramesInMemory: Int { unknownFrames.count }

    /// Messages without an identity of their own in memory.
    package var fingerprintsInMemory: Int { recent.count }
}

/// What the bridge counts; the host renders it for `/metrics`.
package struct Counters: Equatable, Sendable {
    package var messages: UInt64 = 0
    package var readings: UInt64 = 0
    package var fixes: UInt64 = 0
    /// Readings that are not the newest of their source.
    package var lateReadings: UInt64 = 0
    /// Samples that another gateway had sent before.
    package var samplesHeardAgain: UInt64 = 0
    /// Samples under a running number that their device had used for other values just before.
    package var sequenceConflicts: UInt64 = 0
    /// Readings with a marker in the place of a number.
    package var markers: UInt64 = 0
    /// Sound messages that carry nothing for the log.
    package var statusMessages: UInt64 = 0
    /// Frames of no known format that were relayed beside others.
    package var foreignFrames: UInt64 = 0
    /// Messages known to be delivered again, by their fingerprint.
    package var redeliveries: UInt64 = 0
    /// Flags of earlier readings that were said anew.
    package var qualityRevisions: UInt64 = 0
    package var excursionsOpened: UInt64 = 0
    package var excursionsClosed: UInt64 = 0
    /// Alarms that late or corrected readings did not bear out.
    package var excursionsCorrected: UInt64 = 0
    /// Bags that fell silent while their food was outside its limit.
    package var dataLosses: UInt64 = 0
    /// Silences of sensors, and how often they were told.
    package var silences: UInt64 = 0
    package var silenceNotices: UInt64 = 0
    /// Messages that somebody published, and those that were refused.
    package var publicationsTaken: UInt64 = 0
    package var publicationsRefused: UInt64 = 0
    /// Offers that were made, and what became of them.
    package var offersOpened: UInt64 = 0
    package var offersAccepted: UInt64 = 0
    package var offersDeclined: UInt64 = 0
    package var offersExpired: UInt64 = 0
    /// Times that drivers' programs were heard, heartbeats that were missed of them, and how often a
    /// driver was offline by that.
    package var driverHeartbeats: UInt64 = 0
    package var driverHeartbeatsMissed: UInt64 = 0
    package var driversMissed: UInt64 = 0
    package var alertsRaised: UInt64 = 0
    package var alertEscalations: UInt64 = 0
    package var alertReviewsMissed: UInt64 = 0
    package var deadLetters: [String: UInt64] = [:]
    package var deliveriesAccepted: UInt64 = 0
    package var deliveriesFailed: UInt64 = 0
    package var deliveriesAbandoned: UInt64 = 0

    package init() {}
}
