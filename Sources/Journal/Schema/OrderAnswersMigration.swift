extension Schema {
    /// What answers about an order are found by, and what people find at its hand-overs.
    static let orderAnswersMigration = Migration([
        "CREATE INDEX event_by_order ON events(order_number, number);",
        """
        -- What somebody found when food changed hands; numbers have no holes.
        CREATE TABLE checkpoints(
            number INTEGER PRIMARY KEY,
            order_number INTEGER NOT NULL REFERENCES orders,
            -- 1 pickup, 2 hand-over, 3 delivery.
            kind INTEGER NOT NULL,
            occurred_at INTEGER NOT NULL,
            recorded_at INTEGER NOT NULL,
            -- Whose token it came with; `person` is who they said they were.
            recorded_by TEXT NOT NULL,
            person TEXT,
            bag TEXT,
            -- Measured by hand, in °C: 1 in the core, 2 at the surface, 3 in the air.
            site INTEGER,
            celsius REAL,
            -- 1 intact, 2 broken.
            seal INTEGER,
            photo TEXT,
            prior_danger_minutes REAL
        ) STRICT;
        CREATE INDEX checkpoint_by_order ON checkpoints(order_number, number);
        CREATE TRIGGER checkpoint_is_final BEFORE UPDATE ON checkpoints
            BEGIN SELECT RAISE(ABORT, 'a recorded checkpoint is never changed'); END;
        """,
    ])
}
