extension Schema {
    /// Why the tests gave their flags, by which settings, and what later readings made of them.
    static let qualityMigration = Migration([reasons, revisions, temperatureLog, locationLog])

    private static let reasons = """
        -- The id is the test's place in `test_flags` times 16, and the reason's own number, which
        -- stands in `reasons` in the test's four bits.
        CREATE TABLE quality_reasons(id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
        ALTER TABLE readings ADD COLUMN reasons INTEGER NOT NULL DEFAULT 0;
        -- Of the settings it was judged by; NULL for rows from before settings had a version.
        ALTER TABLE readings ADD COLUMN quality_version INTEGER;
        ALTER TABLE fixes ADD COLUMN reasons INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE fixes ADD COLUMN quality_version INTEGER;
        """

    private static let revisions = """
        -- What a later reading made of the flags of a reading: of one reading the row with the
        -- greatest number holds, in the place of what stands in `readings`.
        CREATE TABLE quality_revisions(
            number INTEGER PRIMARY KEY,
            -- readings.id
            reading INTEGER NOT NULL,
            quality INTEGER NOT NULL,
            test_flags INTEGER NOT NULL,
            reasons INTEGER NOT NULL,
            quality_version INTEGER NOT NULL,
            revised_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX quality_revision_by_reading ON quality_revisions(reading, number);
        CREATE TRIGGER quality_revision_is_final BEFORE UPDATE ON quality_revisions
            BEGIN SELECT RAISE(ABORT, 'a recorded revision is never changed'); END;
        """

    /// The newest revision of the reading `r`, as `v`. What readers read is `judgement`.
    static func newestRevision(_ further: String = "") -> String {
        """
        LEFT JOIN quality_revisions AS v ON v.number = (
            SELECT max(number) FROM quality_revisions INDEXED BY quality_revision_by_reading
            WHERE reading = r.id\(further))
        """
    }

    private static let temperatureLog = """
        DROP VIEW temperature_log;
        \(temperatureLogView(value: "r.value", further: ""));
        """

    /// What is said of the reading `r` of the log, and where that stands.
    struct Judgement {
        var flags = "coalesce(v.test_flags, r.test_flags)"
        var reasons = "coalesce(v.reasons, r.reasons)"
        var revisedAt = "v.revised_at"
        var join = newestRevision()
    }

    /// - Parameters:
    ///   - value: The column of the value.
    ///   - further: Columns behind all others, each after a comma.
    static func temperatureLogView(
        value: String, further: String, judgement: Judgement = Judgement()
    ) -> String {
        """
        CREATE VIEW temperature_log AS
            SELECT r.id, \(rfc3339("r.measured_at")) AS measured_at,
                \(rfc3339("r.received_at")) AS received_at, t.name AS time_source,
                s.device, k.name AS carrier_kind, s.carrier, s.profile, o.id AS "order",
                q.name AS quantity, r.probe, \(value), q.unit, m.name AS marker,
                f.name AS quality, \(tests(judgement.flags)) AS tests,
                \(reasonNames(judgement.reasons)) AS reasons,
                coalesce(v.quality_version, r.quality_version) AS quality_version,
                \(rfc3339(judgement.revisedAt)) AS revised_at,
                \(noteNames) AS notes, r.sequence\(further)
            FROM readings r
            JOIN sources s ON s.number = r.source
            \(judgement.join)
            LEFT JOIN carrier_kinds k ON k.id = s.carrier_kind
            LEFT JOIN quantities q ON q.id = r.quantity
            LEFT JOIN markers m ON m.id = r.marker
            LEFT JOIN qualities f ON f.id = coalesce(v.quality, r.quality)
            LEFT JOIN time_sources t ON t.id = r.time_source
            LEFT JOIN orders o ON o.number = r.order_number
        """
    }

    private static let locationLog = """
        DROP VIEW location_log;
        CREATE VIEW location_log AS
            SELECT r.id, \(rfc3339("r.measured_at")) AS measured_at,
                \(rfc3339("r.received_at")) AS received_at, t.name AS time_source,
                s.device, k.name AS carrier_kind, s.carrier, s.profile,
                r.latitude, r.longitude, r.altitude, r.speed, r.heading, r.accuracy, r.satellites,
                f.name AS quality, \(tests("r.test_flags")) AS tests,
                \(reasonNames("r.reasons")) AS reasons, r.quality_version,
                \(noteNames) AS notes, r.sequence
            FROM fixes r
            JOIN sources s ON s.number = r.source
            LEFT JOIN carrier_kinds k ON k.id = s.carrier_kind
            LEFT JOIN qualities f ON f.id = r.quality
            LEFT JOIN time_sources t ON t.id = r.time_source;
        """

    /// The flag of each test that was applied, such as `gross_range=good event_time=suspect`.
    private static func tests(_ flags: String) -> String {
        """
        (SELECT group_concat(t.name || '=' || f.name, ' ') FROM quality_tests t
            JOIN qualities f ON f.id = (\(flags) >> (4 * t.id)) & 15)
        """
    }

    /// Why tests gave what they gave, such as `changed_too_fast`; NULL where nothing is to be said.
    private static func reasonNames(_ reasons: String) -> String {
        """
        (SELECT group_concat(w.name, ' ') FROM quality_reasons w
            WHERE w.id & 15 = (\(reasons) >> (4 * (w.id >> 4))) & 15)
        """
    }
}
