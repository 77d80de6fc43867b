internal import ColdChain

extension Schema {
    /// That a reading was no spike stands in the row of the next one, which showed it: nearly every
    /// reading is followed by one, and a revision of its own would cost as much as the reading.
    static let settlementMigration = Migration([settlements, temperatures])

    private static let settlements = """
        -- readings.id of the one before it in its channel, which was waiting for it: it was no spike.
        -- A revision of that reading holds in the place of this.
        ALTER TABLE readings ADD COLUMN settles INTEGER;
        CREATE UNIQUE INDEX reading_settled ON readings(settles) WHERE settles IS NOT NULL;
        """

    private static let temperatures = """
        DROP VIEW temperature_log;
        \(temperatureLogView(
            value: "coalesce(r.corrected, r.value) AS value",
            further: ", r.value AS raw_value, r.calibration", judgement: judgement));
        """

    /// The newest that is said of the reading `r`, with its newest revision as `v` and the reading
    /// that settled it as `settler`.
    static let judgement = judgement(knownAt: nil)

    /// - Parameter instant: The parameter with the instant until which what was said counts, such
    ///   as `?6`; nil where all of it does.
    static func judgement(knownAt instant: String?) -> Judgement {
        let revision = newestRevision(instant.map { " AND revised_at <= \($0)" } ?? "")
        let settlement = instant.map { " AND settler.received_at <= \($0)" } ?? ""
        return judgement(revision: revision, settlement: settlement)
    }

    private static func judgement(revision: String, settlement: String) -> Judgement {
        Judgement(
            flags: """
                coalesce(v.test_flags, CASE WHEN settler.settles IS NULL THEN r.test_flags
                    ELSE r.test_flags & ~\(SpikeSettlement.mask) | \(SpikeSettlement.settledFlag) END)
                """,
            reasons: """
                coalesce(v.reasons, CASE WHEN settler.settles IS NULL THEN r.reasons
                    ELSE r.reasons & ~\(SpikeSettlement.mask) END)
                """,
            revisedAt: "coalesce(v.revised_at, settler.received_at)",
            join: """
                \(revision)
                LEFT JOIN readings AS settler INDEXED BY reading_settled ON settler.settles = r.id\(settlement)
                """)
    }
}
