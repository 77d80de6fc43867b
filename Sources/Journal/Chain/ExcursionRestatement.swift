/// Records excursions again whose table was made anew after the chain had their newest state.
///
/// The fifth schema gave excursions other columns; what the chain says of those from before has the
/// ten they had. A row that is exactly what the migration made of such a state is recorded with the
/// columns it has now, in a link that says it was carried over. A row that is anything else was
/// altered: it gets no new state, so that the verifier goes on saying so.
///
/// It goes on where an earlier process was cut short: nothing is recorded before it is done.
struct ExcursionRestatement {
    /// Excursions a transaction, and a link.
    private static let slice = 1_000
    /// What a state of before had: the excursion's number, order, source, food, limit, times, peak.
    private static let columnsBefore = 10

    private let database: Database
    private let chain: Chain
    private let changes: ChangeLog
    private let newest: Statement
    private let before: Statement

    static func complete(_ database: Database) throws(StoreError) {
        guard try database.value(of: .excursionsRestated) == 0 else { return }
        let restatement = try ExcursionRestatement(database)
        var last: [UInt8]? = []
        while let after = last {
            last = try database.transaction { () throws(StoreError) in
                try restatement.restateSlice(after: after)
            }
        }
        try database.raise(.excursionsRestated, to: 1)
    }

    private init(_ database: Database) throws(StoreError) {
        self.database = database
        let chain = try Chain(database)
        self.chain = chain
        changes = try ChangeLog(database, chain: chain)
        newest = try database.prepare(
            """
            SELECT max(number), key, body FROM changes INDEXED BY change_by_key
            WHERE subject = \(ChangeSubject.excursion.rawValue) AND key > ?1
            GROUP BY key ORDER BY key LIMIT \(ExcursionRestatement.slice)
            """)
        before = try database.prepare(ExcursionRestatement.beforeSQL)
    }

    /// The columns of before of a row that `Schema.excursionMigration` made and nobody changed since.
    private static let beforeSQL = """
        SELECT number, order_number, source, food_class, limit_minimum, limit_maximum,
            limit_profile, started_us / 1000, closed_us / 1000, peak
        FROM excursions WHERE number = ?1
            AND (grace_us, critical_margin, critical_grace_us, hysteresis, clear_delay_us,
                maximum_gap_us, revision, standing) = (0, 0, 0, 0, 0, 300000000, 1, 1)
            AND (activated_us, start_edge, cause, is_activation_assumed) = (started_us, 1, 1, 0)
            AND (outside_us, unknown_us, nano_degree_seconds) = (0, 0, 0)
            AND started_us % 1000 = 0 AND coalesce(closed_us % 1000, 0) = 0
            AND ended_us IS closed_us
            AND state = iif(closed_us IS NULL, 2, 4)
            AND end_edge IS iif(closed_us IS NULL, NULL, 1)
            AND close_reason IS iif(closed_us IS NULL, NULL, 1)
        """

    /// Answers the last key it looked at; nil once there are no more.
    private func restateSlice(after last: [UInt8]) throws(StoreError) -> [UInt8]? {
        var states: [(key: [UInt8], body: [UInt8])] = []
        newest.bind(1, blob: last)
        while try newest.step() { states.append((newest.bytes(1), newest.bytes(2))) }
        let bytes = CanonicalBytes()
        for state in states
        where CanonicalValues.ends(state.body.span)?.count == ExcursionRestatement.columnsBefore {
            guard CanonicalKey.bind(state.key.span, to: before, count: 1) else { continue }
            defer { before.reset() }
            guard try before.step() else { continue }
            bytes.removeAll()
            before.encode(0..<before.columnCount, into: bytes)
            guard bytes.array == state.body else { continue }
            let number = before.integer(0)
            try changes.record(.excursion) { $0.bind(1, number) }
        }
        try chain.close(.carriedOver)
        return states.count == ExcursionRestatement.slice ? states.last?.key : nil
    }
}
