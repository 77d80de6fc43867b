package import ColdChain

/// All readings measured in a stretch of time, in the order in which they entered the log, page by
/// page: what is in memory is one page, and between pages no state of the log is held.
package struct ReadingExport: Sendable {
    package let from: Timestamp
    package let until: Timestamp
    private var position: UInt64
    private let last: UInt64

    fileprivate init(from: Timestamp, until: Timestamp, first: UInt64, last: UInt64) {
        self.from = from
        self.until = until
        self.position = first &- 1
        self.last = last
    }

    /// Rows that one query looks at, so that a page of a sparse stretch holds its state of the log
    /// for some 10 ms only.
    private static let spanRows: UInt64 = 65_536

    /// The next readings, at most `limit`; empty when there are no more. Readings that were
    /// recorded after the export began are not part of it.
    package mutating func next(
        limit: Int, from reader: JournalReader
    ) throws(StoreError) -> [LoggedReading] {
        var page: [LoggedReading] = []
        while page.count < limit, !isFinished {
            page += try step(limit: limit - page.count, from: reader)
        }
        return page
    }

    /// Whether there are no more.
    package var isFinished: Bool { position >= last }

    /// The readings that one query finds, at most `limit` and perhaps none, so that whoever has other
    /// work to do can do it in between.
    package mutating func step(
        limit: Int, from reader: JournalReader
    ) throws(StoreError) -> [LoggedReading] {
        guard limit > 0, !isFinished else { return [] }
        let rows = try reader.database.prepare(
            """
            SELECT \(Statement.readingColumns), \(Statement.sourceColumns)
            FROM readings AS r NOT INDEXED CROSS JOIN sources ON sources.number = r.source
            \(Schema.judgement.join)
            WHERE r.id > ?1 AND r.id <= ?2 AND r.measured_at >= ?3 AND r.measured_at < ?4
            ORDER BY r.id LIMIT ?5
            """)
        rows.bind(3, self.from.milliseconds)
        rows.bind(4, until.milliseconds)
        let end = min(position + ReadingExport.spanRows, last)
        rows.bind(1, position)
        rows.bind(2, end)
        rows.bind(5, limit)
        var page: [LoggedReading] = []
        while try rows.step() { page.append(try rows.loggedReading()) }
        position = page.count < limit ? end : page.last?.id ?? end
        return page
    }
}

extension JournalReader {
    /// Begins an export of the readings measured from one instant until just before another.
    package func exportReadings(
        from: Timestamp, until: Timestamp
    ) throws(StoreError) -> ReadingExport {
        let isWhole = from.milliseconds == .min && until.milliseconds == .max
        // The ids of the whole log are known without looking at its times.
        let range = try database.prepare(
            isWhole
                ? "SELECT (SELECT min(id) FROM readings), (SELECT max(id) FROM readings)"
                : """
                SELECT min(id), max(id) FROM readings INDEXED BY reading_once
                WHERE measured_at >= ?1 AND measured_at < ?2
                """)
        if !isWhole {
            range.bind(1, from.milliseconds)
            range.bind(2, until.milliseconds)
        }
        guard try range.step(), !range.isNull(0) else {
            return ReadingExport(from: from, until: until, first: 1, last: 0)
        }
        return ReadingExport(
            from: from, until: until, first: range.number(0), last: range.number(1))
    }
}
