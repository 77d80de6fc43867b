extension Schema {
    /// Alerts, and what people do about them.
    static let alertsMigration = Migration([
        """
        CREATE TABLE alert_kinds(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        -- What there is to look at, as it is now. `state` is all of it, as JSON; the other columns
        -- repeat what it is looked for by. Each state it came to is in `changes`.
        CREATE TABLE alerts(
            number INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL REFERENCES alert_kinds,
            order_number INTEGER REFERENCES orders,
            order_id TEXT,
            bag TEXT NOT NULL,
            device TEXT NOT NULL,
            restaurant TEXT,
            cafe TEXT,
            raised_at INTEGER NOT NULL,
            is_standing INTEGER NOT NULL,
            is_acknowledged INTEGER NOT NULL,
            is_closed INTEGER NOT NULL,
            -- NULL once it is reviewed.
            review_due INTEGER,
            revision INTEGER NOT NULL,
            state TEXT NOT NULL
        ) STRICT;
        CREATE INDEX alert_by_order ON alerts(order_number);
        CREATE INDEX alert_unsettled ON alerts(number) WHERE is_closed = 0 OR review_due IS NOT NULL;
        """,
        """
        -- Whose end is still to be told, however long ago the order was final.
        CREATE INDEX excursion_open ON excursions(order_number)
            WHERE closed_us IS NULL AND standing = 1;
        """,
        """
        -- What people did about alerts, in the order in which they did it.
        CREATE TABLE staff_actions(
            number INTEGER PRIMARY KEY,
            alert INTEGER NOT NULL REFERENCES alerts,
            -- The revision that was acted upon, and the SHA-256 of its `state`: what was signed.
            revision INTEGER NOT NULL,
            state_hash BLOB NOT NULL,
            performed_at INTEGER NOT NULL,
            subject TEXT NOT NULL,
            role TEXT NOT NULL,
            action TEXT NOT NULL,
            printed_name TEXT,
            meaning TEXT,
            reason TEXT,
            -- What was asked, whole, as JSON.
            request TEXT NOT NULL
        ) STRICT;
        CREATE INDEX staff_action_by_alert ON staff_actions(alert);
        CREATE TRIGGER staff_action_is_final BEFORE UPDATE ON staff_actions
            BEGIN SELECT RAISE(ABORT, 'what somebody did is never changed'); END;
        CREATE TRIGGER staff_action_stays BEFORE DELETE ON staff_actions
            BEGIN SELECT RAISE(ABORT, 'what somebody did is never erased'); END;
        """,
    ])
}
