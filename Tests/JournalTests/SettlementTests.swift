import Bridge
import ColdChain
import Journal
import Testing

@Suite("That a reading was no spike, in the row of the next one")
struct SettlementTests {
    /// So many readings a second apart, each of which settles the one before.
    private func fill(_ batch: inout RecordBatch, _ count: Int, from first: Int64 = 0) {
        for second in first..<first + Int64(count) {
            let instant = second * 1_000
            if !batch.readings.isEmpty {
                batch.qualityRevisions.append(
                    settlement(of: instant - 1_000, by: batch.readings.count, at: instant))
            }
            batch.readings.append(waiting(at: instant))
        }
    }

    private func spikes(_ scratch: Scratch) throws -> [QualityFinding] {
        try allReadings(scratch).sorted { $0.reading.measuredAt < $1.reading.measuredAt }
            .map { logged in
                ReadingQuality(
                    flags: logged.reading.quality, packedReasons: logged.reading.reasons,
                    parametersVersion: 1)[.spike]
            }
    }

    private func settled(_ scratch: Scratch) throws -> [String] {
        try sqlite3(
            scratch.path,
            """
            SELECT (SELECT count(settles) FROM readings), (SELECT count(*) FROM quality_revisions)
            """)
    }

    private func settledBut(last count: Int, of all: Int) -> [QualityFinding] {
        Array(repeating: .good, count: all - count)
            + Array(repeating: QualityFinding(.notEvaluated, .lacksNeighbour), count: count)
    }

    @Test("B-4: costs no revision, and every reader sees it", arguments: [2, 4, 5, 16, 40])
    func everyReader(count: Int) throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order(1)]
            batch.custody = [Custody(bag: "bag-1", order: OrderNumber(1), from: at(0))]
            fill(&batch, count)
        }
        #expect(try settled(scratch) == ["\(count - 1)|0"])
        #expect(try spikes(scratch) == settledBut(last: 1, of: count))
        let reader = try JournalReader(path: scratch.path)
        let ofOrder = try reader.readings(
            of: OrderNumber(1), quantity: nil, after: nil, limit: .max)
        #expect(ofOrder.filter { $0.reading.quality[.spike] == .good }.count == count - 1)
        let history = try #require(try reader.history(order: "order-1"))
        let temperatures = history.stretches.flatMap(\.channels).flatMap(\.readings)
        #expect(temperatures.filter { $0.quality[.spike] == .good }.count == count - 1)
        let shown = try sqlite3(
            scratch.path,
            """
            SELECT count(*), min(reasons IS NULL), min(revised_at > measured_at) FROM temperature_log
            WHERE tests LIKE '%spike=good%' AND quality = 'good'
            """)
        #expect(shown == ["\(count - 1)|1|1"])
        #expect(try prove(scratch.path).findings == [])
    }

    @Test("B-4: in a later turn too; after a start, where the row is not known, it is a revision")
    func later() throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { batch in
                batch.sources = sources()
                batch.readings = [waiting(at: 0)]
            }
            try journal.commit { batch in
                batch.readings = [waiting(at: 1_000)]
                batch.qualityRevisions = [settlement(of: 0, by: 0, at: 1_000)]
            }
            #expect(try settled(scratch) == ["1|0"])
        }
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.readings = [waiting(at: 2_000)]
            batch.qualityRevisions = [settlement(of: 1_000, by: 0, at: 2_000)]
        }
        #expect(try settled(scratch) == ["1|1"])
        #expect(try spikes(scratch) == settledBut(last: 1, of: 3))
        #expect(try prove(scratch.path).findings == [])
    }

    @Test("B-4: what is said later, of a spike or of anything else, holds")
    func revised() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            fill(&batch, 3)
            var late = settlement(of: 0, by: 0, at: 3_000)
            late.settler = nil
            late.quality[.spike] = QualityFinding(.suspect, .standsOut)
            batch.qualityRevisions.append(late)
        }
        #expect(try settled(scratch) == ["2|1"])
        #expect(
            try spikes(scratch) == [
                QualityFinding(.suspect, .standsOut), .good,
                QualityFinding(.notEvaluated, .lacksNeighbour),
            ])
    }

    @Test(
        "B-4: where some of the readings were in the log already, no row is said to be settled that is not",
        arguments: [4, 16, 21])
    func redelivered(count: Int) throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.readings = [waiting(at: Int64(count - 2) * 1_000)]
        }
        let receipt = try journal.commit { batch in
            fill(&batch, count)
            batch.readings.append(waiting(2, at: 5))
        }
        #expect(receipt.readings == count && receipt.duplicateReadings == 1)
        let log = try allReadings(scratch).filter { $0.source.carrier == .bag("bag-1") }
        #expect(log.count == count)
        #expect(log.filter { $0.reading.quality[.spike] == .good }.count == count - 1)
        #expect(log.last { $0.reading.quality[.spike] != .good }?.id == log.map(\.id).max())
        #expect(
            try sqlite3(
                scratch.path,
                """
                SELECT count(*) FROM readings AS s JOIN readings AS r ON r.id = s.settles
                WHERE r.source <> s.source OR r.measured_at <> s.measured_at - 1000
                """) == ["0"])
        #expect(try prove(scratch.path).findings == [])
    }

    @Test("B-5: a reading that is held stays settled when the one after it is erased")
    func held() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            fill(&batch, 20)
        }
        var scope = HoldScope()
        scope.from = at(0)
        scope.until = at(10_000)
        let hold = try journal.placeHold(
            scope, reason: "complaint", by: "staff-1", until: nil, at: at(0))
        _ = try journal.tidyUp(now: at(91 * day))
        #expect(try settled(scratch) == ["9|1"])
        #expect(try spikes(scratch) == settledBut(last: 0, of: 10))
        #expect(try prove(scratch.path).findings == [])
        _ = try journal.releaseHold(hold.number, by: "staff-1", at: at(91 * day))
        _ = try journal.tidyUp(now: at(91 * day))
        #expect(try settled(scratch) == ["0|0"])
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [] && proof.purged == 21)
    }
}
