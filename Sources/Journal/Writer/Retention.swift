internal import ColdChain

/// Erases what is beyond its age, in slices of one short transaction each.
///
/// Readings are kept from their receipt on, so a bag's late upload stays as long as any other; as
/// nothing is received before it was measured, each stays at least as long from its measurement.
/// Messages are erased by their receipt, and never later than fixes, which they may hold.
/// Fixes are erased by the time they were measured, or by receipt where a device's clock ran ahead.
/// Readings and events under a legal hold, or of an open excursion, stay; positions do not.
struct Retention {
    /// Rows a transaction: about 5 ms.
    private static let slice = 1_000
    /// How long to rest after everything due was erased.
    private static let restMilliseconds: Int64 = 60_000

    private let database: Database
    private let settings: JournalSettings
    private let oldestReadings: Statement
    private let eraseReadings: Statement
    private let eraseFixesByTime: Statement
    private let eraseFixesByReceipt: Statement
    private let oldestEvents: Statement
    private let eraseEvents: Statement
    private let eraseDeliveries: Statement
    private let countFixes: Statement
    private let countReadings: Statement
    private let countEvents: Statement
    private let chain: Chain
    private let purges: PurgeLog
    private let holds: HoldBook
    private let heldRows: HeldRowsReader
    /// What stays for now; nil where that is to be found out again.
    private var held: HeldRows?
    /// As it was found before: where it is another, rows that stayed are looked at again.
    private var heldBefore = HeldRows()
    /// The last rows that were looked at: what is before them is erased or held.
    private var readingsDone: Int64 = -1
    private var eventsDone: Int64 = -1
    /// What is there and what it holds back, for metrics.
    private(set) var status = RetentionStatus()
    private var sweep: IndexSweep
    private var rests = Timestamp(milliseconds: .min)

    init(
        _ database: Database, settings: JournalSettings, chain: Chain, purges: PurgeLog,
        holds: HoldBook
    ) throws(StoreError) {
        self.holds = holds
        heldRows = HeldRowsReader(database)
        self.database = database
        self.chain = chain
        self.purges = purges
        self.settings = settings
        let slice = Retention.slice
        oldestReadings = try database.prepare(
            """
            SELECT id, received_at, source, order_number, measured_at FROM readings
            WHERE id > ?1 ORDER BY id LIMIT \(slice)
            """)
        eraseReadings = try database.prepare("DELETE FROM readings WHERE id >= ?1 AND id < ?2")
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
            """
            SELECT number, occurred_at, order_number FROM events
            WHERE number > ?1 ORDER BY number LIMIT \(slice)
            """)
        eraseEvents = try database.prepare(
            "DELETE FROM events WHERE number >= ?1 AND number < ?2")
        eraseDeliveries = try database.prepare(
            """
            DELETE FROM deliveries WHERE number IN (SELECT number FROM deliveries
                INDEXED BY delivery_finished WHERE state <> 1 AND created_at < ?1
                LIMIT \(slice)) RETURNING number
            """)
        countFixes = try database.prepareAddition(to: .fixesErased)
        countReadings = try database.prepareAddition(to: .readingsErased)
        countEvents = try database.prepareAddition(to: .eventsErased)
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
            let readings = try eraseReadings(before: readingCutoff, held, now)
            let events = try eraseEvents(before: readingCutoff, held, now)
            report.readingsErased += readings.erased
            report.eventsErased += events.erased
            looked = readings.looked + events.looked
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

    /// Finds out what holds and open excursions cover, once for each time that everything due is
    /// erased.
    mutating func rowsHeld(at now: Timestamp) throws(StoreError) -> HeldRows {
        if let held { return held }
        let holds = try holds.inForce(at: now)
        let found = try heldRows.read(holds)
        if found != heldBefore {
            (readingsDone, eventsDone) = (-1, -1)
            status.heldRows = 0
        }
        status.holds = holds.count
        status.hasOpenExcursions = found.covers.contains { $0.hold == nil }
        heldBefore = found
        held = found
        return found
    }

    /// A hold was placed or released: what stays is found out anew before anything is erased.
    mutating func holdsHaveChanged() {
        held = nil
        rests = Timestamp(milliseconds: .min)
    }

    /// What was looked at, and what of it was erased.
    private typealias Erased = (looked: Int, erased: Int)

    /// Rows at the front of a log that are old enough.
    private struct Front {
        var looked = 0
        var last: Int64 = 0
        /// Those that go.
        var numbers: [Int64] = []

        mutating func take(_ number: Int64, isHeld: Bool) {
            looked += 1
            last = number
            if !isHeld { numbers.append(number) }
        }
    }

    private mutating func eraseReadings(
        before cutoff: Timestamp, _ held: HeldRows, _ now: Timestamp
    ) throws(StoreError) -> Erased {
        var front = Front()
        oldestReadings.bind(1, readingsDone)
        while try oldestReadings.step(), oldestReadings.integer(1) < cutoff.milliseconds {
            let isHeld = held.contains(
                source: oldestReadings.integer(2), order: oldestReadings.optionalInteger(3),
                at: oldestReadings.integer(4))
            front.take(oldestReadings.integer(0), isHeld: isHeld)
        }
        oldestReadings.reset()
        if front.looked > 0 { readingsDone = front.last }
        try erase(.reading, front, eraseReadings, countReadings, .readingsErasedThrough, now)
        return (front.looked, front.numbers.count)
    }

    private mutating func eraseEvents(
        before cutoff: Timestamp, _ held: HeldRows, _ now: Timestamp
    ) throws(StoreError) -> Erased {
        var front = Front()
        oldestEvents.bind(1, eventsDone)
        while try oldestEvents.step(), oldestEvents.integer(1) < cutoff.milliseconds {
            let isHeld = held.contains(
                eventOf: oldestEvents.integer(2), at: oldestEvents.integer(1))
            front.take(oldestEvents.integer(0), isHeld: isHeld)
        }
        oldestEvents.reset()
        if front.looked > 0 { eventsDone = front.last }
        try erase(.event, front, eraseEvents, countEvents, .eventsErasedThrough, now)
        return (front.looked, front.numbers.count)
    }

    private mutating func erase(
        _ kind: RecordKind, _ front: Front, _ erase: Statement, _ count: Statement,
        _ mark: LogState, _ now: Timestamp
    ) throws(StoreError) {
        status.heldRows += front.looked - front.numbers.count
        guard let last = front.numbers.last else { return }
        for run in Run.runs(of: kind, front.numbers) {
            erase.bind(1, run.first)
            erase.bind(2, run.end)
            try erase.run()
        }
        count.bind(1, front.numbers.count)
        try count.run()
        try database.raise(mark, to: last)
        try purges.record(
            kind, front.numbers, policy: "\(kind.table) \(settings.readingDays) days", at: now)
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
    /// Rows beyond their age that are kept.
    package var heldRows = 0

    package init() {}
}

extension Timestamp {
    fileprivate func daysAgo(_ days: Int) -> Timestamp {
        advanced(byMilliseconds: -Int64(days) * 86_400_000)
    }
}
