internal import ColdChain

/// Appends fixes to the log, each once.
struct FixLog {
    private let append: Statement
    private let find: Statement
    private let chain: Chain
    private var next: Int64
    private var index: InstantIndex

    init(_ database: Database, chain: Chain) throws(StoreError) {
        self.chain = chain
        append = try database.prepare(
            """
            INSERT INTO fixes(id, measured_at, source, latitude, longitude, speed, heading,
                accuracy, quality, test_flags, time_source, received_at, sequence, altitude,
                satellites, notes, message, reasons, quality_version)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                ?18, ?19)
            ON CONFLICT(measured_at, source, latitude, longitude) DO NOTHING
            """)
        find = try database.prepare(
            """
            SELECT 1 FROM fixes WHERE measured_at = ?1 AND source = ?2 AND latitude IS ?3
                AND longitude IS ?4
            """)
        next = try database.firstFreeNumber(after: .fixesErasedThrough, in: "fixes", column: "id")
        index = try InstantIndex(
            of: "fixes", in: "fix_by_source", progress: .fixesIndexedThrough, database: database)
    }

    /// Appends the fix; false where it is in the log already.
    mutating func record(_ fix: Fix) throws(StoreError) -> Bool {
        let position = fix.position
        if position.latitude.isNaN || position.longitude.isNaN,
            try isRecordedWithoutNumber(fix)
        {
            return false
        }
        append.bind(1, next)
        append.bind(2, fix.measuredAt.milliseconds)
        append.bind(3, Int64(fix.source.rawValue))
        append.bind(4, position.latitude)
        append.bind(5, position.longitude)
        append.bind(6, position.speed)
        append.bind(7, position.heading)
        append.bind(8, position.accuracy)
        append.bind(9, Int64(fix.quality.rollup.rawValue))
        append.bind(10, Int64(bitPattern: fix.quality.packed))
        append.bind(11, Int64(fix.timeSource.rawValue))
        append.bind(12, fix.receivedAt.milliseconds)
        append.bind(13, fix.sequence)
        append.bind(14, position.altitude)
        append.bind(15, position.satellites.map(Int64.init))
        append.bind(16, Int64(fix.notes.rawValue))
        append.bind(17, fix.message.map { Int64(bitPattern: $0.rawValue) })
        append.bind(18, Int64(bitPattern: fix.reasons))
        append.bind(19, fix.qualityVersion.map(Int64.init))
        guard try append.runCounting() == 1 else { return false }
        try chain.begin(.fix, version: fix.isBare ? 1 : 2)
        FixLog.encode(fix, id: next, into: chain.payload)
        try chain.end(.fix, row: next)
        index.gather(
            source: fix.source.rawValue, measuredAt: fix.measuredAt.milliseconds, id: next)
        next += 1
        return true
    }

    /// The columns of `RecordKind.fix`, as they will be read back.
    private static func encode(_ fix: Fix, id: Int64, into bytes: CanonicalBytes) {
        bytes.append(id)
        bytes.append(fix.measuredAt.milliseconds)
        bytes.append(Int64(fix.source.rawValue))
        bytes.append(fix.position.latitude)
        bytes.append(fix.position.longitude)
        bytes.append(fix.position.speed)
        bytes.append(fix.position.heading)
        bytes.append(fix.position.accuracy)
        bytes.append(Int64(fix.quality.rollup.rawValue))
        bytes.append(Int64(bitPattern: fix.quality.packed))
        bytes.append(Int64(fix.timeSource.rawValue))
        bytes.append(fix.receivedAt.milliseconds)
        bytes.append(fix.sequence)
        bytes.append(fix.position.altitude)
        bytes.append(fix.position.satellites.map(Int64.init))
        bytes.append(Int64(fix.notes.rawValue))
        bytes.append(fix.message.map { Int64(bitPattern: $0.rawValue) })
        guard !fix.isBare else { return }
        bytes.append(Int64(bitPattern: fix.reasons))
        bytes.append(fix.qualityVersion.map(Int64.init))
    }

    /// NULL equals nothing, so a coordinate that is not a number does not conflict with itself.
    private func isRecordedWithoutNumber(_ fix: Fix) throws(StoreError) -> Bool {
        find.bind(1, fix.measuredAt.milliseconds)
        find.bind(2, Int64(fix.source.rawValue))
        find.bind(3, fix.position.latitude)
        find.bind(4, fix.position.longitude)
        defer { find.reset() }
        return try find.step()
    }

    mutating func advanceIndex() throws(StoreError) {
        try index.advance()
    }
}

extension Fix {
    /// Whether nothing is said of it but flags: its record is as those from before were.
    fileprivate var isBare: Bool { reasons == 0 && qualityVersion == nil }
}
