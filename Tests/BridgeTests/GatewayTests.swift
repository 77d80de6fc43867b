import ColdChain
import Testing

@testable import Bridge

@Suite("Samples of devices behind a gateway")
struct GatewayTests {
    typealias Relayed = Engine.Relayed

    @Test("each sample is its device's, by the profile of the device, in one message")
    func severalDevices() {
        var engine = Engine()
        engine.relay([
            Relayed("AA", 4, at: 0), Relayed("BB", 5, at: 0), Relayed("AA", 6, at: 3),
            Relayed("CC", 7, at: 0, profile: nil),
        ])
        #expect(
            engine.sourceNames
                == ["AA AA ruuvi/ruuvitag@2", "BB BB ruuvi/ruuvitag@2", "CC CC generic/bag@1"])
        #expect(engine.readings.map(\.source.rawValue) == [1, 2, 1, 3])
        #expect(engine.temperatures.map(\.celsius) == [4, 5, 6, 7])
        #expect(engine.readings.allSatisfy { $0.timeSource == .gateway })
        #expect(engine.letters.isEmpty)
    }

    @Test("a sample that names its device nowhere is a dead letter, and the others are recorded")
    func unnamed() {
        var engine = Engine()
        engine.relay([Relayed(nil, 4, at: 0), Relayed("BB", 5, at: 0)])
        #expect(engine.values == [5])
        #expect(engine.letters == ["unnamed_device"])
        engine.relay([Relayed("a\u{1}b", 4, at: 9)])
        #expect(engine.letters == ["unnamed_device", "invalid_name"])
        #expect(engine.effects.records.sources.count == 1)
    }

    @Test("where the topic names a device, the profile says what it is fixed to")
    func topicNamesDevice() {
        var engine = Engine()
        engine.relay(
            [Relayed(nil, position: Position(latitude: 1, longitude: 2), profile: nil)],
            on: "phones/t7", naming: .device(7..<9), profile: 1)
        #expect(engine.effects.records.sources.map(\.carrier) == [.vehicle("t7")])
    }

    @Test("a status is counted, and nothing of it is recorded")
    func status() {
        var engine = Engine()
        engine.relay([], isStatus: true)
        #expect(engine.effects.records.isEmpty)
        #expect(engine.bridge.counters.statusMessages == 1)
        #expect(engine.bridge.counters.messages == 1)
    }

    @Test("notes and the clock that a time is of are in the log")
    func notes() {
        var engine = Engine()
        engine.relay([
            Relayed("AA", 4, at: 0, timeSource: .networkServer, notes: [.buffered, .weekRollover])
        ])
        #expect(engine.readings.first?.notes == [.buffered, .weekRollover])
        #expect(engine.readings.first?.timeSource == .networkServer)
    }

    @Test("a payload that names another device than the topic is suspect, and judged all the same")
    func identityConflict() {
        var engine = Engine()
        engine.makeOrder("o-1", .cold, in: "AA")
        engine.relay([Relayed("AA", 9, at: 1, notes: .identityConflict)], at: 1)
        #expect(engine.readings.first?.quality[.identity] == .suspect)
        #expect(engine.readings.first?.quality.rollup == .suspect)
        #expect(engine.temperatures.map(\.quality) == [.suspect])
        #expect(engine.excursions == ["1…open 9.0"])
    }

    @Test("a position without a fix is in the log as bad; nobody is led there")
    func noFix() {
        var engine = Engine()
        let (old, good) = (
            Position(latitude: 1, longitude: 2), Position(latitude: 3, longitude: 4)
        )
        engine.relay([
            Relayed("van", at: 1, position: good, profile: 1),
            Relayed("van", at: 2, notes: .noFix, position: old, profile: 1),
        ])
        #expect(engine.effects.records.fixes.map(\.quality.rollup) == [.good, .bad])
        #expect(engine.effects.records.fixes.last?.notes == .noFix)
        #expect(engine.locations.map(\.position) == [good])
    }

    @Test("the messages of a turn are kept once each, and every reading names its own")
    func rawMessages() {
        var engine = Engine()
        engine.relay([Relayed("AA", 4, at: 0), Relayed("BB", 5, at: 0)])
        engine.relay([Relayed("AA", 6, at: 1)], broker: 1)
        engine.relay([], isStatus: true)
        engine.relay([Relayed("AA", 7, at: 2)], at: 2)
        let raw = engine.effects.records.rawMessages
        #expect(raw.blocks.map(\.count) == [2, 1] && raw.blocks.map(\.number) == [1, 2])
        #expect(engine.readings.map { $0.message?.row } == [1, 1, 1, 2])
        #expect(engine.readings.map { $0.message?.index } == [0, 0, 1, 0])
        let first = raw.blocks.first.flatMap {
            RawMessage.unpack(Array(raw.bytes[$0.body]), row: 1, receivedAt: $0.receivedAt)
        }
        #expect(first?.map(\.broker) == ["north", "south"])
        #expect(first?.map(\.topic) == [Array("gateway/1".utf8), Array("gateway/1".utf8)])
    }

    @Test("where messages are not kept, readings name none; numbers go on after a restart")
    func rawMessagesOff() {
        var settings = Engine.settings()
        settings.keepsRawMessages = false
        var engine = Engine(settings)
        engine.relay([Relayed("AA", 4, at: 0)])
        #expect(engine.effects.records.rawMessages.blocks.isEmpty)
        #expect(engine.readings.first.map { $0.message == nil } == true)
        var other = Engine()
        other.relay([Relayed("AA", 4, at: 0)])
        other.restart()
        other.relay([Relayed("AA", 4, at: 9)], at: 9)
        #expect(other.effects.records.rawMessages.blocks.map(\.number) == [1, 2])
    }
}

@Suite("Markers in the place of numbers")
struct MarkerTests {
    private func silent(_ marker: Marker, _ quantity: Quantity = .temperature) -> Measurement {
        Measurement(quantity: quantity, marker: marker)
    }

    @Test("each is a reading without a number, missing, with its name", arguments: Marker.allCases)
    func recorded(marker: Marker) {
        var engine = Engine()
        engine.makeOrder("o-1", .cold, in: "AA")
        engine.relay([Engine.Relayed("AA", at: 1).with(silent(marker))], at: 1)
        let reading = engine.readings.first
        #expect(reading?.measurement.marker == marker)
        #expect(reading?.measurement.value.isNaN == true)
        #expect(reading?.quality[.sentinel] == .missing && reading?.quality.rollup == .missing)
        #expect(reading?.quality[.eventTime] == .good)
        #expect(engine.temperatures.isEmpty && engine.excursions.isEmpty)
        #expect(engine.bridge.counters.markers == 1)
    }

    @Test("none opens or closes an excursion, nor after a restart")
    func excursions() {
        var engine = Engine()
        engine.makeOrder("o-1", .cold, in: "AA")
        engine.relay([Engine.Relayed("AA", 9, at: 1)], at: 1)
        engine.relay([Engine.Relayed("AA", at: 2).with(silent(.probeAbsent))], at: 2)
        #expect(engine.excursions == ["1…open 9.0"])
        engine.restart()
        #expect(engine.excursions == ["1…open 9.0"])
        engine.relay([Engine.Relayed("AA", 4, at: 3)], at: 3)
        #expect(engine.excursions == ["1…2 9.0"])
    }

    @Test("beside a number only the number is judged and shown; a silent humidity is not shown")
    func beside() {
        var engine = Engine()
        engine.relay([
            Engine.Relayed("AA", at: 1).with(silent(.sensorError))
                .with(Measurement(quantity: .temperature, probe: 1, value: 4))
                .with(silent(.notAvailable, .humidity))
        ])
        #expect(engine.temperatures.map(\.celsius) == [4])
        #expect(engine.temperatures.first.map { $0.humidity == nil } == true)
        #expect(engine.readings.count == 3)
    }
}
