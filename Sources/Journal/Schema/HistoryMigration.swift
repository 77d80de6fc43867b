extension Schema {
    /// Records as the fabric tells them, for whoever comes back within a day or so. They are no part
    /// of the log that proves itself: what they tell of is.
    static let historyMigration = Migration([
        """
        CREATE TABLE history(
            number INTEGER PRIMARY KEY,
            order_number INTEGER,
            type TEXT NOT NULL,
            occurred_at INTEGER NOT NULL,
            kept_at INTEGER NOT NULL,
            data TEXT NOT NULL
        ) STRICT;
        CREATE INDEX history_by_order ON history(order_number) WHERE order_number IS NOT NULL;
        CREATE TABLE history_channels(
            channel TEXT NOT NULL,
            number INTEGER NOT NULL,
            -- Where the record stands among those of the channel, from 1.
            sequence INTEGER NOT NULL,
            PRIMARY KEY (channel, number)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX history_channel_by_number ON history_channels(number);
        -- What was told before cannot be told again.
        INSERT INTO log_state(name, value)
            SELECT 'history_erased_through', coalesce(max(number), 0) FROM events;
        """
    ])
}
