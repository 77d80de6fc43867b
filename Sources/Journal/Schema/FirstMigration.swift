extension Schema {
    /// Version 1. Times are integer milliseconds since 1970 in UTC; numbers with a name in another
    /// table are joined to it by the views.
    static let firstMigration = Migration([
        identity, names, orders, readings, fixes, outbox, deadLetters, temperatureLog, locationLog,
        excursionLog,
    ])

    private static let identity = """
        -- Which log this is: its epoch and how often it was opened for writing.
        CREATE TABLE store(
            only INTEGER PRIMARY KEY CHECK (only = 1),
            epoch TEXT NOT NULL,
            starts INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE log_state(name TEXT PRIMARY KEY, value INTEGER NOT NULL)
            STRICT, WITHOUT ROWID;
        """

    private static let names = """
        CREATE TABLE quantities(id INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT) STRICT;
        CREATE TABLE qualities(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        -- The id is the test's place in `test_flags`, four bits a test.
        CREATE TABLE quality_tests(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE TABLE time_sources(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE TABLE carrier_kinds(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE TABLE food_classes(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE TABLE order_statuses(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE TABLE delivery_states(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        -- Who readings come from: a device, what it was fixed to, the profile that decoded it.
        CREATE TABLE sources(
            number INTEGER PRIMARY KEY,
            device TEXT NOT NULL,
            carrier_kind INTEGER NOT NULL REFERENCES carrier_kinds,
            carrier TEXT NOT NULL,
            profile TEXT NOT NULL
        ) STRICT;
        CREATE INDEX source_by_carrier ON sources(carrier, carrier_kind);
        """

    private static let orders = """
        CREATE TABLE orders(
            number INTEGER PRIMARY KEY,
            -- May come again under a new number once the order before is final and forgotten.
            id TEXT NOT NULL,
            food_class INTEGER NOT NULL REFERENCES food_classes,
            status INTEGER NOT NULL REFERENCES order_statuses,
            customer TEXT, driver TEXT, vehicle TEXT, restaurant TEXT, cafe TEXT,
            promised_at INTEGER,
            pickup_latitude REAL, pickup_longitude REAL,
            delivery_latitude REAL, delivery_longitude REAL,
            created_at INTEGER NOT NULL,
            picked_up_at INTEGER,
            delivered_at INTEGER,
            updated_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX order_by_id ON orders(id, number);
        CREATE INDEX order_by_change ON orders(updated_at);
        -- Neither delivered nor cancelled.
        CREATE INDEX order_active ON orders(number) WHERE status NOT IN (7, 8);
        -- That a bag carried an order from `started_at` on, until just before `ended_at`.
        CREATE TABLE custody(
            order_number INTEGER NOT NULL REFERENCES orders,
            bag TEXT NOT NULL,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            PRIMARY KEY (order_number, bag, started_at)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE excursions(
            number INTEGER PRIMARY KEY,
            order_number INTEGER NOT NULL REFERENCES orders,
            source INTEGER NOT NULL REFERENCES sources,
            food_class INTEGER NOT NULL REFERENCES food_classes,
            limit_minimum REAL,
            limit_maximum REAL,
            limit_profile TEXT NOT NULL,
            opened_at INTEGER NOT NULL,
            closed_at INTEGER,
            peak REAL
        ) STRICT;
        CREATE INDEX excursion_by_order ON excursions(order_number);
        """

    private static let readings = """
        -- The log, in the order of arrival; ids have no holes and are never given twice.
        -- `value` is NULL where the device's number was not a number.
        CREATE TABLE readings(
            id INTEGER PRIMARY KEY,
            measured_at INTEGER NOT NULL,
            source INTEGER NOT NULL REFERENCES sources,
            quantity INTEGER NOT NULL,
            probe INTEGER NOT NULL,
            value REAL,
            quality INTEGER NOT NULL,
            test_flags INTEGER NOT NULL,
            time_source INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            sequence INTEGER,
            order_number INTEGER REFERENCES orders
        ) STRICT;
        -- A reading told twice is recorded once. It starts with the time, so that what comes in
        -- live touches the index at its end only.
        CREATE UNIQUE INDEX reading_once
            ON readings(measured_at, source, quantity, probe, value);
        -- When each source measured, as far as `log_state.readings_indexed_through`; the rest of
        -- `readings` follows in sorted slices.
        CREATE TABLE reading_by_source(
            source INTEGER NOT NULL,
            measured_at INTEGER NOT NULL,
            PRIMARY KEY (source, measured_at)
        ) STRICT, WITHOUT ROWID;
        CREATE TRIGGER reading_is_final BEFORE UPDATE ON readings
            BEGIN SELECT RAISE(ABORT, 'a recorded reading is never changed'); END;
        """

    private static let fixes = """
        CREATE TABLE fixes(
            id INTEGER PRIMARY KEY,
            measured_at INTEGER NOT NULL,
            source INTEGER NOT NULL REFERENCES sources,
            latitude REAL,
            longitude REAL,
            speed REAL,
            heading REAL,
            accuracy REAL,
            quality INTEGER NOT NULL,
            test_flags INTEGER NOT NULL,
            time_source INTEGER NOT NULL,
            received_at INTEGER NOT NULL,
            sequence INTEGER
        ) STRICT;
        CREATE UNIQUE INDEX fix_once ON fixes(measured_at, source, latitude, longitude);
        CREATE TABLE fix_by_source(
            source INTEGER NOT NULL,
            measured_at INTEGER NOT NULL,
            PRIMARY KEY (source, measured_at)
        ) STRICT, WITHOUT ROWID;
        """

    private static let outbox = """
        CREATE TABLE events(
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL,
            order_number INTEGER NOT NULL REFERENCES orders,
            occurred_at INTEGER NOT NULL,
            data TEXT NOT NULL
        ) STRICT;
        CREATE TABLE deliveries(
            number INTEGER PRIMARY KEY,
            endpoint TEXT NOT NULL,
            event INTEGER NOT NULL,
            body TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            state INTEGER NOT NULL REFERENCES delivery_states,
            attempts INTEGER NOT NULL,
            attempted_at INTEGER,
            next_attempt_at INTEGER NOT NULL,
            http_status INTEGER,
            failure TEXT
        ) STRICT;
        CREATE INDEX delivery_pending ON deliveries(endpoint, number) WHERE state = 1;
        CREATE INDEX delivery_finished ON deliveries(created_at) WHERE state <> 1;
        -- The last messages without an identity of their own; a ring of slots.
        CREATE TABLE fingerprints(
            slot INTEGER PRIMARY KEY,
            position INTEGER NOT NULL,
            value INTEGER NOT NULL
        ) STRICT;
        """

    private static let deadLetters = """
        CREATE TABLE dead_letters(
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            received_at INTEGER NOT NULL,
            broker TEXT NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL,
            payload_length INTEGER NOT NULL,
            kept_bytes INTEGER NOT NULL,
            replayed_at INTEGER,
            topic BLOB NOT NULL,
            payload BLOB NOT NULL
        ) STRICT;
        """

    private static let temperatureLog = """
        CREATE VIEW temperature_log AS
            SELECT r.id, \(rfc3339("r.measured_at")) AS measured_at,
                \(rfc3339("r.received_at")) AS received_at, t.name AS time_source,
                s.device, k.name AS carrier_kind, s.carrier, s.profile, o.id AS "order",
                q.name AS quantity, r.probe, r.value, q.unit, f.name AS quality,
                \(testFlags) AS tests, r.sequence
            FROM readings r
            JOIN sources s ON s.number = r.source
            LEFT JOIN carrier_kinds k ON k.id = s.carrier_kind
            LEFT JOIN quantities q ON q.id = r.quantity
            LEFT JOIN qualities f ON f.id = r.quality
            LEFT JOIN time_sources t ON t.id = r.time_source
            LEFT JOIN orders o ON o.number = r.order_number;
        """

    private static let locationLog = """
        CREATE VIEW location_log AS
            SELECT r.id, \(rfc3339("r.measured_at")) AS measured_at,
                \(rfc3339("r.received_at")) AS received_at, t.name AS time_source,
                s.device, k.name AS carrier_kind, s.carrier, s.profile,
                r.latitude, r.longitude, r.speed, r.heading, r.accuracy, f.name AS quality,
                \(testFlags) AS tests, r.sequence
            FROM fixes r
            JOIN sources s ON s.number = r.source
            LEFT JOIN carrier_kinds k ON k.id = s.carrier_kind
            LEFT JOIN qualities f ON f.id = r.quality
            LEFT JOIN time_sources t ON t.id = r.time_source;
        """

    private static let excursionLog = """
        CREATE VIEW excursion_log AS
            SELECT e.number, o.id AS "order", s.carrier AS bag, s.device, c.name AS food_class,
                e.limit_minimum, e.limit_maximum, e.limit_profile,
                \(rfc3339("e.opened_at")) AS opened_at, \(rfc3339("e.closed_at")) AS closed_at,
                e.peak
            FROM excursions e
            JOIN orders o ON o.number = e.order_number
            JOIN sources s ON s.number = e.source
            LEFT JOIN food_classes c ON c.id = e.food_class;
        """

    /// A column of milliseconds as RFC 3339 text; NULL outside the years 0000 to 9999.
    static func rfc3339(_ column: String) -> String {
        "strftime('%Y-%m-%dT%H:%M:%fZ', \(column) / 1000.0, 'unixepoch')"
    }

    /// The flag of each test that was applied, such as `gross_range=good event_time=suspect`.
    static let testFlags = """
        (SELECT group_concat(t.name || '=' || f.name, ' ') FROM quality_tests t
            JOIN qualities f ON f.id = (r.test_flags >> (4 * t.id)) & 15)
        """
}
