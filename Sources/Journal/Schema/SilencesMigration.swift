extension Schema {
    /// Sensors of bags with an order that were silent, as people were told.
    static let silencesMigration = Migration([
        """
        CREATE TABLE silences(
            order_number INTEGER NOT NULL REFERENCES orders,
            bag TEXT NOT NULL,
            -- When the bag began to carry the order.
            started_at INTEGER NOT NULL,
            -- 0 where the bag as a whole is silent: it has no sensor that is known.
            source INTEGER NOT NULL,
            -- -1 where none of the device's probes was heard since then.
            probe INTEGER NOT NULL,
            since_at INTEGER NOT NULL,
            -- When it was heard last; NULL where it never was since the bag carries the order.
            heard_at INTEGER,
            -- The number of the last notice, from 1.
            notices INTEGER NOT NULL,
            told_at INTEGER NOT NULL,
            ended_at INTEGER,
            -- 1 heard again, 2 the bag ceased to carry the order, 3 not expected any more.
            end_reason INTEGER,
            PRIMARY KEY (order_number, bag, started_at, source, probe, since_at)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX silence_lasting ON silences(order_number) WHERE ended_at IS NULL;
        """
    ])
}
