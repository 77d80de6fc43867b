import ColdChain
import Testing
import Wire

@Suite("What an order's log says of its food")
struct OrderAssessmentTests {
    private static func assess(
        _ order: Order, _ stretches: [CustodyStretch],
        probes: [CoreTemperature] = [], opening: OpeningBalance = .unknown,
        now: Double = 60, rules: OrderRules? = nil
    ) throws -> OrderAssessment {
        OrderAssessment(
            order, stretches: stretches, probes: probes, opening: opening,
            rules: try rules ?? Case.rules(), now: Case.at(now))
    }

    /// Of a cold order that took an hour.
    private static func assess(
        _ stretches: [CustodyStretch], probes: [CoreTemperature] = [],
        opening: OpeningBalance = .unknown, rules: OrderRules? = nil
    ) throws -> OrderAssessment {
        try assess(Case.order(), stretches, probes: probes, opening: opening, rules: rules)
    }

    /// The published formula with a recommended time of an hour.
    private static func score(safeMinutes: Double, of total: Double) -> Double {
        100 * (0.6 * safeMinutes / total + 0.4 * max(0, 1 - total / 60))
    }

    @Test("Q-1: of several sensors the lowest score is the order's, and its time adds up")
    func lowest() throws {
        let steady = Case.channel(0...30)
        let warm = Case.channel(0...30, device: "e") { $0 < 20 ? 4 : 9 }
        let found = try Self.assess(
            Case.order(delivered: 30), [Case.stretch(-5, 30, [steady, warm])], now: 30)
        // The warm one crosses 5 °C at 19.2 minutes.
        let expected = Self.score(safeMinutes: 19.2, of: 30)
        #expect(abs(try #require(found.freshness.score) - expected) < 1e-6)
        #expect(found.freshness.verdict == .deviation)
        #expect(found.freshness.reasons == [.temperatureAlarm])
        #expect(found.violations == 1)
        let time = try #require(found.channels.last).judgement.timeInRange
        #expect(time.safe == 1_152_000_000 && time.total == 1_800_000_000)
        #expect(time.safe + time.unsafe + time.unknown == time.total)
        #expect(found.channels.first?.freshness.verdict == .ok)
    }

    @Test("An order that changes bags on its way is known all the time, by each bag's readings")
    func moved() throws {
        let first = Case.stretch(-1, 20, [Case.channel(-1...19)])
        let second = Case.stretch(
            20, 40, bag: "b", [Case.channel(20...39, device: "e")])
        let found = try Self.assess(Case.order(delivered: 40), [first, second], now: 40)
        // A minute at the end of each custody is not known: what came later belongs to no order.
        #expect(found.freshness.verdict == .ok && found.freshness.reasons.isEmpty)
        let expected = Self.score(safeMinutes: 38, of: 40)
        #expect(abs(try #require(found.freshness.score) - expected) < 1e-9)
        let upper = Self.score(safeMinutes: 40, of: 40)
        #expect(abs(try #require(found.freshness.upperScore) - upper) < 1e-9)
        #expect(
            found.channels.map(\.judgement.timeInRange.total) == [1_200_000_000, 1_200_000_000])
        #expect(try #require(found.freshness.coverage) == 38.0 / 40)
    }

    @Test("Time in which no bag carried the order is unknown, and no verdict stands over it")
    func uncarried() throws {
        let found = try Self.assess(
            Case.order(delivered: 40),
            [
                Case.stretch(0, 15, [Case.channel(0...15)]),
                Case.stretch(30, 40, bag: "b", [Case.channel(30...40, device: "e")]),
            ], now: 40)
        #expect(found.freshness.verdict == .undetermined)
        #expect(found.freshness.reasons == [.notCarried])
        #expect(abs(try #require(found.freshness.coverage) - 25.0 / 40) < 1e-9)
    }

    @Test("A bag without a word leaves no score, and no verdict that all is well")
    func silent() throws {
        let found = try Self.assess([
            Case.stretch(0, 60, [Case.channel(0...60)]), Case.stretch(0, 60, bag: "b", []),
        ])
        #expect(found.freshness.score == nil && found.freshness.notEvaluated == .bagSilent)
        #expect(found.freshness.verdict == .undetermined)
    }

    @Test(
        "What cannot be judged says why",
        arguments: [
            (Case.order(pickedUp: nil, delivered: nil, status: .created), [], .notPickedUp),
            (
                Case.order(pickedUp: nil, delivered: nil, status: .ready),
                [Case.stretch(0, nil, [Case.channel(0...50)])], .notPickedUp
            ),
            (Case.order(), [], .noBag),
            (Case.order(pickedUp: nil, status: .cancelled), [], .noBag),
            (
                Case.order(pickedUp: 60, delivered: 10),
                [Case.stretch(0, 60, [Case.channel(0...60)])], .endsBeforeItBegins
            ),
            (
                Case.order(pickedUp: 60, delivered: 60),
                [Case.stretch(0, 60, [Case.channel(0...60)])], .noTransitTime
            ),
            (
                Case.order(pickedUp: 90, delivered: nil),
                [Case.stretch(0, nil, [Case.channel(0...60)])], .noTransitTime
            ),
            (
                Case.order(.frozen), [Case.stretch(0, 60, [Case.channel(0...60)])], .noLimit
            ),
            (
                Case.order(.ambient), [Case.stretch(0, 60, [Case.channel(0...60)])], .noLimit
            ),
            (
                Case.order(),
                [Case.stretch(0, 60, [Case.channel(0...60) { _ in .nan }])], .noUsableReading
            ),
        ] as [(Order, [CustodyStretch], OrderFreshness.Reason)])
    func refused(order: Order, stretches: [CustodyStretch], reason: OrderFreshness.Reason) throws {
        let found = try Self.assess(order, stretches)
        #expect(found.freshness.score == nil && found.freshness.upperScore == nil)
        #expect(found.freshness.notEvaluated == reason)
        #expect(found.freshness.verdict == .undetermined)
        #expect(found.freshness.reasons.contains(reason))
        for channel in found.channels {
            let time = channel.judgement.timeInRange
            #expect(time.safe + time.unsafe + time.unknown == time.total && time.total >= 0)
        }
    }

    @Test("What is no number, a marker, flagged bad or from before 1970 never enters")
    func unusable() throws {
        let clean = Case.channel(0...60)
        var dirty = clean
        dirty.readings += [
            Case.reading(10.5, .nan), Case.reading(11.5, .infinity), Case.reading(12.5, nil),
            Case.reading(13.5, 90, .bad), Case.reading(14.5, 90, .missing),
            Case.reading(15.5, 1e300), Case.reading(-1e9, 90),
        ]
        let found = try Self.assess([Case.stretch(0, 60, [dirty])])
        let expected = try Self.assess([Case.stretch(0, 60, [clean])])
        #expect(found.freshness == expected.freshness)
        #expect(found.channels.first?.judgement == expected.channels.first?.judgement)
        #expect(found.channels.first?.danger == expected.channels.first?.danger)
        #expect(found.channels.first?.meanKinetic == expected.channels.first?.meanKinetic)
    }

    @Test("Ten years without a reading are ten years of which nothing is known")
    func tenYears() throws {
        let years = 10.0 * 365 * 24 * 60
        var channel = Case.channel(0...10)
        channel.readings += [Case.reading(years, 4), Case.reading(years + 1, 4)]
        let found = try Self.assess(
            Case.order(delivered: years + 1), [Case.stretch(0, nil, [channel])], now: years + 2)
        let time = try #require(found.channels.first).judgement.timeInRange
        #expect(time.safe == 11 * 60_000_000)
        #expect(time.unknown == Int64(years - 10) * 60_000_000)
        #expect(found.freshness.reasons.contains(.unknownTooLong))
        // The age alone is a deviation by then.
        #expect(found.freshness.verdict == .deviation)
        #expect(found.freshness.airVerdict == .undetermined)
    }

    @Test("The end of a live order is now, and what came after the last reading is unknown")
    func live() throws {
        let order = Case.order(delivered: nil)
        let stretches = [Case.stretch(0, nil, [Case.channel(0...20)])]
        let soon = try Self.assess(order, stretches, now: 24)
        #expect(soon.freshness.verdict == .ok)
        #expect(soon.channels.first?.judgement.timeInRange.unknown == 240_000_000)
        let later = try Self.assess(order, stretches, now: 30)
        #expect(later.freshness.verdict == .undetermined)
        #expect(later.freshness.reasons == [.unknownTooLong])
        #expect(later.channels.first?.forecast == .refused(.changeTooSmall))
        let over = try Self.assess(Case.order(delivered: 20), stretches, now: 30)
        #expect(over.channels.first?.forecast == nil)
    }

    @Test("A sensor that is expected to send seldom may be silent for three times as long")
    func expectedInterval() throws {
        var channel = SensorChannel(device: "d", probe: 0, profile: "p@1")
        channel.readings = stride(from: 0.0, through: 60, by: 10).map { Case.reading($0, 4) }
        let strict = try Self.assess([Case.stretch(0, 60, [channel])])
        #expect(strict.freshness.verdict == .undetermined && strict.freshness.coverage == 0)
        channel.expectedIntervalSeconds = 600
        let patient = try Self.assess([Case.stretch(0, 60, [channel])])
        #expect(patient.freshness.verdict == .ok && patient.freshness.coverage == 1)
        for interval in [0, -5, .max] {
            channel.expectedIntervalSeconds = interval
            let found = try Self.assess([Case.stretch(0, 60, [channel])])
            #expect(found.freshness.coverage == 0)
        }
    }

    @Test("Four hours from the pickup on are a deviation, however cold the food")
    func age() throws {
        let channel = Case.channel(0...240)
        let order = Case.order(delivered: 240)
        let found = try Self.assess(order, [Case.stretch(0, 240, [channel])], now: 240)
        #expect(found.freshness.verdict == .deviation)
        #expect(found.freshness.reasons == [.ageExceeded])
        #expect(found.freshness.airVerdict == .ok)
        #expect(found.age.clockStart == .assumed)
        let japan = try Self.assess(
            Case.order(), [Case.stretch(0, 60, [Case.channel(0...60)])],
            rules: Case.rules(eatWithinMinutes: 30))
        #expect(japan.freshness.reasons == [.ageExceeded])
        let frozen = try Self.assess(
            Case.order(.ambient, delivered: 240), [Case.stretch(0, 240, [channel])], now: 240)
        #expect(frozen.freshness.verdict == .undetermined)
    }

    @Test("Time in danger goes on from what was handed over, and is unbounded where nothing was")
    func danger() throws {
        let stretches = [Case.stretch(0, 60, [Case.channel(0...60) { $0 < 30 ? 4 : 20 }])]
        let unknown = try Self.assess(stretches)
        #expect(unknown.danger.atMost == nil)
        let told = try Self.assess(stretches, opening: OpeningBalance(priorDangerMinutes: 90))
        let least = told.danger.atLeast
        #expect(told.danger.atMost == least && least > 120 * 60_000_000 && least < 7_260_000_000)
        let broken = try Self.assess(
            stretches, opening: OpeningBalance(priorDangerMinutes: 220),
            rules: Case.rules(cumulative: true))
        #expect(broken.freshness.reasons.first == .dangerTimeExceeded)
        #expect(broken.freshness.verdict == .deviation)
    }

    @Test("Q-5: the food's core outranks the air around it")
    func core() throws {
        let warm = [Case.stretch(0, 60, [Case.channel(0...60) { (20...30).contains($0) ? 12 : 4 }])]
        func verdict(_ stretches: [CustodyStretch], _ probes: [CoreTemperature]) throws
            -> FoodVerdict
        {
            try Self.assess(stretches, probes: probes).freshness.verdict
        }
        func probe(_ minute: Double, _ celsius: Double, delivery: Bool = false) -> CoreTemperature {
            CoreTemperature(at: Case.at(minute), celsius: celsius, isAtDelivery: delivery)
        }
        #expect(try verdict(warm, []) == .deviation)
        #expect(try verdict(warm, [probe(60, 4, delivery: true)]) == .ok)
        #expect(try verdict(warm, [probe(45, 4)]) == .ok)
        // Before the alarm, outside the order's time, or of no number, it settles nothing.
        #expect(try verdict(warm, [probe(5, 4)]) == .deviation)
        #expect(try verdict(warm, [probe(90, 4, delivery: true)]) == .deviation)
        #expect(try verdict(warm, [probe(60, .nan, delivery: true)]) == .deviation)
        let calm = [Case.stretch(0, 60, [Case.channel(0...60)])]
        #expect(try verdict(calm, [probe(0, 8)]) == .deviation)
        #expect(try verdict(calm, [probe(0, 8), probe(60, 4, delivery: true)]) == .deviation)
        let silent = [Case.stretch(0, 60, [Case.channel(0...20)])]
        #expect(try verdict(silent, []) == .undetermined)
        #expect(try verdict(silent, [probe(40, 4)]) == .undetermined)
        #expect(try verdict(silent, [probe(60, 4, delivery: true)]) == .ok)
    }

    @Test("Whatever order the readings are in, the answer is the same", arguments: 1...20)
    func anyOrder(seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        var channel = SensorChannel(device: "d", probe: 0, profile: "p@1")
        for _ in 0..<200 {
            let flags: [QualityFlag] = [.good, .good, .suspect, .notEvaluated, .bad]
            channel.readings.append(
                Case.reading(
                    Double(random.next() % 4_000) / 50 - 10,
                    Double(random.next() % 1_000) / 50 - 5,
                    flags[Int(random.next() % 5)]))
        }
        let sorted = try Self.assess([Case.stretch(-10, nil, [channel])])
        channel.readings.shuffle(using: &random)
        let shuffled = try Self.assess([Case.stretch(-10, nil, [channel])])
        #expect(shuffled.freshness == sorted.freshness)
        #expect(shuffled.channels.map(\.judgement) == sorted.channels.map(\.judgement))
        #expect(shuffled.channels.map(\.danger) == sorted.channels.map(\.danger))
        let time = try #require(shuffled.channels.first).judgement.timeInRange
        #expect(time.safe + time.unsafe + time.unknown == 3_600_000_000)
    }
}
