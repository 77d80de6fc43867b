extension Schema {
    /// Version 3: what devices announce of their topics.
    static let thirdMigration = Migration([
        """
        -- The newest message of each announcing topic.
        CREATE TABLE announcements(
            topic BLOB PRIMARY KEY,
            payload BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """
    ])
}
