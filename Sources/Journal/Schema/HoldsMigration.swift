extension Schema {
    /// Legal holds, and what retention and erasure need to find rows by.
    static let holdsMigration = Migration([
        holds, heldIndexes, erasedCounts,
    ])

    private static let holds = """
        CREATE TABLE holds(
            number INTEGER PRIMARY KEY,
            -- What it covers: rows that are all of what is named here.
            order_id TEXT, bag TEXT, device TEXT,
            measured_from INTEGER, measured_until INTEGER,
            reason TEXT NOT NULL,
            placed_by TEXT NOT NULL,
            placed_at INTEGER NOT NULL,
            -- When it ends by itself; NULL where it lasts until it is released.
            expires_at INTEGER,
            released_by TEXT,
            released_at INTEGER
        ) STRICT;
        """

    private static let heldIndexes = """
        CREATE INDEX custody_by_bag ON custody(bag);
        CREATE INDEX order_by_customer ON orders(customer) WHERE customer IS NOT NULL;
        CREATE INDEX order_by_driver ON orders(driver) WHERE driver IS NOT NULL;
        """

    /// Erased rows are no longer all those up to a number: they are counted.
    private static let erasedCounts = """
        INSERT INTO log_state(name, value) SELECT 'readings_erased', value FROM log_state
            WHERE name = 'readings_erased_through';
        INSERT INTO log_state(name, value) SELECT 'events_erased', value FROM log_state
            WHERE name = 'events_erased_through';
        """
}
