import ColdChain
import Testing

@Suite("Which calibration holds for a reading")
struct ChannelCalibrationsTests {
    private static func entry(
        _ number: UInt32, madeAt: Int64? = nil, error: Double = 0, supersedes: UInt32? = nil
    ) throws -> CalibrationEntry {
        let table = try ErrorTable([ErrorTable.Point(reference: 0, indicated: error)])
        let uncertainty = try #require(
            CalibrationUncertainty(expanded: 0.2, coverageFactor: 2))
        return CalibrationEntry(
            number: CalibrationNumber(number), device: "d",
            enteredAt: Timestamp(milliseconds: Int64(number) * 10_000), enteredBy: "s",
            supersedes: supersedes.map { CalibrationNumber($0) },
            calibration: madeAt.map {
                Calibration(
                    madeAt: Timestamp(milliseconds: $0), dueAt: Timestamp(milliseconds: $0 + 500),
                    method: "m", reference: "r", table: table, uncertainty: uncertainty)
            })
    }

    private static func applied(_ register: ChannelCalibrations, at instant: Int64) -> [UInt32] {
        register.apply(to: 4, measuredAt: Timestamp(milliseconds: instant))
            .map { [$0.correction.calibration.rawValue] } ?? []
    }

    @Test("the newest that was made before the measurement, whatever the order of entry")
    func newest() throws {
        var register = ChannelCalibrations(first: try Self.entry(1, madeAt: 1_000, error: 1))
        register.take(try Self.entry(2, madeAt: 3_000, error: 2))
        register.take(try Self.entry(3, madeAt: 2_000, error: 3))
        register.take(try Self.entry(4, madeAt: 2_000, error: 4))
        #expect(Self.applied(register, at: 999) == [])
        #expect(Self.applied(register, at: 1_000) == [1])
        #expect(Self.applied(register, at: 2_000) == [4])
        #expect(Self.applied(register, at: 3_000) == [2])
        let applied = try #require(
            register.apply(to: 4, measuredAt: Timestamp(milliseconds: 2_999)))
        #expect(applied.correction.value == 0 && applied.isBeyondTable == false)
        #expect(applied.dueAt == Timestamp(milliseconds: 2_500))
    }

    @Test("one that is superseded holds no longer, and the one before it does again")
    func superseded() throws {
        var register = ChannelCalibrations(first: try Self.entry(1, madeAt: 1_000))
        register.take(try Self.entry(2, madeAt: 2_000))
        register.take(try Self.entry(3, supersedes: 2))
        #expect(Self.applied(register, at: 2_500) == [1])
        #expect(register.changedAt == Timestamp(milliseconds: 30_000))
        register.take(try Self.entry(4, madeAt: 1_500, supersedes: 1))
        #expect(Self.applied(register, at: 1_200) == [] && Self.applied(register, at: 1_600) == [4])
    }

    @Test("what lies beyond the points is marked")
    func beyond() throws {
        let register = ChannelCalibrations(first: try Self.entry(1, madeAt: 0, error: 0.5))
        func isBeyond(_ value: Double) -> Bool? {
            register.apply(to: value, measuredAt: Timestamp(milliseconds: 1))?.isBeyondTable
        }
        #expect(isBeyond(0.5) == false && isBeyond(0.6) == true && isBeyond(0.4) == true)
        #expect(isBeyond(.nan) == nil)
    }

    @Test(
        "a number that stands for no measurement, or that no sensor can measure, is not corrected",
        arguments: [
            (4.0, true), (85, false), (-127, false), (130, false), (200, false), (-60, false),
            (.nan, false), (.infinity, false), (84.9, true),
        ])
    func correctable(value: Double, isCorrectable: Bool) {
        var settings = QualitySettings(foodClass: nil)
        settings.grossRange = GrossRange(sensorSpan: -55...125)
        settings.sentinels = [.ds18b20, .oneWire, .sht]
        #expect(settings.isCorrectable(value) == isCorrectable)
    }

    @Test("what the sensor did is told by the raw value, what the air was by the corrected one")
    func judged() {
        var settings = QualitySettings(foodClass: .cold)
        settings.grossRange = GrossRange(sensorSpan: -40...85)
        var state = ChannelQuality()
        var found: [ReadingQuality] = []
        for (index, (value, corrected)) in [(26.0, nil), (26.0, 24.5)].enumerated() {
            var reading = Channel.reading(value, at: Double(index) * 60)
            reading.correctedValue = corrected
            guard case .judged(let quality, _) = state.take(reading, by: settings) else {
                Issue.record("it was not judged")
                return
            }
            found.append(quality)
        }
        // Food that is kept cold has up to 25 °C around it.
        #expect(found.map { $0.flags[.climatology] } == [.suspect, .good])
        // The step that the correction makes is none of the air.
        #expect(found.map { $0.flags[.rateOfChange] } == [.notEvaluated, .good])
    }
}
