import Bridge
import ColdChain
import Fabric
import Journal
import Testing

@Suite("Records that are told again to whoever comes back (T-11)")
struct HistoryTests {
    private static let everything = Channel(.site, Channel.everySite)

    private func record(_ number: UInt64, order: UInt32 = 1) -> HistoryRecord {
        let channel = Channel(.order, "order-\(order)")
        return HistoryRecord(
            RecordText(
                number: number, type: "temperature_alert", occurredAt: at(Int64(number)),
                data: Array(#"{"orderId":"order-\#(order)","n":\#(number)}"#.utf8),
                positions: [
                    ChannelPosition(channel, sequence: number),
                    ChannelPosition(Self.everything, sequence: number + 100),
                ]),
            order: OrderNumber(order), keptAt: at(Int64(number) * 1_000))
    }

    private func journal(_ scratch: Scratch, _ records: [HistoryRecord]) throws -> Journal {
        let journal = try Journal(scratch.settings)
        try journal.commit { $0.history = records }
        return journal
    }

    private func read(
        _ channels: [Channel], after: UInt64, through: UInt64 = 20, limit: Int = 10
    ) -> HistoryRead {
        HistoryRead(
            connection: ConnectionNumber(1), channels: channels, after: after, through: through,
            limit: limit)
    }

    @Test("comes back as it was, on the channels that are asked for, page by page, each once")
    func pages() throws {
        let scratch = try Scratch()
        let records = (1...20).map { record(UInt64($0), order: UInt32($0 % 2 + 1)) }
        let journal = try journal(scratch, records)
        let reader = try JournalReader(path: scratch.path)
        let order = Channel(.order, "order-1")
        let whole = try reader.history(of: read([order], after: 4, limit: 100))
        #expect(
            whole.records
                == records.map(\.record).filter { ($0.number ?? 0) > 4 }
                .filter { $0.positions[0].channel == order })
        #expect(whole.end == 20 && whole.floor == 0)
        var paged: [RecordText] = []
        var last: UInt64 = 0
        while last < 20 {
            let page = try reader.history(
                of: read([order, Self.everything], after: last, limit: 3))
            paged += page.records
            #expect(page.end > last)
            last = page.end
        }
        #expect(paged == records.map(\.record))
        #expect(try reader.history(of: read([Channel(.bag, "x")], after: 3)).end == 20)
        _ = journal
    }

    @Test("what is older than the setting is erased, and who asks for it is told so")
    func erased() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.historyMilliseconds = 10_000
        let journal = try Journal(settings)
        try journal.commit { $0.history = (1...20).map { record(UInt64($0)) } }
        _ = try journal.tidy(now: at(15_500), milliseconds: 1_000)
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.historyFloor() == 5)
        let page = try reader.history(of: read([Self.everything], after: 4))
        #expect(page.records.isEmpty && page.floor == 5)
        #expect(
            try reader.history(of: read([Self.everything], after: 5, limit: 99)).records.count == 15
        )
        #expect(try sqlite3(scratch.path, "SELECT count(*) FROM history_channels") == ["30"])
    }

    @Test("a start goes on counting where the channels stood, and begins with the newest records")
    func restored() throws {
        let scratch = try Scratch()
        let records = (1...20).map { record(UInt64($0)) }
        let journal = try journal(scratch, records)
        let expected = ChannelSequences([
            Channel(.order, "order-1"): .init(sequence: 20, at: at(20_000)),
            Self.everything: .init(sequence: 120, at: at(20_000)),
        ])
        #expect(try journal.restore(now: at(20_000)).sequences == expected)
        let reader = try JournalReader(path: scratch.path)
        let all = try reader.newestHistory(bytes: 1 << 20)
        #expect(all.records == records.map(\.record) && all.floor == 0)
        let some = try reader.newestHistory(bytes: 5_000)
        #expect(some.records.count < 20 && some.records == all.records.suffix(some.records.count))
        #expect(some.floor == (some.records.first?.number ?? 0) - 1)
    }

    @Test("Q-8: what is erased of a person is not told again")
    func subject() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            var delivered = order(1)
            delivered.customer = "anna"
            delivered.status = .delivered
            batch.orders = [delivered, order(2)]
            batch.history = [record(1, order: 1), record(2, order: 2)]
        }
        _ = try journal.erase(.customer("anna"), by: "officer", at: at(10 * day))
        let reader = try JournalReader(path: scratch.path)
        let left = try reader.history(of: read([Self.everything], after: 0)).records
        #expect(left.map(\.number) == [2])
    }
}
