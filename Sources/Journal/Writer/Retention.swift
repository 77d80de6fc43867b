internal import ColdChain

/// Erases what is beyond its age, in slices of one short transaction each.
///
/// Readings are kept from their receipt on, so a bag's late upload stays as long as any other; as
/// nothing is received before it was measured, each stays at least as long from its measurement.
/// Messages are erased by their receipt, and never later than fixes, which they may hold.
/// Fixes are erased by the time they were measured, or by receipt where a device's clock ran ahead.
struct Retention {
    /// Rows a transaction: about 5 ms.
    private static let slice = 1_000
    /// How long to rest after everything due was erased.
    private static let restMilliseconds: Int64 = 60_000

    private let database: Database
    private let settings: JournalSettings
    private let oldestReadings: Statement
    private let eraseReadings: Statement
    private let eraseRevisions: Statement
    private let eraseFixesByTime: Statement
    private let eraseFixesByReceipt: Statement
    private let oldestEvents: Statement
    private let eraseEvents: Statement
    private let oldestCheckpoints: Statement
    private let eraseCheckpoints: Statement
    private let eraseDeliveries: Statement
    private let countFixes: Statement
    private let raise: Statement
    private let chain: Chain
    private var purges: PurgeLog
    private var sweep: IndexSweep
    private var rests = Timestamp(milliseconds: .min)

    init(
        _ database: Database, settings: JournalSettings, chain: Chain, purges: PurgeLog
    ) throws(StoreError) {
        self.database = database
        self.chain = chain
        self.purges = purges
        self.settings = settings
        let slice = Retention.slice
        oldestReadings = try database.prepare(
            "SELECT id, received_at FROM readings ORDER BY id LIMIT \(slice)")
        eraseReadings = try database.prepare("DELETE FROM readings WHERE id <= ?1")
        eraseRevisions = try database.prepare(
            "DELETE FROM quality_revisions WHERE reading <= ?1 RETURNING number")
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
        oldestEvents = try database.prepare(
            "SELECT number, occurred_at FROM events ORDER BY number LIMIT \(slice)")
        eraseEvents = try database.prepare("DELETE FROM events WHERE number <= ?1")
        oldestCheckpoints = try database.prepare(
            "SELECT number, recorded_at FROM checkpoints ORDER BY number LIMIT \(slice)")
        eraseCheckpoints = try database.prepare("DELETE FROM checkpoints WHERE number <= ?1")
        eraseDeliveries = try database.prepare(
            """
            DELETE FROM deliveries WHERE number IN (SELECT number FROM deliveries
                INDEXED BY delivery_finished WHERE state <> 1 AND created_at < ?1
                LIMIT \(slice)) RETURNING number
            """)
        countFixes = try database.prepareAddition(to: .fixesErased)
        raise = try database.prepare(
            """
            INSERT INTO log_state(name, value) VALUES (?1, ?2)
            ON CONFLICT(name) DO UPDATE SET value = max(value, excluded.value)
            """)
        sweep = try IndexSweep(database)
    }

    /// Erases one slice of something that is due; false when nothing is.
    mutating func eraseSlice(
        now: Timestamp, deadLetters: inout DeadLetterStore, rawMessages: RawMessageLog,
        report: inout TidyReport
    ) throws(StoreError) -> Bool {
        guard now >= rests else { return false }
        let fixCutoff = now.daysAgo(settings.fixDays)
        let readingCutoff = now.daysAgo(settings.readingDays)
        var before = report
        try database.transaction { () throws(StoreError) in
            report.fixesErased += try eraseFixes(before: fixCutoff, now: now)
            report.deadLettersErased += try deadLetters.removeOlder(
                than: fixCutoff, limit: Retention.slice)
            let messageCutoff = now.daysAgo(min(settings.rawPayloadDays, settings.fixDays))
            if let erased = try rawMessages.eraseSlice(before: messageCutoff) {
                report.rawMessagesErased += erased.rows
                try raise(.rawMessagesErasedThrough, to: erased.last)
            }
            report.readingsErased += try erasePrefix(
                .reading, oldestReadings, eraseReadings, before: readingCutoff,
                mark: .readingsErasedThrough, now: now)
            report.eventsErased += try erasePrefix(
                .event, oldestEvents, eraseEvents, before: readingCutoff,
                mark: .eventsErasedThrough, now: now)
            report.checkpointsErased += try erasePrefix(
                .checkpoint, oldestCheckpoints, eraseCheckpoints, before: readingCutoff,
                mark: .checkpointsErasedThrough, now: now)
            report.deliveriesErased += try eraseReturned(
                eraseDeliveries, before: readingCutoff, mark: .deliveriesErasedThrough
            ).count
            try chain.close(.purge)
        }
        before.isMoreDue = report.isMoreDue
        if report != before { return true }
        if try sweep.eraseSlice(now: now, fixesBefore: fixCutoff, readingsBefore: readingCutoff) {
            return true
        }
        rests = now.advanced(byMilliseconds: Retention.restMilliseconds)
        return false
    }

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

    /// Erases from the front of a log up to the first row that is too young.
    private mutating func erasePrefix(
        _ kind: RecordKind, _ oldest: Statement, _ erase: Statement, before cutoff: Timestamp,
        mark: LogState, now: Timestamp
    ) throws(StoreError) -> Int {
        var numbers: [Int64] = []
        while try oldest.step() {
            guard oldest.integer(1) < cutoff.milliseconds else { break }
            numbers.append(oldest.integer(0))
        }
        oldest.reset()
        guard let last = numbers.last else { return 0 }
        if kind == .reading { try eraseRevisions(ofReadingsThrough: last, now: now) }
        erase.bind(1, last)
        let erased = try erase.runCounting()
        try raise(mark, to: last)
        try purges.record(
            kind, numbers, policy: "\(kind.table) \(settings.readingDays) days", at: now)
        return erased
    }

    /// What was said of a reading goes with it.
    private mutating func eraseRevisions(
        ofReadingsThrough last: Int64, now: Timestamp
    ) throws(StoreError) {
        eraseRevisions.bind(1, last)
        var numbers: [Int64] = []
        while try eraseRevisions.step() { numbers.append(eraseRevisions.integer(0)) }
        guard let newest = numbers.max() else { return }
        try raise(.qualityRevisionsErasedThrough, to: newest)
        numbers.sort()
        try purges.record(
            .qualityRevision, numbers,
            policy: "\(RecordKind.reading.table) \(settings.readingDays) days", at: now)
    }

    /// Runs an erasing statement that tells the number of each row it takes; answers the numbers.
    private func eraseReturned(
        _ erase: Statement, before cutoff: Timestamp, mark: LogState
    ) throws(StoreError) -> [Int64] {
        erase.bind(1, cutoff.milliseconds)
        var erased: [Int64] = []
        while try erase.step() { erased.append(erase.integer(0)) }
        if let last = erased.max() { try raise(mark, to: last) }
        return erased
    }

    private func raise(_ mark: LogState, to value: Int64) throws(StoreError) {
        raise.bind(1, mark.rawValue)
        raise.bind(2, value)
        try raise.run()
    }
}

extension Timestamp {
    fileprivate func daysAgo(_ days: Int) -> Timestamp {
        advanced(byMilliseconds: -Int64(days) * 86_400_000)
    }
}
