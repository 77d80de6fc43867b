internal import ColdChain

/// Appends readings to the log, each once.
struct ReadingLog {
    private let append: Statement
    private let find: Statement
    private var next: Int64
    private var index: InstantIndex

    init(_ database: Database) throws(StoreError) {
        append = try database.prepare(
            """
            INSERT INTO readings(id, measured_at, source, quantity, probe, value, quality,
                test_flags, time_source, received_at, sequence, order_number)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT(measured_at, source, quantity, probe, value) DO NOTHING
            """)
        find = try database.prepare(
            """
            SELECT 1 FROM readings WHERE measured_at = ?1 AND source = ?2 AND quantity = ?3
                AND probe = ?4 AND value IS NULL
            """)
        next = try database.firstFreeNumber(
            after: .readingsErasedThrough, in: "readings", column: "id")
        index = try InstantIndex(
            of: "readings", in: "reading_by_source", progress: .readingsIndexedThrough,
            database: database)
    }

    /// Appends the reading; false where it is in the log already.
    mutating func record(_ reading: Reading) throws(StoreError) -> Bool {
        if reading.measurement.value.isNaN, try isRecordedWithoutNumber(reading) { return false }
        append.bind(1, next)
        append.bind(2, reading.measuredAt.milliseconds)
        append.bind(3, Int64(reading.source.rawValue))
        append.bind(4, Int64(reading.measurement.quantity.rawValue))
        append.bind(5, Int64(reading.measurement.probe))
        append.bind(6, reading.measurement.value)
        append.bind(7, Int64(reading.quality.rollup.rawValue))
        append.bind(8, Int64(bitPattern: reading.quality.packed))
        append.bind(9, Int64(reading.timeSource.rawValue))
        append.bind(10, reading.receivedAt.milliseconds)
        append.bind(11, reading.sequence)
        append.bind(12, reading.order.map { Int64($0.rawValue) })
        guard try append.runCounting() == 1 else { return false }
        index.gather(
            source: reading.source.rawValue, measuredAt: reading.measuredAt.milliseconds, id: next)
        next += 1
        return true
    }

    /// NULL equals nothing, so a value that is not a number does not conflict with itself.
    private func isRecordedWithoutNumber(_ reading: Reading) throws(StoreError) -> Bool {
        find.bind(1, reading.measuredAt.milliseconds)
        find.bind(2, Int64(reading.source.rawValue))
        find.bind(3, Int64(reading.measurement.quantity.rawValue))
        find.bind(4, Int64(reading.measurement.probe))
        defer { find.reset() }
        return try find.step()
    }

    mutating func advanceIndex() throws(StoreError) {
        try index.advance()
    }
}

extension Database {
    /// The number after the last one given, also where the rows that had it are erased.
    func firstFreeNumber(
        after erased: LogState, in table: String, column: String
    ) throws(StoreError) -> Int64 {
        let newest = try integer("SELECT max(\(column)) FROM \(table)") ?? 0
        return max(newest, try value(of: erased)) + 1
    }
}
