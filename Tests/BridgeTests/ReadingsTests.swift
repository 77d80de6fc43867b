import ColdChain
import Fabric
import Testing

@testable import Bridge

@Suite("What becomes of a message")
struct ReadingsTests {
    @Test("B-4: a reading is recorded with source, times, quality and the order of its bag")
    func record() throws {
        var engine = Engine()
        engine.makeOrder(from: 10)
        engine.receive([Engine.Row(20, 60.5, humidity: 40)], at: 22)
        let source = try #require(engine.effects.records.sources.first)
        #expect(source.number == SourceNumber(1))
        #expect(source.carrier == .bag("bag-1"))
        #expect(source.device == "bag-1")
        #expect(source.profile == "generic/bag@1")
        let readings = engine.effects.records.readings
        #expect(readings.map(\.measurement.value) == [60.5, 40])
        let reading = try #require(readings.first)
        #expect(reading.measuredAt == Engine.instant(20))
        #expect(reading.receivedAt == Engine.instant(22))
        #expect(reading.timeSource == .device)
        #expect(reading.quality[.grossRange] == .good)
        #expect(reading.quality[.eventTime] == .good)
        #expect(reading.order == OrderNumber(1))
        #expect(readings.last?.quality[.grossRange] == .notEvaluated)
        let update = try #require(engine.temperatures.first)
        #expect(update.order == "o-1" && update.bag == "bag-1" && update.celsius == 60.5)
        #expect(update.humidity == 40 && update.isWithinLimit == true && update.quality == .good)
    }

    @Test(
        "B-4: a time of measurement is possible up to 60 s ahead and 90 days back",
        arguments: [
            (60_000, .good), (60_001, .bad), (0, .good), (-90 * 86_400_000, .good),
            (-90 * 86_400_000 - 1, .bad),
        ] as [(Int64, QualityFlag)])
    func eventTime(ahead: Int64, flag: QualityFlag) {
        var engine = Engine()
        var batch = SampleBatch()
        batch.measurements = [Measurement(quantity: .temperature, value: 20)]
        batch.samples = [
            Sample(
                measuredAt: Engine.start.advanced(byMilliseconds: ahead), measurements: 0..<1)
        ]
        let topic = Array("bags/bag-1".utf8)
        let arrival = engine.arrival(at: 0)
        engine.bridge.receive(
            batch, profile: ProfileNumber(rawValue: 0), naming: .carrier(.bag, 5..<10),
            topic: topic.span, payload: topic.span, arrival: arrival, effects: &engine.effects)
        #expect(engine.effects.records.readings.map { $0.quality[.eventTime] } == [flag])
        #expect(engine.temperatures.count == (flag == .good ? 1 : 0))
    }

    @Test("a device without a clock is taken at its receipt, and that is said")
    func untimed() {
        var engine = Engine()
        engine.receive([Engine.Row(nil, 20)], at: 7)
        let reading = engine.effects.records.readings.first
        #expect(reading?.measuredAt == Engine.instant(7))
        #expect(reading?.timeSource == .receipt)
        #expect(reading?.quality[.eventTime] == .notEvaluated)
        #expect(reading?.quality.rollup == .good)
    }

    @Test("samples without a time that come in one millisecond are kept apart")
    func untimedTogether() {
        var engine = Engine()
        engine.receive([Engine.Row(nil, 20), Engine.Row(nil, 20)], at: 7)
        engine.receive([Engine.Row(nil, 20)], at: 7)
        engine.receive([Engine.Row(nil, 20)], from: "bag-2", at: 7)
        engine.receive([Engine.Row(nil, 20)], at: 8)
        let times = engine.effects.records.readings.map {
            $0.measuredAt.milliseconds(since: Engine.instant(7))
        }
        #expect(times == [0, 1, 2, 0, 1_000])
    }

    @Test("where our clock was set back, the time of receipt is taken as it is")
    func clockSetBack() {
        var engine = Engine()
        engine.receive([Engine.Row(nil, 20)], at: 7_000)
        engine.receive([Engine.Row(nil, 20)], at: 7)
        #expect(
            engine.effects.records.readings.map { engine.seconds($0.measuredAt) } == [7_000, 7])
    }

    @Test(
        "a bad reading is in the log and decides nothing", arguments: [500, -60, .nan, .infinity])
    func badReading(celsius: Double) {
        var engine = Engine()
        engine.makeOrder("o-1", .cold)
        engine.receive([Engine.Row(1, celsius)])
        #expect(engine.effects.records.readings.first?.quality.rollup == .bad)
        #expect(engine.excursions.isEmpty)
        #expect(engine.temperatures.map(\.quality) == [.bad])
        #expect(engine.temperatures.first.map { $0.isWithinLimit == nil } == true)
    }

    @Test("a value that is no number is bad also where the profile knows no range")
    func noNumberWithoutRange() {
        var settings = Engine.settings()
        settings.profiles[0].ranges = GrossRanges()
        var engine = Engine(settings)
        engine.makeOrder("o-1", .cold)
        engine.receive([Engine.Row(1, .nan)])
        #expect(engine.effects.records.readings.first?.quality.rollup == .bad)
        #expect(engine.excursions.isEmpty)
    }

    @Test("of several probes the one furthest outside is judged and shown")
    func probes() {
        var engine = Engine()
        engine.makeOrder()
        engine.receive([Engine.Row(1, 70, 50, 60)])
        engine.receive([Engine.Row(2, 500, 60, 58)])
        #expect(engine.excursions == ["1…1 50.0"])
        #expect(engine.temperatures.map(\.celsius) == [50, 60])
        #expect(engine.temperatures.map(\.isWithinLimit) == [false, true])
    }

    @Test("B-9: late readings are recorded and judged by event time, and are not the state of now")
    func late() {
        var engine = Engine()
        engine.makeOrder()
        engine.receive([Engine.Row(1_000, 60)])
        engine.receive(
            [Engine.Row(300, 60), Engine.Row(400, 50), Engine.Row(500, 60)], at: 1_001)
        #expect(engine.effects.records.readings.count == 4)
        #expect(engine.excursions == ["330…470 50.0"])
        #expect(engine.alerts.map(\.state) == [.opened])
        #expect(engine.temperatures.map { engine.seconds($0.measuredAt) } == [1_000])
        #expect(engine.bridge.counters.lateReadings == 3)
    }

    @Test("of a buffered batch the newest temperature and the newest position are the state of now")
    func batch() {
        var engine = Engine()
        engine.receive([
            Engine.Row(5, 20), Engine.Row(9, 22), Engine.Row(7, 21), Engine.Row(10, humidity: 30),
        ])
        #expect(engine.temperatures.map(\.celsius) == [22])
        #expect(engine.effects.records.readings.count == 4)
    }

    @Test("a position is told for each order its vehicle carries, and in the log once")
    func positions() {
        var engine = Engine()
        for id in ["o-1", "o-2", "o-3"] {
            engine.makeOrder(id, .ambient, in: nil)
            engine.amend(id, at: 0) { $0.vehicle = id == "o-3" ? "van-2" : "van-1" }
        }
        let here = Position(latitude: 48.1, longitude: 11.5)
        engine.receive([Engine.Row(1, position: here)], from: "van-1", profile: 1)
        #expect(engine.locations.map(\.order) == ["o-1", "o-2"])
        #expect(engine.effects.records.fixes.count == 1)
        engine.amend("o-1", at: 2) { $0.status = .delivered }
        engine.amend("o-2", at: 2) { $0.status = .cancelled }
        engine.receive([Engine.Row(3, position: here)], from: "van-1", profile: 1)
        #expect(engine.locations.map(\.order) == ["o-1", "o-2", nil])
    }

    @Test(
        "a position that cannot be is in the log, and nobody is led there",
        arguments: [(0, 0), (90.1, 0), (0, -180.5), (.nan, 11)])
    func badPosition(latitude: Double, longitude: Double) {
        var engine = Engine()
        let nowhere = Position(latitude: latitude, longitude: longitude)
        engine.receive([Engine.Row(1, position: nowhere)], from: "van-1", profile: 1)
        #expect(engine.effects.records.fixes.map(\.quality.rollup) == [.bad])
        #expect(engine.locations.isEmpty)
    }

    @Test("a time that was impossible does not stand in the way of later ones after a restart")
    func restartAfterFuture() {
        var engine = Engine()
        engine.receive([Engine.Row(1_000_000, 20)], at: 1)
        engine.receive([Engine.Row(2, 21)], at: 2)
        engine.restart()
        engine.receive([Engine.Row(3, 22)], at: 3)
        engine.receive([Engine.Row(2, 21)], at: 4)
        #expect(engine.temperatures.map(\.celsius) == [21, 22])
    }

    @Test("numbers of sources go on after a restart, and a gap is not filled")
    func sourceNumbers() {
        var engine = Engine()
        engine.receive([Engine.Row(1, 20)], from: "bag-1")
        engine.restart()
        engine.receive([Engine.Row(2, 20)], from: "bag-1")
        engine.receive([Engine.Row(2, 20)], from: "bag-2")
        #expect(engine.effects.records.sources.map(\.number.rawValue) == [1, 2])
        var restored = RestoredState()
        restored.lastSource = 7
        var other = Engine(restored: restored)
        other.receive([Engine.Row(1, 20)], from: "bag-9")
        #expect(other.effects.records.sources.map(\.number.rawValue) == [8])
    }
}

@Suite("Messages that come again (B-2)")
struct RedeliveryTests {
    @Test("an untimed message delivered again is recorded once")
    func redelivered() {
        var engine = Engine()
        engine.receive([Engine.Row(nil, 20)], at: 1, packetIdentifier: 7)
        engine.receive([Engine.Row(nil, 20)], at: 2, packetIdentifier: 7)
        engine.restart()
        engine.receive([Engine.Row(nil, 20)], at: 3, packetIdentifier: 7)
        #expect(engine.effects.records.readings.count == 1)
        #expect(engine.bridge.counters.redeliveries == 1)
    }

    @Test("a second message that says the same is a second reading")
    func second() {
        var engine = Engine()
        engine.receive([Engine.Row(nil, 20)], at: 1, packetIdentifier: 7)
        engine.receive([Engine.Row(nil, 20)], at: 2, packetIdentifier: 8)
        engine.receive([Engine.Row(nil, 20)], at: 3, broker: 1, packetIdentifier: 7)
        #expect(engine.effects.records.readings.count == 3)
    }

    @Test("messages at QoS 0 are never taken for one another")
    func qos0() {
        var engine = Engine()
        for second in 1...3 {
            engine.receive([Engine.Row(nil, 20)], at: Int64(second), packetIdentifier: 0)
        }
        #expect(engine.effects.records.readings.count == 3)
    }

    @Test("after a lost session a packet identifier means another message, also after a restart")
    func sessionLost() {
        var engine = Engine()
        engine.receive([Engine.Row(nil, 20)], at: 1, packetIdentifier: 1)
        engine.bridge.sessionLost(broker: "north", effects: &engine.effects)
        engine.restart()
        engine.receive([Engine.Row(nil, 20)], at: 2, packetIdentifier: 1)
        #expect(engine.effects.records.readings.count == 2)
    }
}

@Suite("Dead letters (B-8)")
struct DeadLetterTests {
    private func reasons(_ engine: Engine) -> [String] {
        engine.effects.records.deadLetters.map(\.reason)
    }

    @Test("an undecodable message is kept once, with its reason and as much of it as fits")
    func undecodable() throws {
        var settings = Engine.settings()
        settings.bounds.deadLetterPayloadBytes = 4
        var engine = Engine(settings)
        engine.receiveUndecodable("{{{{{{", packet: 5)
        engine.receiveUndecodable("{{{{{{", packet: 5)
        let letter = try #require(engine.effects.records.deadLetters.first)
        #expect(engine.effects.records.deadLetters.count == 1)
        #expect(letter.payload == Array("{{{{".utf8))
        #expect(letter.payloadLength == 6)
        #expect(letter.topic == Array("bags/bag-1".utf8))
        #expect(letter.broker == "north" && letter.reason == "not_json")
        #expect(engine.bridge.counters.deadLetters == ["not_json": 1])
    }

    @Test("a rejected row costs only itself")
    func rejectedRow() {
        var engine = Engine()
        let rejection = Rejection(row: 1, reason: "temperature: not a number")
        for _ in 0..<2 {
            engine.receive(
                [Engine.Row(1, 20), Engine.Row(3, 21)], rejecting: [rejection],
                packetIdentifier: 3)
        }
        #expect(engine.effects.records.readings.count == 2)
        #expect(reasons(engine) == ["row_rejected"])
        #expect(
            engine.effects.records.deadLetters.first?.detail
                == "row 1: temperature: not a number")
    }

    @Test("of thousands of bad rows the first are named and the rest counted")
    func manyRows() {
        var engine = Engine()
        engine.receive([], rejecting: (0..<2_000).map { Rejection(row: $0, reason: "bad") })
        let detail = engine.effects.records.deadLetters.first?.detail ?? ""
        #expect(detail.hasPrefix("row 0: bad; row 1: bad;"))
        #expect(detail.hasSuffix("and 1990 more"))
        #expect(engine.effects.records.sources.isEmpty)
    }

    @Test("of a retained message the samples with a time are recorded, the others are of any age")
    func retained() {
        var engine = Engine()
        engine.receive(
            [Engine.Row(1, 20), Engine.Row(nil, 21)], at: 5,
            rejecting: [Rejection(row: 2, reason: "bad")], isRetained: true)
        #expect(engine.effects.records.readings.map(\.measurement.value) == [20])
        #expect(reasons(engine) == ["retained_without_time"])
        #expect(engine.effects.records.deadLetters.first?.detail.hasSuffix("row 2: bad") == true)
    }

    @Test("a retained message with its time is a reading like any other")
    func retainedTimed() {
        var engine = Engine()
        engine.receive([Engine.Row(1, 20)], isRetained: true)
        #expect(engine.effects.records.readings.count == 1)
        #expect(reasons(engine).isEmpty)
    }

    @Test("a device beyond the limit is a dead letter, once, and known devices go on")
    func tooManySources() {
        var settings = Engine.settings()
        settings.bounds.sourcesMaximum = 1
        var engine = Engine(settings)
        engine.receive([Engine.Row(1, 20)], from: "bag-1")
        for _ in 0..<2 {
            engine.receive(
                [Engine.Row(2, 20)], from: "bag-2", rejecting: [Rejection(row: 1, reason: "bad")],
                packetIdentifier: 77)
            engine.receive([Engine.Row(2, 20)], from: "bag-3", packetIdentifier: 78)
        }
        engine.receive([Engine.Row(3, 20)], from: "bag-1")
        #expect(reasons(engine) == ["too_many_sources", "too_many_sources"])
        #expect(engine.effects.records.readings.count == 2)
        #expect(engine.effects.records.sources.count == 1)
    }
}
