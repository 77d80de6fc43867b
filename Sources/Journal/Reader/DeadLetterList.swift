package import Bridge
package import ColdChain

/// A message that could not be decoded, as the log keeps it.
package struct LoggedDeadLetter: Equatable, Sendable {
    /// Counted from 1; never given twice.
    package var number: UInt64
    package var letter: DeadLetter
    /// When it was decoded after all; nil while it was not.
    package var replayedAt: Timestamp?

    package init(number: UInt64, letter: DeadLetter, replayedAt: Timestamp?) {
        self.number = number
        self.letter = letter
        self.replayedAt = replayedAt
    }
}

extension JournalReader {
    private static let deadLetterColumns = """
        number, received_at, broker, topic, payload, payload_length, reason, detail, replayed_at
        """

    /// Dead letters by number, those after `number` only.
    package func deadLetters(
        after number: UInt64 = 0, limit: Int
    ) throws(StoreError) -> [LoggedDeadLetter] {
        let rows = try database.prepare(
            """
            SELECT \(JournalReader.deadLetterColumns) FROM dead_letters
            WHERE number > ?1 ORDER BY number LIMIT ?2
            """)
        rows.bind(1, number)
        rows.bind(2, max(limit, 0))
        var letters: [LoggedDeadLetter] = []
        while try rows.step() { letters.append(rows.loggedDeadLetter()) }
        return letters
    }

    package func deadLetter(number: UInt64) throws(StoreError) -> LoggedDeadLetter? {
        let find = try database.prepare(
            "SELECT \(JournalReader.deadLetterColumns) FROM dead_letters WHERE number = ?1")
        find.bind(1, number)
        return try find.step() ? find.loggedDeadLetter() : nil
    }

    package func deadLetterCount() throws(StoreError) -> Int64 {
        try database.integer("SELECT count(*) FROM dead_letters") ?? 0
    }
}

extension Statement {
    fileprivate func loggedDeadLetter() -> LoggedDeadLetter {
        LoggedDeadLetter(
            number: number(0),
            letter: DeadLetter(
                receivedAt: instant(1), broker: text(2), topic: bytes(3), payload: bytes(4),
                payloadLength: Int(integer(5)), reason: text(6), detail: text(7)),
            replayedAt: optionalInstant(8))
    }
}
