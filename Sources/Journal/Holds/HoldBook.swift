internal import ColdChain

/// Keeps legal holds. Each state of each is in the chain: who placed it, who released it, when.
struct HoldBook {
    private let database: Database
    private let changes: ChangeLog
    private let add: Statement
    private let end: Statement
    private let find: Statement

    init(_ database: Database, changes: ChangeLog) throws(StoreError) {
        self.database = database
        self.changes = changes
        add = try database.prepare(
            """
            INSERT INTO holds(number, order_id, bag, device, measured_from, measured_until, reason,
                placed_by, placed_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """)
        end = try database.prepare(
            """
            UPDATE holds SET released_by = ?2, released_at = ?3
            WHERE number = ?1 AND released_at IS NULL
            """)
        find = try database.prepare(
            "SELECT \(Statement.holdColumns) FROM holds WHERE number = ?1")
    }

    func place(
        _ scope: HoldScope, reason: String, by person: String, until end: Timestamp?,
        at now: Timestamp
    ) throws(StoreError) -> LegalHold {
        let last = try database.integer("SELECT max(number) FROM holds") ?? 0
        add.bind(1, last + 1)
        add.bind(2, scope.order)
        add.bind(3, scope.bag)
        add.bind(4, scope.device)
        add.bind(5, scope.from?.milliseconds)
        add.bind(6, scope.until?.milliseconds)
        add.bind(7, reason)
        add.bind(8, person)
        add.bind(9, now.milliseconds)
        add.bind(10, end?.milliseconds)
        try add.run()
        try changes.record(.hold) { $0.bind(1, last + 1) }
        return LegalHold(
            number: UInt64(last + 1), scope: scope, reason: reason, placedBy: person,
            placedAt: now, expiresAt: end)
    }

    /// Nil where there is no hold of this number. One that was released stays as it was.
    func release(
        _ number: UInt64, by person: String, at now: Timestamp
    ) throws(StoreError) -> LegalHold? {
        end.bind(1, number)
        end.bind(2, person)
        end.bind(3, now.milliseconds)
        if try end.runCounting() == 1 {
            try changes.record(.hold) { $0.bind(1, number) }
        }
        find.bind(1, number)
        defer { find.reset() }
        return try find.step() ? find.hold() : nil
    }

    func inForce(at now: Timestamp) throws(StoreError) -> [LegalHold] {
        let rows = try database.prepare(
            "SELECT \(Statement.holdColumns) FROM holds WHERE released_at IS NULL ORDER BY number")
        var holds: [LegalHold] = []
        while try rows.step() {
            let hold = rows.hold()
            if hold.isInForce(at: now) { holds.append(hold) }
        }
        return holds
    }
}
