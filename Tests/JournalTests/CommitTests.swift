import Bridge
import ColdChain
import Journal
import Testing

@Suite("Committing a batch")
struct CommitTests {
    @Test("B-2: a reading that comes again is recorded once and counted as a duplicate")
    func readingOnce() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let first = try journal.commit { batch in
            batch.sources = sources()
            batch.readings = [reading(at: 10), reading(2, at: 10), reading(at: 10)]
        }
        #expect(first.readings == 2)
        #expect(first.duplicateReadings == 1)
        // What comes again may have been received at another time.
        let again = try journal.commit { $0.readings = [reading(at: 10, receivedAt: 99)] }
        #expect(again.readings == 0)
        #expect(again.duplicateReadings == 1)
        let log = try allReadings(scratch)
        #expect(log.map(\.reading) == [reading(at: 10), reading(2, at: 10)])
        #expect(log.map(\.id) == [1, 2])
    }

    @Test(
        "B-2: of many readings at once those known already are passed over, and ids have no holes",
        arguments: [0, 1, 15, 16, 17, 31, 40])
    func manyAtOnce(known: Int) throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let all = (0..<40).map { reading(at: Int64($0)) }
        try journal.commit { batch in
            batch.sources = sources()
            // Spread over the whole, so that blocks begin, continue and end with known ones.
            batch.readings = (0..<known).map { all[$0 * 7 % 40] }
        }
        let receipt = try journal.commit { batch in
            batch.readings = all + [all[39], reading(at: 50, .nan), reading(at: 51)]
        }
        #expect(receipt.readings == 42 - known)
        #expect(receipt.duplicateReadings == known + 1)
        let log = try allReadings(scratch)
        #expect(log.map(\.id).sorted() == Array(1...42))
        #expect(Set(log.map(\.reading.measuredAt)).count == 42)
    }

    @Test("a marker is recorded once, beside a number and beside another marker of the same time")
    func markers() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let all = [
            reading(at: 10), silent(at: 10), silent(at: 10, .sensorError), reading(at: 10, .nan),
        ]
        let receipt = try journal.commit { batch in
            batch.sources = sources()
            batch.readings = all + all
        }
        #expect(receipt.readings == 4 && receipt.duplicateReadings == 4)
        let markers = try allReadings(scratch).map(\.reading.measurement.marker)
        #expect(Set(markers) == [nil, .probeAbsent, .sensorError])
    }

    @Test(
        "a reading that differs in source, time, quantity, probe or value is another one",
        arguments: [
            reading(2, at: 10), reading(at: 11), reading(at: 10, quantity: .humidity),
            reading(at: 10, 4.0000001), probeOne(),
        ])
    func differingReading(other: Reading) throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.readings = [reading(at: 10), other]
        }
        #expect(try allReadings(scratch).map(\.reading) == [reading(at: 10), other])
    }

    @Test("a value that is not a number is recorded, once, as no value")
    func notANumber() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let receipt = try journal.commit { batch in
            batch.sources = sources()
            batch.readings = [reading(at: 10, .nan), reading(at: 10, .nan), reading(at: 10, 4)]
            batch.readings.append(reading(at: 11, .infinity))
            batch.fixes = [fix(at: 10, latitude: .nan), fix(at: 10, latitude: .nan)]
        }
        #expect(receipt.readings == 3)
        #expect(receipt.duplicateReadings == 1)
        #expect(receipt.fixes == 1)
        #expect(receipt.duplicateFixes == 1)
        let values = try allReadings(scratch).map(\.reading.measurement.value)
        #expect(values[0].isNaN)
        #expect(values[1...] == [4, .infinity])
    }

    @Test("a fix that comes again is recorded once; one of the same time elsewhere is another")
    func fixOnce() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let receipt = try journal.commit { batch in
            batch.sources = sources()
            batch.fixes = [fix(at: 10), fix(at: 10), fix(at: 10, latitude: 52.6)]
        }
        #expect(receipt.fixes == 2)
        #expect(receipt.duplicateFixes == 1)
    }

    @Test("a batch is recorded whole or not at all, and a failure ends the writer")
    func wholeOrNothing() throws {
        let scratch = try Scratch()
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { batch in
                batch.sources = sources()
                batch.orders = [order()]
                batch.events = [event(1)]
            }
            expect(.contradiction) {
                try journal.commit { batch in
                    batch.readings = [reading(at: 10)]
                    batch.events = [event(1)]
                }
            }
            expect(.poisoned) { try journal.commit { $0.readings = [reading(at: 11)] } }
            expect(.poisoned) { try journal.restore(now: at(0)) }
            expect(.poisoned) { try journal.tidy(now: at(0), milliseconds: 1) }
            #expect(journal.poisonedBy?.kind == .contradiction)
        }
        #expect(try allReadings(scratch) == [])
        let reopened = try Journal(scratch.settings)
        #expect(try reopened.commit { $0.readings = [reading(at: 10)] }.readings == 1)
    }

    @Test("a reading of a source nobody introduced is a contradiction")
    func unknownSource() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        expect(.contradiction) { try journal.commit { $0.readings = [reading(7, at: 1)] } }
    }

    @Test("an empty batch touches nothing")
    func emptyBatch() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let before = journal.walBytes
        #expect(try journal.commit(RecordBatch()) == CommitReceipt())
        #expect(journal.walBytes == before)
    }

    @Test("a recorded reading cannot be changed, not even by hand")
    func immutable() throws {
        let scratch = try Scratch()
        _ = try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            batch.readings = [reading(at: 10)]
        }
        let shell = try run(
            "/usr/bin/env", ["sqlite3", scratch.path, "UPDATE readings SET value=1"])
        #expect(shell.status != 0)
        #expect(try allReadings(scratch).map(\.reading) == [reading(at: 10)])
    }

    private static func probeOne() -> Reading {
        var other = reading(at: 10)
        other.measurement.probe = 1
        return other
    }
}

/// Every reading of the log in log order.
func allReadings(_ scratch: Scratch) throws -> [LoggedReading] {
    let reader = try JournalReader(path: scratch.path)
    var export = try reader.exportReadings(from: at(.min), until: at(.max))
    var readings: [LoggedReading] = []
    while true {
        let page = try export.next(limit: 1_000, from: reader)
        if page.isEmpty { return readings }
        readings += page
    }
}
