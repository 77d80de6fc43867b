extension Schema {
    /// The register of calibrations, and what they made of readings.
    static let calibrationMigration = Migration([calibrations, corrections, correctedTemperatures])

    private static let calibrations = """
        -- Entries of the register, numbers without holes. None is ever changed: one that is named in
        -- `supersedes` of a later one was a mistake. The columns from `made_at` on are NULL where an
        -- entry is only taken back.
        CREATE TABLE calibrations(
            number INTEGER PRIMARY KEY,
            device TEXT NOT NULL,
            quantity INTEGER NOT NULL,
            probe INTEGER NOT NULL,
            entered_at INTEGER NOT NULL,
            -- Whose token it came with.
            entered_by TEXT NOT NULL,
            supersedes INTEGER,
            reason TEXT,
            made_at INTEGER,
            due_at INTEGER,
            method TEXT,
            reference TEXT,
            laboratory TEXT,
            certificate TEXT,
            -- Reference and indicated temperature of each point in °C, such as '0.0 0.4; 60.0 61.1'.
            points TEXT,
            -- U = k·u in kelvin, and k.
            expanded_uncertainty REAL,
            coverage_factor REAL
        ) STRICT;
        CREATE INDEX calibration_by_device ON calibrations(device, number);
        CREATE TRIGGER calibration_is_final BEFORE UPDATE ON calibrations
            BEGIN SELECT RAISE(ABORT, 'a recorded calibration is never changed'); END;
        """

    private static let corrections = """
        -- What the calibration makes of `value`, which stays as it was sent; both are NULL where none
        -- was applied.
        ALTER TABLE readings ADD COLUMN corrected REAL;
        -- calibrations.number
        ALTER TABLE readings ADD COLUMN calibration INTEGER;
        """

    private static let correctedTemperatures = """
        DROP VIEW temperature_log;
        \(temperatureLogView(
            value: "coalesce(r.corrected, r.value) AS value",
            further: ", r.value AS raw_value, r.calibration"));
        CREATE VIEW calibration_log AS
            SELECT c.number, c.device, q.name AS quantity, c.probe,
                \(rfc3339("c.entered_at")) AS entered_at, c.entered_by, c.supersedes, c.reason,
                (SELECT max(number) FROM calibrations WHERE supersedes = c.number)
                    AS superseded_by,
                \(rfc3339("c.made_at")) AS made_at, \(rfc3339("c.due_at")) AS due_at,
                c.method, c.reference, c.laboratory, c.certificate, c.points,
                c.expanded_uncertainty, c.coverage_factor
            FROM calibrations c LEFT JOIN quantities q ON q.id = c.quantity;
        """
}
