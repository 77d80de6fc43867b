internal import ColdChain

/// A log whose rows are erased from its front on, but for those that are held.
struct AgedLog {
    let kind: RecordKind
    private let mark: LogState
    /// Number and age of each row after `?1`, then what tells whether it is held.
    private let oldest: Statement
    private let erase: Statement
    private let count: Statement?
    /// The last row that was looked at: what is before it is erased or held.
    private var done: Int64 = -1

    /// - Parameters:
    ///   - columns: The row's age, then what tells whether it is held.
    ///   - counting: Where its erased rows are counted, if they are.
    init(
        _ database: Database, _ kind: RecordKind, columns: String, mark: LogState,
        counting: LogState? = nil, slice: Int
    ) throws(StoreError) {
        self.kind = kind
        self.mark = mark
        oldest = try database.prepare(
            """
            SELECT \(kind.key), \(columns) FROM \(kind.table)
            WHERE \(kind.key) > ?1 ORDER BY \(kind.key) LIMIT \(slice)
            """)
        erase = try database.prepare(
            "DELETE FROM \(kind.table) WHERE \(kind.key) >= ?1 AND \(kind.key) < ?2")
        if let counting {
            count = try database.prepareAddition(to: counting)
        } else {
            count = nil
        }
    }

    /// What was looked at, and what of it goes.
    struct Front {
        var looked = 0
        /// The numbers of the rows that go.
        var numbers: [Int64] = []

        var held: Int { looked - numbers.count }
    }

    /// Rows that were held may not be any more: they are looked at again.
    mutating func beginAnew() {
        done = -1
    }

    /// Looks at the rows at the front that are old enough, as many as one slice has.
    mutating func front(
        before cutoff: Timestamp, isHeld: (Statement) -> Bool
    ) throws(StoreError) -> Front {
        var front = Front()
        oldest.bind(1, done)
        defer { oldest.reset() }
        while try oldest.step(), oldest.integer(1) < cutoff.milliseconds {
            front.looked += 1
            done = oldest.integer(0)
            if !isHeld(oldest) { front.numbers.append(done) }
        }
        return front
    }

    /// Erases rows by their numbers, ascending; that they went is the caller's to sign.
    func erase(_ numbers: [Int64], in database: Database) throws(StoreError) {
        guard let last = numbers.last else { return }
        for run in Run.runs(of: kind, numbers) {
            erase.bind(1, run.first)
            erase.bind(2, run.end)
            try erase.run()
        }
        if let count {
            count.bind(1, numbers.count)
            try count.run()
        }
        try database.raise(mark, to: last)
    }
}
