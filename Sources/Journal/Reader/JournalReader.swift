package import Bridge
package import ColdChain

/// The log as those see it who only read: a connection of its own, for one thread of its own.
///
/// Each call sees one committed state of the log and holds it no longer than the call lasts, so that
/// no reader keeps the write-ahead log from starting anew.
package final class JournalReader {
    let database: Database
    let placeKeyPath: String?

    /// Opens a store that a `Journal` has made; it may be open for writing at the same time.
    ///
    /// - Parameter placeKeyPath: Where the keys for places of delivery are; nil: they are not read.
    package init(
        path: String, placeKeyPath: String? = nil, busyMilliseconds: Int32 = 2_000,
        schema: Schema = .current
    ) throws(StoreError) {
        self.placeKeyPath = placeKeyPath
        database = try Database(path: path, access: .read, busyMilliseconds: busyMilliseconds)
        try database.execute(
            """
            PRAGMA trusted_schema = OFF;
            PRAGMA cell_size_check = ON;
            PRAGMA query_only = ON;
            PRAGMA temp_store = MEMORY;
            """)
        try schema.requireCurrent(database)
    }

    /// Runs several queries on one state of the log.
    func snapshot<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
        try database.transaction("BEGIN", body)
    }

    static let orderByID = """
        SELECT \(Statement.orderColumns) FROM orders WHERE orders.id = ?1
        ORDER BY orders.number DESC LIMIT 1
        """

    /// The newest order with the platform's identifier `id`; without where it goes to, which
    /// `deliveryPlace(of:)` tells.
    package func order(id: String) throws(StoreError) -> Order? {
        let find = try database.prepare(Self.orderByID)
        find.bind(1, id)
        return try find.step() ? try find.order() : nil
    }

    /// Events of the record class after a number, in order, at most `limit`.
    package func events(after number: UInt64, limit: Int) throws(StoreError) -> [EventRecord] {
        let rows = try database.prepare(
            """
            SELECT number, name, order_number, occurred_at, data FROM events
            WHERE number > ?1 ORDER BY number LIMIT ?2
            """)
        rows.bind(1, number)
        rows.bind(2, max(limit, 0))
        var events: [EventRecord] = []
        while try rows.step() {
            events.append(
                EventRecord(
                    number: rows.number(0), name: rows.text(1),
                    order: OrderNumber(rows.number32(2)), occurredAt: rows.instant(3),
                    data: rows.bytes(4)))
        }
        return events
    }

    /// How much the log holds, without reading it.
    package func counts() throws(StoreError) -> JournalCounts {
        try snapshot { () throws(StoreError) in
            var counts = JournalCounts()
            counts.readings = try rows(
                of: "readings", by: "id", erasedThrough: .readingsErasedThrough, .readingsErased)
            counts.fixes = try rows(
                of: "fixes", by: "id", erasedThrough: .fixesErasedThrough, .fixesErased)
            counts.events =
                try database.lastEventNumber() - database.value(of: .eventsErased)
                - database.value(of: .numbersRelayed)
            counts.deadLetters = try deadLetterCount()
            counts.deadLettersRemoved = try database.value(of: .deadLettersRemoved)
            counts.pendingDeliveries =
                try database.integer(
                    "SELECT count(*) FROM deliveries INDEXED BY delivery_pending WHERE state = 1")
                ?? 0
            counts.databaseBytes =
                try (database.integer("PRAGMA page_count") ?? 0) * Int64(database.pageBytes)
            return counts
        }
    }

    /// Numbers have no holes but those that erasing leaves.
    private func rows(
        of log: String, by number: String, erasedThrough mark: LogState, _ erased: LogState
    ) throws(StoreError) -> Int64 {
        try database.firstFreeNumber(after: mark, in: log, column: number) - 1
            - database.value(of: erased)
    }

    /// Reads every page and follows every index and reference: minutes for a large log.
    package func verify() throws(StoreError) {
        try Verification.verifyWhole(database)
    }
}

/// How much the log holds.
package struct JournalCounts: Equatable, Sendable {
    package var readings: Int64 = 0
    package var fixes: Int64 = 0
    package var events: Int64 = 0
    package var pendingDeliveries: Int64 = 0
    package var deadLetters: Int64 = 0
    /// Dead letters that made room for newer ones, over the life of the store.
    package var deadLettersRemoved: Int64 = 0
    package var databaseBytes: Int64 = 0

    package init() {}
}
