internal import ColdChain

/// When one source said something.
struct Instant: Comparable {
    var source: UInt32
    var measuredAt: Int64

    static func < (lesser: Instant, greater: Instant) -> Bool {
        (lesser.source, lesser.measuredAt) < (greater.source, greater.measuredAt)
    }
}

/// Builds the index of a log by source and time, a slice of many instants at once.
///
/// Readings arrive in order of time, from all sources by turns. An index by source would be touched
/// at another page for each of them, which costs five times the reading itself. So instants are
/// gathered in memory, and when a slice is full it is sorted and goes into the index bit by bit with
/// the following commits: each page of the index is then touched once for several instants. A
/// query adds what is not yet indexed by reading the rows after `indexedThrough`; never more than
/// two slices.
///
/// The index is a set: putting an instant in twice changes nothing, so a slice that was cut short by
/// the end of the process is begun anew.
struct InstantIndex {
    /// With 5,000 sources each page is touched once for three instants; twice as many would save
    /// 0.06 µs a reading and double what a query reads besides.
    static let sliceInstants = 16_384
    /// Two go in for each that is gathered, so that a slice is done before the next is full.
    private static let drainedForEachGathered = 2

    /// Many entries a statement cost a third less each; beyond the first it saves nothing more. The
    /// second is for what remains.
    private static let blockEntries = [16, 8]

    private let insert: Statement
    /// Each for so many entries at once, the most first.
    private let insertBlocks: [(entries: Int, statement: Statement)]
    private let setState: Statement
    private let progress: LogState

    private var gathering: [Instant] = []
    private var gatheredThrough: Int64
    /// Sorted; all before `drained` are in the index.
    private var draining: [Instant] = []
    private var drained = 0
    private var drainingThrough: Int64 = 0
    private var gatheredInBatch = 0

    /// - Parameters:
    ///   - log: the table whose rows are indexed, `readings` or `fixes`.
    ///   - table: the index's table.
    init(
        of log: String, in table: String, progress: LogState, database: Database
    ) throws(StoreError) {
        self.progress = progress
        insert = try database.prepare(InstantIndex.insertion(into: table, entries: 1))
        var blocks: [(entries: Int, statement: Statement)] = []
        for entries in InstantIndex.blockEntries {
            let insertion = InstantIndex.insertion(into: table, entries: entries)
            blocks.append((entries, try database.prepare(insertion)))
        }
        insertBlocks = blocks
        setState = try database.prepare(
            """
            INSERT INTO log_state(name, value) VALUES ('\(progress.rawValue)', ?1)
            ON CONFLICT(name) DO UPDATE SET value = excluded.value
            """)
        gatheredThrough = try database.value(of: progress)
        gathering.reserveCapacity(2 * InstantIndex.sliceInstants)
        draining.reserveCapacity(2 * InstantIndex.sliceInstants)
        try gatherUnindexed(of: log, database)
    }

    /// Takes up the rows that are not yet indexed; more than a slice of them goes in at once.
    private mutating func gatherUnindexed(
        of log: String, _ database: Database
    ) throws(StoreError) {
        let rows = try database.prepare(
            "SELECT id, source, measured_at FROM \(log) WHERE id > ?1 ORDER BY id LIMIT ?2")
        while true {
            rows.bind(1, gatheredThrough)
            rows.bind(2, InstantIndex.sliceInstants)
            var count = 0
            while try rows.step() {
                count += 1
                gather(
                    source: UInt32(truncatingIfNeeded: rows.integer(1)),
                    measuredAt: rows.integer(2), id: rows.integer(0))
            }
            gatheredInBatch = 0
            guard count == InstantIndex.sliceInstants else { return }
            beginDraining()
            try database.transaction { () throws(StoreError) in
                try drain(atMost: draining.count)
            }
        }
    }

    mutating func gather(source: UInt32, measuredAt: Int64, id: Int64) {
        gatheredThrough = id
        let instant = Instant(source: source, measuredAt: measuredAt)
        // The readings of one sample follow each other.
        if instant == gathering.last { return }
        gathering.append(instant)
        gatheredInBatch += 1
    }

    /// When a source measured, as far as it is not in the index for certain.
    func unindexed(of source: UInt32) -> [Int64] {
        var instants: [Int64] = []
        for instant in draining[drained...] where instant.source == source {
            instants.append(instant.measuredAt)
        }
        for instant in gathering where instant.source == source {
            instants.append(instant.measuredAt)
        }
        return instants
    }

    /// Goes through what is not in the index for certain.
    func forEachUnindexed(_ body: (Instant) -> Void) {
        for instant in draining[drained...] { body(instant) }
        for instant in gathering { body(instant) }
    }

    /// Does this batch's share of the work, inside the batch's own transaction.
    mutating func advance() throws(StoreError) {
        let share = gatheredInBatch * InstantIndex.drainedForEachGathered
        gatheredInBatch = 0
        try drain(atMost: share)
        if draining.isEmpty, gathering.count >= InstantIndex.sliceInstants {
            beginDraining()
        }
    }

    private mutating func beginDraining() {
        swap(&gathering, &draining)
        draining.sort()
        drained = 0
        drainingThrough = gatheredThrough
    }

    private mutating func drain(atMost count: Int) throws(StoreError) {
        guard !draining.isEmpty else { return }
        let end = min(drained + count, draining.count)
        while drained < end {
            if let block = insertBlocks.first(where: { $0.entries <= end - drained }) {
                try insert(block.entries, with: block.statement)
            } else {
                try insert(1, with: insert)
            }
        }
        guard drained == draining.count else { return }
        setState.bind(1, drainingThrough)
        try setState.run()
        draining.removeAll(keepingCapacity: true)
        drained = 0
    }

    private mutating func insert(_ count: Int, with statement: Statement) throws(StoreError) {
        var parameter: Int32 = 1
        for instant in draining[drained..<drained + count] {
            statement.bind(parameter, Int64(instant.source))
            statement.bind(parameter + 1, instant.measuredAt)
            parameter += 2
        }
        try statement.run()
        drained += count
    }

    private static func insertion(into table: String, entries: Int) -> String {
        let values = repeatElement("(?, ?)", count: entries).joined(separator: ", ")
        return "INSERT OR IGNORE INTO \(table)(source, measured_at) VALUES \(values)"
    }
}
