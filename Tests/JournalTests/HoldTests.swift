import Bridge
import ColdChain
import Journal
import Testing

private func scope(
    order: String? = nil, bag: String? = nil, device: String? = nil, from: Int64? = nil,
    until: Int64? = nil
) -> HoldScope {
    var scope = HoldScope()
    scope.order = order
    scope.bag = bag
    scope.device = device
    scope.from = from.map(at)
    scope.until = until.map(at)
    return scope
}

@Suite("What is kept beyond its age, and why")
struct HoldTests {
    /// Order 1 in bag 1 from 100 to 200, and readings in and around it.
    private func fill(_ journal: Journal) throws {
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order(1), order(2)]
            batch.custody = [
                Custody(bag: "bag-1", order: OrderNumber(1), from: at(100), until: at(200))
            ]
            batch.readings = [
                reading(1, at: 50), reading(1, at: 150), reading(2, at: 150),
                reading(2, at: 160, order: 1), reading(1, at: 250),
            ]
            batch.fixes = [fix(at: 150)]
            batch.events = [event(1, at: 150)]
            batch.checkpoints = [checkpoint(1, at: 150)]
            batch.qualityRevisions = [50, 150].map { revision(of: $0, at: 160) }
        }
    }

    private func readings(_ scratch: Scratch) throws -> [String] {
        try sqlite3(scratch.path, "SELECT id FROM readings ORDER BY id")
    }

    @Test(
        "B-5: a legal hold keeps what it covers, and only that, until it is released",
        arguments: [
            (scope(order: "order-1"), ["2", "4"], 1),
            (scope(bag: "bag-1"), ["1", "2", "5"], 1),
            (scope(device: "device-2"), ["3", "4"], 0),
            (scope(from: 150, until: 251), ["2", "3", "4", "5"], 1),
            (scope(order: "order-1", bag: "bag-1"), ["2"], 1),
            (scope(bag: "bag-1", from: 200), ["5"], 0),
            (scope(order: "order-2"), [], 0),
            (scope(order: "no such order"), [], 0),
        ] as [(HoldScope, [String], Int64)])
    func covered(scope: HoldScope, ids: [String], events: Int64) throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try fill(journal)
        let hold = try journal.placeHold(
            scope, reason: "complaint", by: "staff-1", until: nil, at: at(0))
        let report = try journal.tidyUp(now: at(91 * day))
        #expect(try readings(scratch) == ids)
        #expect(report.readingsErased == 5 - ids.count && report.eventsErased == 1 - Int(events))
        // What was said of a reading goes and stays with it.
        let revised = ids.filter { ["1", "2"].contains($0) }
        #expect(
            try sqlite3(scratch.path, "SELECT reading FROM quality_revisions ORDER BY 1")
                == revised)
        // Positions go at their age, whoever holds what.
        #expect(report.fixesErased == 1)
        #expect(journal.retentionStatus.holds == 1)
        // A checkpoint is held with its order, as an event is.
        #expect(report.checkpointsErased == 1 - Int(events))
        #expect(journal.retentionStatus.heldRows == ids.count + 2 * Int(events))
        let counts = try JournalReader(path: scratch.path).counts()
        #expect(counts.readings == Int64(ids.count) && counts.events == events)
        #expect(try prove(scratch.path).findings == [])
        // Again, and after a start: nothing else goes.
        #expect(try journal.tidyUp(now: at(92 * day)).readingsErased == 0)
        let released = try journal.releaseHold(hold.number, by: "staff-2", at: at(92 * day))
        #expect(released?.releasedBy == "staff-2" && released?.reason == "complaint")
        _ = try journal.tidyUp(now: at(92 * day))
        #expect(try readings(scratch) == [])
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [] && proof.purged == 5 + 2 + 1 + 1 + 1)
    }

    @Test("a hold holds over a start, ends by itself when it expires, and stays in the list")
    func expires() throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            try fill(journal)
            _ = try journal.placeHold(
                scope(bag: "bag-1"), reason: "r", by: "s", until: at(100 * day), at: at(0))
        }
        let journal = try Journal(scratch.settings)
        _ = try journal.tidyUp(now: at(99 * day))
        #expect(try readings(scratch).count == 3)
        _ = try journal.tidyUp(now: at(100 * day))
        #expect(try readings(scratch) == [])
        let holds = try JournalReader(path: scratch.path).holds(after: 0, limit: 9)
        #expect(holds.map(\.expiresAt) == [at(100 * day)])
        #expect(holds.map { $0.isInForce(at: at(100 * day - 1)) } == [true])
        #expect(holds.map { $0.isInForce(at: at(100 * day)) } == [false])
    }

    @Test("B-5: an excursion that nobody has closed keeps its order's records")
    func openExcursion() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try fill(journal)
        try journal.commit { $0.excursions = [excursion(1, openedAt: 150)] }
        _ = try journal.tidyUp(now: at(91 * day))
        #expect(try readings(scratch) == ["2", "4"])
        #expect(journal.retentionStatus.hasOpenExcursions)
        try journal.commit { $0.excursions = [excursion(1, openedAt: 150, closedAt: 160)] }
        _ = try journal.tidyUp(now: at(92 * day))
        #expect(try readings(scratch) == [])
    }

    @Test("what is held does not stand in the way of what comes after it, however much it is")
    func behindHeldRows() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.readings = (0..<2_500).map { reading(1, at: $0) }
            batch.readings += (2_500..<5_000).map { reading(2, at: $0) }
        }
        _ = try journal.placeHold(
            scope(bag: "bag-1"), reason: "r", by: "s", until: nil, at: at(0))
        #expect(try journal.tidyUp(now: at(91 * day)).readingsErased == 2_500)
        #expect(try JournalReader(path: scratch.path).counts().readings == 2_500)
        // A number is not given again, also where those before it are kept.
        try journal.commit { $0.readings = [reading(2, at: 91 * day)] }
        #expect(try readings(scratch).last == "5001")
        #expect(try prove(scratch.path).findings == [])
    }

    @Test("T-15: who placed and released a hold is in the chain; releasing twice changes nothing")
    func audited() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let hold = try journal.placeHold(
            scope(bag: "bag-1"), reason: "r", by: "anna", until: nil, at: at(1))
        #expect(try journal.releaseHold(hold.number, by: "ben", at: at(2))?.releasedBy == "ben")
        #expect(try journal.releaseHold(hold.number, by: "cem", at: at(3))?.releasedBy == "ben")
        #expect(try journal.releaseHold(99, by: "cem", at: at(3)) == nil)
        #expect(
            try sqlite3(scratch.path, "SELECT count(*) FROM changes WHERE subject = 6") == ["2"])
        #expect(try prove(scratch.path).findings == [])
        _ = try sqlite3(scratch.path, "UPDATE holds SET placed_by = 'cem'")
        #expect(try prove(scratch.path).findings.map(\.table) == ["holds"])
    }
}
