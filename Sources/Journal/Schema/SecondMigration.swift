extension Schema {
    /// Version 2: what a reading is to be known by beside its number, the messages readings came in,
    /// the registry of devices and the list of unknown frames.
    static let secondMigration = Migration([
        names2, readings2, fixes2, rawMessages, devices, unknownFrames, temperatureLog2,
        locationLog2,
    ])

    private static let names2 = """
        CREATE TABLE markers(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        -- The id is the note's bit in `notes`.
        CREATE TABLE reading_notes(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        CREATE INDEX source_by_device ON sources(device);
        """

    private static let readings2 = """
        -- What the device sent in the place of a number; `value` is NULL then.
        ALTER TABLE readings ADD COLUMN marker INTEGER;
        ALTER TABLE readings ADD COLUMN notes INTEGER NOT NULL DEFAULT 0;
        -- The message it came in: raw_messages.number << 16 | its index there. The reading is kept
        -- longer than the message.
        ALTER TABLE readings ADD COLUMN message INTEGER;
        """

    private static let fixes2 = """
        ALTER TABLE fixes ADD COLUMN altitude REAL;
        ALTER TABLE fixes ADD COLUMN satellites INTEGER;
        ALTER TABLE fixes ADD COLUMN notes INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE fixes ADD COLUMN message INTEGER;
        """

    private static let rawMessages = """
        -- The messages of one turn that gave readings, packed into `body`.
        CREATE TABLE raw_messages(
            number INTEGER PRIMARY KEY,
            received_at INTEGER NOT NULL,
            count INTEGER NOT NULL,
            -- Bytes of all bodies before this one, the erased ones too.
            bytes_before INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX raw_messages_by_time ON raw_messages(received_at);
        """

    private static let devices = """
        CREATE TABLE devices(
            id TEXT PRIMARY KEY,
            profile TEXT,
            carrier_kind INTEGER NOT NULL REFERENCES carrier_kinds,
            -- NULL where the carrier has the device's own name.
            carrier TEXT,
            site TEXT,
            installed_at INTEGER,
            expected_interval_seconds INTEGER,
            registered_at INTEGER NOT NULL,
            is_automatic INTEGER NOT NULL,
            first_seen INTEGER
        ) STRICT, WITHOUT ROWID;
        """

    private static let unknownFrames = """
        CREATE TABLE unknown_frames(
            topic BLOB PRIMARY KEY,
            count INTEGER NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            reason TEXT NOT NULL,
            guess TEXT,
            device TEXT,
            sample_length INTEGER NOT NULL,
            sample BLOB NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    private static let temperatureLog2 = """
        DROP VIEW temperature_log;
        CREATE VIEW temperature_log AS
            SELECT r.id, \(rfc3339("r.measured_at")) AS measured_at,
                \(rfc3339("r.received_at")) AS received_at, t.name AS time_source,
                s.device, k.name AS carrier_kind, s.carrier, s.profile, o.id AS "order",
                q.name AS quantity, r.probe, r.value, q.unit, m.name AS marker,
                f.name AS quality, \(testFlags) AS tests, \(noteNames) AS notes, r.sequence
            FROM readings r
            JOIN sources s ON s.number = r.source
            LEFT JOIN carrier_kinds k ON k.id = s.carrier_kind
            LEFT JOIN quantities q ON q.id = r.quantity
            LEFT JOIN markers m ON m.id = r.marker
            LEFT JOIN qualities f ON f.id = r.quality
            LEFT JOIN time_sources t ON t.id = r.time_source
            LEFT JOIN orders o ON o.number = r.order_number;
        """

    private static let locationLog2 = """
        DROP VIEW location_log;
        CREATE VIEW location_log AS
            SELECT r.id, \(rfc3339("r.measured_at")) AS measured_at,
                \(rfc3339("r.received_at")) AS received_at, t.name AS time_source,
                s.device, k.name AS carrier_kind, s.carrier, s.profile,
                r.latitude, r.longitude, r.altitude, r.speed, r.heading, r.accuracy, r.satellites,
                f.name AS quality, \(testFlags) AS tests, \(noteNames) AS notes, r.sequence
            FROM fixes r
            JOIN sources s ON s.number = r.source
            LEFT JOIN carrier_kinds k ON k.id = s.carrier_kind
            LEFT JOIN qualities f ON f.id = r.quality
            LEFT JOIN time_sources t ON t.id = r.time_source;
        """

    /// The notes that are set, such as `clock_unset buffered`; NULL where none is.
    static let noteNames = """
        (SELECT group_concat(n.name, ' ') FROM reading_notes n WHERE (r.notes >> n.id) & 1)
        """
}
