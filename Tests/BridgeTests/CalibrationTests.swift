import ColdChain
import Testing
import Wire

@testable import Bridge

@Suite("Readings of a calibrated sensor")
struct CalibrationTests {
    static func calibration(
        error: Double, madeAt: Int64 = 0, dueAt: Int64 = 1_000_000
    ) throws -> Calibration {
        Calibration(
            madeAt: Engine.instant(madeAt), dueAt: Engine.instant(dueAt), method: "stirred bath",
            reference: "no. 7",
            table: try ErrorTable([
                ErrorTable.Point(reference: -30, indicated: -30 + error),
                ErrorTable.Point(reference: 70, indicated: 70 + error),
            ]),
            uncertainty: try #require(
                CalibrationUncertainty(expanded: 0.2, coverageFactor: 2)))
    }

    static func command(
        _ calibration: Calibration?, of device: String = "bag-1", probe: UInt8? = nil,
        supersedes: UInt32? = nil, quantity: Quantity? = nil
    ) -> Command {
        var fields = CalibrationFields(calibration: calibration, enteredBy: "staff-1")
        fields.probe = probe
        fields.quantity = quantity
        fields.supersedes = supersedes.map { CalibrationNumber($0) }
        fields.reason = supersedes.map { _ in "mistyped" }
        return .enterCalibration(device: device, fields)
    }

    private func entered(_ result: Result<CommandAnswer, CommandRefusal>?) -> UInt32? {
        guard case .success(.calibrated(let entry))? = result else { return nil }
        return entry.number.rawValue
    }

    /// Seconds, the value as sent, the corrected one and the number of what was applied.
    private func log(_ engine: Engine) -> [String] {
        engine.effects.records.readings.map { reading in
            let correction = reading.correction.map { " \($0.value) by \($0.calibration.rawValue)" }
            return "\(engine.seconds(reading.measuredAt)) \(reading.measurement.value)"
                + (correction ?? "")
        }
    }

    @Test("B-4: what is received later is corrected, and both values are recorded and told")
    func corrected() throws {
        var engine = Engine()
        engine.receive([Engine.Row(100, 4)])
        #expect(
            entered(engine.ask(Self.command(try Self.calibration(error: 0.5)), at: 110)) == 1)
        engine.receive([Engine.Row(200, 4)])
        engine.receive([Engine.Row(300, 4)], from: "bag-2")
        #expect(log(engine) == ["100 4.0", "200 4.0 3.5 by 1", "300 4.0"])
        let entry = try #require(engine.effects.records.calibrations.first)
        #expect(entry.enteredAt == Engine.instant(110) && entry.enteredBy == "staff-1")
        #expect(engine.temperatures.map(\.celsius) == [4, 3.5, 4])
        #expect(engine.temperatures.map(\.correctedFrom) == [nil, 4, nil])
        #expect(engine.temperatures.map { $0.calibration?.rawValue } == [nil, 1, nil])
    }

    @Test("B-4: what was measured before the calibration was made is not corrected")
    func measuredBefore() throws {
        var engine = Engine()
        engine.receive([Engine.Row(100, 4)])
        engine.ask(Self.command(try Self.calibration(error: 0.5, madeAt: 150)), at: 400)
        // Two readings that the bag kept while it was out of reach.
        engine.receive([Engine.Row(149, 4), Engine.Row(150, 4)], at: 410)
        #expect(log(engine).suffix(2) == ["149 4.0", "150 4.0 3.5 by 1"])
    }

    @Test("a reading that was recorded before is judged as the log has it, not as it would be now")
    func redelivered() throws {
        var engine = Engine()
        engine.makeOrder("o-1", .cold)
        engine.receive([Engine.Row(100, 4.8)], packetIdentifier: 7)
        // By the calibration, 4.8 °C is 5.8 °C: outside.
        engine.ask(Self.command(try Self.calibration(error: -1)), at: 110)
        engine.restart()
        engine.receive([Engine.Row(100, 4.8)], at: 120, packetIdentifier: 7)
        #expect(engine.excursions == [] && engine.alerts.isEmpty)
        engine.receive([Engine.Row(1_000, 4.8)])
        #expect(engine.alerts.map(\.state) == [.opened])
    }

    @Test("a reading of a time at which the log may have it otherwise is judged by the log alone")
    func asksLog() throws {
        var engine = Engine()
        engine.makeOrder("o-1", .cold)
        engine.receive([Engine.Row(100, 4.8)])
        engine.ask(Self.command(try Self.calibration(error: -1)), at: 110)
        var batch = engine.effects
        batch.removeAll()
        // Without an answer of the log nothing is said of it.
        let topic = Array("bags/bag-1".utf8)
        var samples = SampleBatch()
        samples.measurements = [Measurement(quantity: .temperature, value: 4.8)]
        samples.samples = [Sample(measuredAt: Engine.instant(100), measurements: 0..<1)]
        engine.bridge.receive(
            samples, profile: ProfileNumber(rawValue: 0), naming: .carrier(.bag, 5..<10),
            topic: topic.span, payload: topic.span, arrival: engine.arrival(at: 120),
            effects: &batch)
        #expect(batch.recalls == [OrderNumber(1)])
        #expect(batch.records.excursions.isEmpty)
    }

    @Test("an excursion is decided by the corrected value, both ways")
    func excursion() throws {
        var engine = Engine()
        engine.makeOrder("o-1", .cold, in: "bag-1")
        engine.makeOrder("o-2", .cold, in: "bag-2")
        for bag in ["bag-1", "bag-2"] { engine.receive([Engine.Row(10, 4)], from: bag) }
        engine.ask(Self.command(try Self.calibration(error: -0.5)), at: 20)
        engine.ask(Self.command(try Self.calibration(error: 0.5), of: "bag-2"), at: 20)
        engine.receive([Engine.Row(200, 4.75)])
        engine.receive([Engine.Row(200, 5.25)], from: "bag-2")
        #expect(engine.alerts.map(\.order) == ["o-1"])
        #expect(engine.alerts.map(\.celsius) == [5.25])
        #expect(engine.temperatures.suffix(2).map(\.isWithinLimit) == [false, true])
    }

    @Test("after a restart the same correction goes on, and the log's readings are judged the same")
    func restart() throws {
        var engine = Engine()
        engine.makeOrder("o-1", .cold)
        engine.receive([Engine.Row(10, 4)])
        engine.ask(Self.command(try Self.calibration(error: -0.5)), at: 20)
        engine.receive([Engine.Row(200, 4.75)])
        let before = engine.excursions
        engine.restart()
        #expect(engine.excursions == before && before.count == 1)
        engine.receive([Engine.Row(300, 4.75)])
        #expect(log(engine).suffix(2) == ["200 4.75 5.25 by 1", "300 4.75 5.25 by 1"])
        #expect(
            entered(engine.ask(Self.command(try Self.calibration(error: -0.25)), at: 310)) == 2)
    }

    @Test("one that is taken back holds no longer; what it made of readings stays")
    func takenBack() throws {
        var engine = Engine()
        engine.receive([Engine.Row(10, 4)])
        engine.ask(Self.command(try Self.calibration(error: 0.5)), at: 20)
        engine.ask(Self.command(try Self.calibration(error: 1, madeAt: 5)), at: 21)
        engine.receive([Engine.Row(100, 4)])
        #expect(entered(engine.ask(Self.command(nil, supersedes: 2), at: 110)) == 3)
        engine.receive([Engine.Row(200, 4)])
        engine.restart()
        engine.receive([Engine.Row(300, 4)])
        #expect(entered(engine.ask(Self.command(nil, supersedes: 1), at: 310)) == 4)
        engine.receive([Engine.Row(400, 4)])
        #expect(
            log(engine) == [
                "10 4.0", "100 4.0 3.0 by 2", "200 4.0 3.5 by 1", "300 4.0 3.5 by 1", "400 4.0",
            ])
    }

    @Test("B-6: a sentinel, a marker and what no sensor measures are never corrected")
    func sentinel() throws {
        var settings = Engine.settings(checks: .all)
        settings.checks.withoutOrder.sentinels = [.ds18b20]
        var engine = Engine(settings)
        engine.receive([Engine.Row(10, 80)])
        engine.ask(Self.command(try Self.calibration(error: 4)), at: 20)
        for (step, celsius) in [85.0, 84, 127, -200, 80].enumerated() {
            engine.receive([Engine.Row(100 + Int64(step), celsius)])
        }
        let corrections = engine.effects.records.readings.map { $0.correction?.value }
        #expect(corrections == [nil, nil, 80, nil, nil, 76])
        let flags = engine.effects.records.readings.map { $0.quality[.grossRange] }
        #expect(flags[3] == .bad && flags[4] == .bad)
    }

    @Test(
        "B-4: past its due date readings flow on, corrected and suspect", arguments: [true, false])
    func overdue(all: Bool) throws {
        var engine = Engine(Engine.settings(checks: all ? .all : .grossRange))
        engine.receive([Engine.Row(10, 4)])
        engine.ask(Self.command(try Self.calibration(error: 0.5, dueAt: 200)), at: 20)
        for second in [200, 201] as [Int64] { engine.receive([Engine.Row(second, 4)]) }
        let readings = engine.effects.records.readings.suffix(2)
        #expect(readings.map { $0.quality[.calibration] } == [.good, .suspect])
        #expect(readings.map { $0.correction?.value } == [3.5, 3.5])
        let last = try #require(readings.last)
        let quality = ReadingQuality(
            flags: last.quality, packedReasons: last.reasons, parametersVersion: 1)
        #expect(quality[.calibration].reason == .calibrationOverdue)
        #expect(last.quality.isUsable)
    }

    @Test("a late reading judges the stretch anew by the corrections that the log has")
    func recalled() throws {
        var engine = Engine(Engine.settings(checks: .all))
        engine.receive([Engine.Row(10, 4)])
        engine.ask(Self.command(try Self.calibration(error: 0.5, dueAt: 90)), at: 20)
        for second in stride(from: 60, through: 600, by: 60) as StrideThrough<Int64> {
            if second != 300 { engine.receive([Engine.Row(second, 4)]) }
        }
        let before = engine.effects.records.readings
        engine.receive([Engine.Row(300, 4)], at: 610)
        _ = engine.bridge.wake(at: Engine.instant(610), effects: &engine.effects)
        engine.answerChannelRecalls()
        var after = engine.effects.records.readings
        engine.revise(&after)
        for (old, new) in zip(before, after) {
            #expect(old.quality[.calibration] == new.quality[.calibration])
        }
        #expect(
            after.last?.correction?.value == 3.5 && after.last?.quality[.calibration] == .suspect)
    }

    @Test("what lies beyond the points of the table says so")
    func beyond() throws {
        var engine = Engine()
        engine.receive([Engine.Row(10, 4)])
        engine.ask(Self.command(try Self.calibration(error: 0.5)), at: 20)
        for (step, celsius) in [70.5, 75].enumerated() {
            engine.receive([Engine.Row(100 + Int64(step), celsius)])
        }
        let readings = engine.effects.records.readings.suffix(2)
        #expect(readings.map { $0.notes.contains(.beyondCalibration) } == [false, true])
        #expect(readings.map { $0.correction?.value } == [70, 74.5])
    }

    @Test("each probe has its own; two sensors of a bag are compared as corrected")
    func probes() throws {
        var engine = Engine(Engine.settings(checks: .all))
        engine.receive([Engine.Row(10, 4, 8)])
        engine.ask(Self.command(try Self.calibration(error: 4), probe: 1), at: 20)
        for step in 1..<9 { engine.receive([Engine.Row(10 + Int64(step) * 60, 4, 8)]) }
        let readings = engine.effects.records.readings.suffix(2)
        #expect(readings.map(\.judgedValue) == [4, 4])
        #expect(readings.map { $0.quality[.sensorPair] } == [.good, .good])
    }

    @Test("a calibration follows the device into another bag, and outlives its registration")
    func follows() throws {
        var engine = Engine()
        engine.receive([Engine.Row(10, 4)])
        engine.ask(Self.command(try Self.calibration(error: 0.5)), at: 20)
        var fields = DeviceFields()
        fields.carrier = .set("bag-9")
        engine.ask(.updateDevice(id: "bag-1", fields), at: 30)
        engine.receive([Engine.Row(100, 4)])
        engine.ask(.removeDevice(id: "bag-1"), at: 110)
        #expect(entered(engine.ask(Self.command(nil, supersedes: 7), at: 120)) == nil)
        engine.receive([Engine.Row(200, 4)])
        engine.ask(.removeDevice(id: "bag-1"), at: 210)
        #expect(entered(engine.ask(Self.command(nil, supersedes: 1), at: 220)) == 2)
        #expect(engine.effects.records.sources.count == 2)
        #expect(log(engine) == ["10 4.0", "100 4.0 3.5 by 1", "200 4.0 3.5 by 1"])
    }

    @Test("the same request again, as after a lost answer, is the same entry")
    func again() throws {
        var engine = Engine()
        engine.receive([Engine.Row(10, 4)])
        let command = Self.command(try Self.calibration(error: 0.5))
        #expect(entered(engine.ask(command, at: 20)) == 1)
        #expect(entered(engine.ask(command, at: 30)) == 1)
        #expect(entered(engine.ask(Self.command(nil, supersedes: 1), at: 40)) == 2)
        #expect(entered(engine.ask(Self.command(nil, supersedes: 1), at: 50)) == 2)
        // Taken back, it may be entered anew.
        #expect(entered(engine.ask(command, at: 60)) == 3)
        #expect(engine.effects.records.calibrations.count == 3)
    }

    @Test("what cannot be is refused by name, and nothing is recorded")
    func refused() throws {
        var engine = Engine(Engine.settings(checks: .all))
        engine.receive([Engine.Row(10, 4)])
        engine.receive([Engine.Row(10, 4)], from: "bag-2")
        let sound = try Self.calibration(error: 0.5)
        #expect(
            engine.ask(Self.command(sound, of: "bag-3"), at: 20)
                == .failure(.unknownDevice("bag-3")))
        engine.ask(Self.command(sound), at: 20)
        engine.ask(Self.command(nil, supersedes: 1), at: 21)
        engine.ask(Self.command(sound), at: 22)
        let count = engine.effects.records.calibrations.count
        let cases: [(Command, String)] = [
            (Self.command(sound, probe: 1), "probe"),
            (Self.command(sound, quantity: .humidity), "quantity"),
            (Self.command(try Self.calibration(error: 0, madeAt: 200)), "madeAt"),
            (Self.command(try Self.calibration(error: 0, madeAt: 5, dueAt: 5)), "dueAt"),
            (Self.command(try Self.calibration(error: 0, dueAt: 400_000_000)), "dueAt"),
            (Self.command(nil, supersedes: 9), "supersedes"),
            (Self.command(sound, supersedes: 1), "supersedes"),
            (Self.command(nil, of: "bag-2", supersedes: 3), "supersedes"),
            (Self.command(sound, supersedes: 2), "supersedes"),
            (Self.command(sound, probe: 1, supersedes: 3), "probe"),
        ]
        for (command, field) in cases {
            guard case .failure(.invalid(let named, let reason))? = engine.ask(command, at: 30)
            else {
                Issue.record("\(command) was not refused")
                continue
            }
            #expect(named == field && !reason.isEmpty)
        }
        #expect(engine.effects.records.calibrations.count == count)
    }
}
