extension Schema {
    /// What was offered to whom, and who took it: kept from before anybody is told of it, so that one
    /// acceptance stays the only one. Erased with the history of records.
    static let offersMigration = Migration([
        """
        CREATE TABLE offers(
            -- The number of the record that told of it first.
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            -- 1 an order to a restaurant, 2 a delivery to drivers.
            kind INTEGER NOT NULL,
            order_id TEXT NOT NULL,
            publisher TEXT NOT NULL,
            -- Names, each on a line of its own.
            addressees TEXT NOT NULL,
            declined TEXT NOT NULL,
            assigns_driver INTEGER NOT NULL,
            opened_at INTEGER NOT NULL,
            deadline INTEGER NOT NULL,
            -- 1 open, 2 accepted, 3 expired, 4 declined by everybody, 5 overtaken by another of the order.
            state INTEGER NOT NULL,
            taker TEXT,
            ended_at INTEGER,
            -- The number of the record that told who took it.
            taken_as INTEGER
        ) STRICT;
        CREATE INDEX offer_ended ON offers(ended_at) WHERE ended_at IS NOT NULL;
        """
    ])
}
