extension Schema {
    /// Who of those that may see everything looked at what.
    static let accessMigration = Migration([
        """
        -- One row for each connection and channel, and for each answer of the API. None is ever
        -- changed.
        CREATE TABLE accesses(
            number INTEGER PRIMARY KEY,
            occurred_at INTEGER NOT NULL,
            -- By the token.
            subject TEXT NOT NULL,
            role TEXT NOT NULL,
            -- 'follow', 'replay' or 'read'.
            deed TEXT NOT NULL,
            -- A channel such as 'orders.ORD-1', or the path of a request without its query.
            resource TEXT NOT NULL,
            -- 'loopback', 'private', 'public' or 'unknown'.
            address_class TEXT NOT NULL
        ) STRICT;
        CREATE TRIGGER access_is_final BEFORE UPDATE ON accesses
            BEGIN SELECT RAISE(ABORT, 'a recorded access is never changed'); END;
        """,
        """
        CREATE VIEW access_log AS
            SELECT number, \(rfc3339("occurred_at")) AS occurred_at, subject, role, deed, resource,
                address_class
            FROM accesses;
        """,
    ])
}
