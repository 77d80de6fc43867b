extension Schema {
    /// Excursions with their state, how they were judged and each end to the microsecond; gaps in the
    /// readings while food was outside.
    static let excursionMigration = Migration([
        "DROP VIEW excursion_log", "ALTER TABLE excursions RENAME TO excursions_before",
        "DROP INDEX excursion_by_order", excursions, carryOver, "DROP TABLE excursions_before",
        dataGaps, excursionView,
    ])

    private static let excursions = """
        CREATE TABLE excursions(
            number INTEGER PRIMARY KEY,
            order_number INTEGER NOT NULL REFERENCES orders,
            source INTEGER NOT NULL REFERENCES sources,
            food_class INTEGER NOT NULL REFERENCES food_classes,
            limit_minimum REAL,
            limit_maximum REAL,
            limit_profile TEXT NOT NULL,
            -- How patiently it was judged; times ending in _us are microseconds.
            grace_us INTEGER NOT NULL,
            critical_margin REAL NOT NULL,
            critical_grace_us INTEGER NOT NULL,
            hysteresis REAL NOT NULL,
            clear_delay_us INTEGER NOT NULL,
            maximum_gap_us INTEGER NOT NULL,
            -- The states before are in `changes`.
            revision INTEGER NOT NULL,
            -- 1 holds, 2 corrected: not borne out any more, 3 joined to another.
            standing INTEGER NOT NULL,
            -- 1 pending, 2 active, 3 recovering, 4 closed, 5 minor dip.
            state INTEGER NOT NULL,
            started_us INTEGER NOT NULL,
            -- 1 a reading, 2 a crossing between two, 3 after a gap.
            start_edge INTEGER NOT NULL,
            -- When it became an alarm.
            activated_us INTEGER,
            -- 1 grace, 2 critical margin.
            cause INTEGER,
            is_activation_assumed INTEGER NOT NULL,
            ended_us INTEGER,
            end_edge INTEGER,
            closed_us INTEGER,
            -- 1 cleared, 2 returned, 3 order ended, 4 sensor unavailable, 5 limit changed.
            close_reason INTEGER,
            peak REAL,
            -- Known time outside; time of which nothing is known.
            outside_us INTEGER NOT NULL,
            unknown_us INTEGER NOT NULL,
            nano_degree_seconds INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX excursion_by_order ON excursions(order_number);
        """

    /// They were alarms from the first reading outside to the first inside, without any patience;
    /// how long they were really outside was not counted.
    private static let carryOver = """
        INSERT INTO excursions
            SELECT number, order_number, source, food_class, limit_minimum, limit_maximum,
                limit_profile, 0, 0, 0, 0, 0, 300000000, 1, 1,
                CASE WHEN closed_at IS NULL THEN 2 ELSE 4 END, opened_at * 1000, 1,
                opened_at * 1000, 1, 0, closed_at * 1000,
                CASE WHEN closed_at IS NULL THEN NULL ELSE 1 END, closed_at * 1000,
                CASE WHEN closed_at IS NULL THEN NULL ELSE 1 END, peak, 0, 0, 0
            FROM excursions_before
        """

    private static let dataGaps = """
        -- When a bag fell silent while its food was outside the limit.
        CREATE TABLE data_gaps(
            order_number INTEGER NOT NULL REFERENCES orders,
            source INTEGER NOT NULL REFERENCES sources,
            from_us INTEGER NOT NULL,
            until_us INTEGER,
            -- 1 it holds, 2 late readings filled it.
            standing INTEGER NOT NULL,
            PRIMARY KEY (order_number, source, from_us)
        ) STRICT, WITHOUT ROWID;
        """

    private static let excursionView = """
        CREATE VIEW excursion_log AS
            SELECT e.number, o.id AS "order", s.carrier AS bag, s.device, c.name AS food_class,
                e.limit_minimum, e.limit_maximum, e.limit_profile,
                \(rfc3339("(e.started_us / 1000)")) AS opened_at,
                \(rfc3339("(e.closed_us / 1000)")) AS closed_at,
                e.peak,
                CASE e.state WHEN 1 THEN 'pending' WHEN 2 THEN 'active' WHEN 3 THEN 'recovering'
                    WHEN 4 THEN 'closed' ELSE 'minor_dip' END AS state,
                CASE e.standing WHEN 1 THEN 'holds' WHEN 2 THEN 'corrected' ELSE 'joined' END
                    AS standing,
                e.revision, e.outside_us / 1e6 AS outside_seconds,
                e.unknown_us / 1e6 AS unknown_seconds
            FROM excursions e
            JOIN orders o ON o.number = e.order_number
            JOIN sources s ON s.number = e.source
            LEFT JOIN food_classes c ON c.id = e.food_class
        """
}
