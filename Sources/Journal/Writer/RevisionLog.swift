internal import Bridge
internal import ColdChain

/// Appends what later readings made of the flags of earlier ones.
final class RevisionLog {
    private let append: Statement
    private let find: Statement
    private let findWithoutNumber: Statement
    private let chain: Chain
    private var next: Int64

    /// What a row says, besides of which reading.
    struct Said {
        var rollup: Int64
        var flags: Int64
        var reasons: Int64
        var version: Int64
        var revisedAt: Int64
    }

    init(_ database: Database, chain: Chain) throws(StoreError) {
        self.chain = chain
        append = try database.prepare(
            """
            INSERT INTO quality_revisions(number, reading, quality, test_flags, reasons,
                quality_version, revised_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        let find = """
            SELECT id FROM readings INDEXED BY reading_once WHERE measured_at = ?1 AND source = ?2
                AND quantity = ?3 AND probe = ?4 AND value
            """
        self.find = try database.prepare(find + " = ?5")
        findWithoutNumber = try database.prepare(
            find + " IS NULL AND received_at = ?5 ORDER BY id LIMIT 1")
        next = try database.firstFreeNumber(
            after: .qualityRevisionsErasedThrough, in: "quality_revisions", column: "number")
    }

    /// Appends a revision; one of a reading that is no longer in the log is of no use.
    func record(_ revision: RevisedQuality) throws(StoreError) {
        guard let reading = try number(of: revision) else { return }
        let quality = revision.quality
        try record(
            Said(
                rollup: Int64(quality.flags.rollup.rawValue),
                flags: Int64(bitPattern: quality.flags.packed),
                reasons: Int64(bitPattern: quality.packedReasons),
                version: Int64(quality.parametersVersion),
                revisedAt: revision.revisedAt.milliseconds),
            of: reading)
    }

    /// Appends a revision of the reading with this number.
    func record(_ said: Said, of reading: Int64) throws(StoreError) {
        append.bind(1, next)
        append.bind(2, reading)
        append.bind(3, said.rollup)
        append.bind(4, said.flags)
        append.bind(5, said.reasons)
        append.bind(6, said.version)
        append.bind(7, said.revisedAt)
        try append.run()
        try chain.begin(.qualityRevision)
        chain.payload.append(next)
        chain.payload.append(reading)
        chain.payload.append(said.rollup)
        chain.payload.append(said.flags)
        chain.payload.append(said.reasons)
        chain.payload.append(said.version)
        chain.payload.append(said.revisedAt)
        try chain.end(.qualityRevision, row: next)
        next += 1
    }

    private func number(of revision: RevisedQuality) throws(StoreError) -> Int64? {
        let statement = revision.value.isNaN ? findWithoutNumber : find
        statement.bind(1, revision.measuredAt.milliseconds)
        statement.bind(2, Int64(revision.source.rawValue))
        statement.bind(3, Int64(revision.quantity.rawValue))
        statement.bind(4, Int64(revision.probe))
        if revision.value.isNaN {
            statement.bind(5, revision.receivedAt.milliseconds)
        } else {
            statement.bind(5, revision.value)
        }
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }
}
