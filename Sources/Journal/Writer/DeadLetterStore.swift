internal import Bridge
internal import ColdChain

/// Keeps messages that could not be decoded, within two bounds: the oldest make room, counted.
struct DeadLetterStore {
    private let maximumRows: Int
    private let maximumBytes: Int
    private let add: Statement
    private let oldest: Statement
    private let remove: Statement
    private let countRemoved: Statement
    private let mark: Statement
    private var rows: Int
    private var bytes: Int

    init(_ database: Database, settings: JournalSettings) throws(StoreError) {
        maximumRows = max(settings.deadLetterRows, 0)
        maximumBytes = max(settings.deadLetterBytes, 0)
        add = try database.prepare(
            """
            INSERT INTO dead_letters(received_at, broker, reason, detail, payload_length,
                kept_bytes, topic, payload)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """)
        oldest = try database.prepare(
            "SELECT number, kept_bytes, received_at FROM dead_letters ORDER BY number LIMIT 1")
        remove = try database.prepare("DELETE FROM dead_letters WHERE number = ?1")
        countRemoved = try database.prepareAddition(to: .deadLettersRemoved)
        mark = try database.prepare(
            "UPDATE dead_letters SET replayed_at = ?2 WHERE number = ?1 AND replayed_at IS NULL")
        rows = Int(try database.integer("SELECT count(*) FROM dead_letters") ?? 0)
        bytes = Int(try database.integer("SELECT sum(kept_bytes) FROM dead_letters") ?? 0)
    }

    mutating func record(_ letter: DeadLetter) throws(StoreError) {
        let kept = letter.topic.count + letter.payload.count + letter.detail.utf8.count
        add.bind(1, letter.receivedAt.milliseconds)
        add.bind(2, letter.broker)
        add.bind(3, letter.reason)
        add.bind(4, letter.detail)
        add.bind(5, letter.payloadLength)
        add.bind(6, kept)
        add.bind(7, blob: letter.topic)
        add.bind(8, blob: letter.payload)
        try add.run()
        rows += 1
        bytes += kept
    }

    /// Removes the oldest until both bounds hold; answers how many went.
    mutating func trim() throws(StoreError) -> Int {
        var removed = 0
        while rows > maximumRows || bytes > maximumBytes, try removeOldest(before: nil) {
            removed += 1
        }
        try count(removed)
        return removed
    }

    /// Removes those received before `cutoff`, at most `limit`; answers how many went.
    mutating func removeOlder(than cutoff: Timestamp, limit: Int) throws(StoreError) -> Int {
        var removed = 0
        while removed < limit, try removeOldest(before: cutoff) { removed += 1 }
        try count(removed)
        return removed
    }

    /// Notes that the message was decoded after all; false where it is gone or was before.
    func markReplayed(_ number: UInt64, at instant: Timestamp) throws(StoreError) -> Bool {
        mark.bind(1, number)
        mark.bind(2, instant.milliseconds)
        return try mark.runCounting() == 1
    }

    private mutating func removeOldest(before cutoff: Timestamp?) throws(StoreError) -> Bool {
        defer { oldest.reset() }
        guard try oldest.step() else { return false }
        if let cutoff, oldest.integer(2) >= cutoff.milliseconds { return false }
        let kept = Int(oldest.integer(1))
        remove.bind(1, oldest.integer(0))
        oldest.reset()
        try remove.run()
        rows -= 1
        bytes -= kept
        return true
    }

    private func count(_ removed: Int) throws(StoreError) {
        guard removed > 0 else { return }
        countRemoved.bind(1, removed)
        try countRemoved.run()
    }
}

extension Database {
    /// A statement that adds its parameter to a counter of the log.
    func prepareAddition(to state: LogState) throws(StoreError) -> Statement {
        try prepare(
            """
            INSERT INTO log_state(name, value) VALUES ('\(state.rawValue)', ?1)
            ON CONFLICT(name) DO UPDATE SET value = value + excluded.value
            """)
    }
}
