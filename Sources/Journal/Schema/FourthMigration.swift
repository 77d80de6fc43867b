extension Schema {
    /// Version 4: the chain that proves the log (`Documentation/log-format.md`).
    static let fourthMigration = Migration([chain, changes, purges])

    private static let chain = """
        -- One link for each transaction that recorded something; numbers have no holes.
        CREATE TABLE links(
            number INTEGER PRIMARY KEY,
            -- 1 recorded, 2 carried over from a store without a chain, 3 erasure.
            origin INTEGER NOT NULL,
            -- Which rows it holds: runs of 13 bytes.
            rows BLOB NOT NULL,
            hash BLOB NOT NULL,
            -- 32 bytes a row, in the order of `rows`.
            commitments BLOB NOT NULL
        ) STRICT;
        -- 16 random bytes a row, by the first row of each run; zero, or gone, once a row is erased.
        CREATE TABLE salts(
            kind INTEGER NOT NULL,
            first INTEGER NOT NULL,
            salts BLOB NOT NULL,
            PRIMARY KEY (kind, first)
        ) STRICT, WITHOUT ROWID;
        -- The public keys that erasures and exported heads are signed with (Ed25519).
        CREATE TABLE signing_keys(number INTEGER PRIMARY KEY, public_key BLOB NOT NULL) STRICT;
        """

    private static let changes = """
        -- Each state an order (1), a custody (2) or an excursion (3) came to.
        CREATE TABLE changes(
            number INTEGER PRIMARY KEY,
            subject INTEGER NOT NULL,
            key BLOB NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX change_by_key ON changes(subject, key);
        CREATE TRIGGER change_is_final BEFORE UPDATE ON changes
            BEGIN SELECT RAISE(ABORT, 'a recorded change is never changed'); END;
        """

    private static let purges = """
        -- What retention has erased, by which policy and when.
        CREATE TABLE purges(
            number INTEGER PRIMARY KEY,
            policy TEXT NOT NULL,
            purged_at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            -- Which rows: runs of 13 bytes, as in `links`.
            rows BLOB NOT NULL,
            signing_key INTEGER NOT NULL REFERENCES signing_keys,
            signature BLOB NOT NULL
        ) STRICT;
        CREATE TRIGGER purge_is_final BEFORE UPDATE ON purges
            BEGIN SELECT RAISE(ABORT, 'a recorded erasure is never changed'); END;
        """
}
