import Bridge
import ColdChain
import Journal
import Testing

@Suite("The temperatures of orders that are judged again")
struct OrderRecallTests {
    private static let bags = 6

    /// Six bags that carry seven orders: one bag two of them by turns, one order in two bags, one
    /// order in none that is known.
    private func store(_ scratch: Scratch, readings: [Reading]) throws -> Journal {
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources(bags: Self.bags)
            batch.orders = (1...7).map { order($0) }
            batch.custody = [
                Custody(bag: "bag-1", order: OrderNumber(1), from: at(5_000), until: at(20_000)),
                Custody(bag: "bag-1", order: OrderNumber(2), from: at(20_000)),
                Custody(bag: "bag-2", order: OrderNumber(3), from: at(0)),
                Custody(bag: "bag-3", order: OrderNumber(3), from: at(10_000)),
                Custody(bag: "bag-4", order: OrderNumber(4), from: at(0), until: at(0)),
                Custody(bag: "bag-5", order: OrderNumber(5), from: at(90_000)),
                Custody(bag: "bag-unheard", order: OrderNumber(6), from: at(0)),
            ]
        }
        for start in stride(from: 0, to: readings.count, by: 1_000) {
            try journal.commit { batch in
                batch.readings = Array(readings[start..<min(start + 1_000, readings.count)])
            }
        }
        return journal
    }

    /// What the log's reader says of an order: with an index and without one it must be the same.
    private func expected(_ scratch: Scratch, _ number: UInt32) throws -> [String] {
        let reader = try JournalReader(path: scratch.path)
        return try reader.readings(
            of: OrderNumber(number), quantity: .temperature, after: nil, limit: .max
        ).map { "\($0.reading)" }.sorted()
    }

    private func recall(
        _ journal: Journal, _ orders: [OrderNumber]
    ) throws -> (answers: [OrderTemperatures], pieces: Int) {
        var answers: [OrderTemperatures] = []
        var pieces = 0
        while answers.count < orders.count {
            let piece = try journal.temperatures(ofFirst: orders[answers.count...])
            try #require(!piece.isEmpty)
            answers += piece
            pieces += 1
        }
        return (answers, pieces)
    }

    /// Each second of each bag several temperatures, and a humidity beside them.
    private func readings(seconds: Int64) -> [Reading] {
        var all: [Reading] = []
        for second in 0..<seconds {
            for bag in 1...UInt32(Self.bags) {
                all.append(reading(bag, at: second * 1_000, 5, receivedAt: second * 1_000 + 2))
                all.append(reading(bag, at: second * 1_000, 60, quantity: .humidity))
                if second.isMultiple(of: 7) {
                    all.append(reading(bag, at: second * 1_000, 3, receivedAt: second * 1_000 + 1))
                    all.append(silent(bag, at: second * 1_000))
                }
            }
        }
        return all
    }

    @Test(
        "B-6: are all that its bags measured while they carried it, indexed or not yet",
        arguments: [1, 40, 3_000], [1, 50, 262_144])
    func all(seconds: Int64, piece: Int) throws {
        let scratch = try Scratch()
        _ = try store(scratch, readings: readings(seconds: seconds))
        var settings = scratch.settings
        settings.recalledInstants = piece
        let journal = try Journal(settings)
        // Rows that came since the store was opened are not in the table of the index yet.
        try journal.commit { batch in
            batch.readings = [reading(1, at: seconds * 1_000), reading(3, at: seconds * 1_000)]
        }
        let orders = (1...8).map { OrderNumber($0) }
        let (answers, pieces) = try recall(journal, orders)
        #expect(answers.map(\.order) == orders)
        for answer in answers {
            let found = answer.readings
            #expect(
                found.map { "\($0)" }.sorted() == (try expected(scratch, answer.order.rawValue)))
            #expect(zip(found, found.dropFirst()).allSatisfy { $0.measuredAt <= $1.measuredAt })
        }
        // What is in memory is not counted; of the longest store most is in the table.
        #expect((pieces > 1) == (seconds == 3_000 && piece < 262_144))
    }

    @Test("B-6: have their newest flags, and at one instant the order in which they were recorded")
    func flags() throws {
        let scratch = try Scratch()
        let journal = try store(scratch, readings: [])
        try journal.commit { batch in
            batch.readings = [
                reading(2, at: 1_000, 9), reading(2, at: 1_000, 4), reading(2, at: 1_000, 7),
            ]
            batch.qualityRevisions = [revision(2, of: 1_000, at: 2_000)]
        }
        let found = try #require(try recall(journal, [OrderNumber(3)]).answers.first).readings
        #expect(found.map(\.measurement.value) == [9, 4, 7])
        #expect(found.map { $0.quality[.spike] == .suspect } == [false, true, false])
    }
}
