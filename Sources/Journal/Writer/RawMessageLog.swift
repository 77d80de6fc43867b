internal import Bridge
internal import ColdChain

/// Keeps the messages that readings came in, one row a turn, within two bounds.
struct RawMessageLog {
    /// Of one erasing transaction: a few milliseconds, as every erased page is written over.
    private static let sliceRows = 1_000
    private static let sliceBytes: Int64 = 1 << 20

    private let maximumBytes: Int64
    private let add: Statement
    private let oldest: Statement
    private let erase: Statement
    /// Bytes of all bodies ever written.
    private var written: Int64

    init(_ database: Database, settings: JournalSettings) throws(StoreError) {
        maximumBytes = max(settings.rawPayloadBytes, 0)
        add = try database.prepare(
            """
            INSERT INTO raw_messages(number, received_at, count, bytes_before, body)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        oldest = try database.prepare(
            """
            SELECT number, received_at, bytes_before, length(body) FROM raw_messages
            ORDER BY number LIMIT \(RawMessageLog.sliceRows)
            """)
        erase = try database.prepare("DELETE FROM raw_messages WHERE number <= ?1")
        written =
            try database.integer(
                """
                SELECT bytes_before + length(body) FROM raw_messages ORDER BY number DESC LIMIT 1
                """) ?? 0
    }

    mutating func record(_ messages: borrowing RawMessages) throws(StoreError) {
        for block in messages.blocks {
            add.bind(1, block.number)
            add.bind(2, block.receivedAt.milliseconds)
            add.bind(3, block.count)
            add.bind(4, written)
            try add.run(binding: messages.bytes.span.extracting(block.body), at: 5)
            written += Int64(block.body.count)
        }
    }

    /// Erases a slice of what was received before `cutoff`, and of what is beyond the bound by size.
    ///
    /// - Returns: How many rows went, and the number of the last of them.
    func eraseSlice(before cutoff: Timestamp) throws(StoreError) -> (rows: Int, last: Int64)? {
        var last: Int64?
        var rows = 0
        var bytes: Int64 = 0
        while try oldest.step() {
            let isDue =
                oldest.integer(1) < cutoff.milliseconds
                || written - oldest.integer(2) > maximumBytes
            guard isDue, rows == 0 || bytes < RawMessageLog.sliceBytes else { break }
            last = oldest.integer(0)
            rows += 1
            bytes += oldest.integer(3)
        }
        oldest.reset()
        guard let last else { return nil }
        erase.bind(1, last)
        try erase.run()
        return (rows, last)
    }
}
