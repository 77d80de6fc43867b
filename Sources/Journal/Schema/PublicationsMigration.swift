extension Schema {
    /// By what a published message is known when it comes again, kept as long as its record can be told
    /// again. The numbers of such records are none of the log's events.
    static let publicationsMigration = Migration([
        """
        CREATE TABLE publications(
            publisher TEXT NOT NULL,
            -- The publisher's name for the message.
            message TEXT NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY (publisher, message)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX publication_by_number ON publications(number);
        """
    ])
}
