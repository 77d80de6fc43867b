import Bridge
import ColdChain
import Journal
import Testing

@Suite("A store of the first schema")
struct MigrationTests {
    /// As the release with schema 1 left it: a bag that measured, a vehicle, a dead letter.
    private func writeFirstVersion(_ scratch: Scratch) throws {
        let rows = """
            INSERT INTO quantities VALUES (1, 'temperature', '°C');
            INSERT INTO qualities VALUES (1, 'good'), (3, 'suspect');
            INSERT INTO quality_tests VALUES (0, 'gross_range'), (1, 'event_time');
            INSERT INTO time_sources VALUES (1, 'device'), (2, 'receipt');
            INSERT INTO sources VALUES (1, 'device-1', 1, 'bag-1', 'generic/bag@1');
            INSERT INTO sources VALUES (101, 'tracker-1', 2, 'van-1', 'generic/tracker@1');
            INSERT INTO readings VALUES (1, 10, 1, 1, 0, 4.0, 3, 49, 1, 10, 10, NULL);
            INSERT INTO readings VALUES (2, 11, 1, 1, 0, NULL, 3, 49, 1, 11, 11, NULL);
            INSERT INTO fixes VALUES (1, 12, 101, 52.5, 13.4, 5.0, NULL, NULL, 2, 0, 1, 12, NULL);
            INSERT INTO dead_letters VALUES (1, 5, 'local', 'not_json', '', 2, 2, NULL, x'62', x'7B7B');
            """
        try writeStore(of: 1, at: scratch.path, rows: rows)
        #expect(try sqlite3(scratch.path, "SELECT count(*) FROM readings") == ["2"])
    }

    @Test("is carried over with all it holds, and goes on")
    func carriedOver() throws {
        let scratch = try Scratch()
        try writeFirstVersion(scratch)
        let silent = silent(at: 12, message: MessageNumber(row: 1, index: 0))
        do {
            let journal = try Journal(scratch.settings)
            #expect(journal.identity.starts == 5)
            let state = try journal.restore(now: at(0))
            #expect(state.sources.map(\.device) == ["device-1", "tracker-1"])
            #expect(state.newestMeasurement[SourceNumber(1)] == at(11))
            #expect(state.devices.isEmpty && state.unknownFrames.isEmpty)
            #expect(state.lastRawMessages == 0)
            // What was in the log is still known, a reading without a number too.
            let receipt = try journal.commit { batch in
                batch.readings = [reading(at: 10), reading(at: 11, .nan), silent]
            }
            #expect(receipt.readings == 1 && receipt.duplicateReadings == 2)
        }
        let reader = try JournalReader(path: scratch.path)
        try reader.verify()
        var export = try reader.exportReadings(from: at(0), until: at(.max))
        let readings = try export.next(limit: 9, from: reader).map(\.reading)
        #expect(readings.count == 3)
        #expect(readings.first == reading(at: 10))
        #expect(readings.last?.measurement.marker == .probeAbsent)
        #expect(readings.last?.notes == silent.notes && readings.last?.message == silent.message)
        let fixes = try reader.locations(vehicle: "van-1", from: at(0), until: at(99), limit: 9)
        #expect(fixes.map(\.fix) == [fix(at: 12)])
        #expect(try reader.deadLetterCount() == 1)
    }

    @Test("is not read before it was carried over")
    func notYet() throws {
        let scratch = try Scratch()
        try writeFirstVersion(scratch)
        expect(.schemaTooOld) { try JournalReader(path: scratch.path) }
    }

    @Test("a published migration is never changed: stores were made by it")
    func published() {
        var hash: UInt64 = 14_695_981_039_346_656_037
        for byte in Schema.current.migrations.first?.statements.joined().utf8 ?? "".utf8 {
            hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211
        }
        #expect(hash == 2_423_679_183_822_207_305)
    }
}
