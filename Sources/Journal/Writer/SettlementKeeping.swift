internal import ColdChain

/// Keeps what erased readings said of readings that stay, because they are held: it becomes a revision
/// of theirs.
struct SettlementKeeping {
    private let settled: Statement
    private let revisions: RevisionLog

    init(_ database: Database, revisions: RevisionLog) throws(StoreError) {
        self.revisions = revisions
        settled = try database.prepare(
            """
            SELECT r.id, r.quality, r.test_flags & ~\(SpikeSettlement.mask)
                    | \(SpikeSettlement.settledFlag),
                r.reasons & ~\(SpikeSettlement.mask), coalesce(r.quality_version, 0),
                settler.received_at
            FROM readings AS settler NOT INDEXED
            CROSS JOIN readings AS r ON r.id = settler.settles
            WHERE settler.id >= ?1 AND settler.id < ?2 AND NOT EXISTS (
                SELECT 1 FROM quality_revisions INDEXED BY quality_revision_by_reading
                WHERE reading = r.id)
            """)
    }

    /// - Parameter erased: The numbers of the readings that go, ascending.
    func keep(fromReadings erased: [Int64]) throws(StoreError) {
        let going = Set(erased)
        var staying: [(reading: Int64, said: RevisionLog.Said)] = []
        for run in Run.runs(of: .reading, erased) {
            settled.bind(1, run.first)
            settled.bind(2, run.end)
            while try settled.step() {
                let reading = settled.integer(0)
                guard !going.contains(reading) else { continue }
                let said = RevisionLog.Said(
                    rollup: settled.integer(1), flags: settled.integer(2),
                    reasons: settled.integer(3), version: settled.integer(4),
                    revisedAt: settled.integer(5))
                staying.append((reading, said))
            }
        }
        for (reading, said) in staying { try revisions.record(said, of: reading) }
    }
}
