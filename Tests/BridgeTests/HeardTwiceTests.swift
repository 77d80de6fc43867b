import ColdChain
import Testing

@testable import Bridge

@Suite("The same reading by two gateways")
struct HeardTwiceTests {
    typealias Relayed = Engine.Relayed

    /// What one gateway and then another send of one device, and how many readings that is.
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var first: Relayed
        var second: Relayed
        var readings: Int
        var conflicts = 0

        init(
            _ description: String, _ first: Relayed, _ second: Relayed, _ readings: Int,
            conflicts: Int = 0
        ) {
            testDescription = description
            self.first = first
            self.second = second
            self.readings = readings
            self.conflicts = conflicts
        }
    }

    static let cases = [
        Case(
            "same number, 120 s apart", Relayed("A", 4, at: 0, sequence: 7),
            Relayed("A", 4, at: 120, sequence: 7), 1),
        Case(
            "same number, later: it has come round", Relayed("A", 4, at: 0, sequence: 7),
            Relayed("A", 4, at: 121, sequence: 7), 2),
        Case(
            "the gateway that heard it first sends last", Relayed("A", 4, at: 9, sequence: 7),
            Relayed("A", 4, at: 0, sequence: 7), 1),
        Case(
            "another number", Relayed("A", 4, at: 0, sequence: 7),
            Relayed("A", 4, at: 1, sequence: 8), 2),
        Case(
            "another device", Relayed("A", 4, at: 0, sequence: 7),
            Relayed("B", 4, at: 1, sequence: 7), 2),
        Case(
            "same number, another value", Relayed("A", 4, at: 0, sequence: 7),
            Relayed("A", 5, at: 1, sequence: 7), 2, conflicts: 1),
        Case(
            "same number, a marker", Relayed("A", 4, at: 0, sequence: 7),
            Relayed("A", at: 1, sequence: 7).with(
                Measurement(quantity: .temperature, marker: .sensorError)), 2, conflicts: 1),
        Case(
            "same number, other quantities", Relayed("A", 4, at: 0, sequence: 7),
            Relayed("A", at: 1, sequence: 7).with(
                Measurement(quantity: .battery, value: 4)), 2),
        Case(
            "one without a time", Relayed("A", 4, at: 1, sequence: 7),
            Relayed("A", 4, sequence: 7), 1),
        Case(
            "stored readings under one number",
            Relayed("A", 4, at: 0, timeSource: .device, sequence: 7),
            Relayed("A", 4, at: 60, timeSource: .device, sequence: 7), 2),
        Case(
            "the same stored reading", Relayed("A", 4, at: 0, timeSource: .device, sequence: 7),
            Relayed("A", 4, at: 0, timeSource: .device, sequence: 7), 1),
        Case("advert, 2 s apart", Relayed("A", 4, at: 0), Relayed("A", 4, at: 2), 1),
        Case("advert, 3 s apart", Relayed("A", 4, at: 0), Relayed("A", 4, at: 3), 2),
        Case("advert, another value", Relayed("A", 4, at: 0), Relayed("A", 5, at: 1), 2),
        Case(
            "no advert", Relayed("A", 4, at: 0, timeSource: .networkServer),
            Relayed("A", 4, at: 1, timeSource: .networkServer), 2),
    ]

    @Test("is one; another reading is never dropped", arguments: cases)
    func twice(_ example: Case) {
        var engine = Engine()
        engine.relay([example.first], on: "gateway/1", at: 1)
        engine.relay([example.second], on: "gateway/2", at: 1, broker: 1)
        #expect(engine.readings.count == example.readings)
        let counters = engine.bridge.counters
        #expect(counters.samplesHeardAgain == UInt64(2 - example.readings))
        #expect(counters.sequenceConflicts == UInt64(example.conflicts))
        let flags = engine.readings.map { $0.quality[.sequence] }
        #expect(flags.count { $0 == .suspect } == example.conflicts)
        #expect(engine.letters.isEmpty)
        // What gave no reading is not kept.
        let kept = engine.effects.records.rawMessages.blocks.map(\.count).reduce(0, +)
        #expect(kept == example.readings)
    }

    @Test("rows of one message may share its number, and a row that stands there twice is one")
    func oneMessage() {
        var engine = Engine()
        engine.relay([
            Relayed("A", 4, sequence: 7), Relayed("A", 5, sequence: 7),
            Relayed("A", 4, sequence: 7),
        ])
        #expect(engine.values == [4, 5])
        #expect(engine.bridge.counters.sequenceConflicts == 0)
    }

    @Test("a value that stays is recorded again after each window, however often it is heard")
    func staying() {
        var engine = Engine()
        for second in 0..<10 {
            engine.relay([Relayed("A", 4, at: Int64(second))], at: Int64(second))
        }
        #expect(engine.readings.map { engine.seconds($0.measuredAt) } == [0, 3, 6, 9])
    }

    @Test("a conflict is judged: it may be the true one")
    func conflictJudged() {
        var engine = Engine()
        engine.makeOrder("o-1", .cold, in: "A")
        engine.relay([Relayed("A", 4, at: 1, sequence: 7)], at: 1)
        engine.relay([Relayed("A", 9, at: 2, sequence: 7)], at: 2)
        #expect(engine.excursions == ["1…open 9.0"])
    }

    @Test("both windows are settings")
    func windows() {
        var settings = Engine.settings()
        settings.bounds.duplicateWindowMilliseconds = 5_000
        settings.bounds.advertWindowMilliseconds = 0
        var engine = Engine(settings)
        engine.relay([Relayed("A", 4, at: 0, sequence: 7), Relayed("B", 4, at: 0)])
        engine.relay([Relayed("A", 4, at: 6, sequence: 7), Relayed("B", 4, at: 1)], at: 6)
        #expect(engine.readings.count == 4)
    }
}
