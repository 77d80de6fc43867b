import Bridge
import ColdChain
import Journal
import Testing

@Suite("The register of calibrations in the log")
struct CalibrationTests {
    @Test("is restored as it was entered, to the last bit, and read by device")
    func restored() throws {
        let scratch = try Scratch()
        let entries = (1...6).map { calibrationEntry(UInt32($0), enteredAt: Int64($0) * 10) }
        do {
            let journal = try Journal(scratch.settings)
            try journal.commit { $0.calibrations = Array(entries.prefix(4)) }
            try journal.commit { $0.calibrations = Array(entries.suffix(2)) }
        }
        #expect(
            try Journal(scratch.settings).restore(now: at(0)).calibrations == entries)
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.calibrations(ofDevice: "device-1") == entries)
        #expect(try reader.calibrations(ofDevice: "device-2").isEmpty)
    }

    @Test("a reading keeps both values, wherever it is read; the raw one makes it the same one")
    func bothValues() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let calibrated = corrected(at: 20, 4.25, by: 1, to: 4, order: 1)
        let receipt = try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order()]
            batch.custody = [Custody(bag: "bag-1", order: OrderNumber(1), from: at(5))]
            batch.calibrations = [calibrationEntry(1)]
            // More than a block of the fast path, among readings without a calibration.
            batch.readings = [reading(at: 10), calibrated]
            batch.readings += (30..<60).map { corrected(at: $0, 5, by: 1, to: 4.5) }
        }
        #expect(receipt.readings == 32)
        // As when it comes again after another calibration was entered.
        let again = try journal.commit { batch in
            batch.readings = [
                reading(at: 20, 4.25), corrected(at: 10, 4, by: 2, to: 3), reading(at: 70),
            ]
        }
        #expect(again.readings == 1 && again.duplicateReadings == 2)
        let reader = try JournalReader(path: scratch.path)
        var export = try reader.exportReadings(from: at(0), until: at(.max))
        let readings = try export.next(limit: 99, from: reader).map(\.reading)
        #expect(readings.prefix(2) == [reading(at: 10), calibrated])
        #expect(readings.map(\.judgedValue).prefix(3) == [4, 4, 4.5])
        let log = try reader.temperatureLog(order: "order-1", quantity: nil, after: nil, limit: 2)
        #expect(log?.readings.map(\.reading.correction) == [nil, calibrated.correction])
        let history = try reader.history(order: "order-1")
        let celsius = history?.stretches.first?.channels.first?.readings.map(\.celsius)
        #expect(celsius?.prefix(3) == [4, 4, 4.5])
        #expect(try prove(scratch.path).findings.isEmpty)
    }

    @Test("auditors see both values and the calibration, and which entries hold no longer")
    func views() throws {
        let scratch = try Scratch()
        try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            batch.calibrations = [calibrationEntry(1), calibrationEntry(2)]
            batch.readings = [reading(at: 1, 4.25), corrected(at: 2, 4.25, by: 1, to: 4)]
        }
        #expect(
            try sqlite3(
                scratch.path,
                "SELECT value, raw_value, calibration FROM temperature_log ORDER BY id")
                == ["4.25|4.25|", "4.0|4.25|1"])
        #expect(
            try sqlite3(
                scratch.path,
                "SELECT number, points, superseded_by, supersedes, reason FROM calibration_log")
                == ["1|0.0 0.4; 20.1 20.3; 60.0 61.1|2||", "2|||1|Ångström"])
        #expect(
            try run(
                "/usr/bin/env",
                ["sqlite3", scratch.path, "UPDATE calibrations SET points = '0.0 0.0'"]
            ).status != 0)
    }

    @Test(
        "a changed calibration, and a changed correction, are found",
        arguments: [
            ("calibrations", "points = '0.0 0.3; 20.1 20.3; 60.0 61.1' WHERE number = 1"),
            ("calibrations", "due_at = due_at + 1 WHERE number = 1"),
            ("calibrations", "supersedes = NULL WHERE number = 2"),
            ("readings", "corrected = 3.75 WHERE id = 2"),
            ("readings", "calibration = 3 WHERE id = 2"),
            ("readings", "corrected = NULL, calibration = NULL WHERE id = 2"),
            ("readings", "corrected = 4.0, calibration = 1 WHERE id = 1"),
            ("readings", "calibration = 1 WHERE id = 1"),
        ])
    func tampered(table: String, change: String) throws {
        let scratch = try Scratch()
        try Journal(scratch.settings).commit { batch in
            batch.sources = sources()
            batch.calibrations = (1...3).map { calibrationEntry(UInt32($0)) }
            batch.readings = [reading(at: 1, 4.25), corrected(at: 2, 4.25, by: 1, to: 4)]
        }
        #expect(try prove(scratch.path).proof.isWhole)
        _ = try sqlite3(
            scratch.path,
            "DROP TRIGGER reading_is_final; DROP TRIGGER calibration_is_final; UPDATE \(table) SET "
                + change)
        let (proof, findings) = try prove(scratch.path)
        #expect(proof.altered == 1)
        #expect(findings.map(\.table) == [table])
    }

    @Test("one that was removed is missed")
    func removed() throws {
        let scratch = try Scratch()
        try Journal(scratch.settings).commit { $0.calibrations = [calibrationEntry(1)] }
        _ = try sqlite3(scratch.path, "DELETE FROM calibrations")
        #expect(try prove(scratch.path).findings.map(\.status) == [.missing])
    }
}
