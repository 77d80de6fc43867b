internal import Bridge
internal import ColdChain
package import Fabric

extension JournalReader {
    /// Every record after this number can be told again.
    package func historyFloor() throws(StoreError) -> UInt64 {
        UInt64(clamping: try database.value(of: .historyErasedThrough))
    }

    /// The records after a number on any of the channels, in order, at most `limit`.
    package func history(of read: HistoryRead) throws(StoreError) -> HistoryPage {
        try snapshot { () throws(StoreError) in
            var page = HistoryPage(
                read: read, records: [], end: min(try lastHistoryNumber(), read.through),
                floor: try historyFloor())
            guard page.floor <= read.after else { return page }
            var numbers: Set<UInt64> = []
            for channel in read.channels {
                numbers.formUnion(try historyNumbers(of: channel, read))
            }
            let first = numbers.sorted().prefix(max(read.limit, 1))
            page.records = try historyRecords(first)
            if first.count < numbers.count || first.count == read.limit {
                page.end = first.last ?? page.end
            }
            return page
        }
    }

    /// The newest records, oldest first, of at most so many bytes; and the number before them.
    package func newestHistory(
        bytes: Int
    ) throws(StoreError) -> (records: [RecordText], floor: UInt64) {
        try snapshot { () throws(StoreError) in
            var floor = try historyFloor()
            let rows = try database.prepare(
                "SELECT number, length(data) FROM history ORDER BY number DESC")
            var numbers: [UInt64] = []
            var total = 0
            while try rows.step() {
                total += Int(clamping: rows.integer(1)) + Self.recordBytes
                guard total <= bytes else {
                    floor = rows.number(0)
                    break
                }
                numbers.append(rows.number(0))
            }
            return (try historyRecords(numbers.reversed()), floor)
        }
    }

    /// What a record takes in memory beside its text, about.
    private static let recordBytes = 400

    private func lastHistoryNumber() throws(StoreError) -> UInt64 {
        let last = try database.integer("SELECT max(number) FROM history") ?? 0
        return max(UInt64(clamping: last), try historyFloor())
    }

    private func historyNumbers(
        of channel: Channel, _ read: HistoryRead
    ) throws(StoreError) -> [UInt64] {
        let rows = try database.prepare(
            """
            SELECT number FROM history_channels
            WHERE channel = ?1 AND number > ?2 AND number <= ?3 ORDER BY number LIMIT ?4
            """)
        rows.bind(1, channel.name)
        rows.bind(2, read.after)
        rows.bind(3, min(read.through, UInt64(Int64.max)))
        rows.bind(4, max(read.limit, 1))
        var numbers: [UInt64] = []
        while try rows.step() { numbers.append(rows.number(0)) }
        return numbers
    }

    /// The records of these numbers, in their order; one that is gone is left out.
    private func historyRecords(
        _ numbers: some Sequence<UInt64>
    ) throws(StoreError) -> [RecordText] {
        let row = try database.prepare(
            "SELECT type, occurred_at, data FROM history WHERE number = ?1")
        let channels = try database.prepare(
            """
            SELECT channel, sequence FROM history_channels INDEXED BY history_channel_by_number
            WHERE number = ?1
            """)
        var records: [RecordText] = []
        for number in numbers {
            row.bind(1, number)
            if try row.step() {
                records.append(
                    RecordText(
                        number: number, type: row.text(0), occurredAt: row.instant(1),
                        data: row.bytes(2), positions: try positions(of: number, channels)))
            }
            row.reset()
        }
        return records
    }

    private func positions(
        of number: UInt64, _ rows: Statement
    ) throws(StoreError) -> [ChannelPosition] {
        rows.bind(1, number)
        var positions: [ChannelPosition] = []
        while try rows.step() {
            guard let channel = Channel(name: rows.text(0)) else { continue }
            positions.append(ChannelPosition(channel, sequence: rows.number(1)))
        }
        return positions
    }
}

extension Database {
    /// The last number that was given to an event, or to a published message, which counts with them.
    func lastEventNumber() throws(StoreError) -> Int64 {
        let event =
            try firstFreeNumber(after: .eventsErasedThrough, in: "events", column: "number") - 1
        let kept =
            try firstFreeNumber(after: .historyErasedThrough, in: "history", column: "number") - 1
        let published = try integer("SELECT max(number) FROM publications") ?? 0
        return max(event, kept, published)
    }

    /// What was published, in the order of its numbers.
    func publications() throws(StoreError) -> [PublicationRecord] {
        let rows = try prepare(
            "SELECT publisher, message, number FROM publications ORDER BY number")
        var records: [PublicationRecord] = []
        while try rows.step() {
            records.append(
                PublicationRecord(
                    mark: PublicationMark(publisher: rows.text(0), message: rows.text(1)),
                    number: rows.number(2)))
        }
        return records
    }

    /// Where the channels of the records that are kept stand.
    func channelSequences() throws(StoreError) -> ChannelSequences {
        let rows = try prepare(
            """
            SELECT channel, max(number), sequence, kept_at
            FROM history_channels JOIN history USING (number) GROUP BY channel
            """)
        var last: [Channel: ChannelSequences.Last] = [:]
        while try rows.step() {
            guard let channel = Channel(name: rows.text(0)) else { continue }
            last[channel] = ChannelSequences.Last(sequence: rows.number(2), at: rows.instant(3))
        }
        return ChannelSequences(last)
    }
}
