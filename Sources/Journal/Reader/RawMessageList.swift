package import Bridge
package import ColdChain

extension JournalReader {
    private static let rowColumns = "number, received_at, body"

    /// The message that readings came in; nil where it is no longer kept.
    package func message(_ number: MessageNumber) throws(StoreError) -> RawMessage? {
        let find = try database.prepare(
            "SELECT \(JournalReader.rowColumns) FROM raw_messages WHERE number = ?1")
        find.bind(1, number.row)
        guard try find.step() else { return nil }
        let messages = try find.rawMessages()
        return messages.indices.contains(number.index) ? messages[number.index] : nil
    }

    /// Messages by time of receipt, then by number: from one instant until just before another.
    ///
    /// Rows are given whole, so that `next` is where the next page begins: a page may hold more
    /// than `limit` messages, by those of one turn, and less where it has looked at enough rows.
    ///
    /// - Parameters:
    ///   - topic: Only messages on this topic; all where nil.
    ///   - position: Only messages behind this row, as the page before tells it.
    package func messages(
        from: Timestamp, until: Timestamp, topic: [UInt8]? = nil,
        after position: RawMessagePage.Position? = nil, limit: Int
    ) throws(StoreError) -> RawMessagePage {
        let rows = try database.prepare(
            """
            SELECT \(JournalReader.rowColumns) FROM raw_messages INDEXED BY raw_messages_by_time
            WHERE received_at < ?2 AND (received_at, number) > (?3, ?4) AND received_at >= ?1
            ORDER BY received_at, number
            """)
        rows.bind(1, from.milliseconds)
        rows.bind(2, until.milliseconds)
        rows.bind(3, position?.receivedAt.milliseconds ?? .min)
        rows.bind(4, position?.row ?? 0)
        var page = RawMessagePage()
        var looked = 0
        while try rows.step() {
            let messages = try rows.rawMessages()
            page.messages += messages.filter { topic == nil || $0.topic == topic }
            looked += messages.count
            guard page.messages.count >= limit || looked >= RawMessagePage.lookedMaximum else {
                continue
            }
            page.next = RawMessagePage.Position(receivedAt: rows.instant(1), row: rows.number(0))
            rows.reset()
            break
        }
        return page
    }
}

/// Some of the messages that were asked for.
package struct RawMessagePage: Equatable, Sendable {
    /// Behind which row the next page begins.
    package struct Position: Hashable, Sendable {
        package var receivedAt: Timestamp
        package var row: UInt64

        package init(receivedAt: Timestamp, row: UInt64) {
            self.receivedAt = receivedAt
            self.row = row
        }
    }

    package var messages: [RawMessage] = []
    /// Nil where there are no more.
    package var next: Position?

    /// Messages that one page unpacks at most, but for one turn's, so that a rare topic holds its
    /// state of the log for some 10 ms only.
    static let lookedMaximum = 65_536
}

extension Statement {
    fileprivate func rawMessages() throws(StoreError) -> [RawMessage] {
        guard let messages = RawMessage.unpack(bytes(2), row: number(0), receivedAt: instant(1))
        else {
            throw StoreError(
                kind: .corrupt, message: "row \(number(0)) cannot be unpacked",
                statement: "raw_messages")
        }
        return messages
    }
}
