internal import Bridge
package import ColdChain

/// The log's answer to a `ChannelRecall`.
package struct ChannelStretch: Equatable, Sendable {
    /// By time of measurement, at one time by receipt, at one receipt by the order of the log; with
    /// their newest flags.
    package var readings: [Reading] = []
    /// Whether the log has no later reading of the channel.
    package var reachesEnd = false
}

/// Reads one channel of the log by time. It belongs to the writer, which has in memory what is not
/// yet in the index by source.
struct ChannelLog {
    /// Instants of the source that are looked through for the channel's neighbours of a stretch: a
    /// source has more instants than a channel where its probes measure by turns.
    private static let neighbourInstants = 64

    private let within: Statement
    private let before: Statement
    private let after: Statement
    private let rows: Statement

    init(_ database: Database) throws(StoreError) {
        within = try database.prepare(
            """
            SELECT measured_at FROM reading_by_source
            WHERE source = ?1 AND measured_at >= ?2 AND measured_at <= ?3
            """)
        before = try database.prepare(
            """
            SELECT measured_at FROM reading_by_source WHERE source = ?1 AND measured_at < ?2
            ORDER BY measured_at DESC LIMIT \(ChannelLog.neighbourInstants)
            """)
        after = try database.prepare(
            """
            SELECT measured_at FROM reading_by_source WHERE source = ?1 AND measured_at > ?2
            ORDER BY measured_at LIMIT \(ChannelLog.neighbourInstants)
            """)
        let timeFlag = Int64(QualityTest.eventTime.rawValue) * 4
        rows = try database.prepare(
            """
            SELECT \(Statement.readingColumns)
            FROM readings AS r INDEXED BY reading_once
            \(Schema.judgement.join)
            WHERE r.measured_at = ?1 AND r.source = ?2 AND r.quantity = ?3 AND r.probe = ?4
                AND (r.test_flags >> \(timeFlag)) & 15 <> \(QualityFlag.bad.rawValue)
            """)
    }

    /// - Parameter unindexed: When the source measured, as far as the index does not have it.
    /// - Returns: With it, whether the log has no earlier reading of the channel.
    func answer(
        _ recall: ChannelRecall, unindexed: [Int64]
    ) throws(StoreError) -> (stretch: ChannelStretch, reachesStart: Bool) {
        let first = recall.stretch.read.lowerBound.milliseconds
        let last = recall.stretch.read.upperBound.milliseconds
        var answer = ChannelStretch()
        var earlier = Set(unindexed.filter { $0 < first })
        let indexed = try addInstants(before, recall, [first], to: &earlier)
        for instant in earlier.sorted(by: >) {
            if try add(to: &answer.readings, of: recall, at: instant) { break }
        }
        let reachesStart =
            answer.readings.isEmpty && indexed < ChannelLog.neighbourInstants
        var inside = Set(unindexed.filter { first <= $0 && $0 <= last })
        try addInstants(within, recall, [first, last], to: &inside)
        for instant in inside.sorted() {
            try add(to: &answer.readings, of: recall, at: instant)
        }
        var later = Set(unindexed.filter { $0 > last })
        try addInstants(after, recall, [last], to: &later)
        var times = 0
        for instant in later.sorted() where times < 2 {
            if try add(to: &answer.readings, of: recall, at: instant) { times += 1 }
        }
        // With two found there may be a third; with all looked at there is none.
        answer.reachesEnd = times < 2 && later.count < ChannelLog.neighbourInstants
        return (answer, reachesStart)
    }

    /// Adds instants of the index; answers how many it gave.
    @discardableResult
    private func addInstants(
        _ statement: Statement, _ recall: ChannelRecall, _ bounds: [Int64],
        to instants: inout Set<Int64>
    ) throws(StoreError) -> Int {
        statement.bind(1, Int64(recall.source.rawValue))
        for (place, bound) in bounds.enumerated() { statement.bind(Int32(place) + 2, bound) }
        defer { statement.reset() }
        var given = 0
        while try statement.step() {
            instants.insert(statement.integer(0))
            given += 1
        }
        return given
    }

    /// Adds what a channel measured at an instant, by receipt, and at one receipt by the order of the
    /// log; answers whether there is any.
    @discardableResult
    private func add(
        to readings: inout [Reading], of recall: ChannelRecall, at instant: Int64
    ) throws(StoreError) -> Bool {
        rows.bind(1, instant)
        rows.bind(2, Int64(recall.source.rawValue))
        rows.bind(3, Int64(recall.quantity.rawValue))
        rows.bind(4, Int64(recall.probe))
        defer { rows.reset() }
        var added: [(id: Int64, reading: Reading)] = []
        guard try rows.step() else { return false }
        readings.append(try rows.reading())
        // Seldom are there more: SQLite would set up a sorter for each instant.
        let first = rows.integer(0)
        while try rows.step() { added.append((rows.integer(0), try rows.reading())) }
        guard !added.isEmpty, let only = readings.popLast() else { return true }
        added.append((first, only))
        added.sort { ($0.reading.receivedAt, $0.id) < ($1.reading.receivedAt, $1.id) }
        for row in added { readings.append(row.reading) }
        return true
    }
}
