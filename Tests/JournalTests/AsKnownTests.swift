import Bridge
import ColdChain
import Journal
import Testing

@Suite("What was known of an order at an instant")
struct AsKnownTests {
    private let scratch: Scratch
    private let journal: Journal
    private let reader: JournalReader

    /// Readings of 100 to 104 that came at once; what came at 200 changed what was said of two of
    /// them, and brought another from between.
    init() throws {
        scratch = try Scratch()
        journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order(1, status: .preparing, updatedAt: 90)]
            batch.custody = [Custody(bag: "bag-1", order: OrderNumber(1), from: at(95))]
            batch.readings = [reading(at: 100), reading(at: 102), waiting(at: 104)]
        }
        try journal.commit { batch in
            batch.readings = [
                reading(at: 101, 30, receivedAt: 200), reading(at: 105, 4.5, receivedAt: 200),
            ]
            batch.qualityRevisions = [
                revision(of: 102, at: 200), settlement(of: 104, by: 1, at: 200),
            ]
            var delivered = order(1, status: .delivered, updatedAt: 210)
            delivered.deliveredAt = at(208)
            batch.orders = [delivered]
            batch.custody = [
                Custody(bag: "bag-1", order: OrderNumber(1), from: at(95), until: at(208)),
                Custody(bag: "bag-2", order: OrderNumber(1), from: at(150)),
            ]
            batch.checkpoints = [checkpoint(1, at: 205)]
        }
        reader = try JournalReader(path: scratch.path)
    }

    private func readings(asOf instant: Int64?) throws -> [LoggedReading] {
        try reader.temperatureLog(order: "order-1", asOf: instant.map(at), limit: 99)?.readings
            ?? []
    }

    @Test("B-9: readings that came later are left out, and flags are those that stood then")
    func flags() throws {
        let before = try readings(asOf: 199)
        #expect(before.map(\.reading.measuredAt) == [100, 102, 104].map(at))
        #expect(before.map { $0.reading.quality[.spike] }.last == .notEvaluated)
        #expect(before.allSatisfy { $0.reading.quality[.spike] != .suspect })
        let after = try readings(asOf: 200)
        #expect(after.map(\.reading.measuredAt) == [100, 101, 102, 104, 105].map(at))
        #expect(after[2].reading.quality[.spike] == .suspect)
        #expect(after[3].reading.quality[.spike] == .good)
        #expect(try readings(asOf: nil) == after)
    }

    @Test("of several revisions of a reading the newest that was said by then holds")
    func revisions() throws {
        try journal.commit { batch in
            var again = revision(of: 102, at: 300)
            again.quality.flags[.spike] = .bad
            batch.qualityRevisions = [again]
        }
        #expect(try readings(asOf: 299)[2].reading.quality[.spike] == .suspect)
        #expect(try readings(asOf: 300)[2].reading.quality[.spike] == .bad)
    }

    @Test("what an answer is made of is as it was known: order, custody, checkpoints, temperatures")
    func history() throws {
        let before = try #require(try reader.history(order: "order-1", asOf: at(199)))
        #expect(before.order.status == .preparing && before.order.deliveredAt == nil)
        #expect(before.order.customer == "c-1" && before.order.updatedAt == at(90))
        #expect(before.checkpoints.isEmpty)
        #expect(before.stretches.map(\.custody.bag) == ["bag-1", "bag-2"])
        #expect(before.stretches.first?.custody.until == nil)
        let temperatures = before.stretches.first?.channels.first?.readings
        #expect(temperatures?.map(\.measuredAt) == [100, 102, 104].map(at))
        #expect(temperatures?.last?.quality[.spike] == .notEvaluated)
        #expect(try reader.history(order: "order-1", asOf: at(149))?.stretches.count == 1)
        let after = try #require(try reader.history(order: "order-1", asOf: at(210)))
        #expect(after == (try reader.history(order: "order-1")))
        #expect(after.order.status == .delivered && after.checkpoints.count == 1)
    }

    @Test("before the order's first state, and where states were erased, nothing is known")
    func notKnown() throws {
        #expect(try reader.history(order: "order-1", asOf: at(89)) == nil)
        #expect(try reader.temperatureLog(order: "order-1", asOf: at(89), limit: 9) == nil)
        guard case .erased = try journal.erase(.customer("c-1"), by: "a", at: at(300)) else {
            Issue.record("nothing was erased")
            return
        }
        #expect(try reader.history(order: "order-1", asOf: at(199)) == nil)
        #expect(try reader.history(order: "order-1", asOf: at(210))?.order.status == .delivered)
    }
}
