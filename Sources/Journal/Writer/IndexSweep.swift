internal import ColdChain

/// Takes out of the indexes by source what points at erased rows, source by source.
///
/// A stale entry does no harm, it only takes space: so one round an hour is enough, and erasing a
/// row need not touch the index at a place of its own.
struct IndexSweep {
    /// Entries a transaction.
    private static let slice = 1_000
    /// Sources visited a transaction, where nothing is found to erase.
    private static let sourcesASlice = 500
    private static let restMilliseconds: Int64 = 3_600_000

    private let database: Database
    private let nextSource: Statement
    private let eraseFixes: Statement
    private let eraseReadings: Statement
    private var source: Int64 = 0
    private var rests = Timestamp(milliseconds: .min)

    init(_ database: Database) throws(StoreError) {
        self.database = database
        nextSource = try database.prepare(
            "SELECT number FROM sources WHERE number > ?1 ORDER BY number LIMIT 1")
        eraseFixes = try database.prepare(IndexSweep.eraseSQL("fix_by_source", "fixes", "fix_once"))
        eraseReadings = try database.prepare(
            IndexSweep.eraseSQL("reading_by_source", "readings", "reading_once"))
    }

    /// A late row may lie behind the cutoff and still be kept, hence the look at the log.
    private static func eraseSQL(_ table: String, _ log: String, _ once: String) -> String {
        """
        DELETE FROM \(table) WHERE (source, measured_at) IN (
            SELECT source, measured_at FROM \(table) AS b
            WHERE b.source = ?1 AND b.measured_at < ?2 AND NOT EXISTS (
                SELECT 1 FROM \(log) AS r INDEXED BY \(once)
                WHERE r.measured_at = b.measured_at AND r.source = b.source)
            LIMIT \(slice))
        """
    }

    /// Erases one slice; false when a round is done.
    mutating func eraseSlice(
        now: Timestamp, fixesBefore fixCutoff: Timestamp, readingsBefore readingCutoff: Timestamp
    ) throws(StoreError) -> Bool {
        guard now >= rests else { return false }
        try database.transaction { () throws(StoreError) in
            var erased = 0
            for _ in 0..<IndexSweep.sourcesASlice where erased < IndexSweep.slice {
                guard let number = try sourceAfter(source) else {
                    source = 0
                    rests = now.advanced(byMilliseconds: IndexSweep.restMilliseconds)
                    return
                }
                let taken =
                    try erase(eraseFixes, of: number, before: fixCutoff)
                    + erase(eraseReadings, of: number, before: readingCutoff)
                erased += taken
                // A source that filled the slice may have more.
                if taken < IndexSweep.slice { source = number }
            }
        }
        return now >= rests
    }

    private func sourceAfter(_ number: Int64) throws(StoreError) -> Int64? {
        nextSource.bind(1, number)
        defer { nextSource.reset() }
        return try nextSource.step() ? nextSource.integer(0) : nil
    }

    private func erase(
        _ statement: Statement, of source: Int64, before cutoff: Timestamp
    ) throws(StoreError) -> Int {
        statement.bind(1, source)
        statement.bind(2, cutoff.milliseconds)
        return try statement.runCounting()
    }
}
