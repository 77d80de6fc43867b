extension Schema {
    /// What was last told of each driver's presence: kept from before anybody is told of it, so that an
    /// offline driver is told once. When a driver was heard is not kept. Erased when nothing is
    /// expected of the driver any more.
    static let presenceMigration = Migration([
        """
        CREATE TABLE presence(
            driver TEXT PRIMARY KEY,
            -- What the driver or the platform said: 1 available, 2 busy, 3 on a break, 4 offline.
            said INTEGER,
            -- Whether the driver's own program was ever heard.
            is_heard INTEGER NOT NULL,
            -- Whether the driver is told to be offline because heartbeats were missed.
            is_missing INTEGER NOT NULL,
            since INTEGER NOT NULL,
            -- The number of the record that told it.
            told_as INTEGER
        ) STRICT, WITHOUT ROWID;
        """
    ])
}
