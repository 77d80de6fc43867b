internal import ColdChain

/// Erases what is beyond its age, in slices of one short transaction each.
///
/// Readings are kept from their receipt on, so a bag's late upload stays as long as any other; as
/// nothing is received before it was measured, each stays at least as long from its measurement.
/// Messages are erased by their receipt, and never later than fixes, which they may hold.
/// Fixes are erased by the time they were measured, or by receipt where a device's clock ran ahead.
/// Readings, events and checkpoints under a legal hold, of an open excursion or of an alert that is not
/// closed and reviewed, stay; positions do not. Settled alerts go at the age of readings, too.
struct Retention {
    /// Rows a transaction: about 5 ms.
    private static let slice = 1_000
    /// How long to rest after everything due was erased.
    private static let restMilliseconds: Int64 = 60_000

    private let database: Database
    private let settings: JournalSettings
    private var readings: AgedLog
    private var events: AgedLog
    private var checkpoints: AgedLog
    private var alerts: AgedAlerts
    private var accesses: AgedLog
    private let eraseRevisions: Statement
    private let settlements: SettlementKeeping
    private let eraseFixesByTime: Statement
    private let eraseFixesByReceipt: Statement
    private let eraseDeliveries: Statement
    private let countFixes: Statement
    private let chain: Chain
    private let purges: PurgeLog
    private let history: HistoryLog
    private let offers: OfferLog
    private let holds: HoldBook
    private let heldRows: HeldRowsReader
    /// What is held back; nil where that is to be found out again.
    private var held: HeldRows?
    /// As it was found before: where it is another, rows that stayed are looked at again.
    private var heldBefore = HeldRows()
    /// What is there and what it holds back, for metrics.
    private(set) var status = RetentionStatus()
    private var sweep: IndexSweep
    private var rests = Timestamp(milliseconds: .min)

    init(
        _ database: Database, settings: JournalSettings, chain: Chain, purges: PurgeLog,
        holds: HoldBook, revisions: RevisionLog, history: HistoryLog,
        offers: OfferLog
    ) throws(StoreError) {
        self.history = history
        self.offers = offers
        self.holds = holds
        heldRows = HeldRowsReader(database)
        self.database = database
        self.chain = chain
        self.purges = purges
        self.settings = settings
        let slice = Retention.slice
        readings = try AgedLog(
            database, .reading, columns: "received_at, source, order_number, measured_at",
            mark: .readingsErasedThrough, counting: .readingsErased, slice: slice)
        events = try AgedLog(
            database, .event, columns: "occurred_at, order_number", mark: .eventsErasedThrough,
            counting: .eventsErased, slice: slice)
        checkpoints = try AgedLog(
            database, .checkpoint, columns: "recorded_at, order_number, occurred_at",
            mark: .checkpointsErasedThrough, slice: slice)
        alerts = try AgedAlerts(database, purges: purges)
        accesses = try AgedLog(
            database, .access, columns: "occurred_at", mark: .accessesErasedThrough, slice: slice)
        settlements = try SettlementKeeping(database, revisions: revisions)
        eraseRevisions = try database.prepare(
            """
            DELETE FROM quality_revisions WHERE reading >= ?1 AND reading < ?2 RETURNING number
            """)
        eraseFixesByTime = try database.prepare(
            """
            DELETE FROM fixes WHERE id IN (SELECT id FROM fixes INDEXED BY fix_once
                WHERE measured_at < ?1 LIMIT \(slice)) RETURNING id
            """)
        eraseFixesByReceipt = try database.prepare(
            """
            DELETE FROM fixes WHERE id IN (SELECT id FROM fixes ORDER BY id LIMIT \(slice))
                AND received_at < ?1 RETURNING id
            """)
        eraseDeliveries = try database.prepare(
            """
            DELETE FROM deliveries WHERE number IN (SELECT number FROM deliveries
                INDEXED BY delivery_finished WHERE state <> 1 AND created_at < ?1
                LIMIT \(slice)) RETURNING number
            """)
        countFixes = try database.prepareAddition(to: .fixesErased)
        sweep = try IndexSweep(database)
    }

    /// Erases one slice of something that is due; false when nothing is.
    mutating func eraseSlice(
        now: Timestamp, deadLetters: inout DeadLetterStore, rawMessages: RawMessageLog,
        report: inout TidyReport
    ) throws(StoreError) -> Bool {
        guard now >= rests else { return false }
        let fixCutoff = now.daysAgo(settings.fixDays)
        let readingCutoff = readingCutoff(at: now)
        let held = try rowsHeld(at: now)
        var before = report
        var looked = 0
        try database.transaction { () throws(StoreError) in
            report.fixesErased += try eraseFixes(before: fixCutoff, now: now)
            report.deadLettersErased += try deadLetters.removeOlder(
                than: fixCutoff, limit: Retention.slice)
            let messageCutoff = now.daysAgo(min(settings.rawPayloadDays, settings.fixDays))
            if let erased = try rawMessages.eraseSlice(before: messageCutoff) {
                report.rawMessagesErased += erased.rows
                try database.raise(.rawMessagesErasedThrough, to: erased.last)
            }
            report.historyErased += try history.eraseSlice(
                before: now.advanced(byMilliseconds: -settings.historyMilliseconds))
            try offers.eraseSlice(
                before: now.advanced(byMilliseconds: -settings.historyMilliseconds))
            looked = try eraseLogs(before: readingCutoff, held, now, &report)
            report.deliveriesErased += try eraseReturned(
                eraseDeliveries, before: readingCutoff, mark: .deliveriesErasedThrough
            ).count
            try chain.close(.purge)
        }
        before.isMoreDue = report.isMoreDue
        if report != before || looked > 0 { return true }
        if try sweep.eraseSlice(now: now, fixesBefore: fixCutoff, readingsBefore: readingCutoff) {
            return true
        }
        rests = now.advanced(byMilliseconds: Retention.restMilliseconds)
        self.held = nil
        return false
    }

    /// Readings that were received before it go.
    func readingCutoff(at now: Timestamp) -> Timestamp { now.daysAgo(settings.readingDays) }

    private mutating func eraseFixes(
        before cutoff: Timestamp, now: Timestamp
    ) throws(StoreError) -> Int {
        var erased = try eraseReturned(
            eraseFixesByTime, before: cutoff, mark: .fixesErasedThrough)
        erased += try eraseReturned(
            eraseFixesByReceipt, before: cutoff, mark: .fixesErasedThrough)
        guard !erased.isEmpty else { return 0 }
        countFixes.bind(1, erased.count)
        try countFixes.run()
        erased.sort()
        try purges.record(
            .fix, erased, policy: "fixes \(settings.fixDays) days", at: now)
        return erased.count
    }

    // MARK: What stays

    /// Finds out what holds, open excursions and open alerts cover, once for each time that everything due is
    /// erased.
    mutating func rowsHeld(at now: Timestamp) throws(StoreError) -> HeldRows {
        if let held { return held }
        let holds = try holds.inForce(at: now)
        let found = try heldRows.read(holds)
        if found != heldBefore {
            readings.beginAnew()
            events.beginAnew()
            checkpoints.beginAnew()
            status.heldRows = 0
        }
        status.holds = holds.count
        status.hasOpenExcursions = found.covers.contains { $0.reason == .openExcursions }
        status.hasOpenAlerts = found.covers.contains { $0.reason == .openAlerts }
        heldBefore = found
        held = found
        return found
    }

    /// A hold was placed or released: what stays is found out anew before anything is erased.
    mutating func holdsHaveChanged() {
        held = nil
        rests = Timestamp(milliseconds: .min)
    }

    // MARK: Logs

    /// Erases readings, events, checkpoints and alerts; answers how many rows it looked at.
    private mutating func eraseLogs(
        before cutoff: Timestamp, _ held: HeldRows, _ now: Timestamp, _ report: inout TidyReport
    ) throws(StoreError) -> Int {
        let oldReadings = try readings.front(before: cutoff) { row in
            held.contains(
                source: row.integer(2), order: row.optionalInteger(3), at: row.integer(4))
        }
        let oldEvents = try events.front(before: cutoff) { row in
            held.contains(eventOf: row.integer(2), at: row.integer(1))
        }
        let oldCheckpoints = try checkpoints.front(before: cutoff) { row in
            held.contains(eventOf: row.integer(2), at: row.integer(3))
        }
        let oldAlerts = try alerts.eraseSlice(
            before: cutoff, held, policy: "alerts \(settings.readingDays) days", at: now)
        // What a hold keeps is food's, not who looked at it.
        let oldAccesses = try accesses.front(before: cutoff) { _ in false }
        try eraseRevisions(of: oldReadings.numbers, now)
        // A reading is older than the one that settles it: where nothing is held, it went before.
        if !held.covers.isEmpty { try settlements.keep(fromReadings: oldReadings.numbers) }
        try erase(oldReadings, of: readings, now)
        try erase(oldEvents, of: events, now)
        try erase(oldCheckpoints, of: checkpoints, now)
        try erase(oldAccesses, of: accesses, now)
        report.readingsErased += oldReadings.numbers.count
        report.eventsErased += oldEvents.numbers.count
        report.checkpointsErased += oldCheckpoints.numbers.count
        report.accessesErased += oldAccesses.numbers.count
        report.alertsErased += oldAlerts.erased
        return oldReadings.looked + oldEvents.looked + oldCheckpoints.looked + oldAlerts.looked
            + oldAccesses.looked
    }

    private mutating func erase(
        _ front: AgedLog.Front, of log: AgedLog, _ now: Timestamp
    ) throws(StoreError) {
        status.heldRows += front.held
        try log.erase(front.numbers, in: database)
        try purges.record(
            log.kind, front.numbers, policy: policy(of: log.kind), at: now)
    }

    /// What was said of a reading goes with it, and stays with it.
    private func eraseRevisions(of readings: [Int64], _ now: Timestamp) throws(StoreError) {
        var numbers: [Int64] = []
        for run in Run.runs(of: .reading, readings) {
            eraseRevisions.bind(1, run.first)
            eraseRevisions.bind(2, run.end)
            while try eraseRevisions.step() { numbers.append(eraseRevisions.integer(0)) }
        }
        guard let newest = numbers.max() else { return }
        try database.raise(.qualityRevisionsErasedThrough, to: newest)
        try purges.record(
            .qualityRevision, numbers.sorted(), policy: policy(of: .reading), at: now)
    }

    private func policy(of kind: RecordKind) -> String {
        "\(kind.table) \(settings.readingDays) days"
    }

    /// Runs an erasing statement that tells the number of each row it takes; answers the numbers.
    private func eraseReturned(
        _ erase: Statement, before cutoff: Timestamp, mark: LogState
    ) throws(StoreError) -> [Int64] {
        erase.bind(1, cutoff.milliseconds)
        var erased: [Int64] = []
        while try erase.step() { erased.append(erase.integer(0)) }
        if let last = erased.max() { try database.raise(mark, to: last) }
        return erased
    }
}

/// What keeps rows from being erased, for metrics.
package struct RetentionStatus: Equatable, Sendable {
    /// Holds in force.
    package var holds = 0
    package var hasOpenExcursions = false
    /// Whether an alert of food is not closed or not reviewed.
    package var hasOpenAlerts = false
    /// Rows beyond their age that are kept.
    package var heldRows = 0

    package init() {}
}

extension Timestamp {
    fileprivate func daysAgo(_ days: Int) -> Timestamp {
        advanced(byMilliseconds: -Int64(days) * 86_400_000)
    }
}
