import ColdChain
import Testing

@Suite("Freshness (Q-1, §2.4)")
struct FreshnessTests {
    /// Most are what the specification's own function says under CPython 3.11.7: plain facts.
    @Test(
        "the formula is the specification's",
        arguments: [
            (0, 1800, 1800, 3600, 20.0), (1799, 1800, 1, 3600, 99.95555555555555),
            (0, 0, 0, 3600, nil), (1800, 1800, 7200, 3600, 60),
            (1800, 1800, 3600, 3600, 60), (1800, 1800, 1800, 3600, 80),
            (1800, 1800, 1800, 0, nil), (1800, 1800, 1800, -1, nil), (-1, 1800, 1800, 3600, nil),
            (1800, -1800, 1800, 3600, nil), (.nan, 1800, 1800, 3600, nil),
            (1800, .infinity, 1800, 3600, nil), (0, 1800, .infinity, 3600, nil),
        ] as [(Double, Double, Double, Double, Double?)])
    func formula(safe: Double, total: Double, transit: Double, longest: Double, expected: Double?) {
        let score = FreshnessFormula.score(
            timeInSafeRange: safe, totalTransitTime: total, transitTime: transit,
            longestRecommendedTime: longest)
        if let score, let expected {
            #expect(abs(score - expected) < 1e-9)
        } else {
            #expect(score == expected)
        }
    }

    func freshness(
        _ steps: [TrackDialogue.Step], until: Int64? = nil,
        limit: CriticalLimit = CriticalLimit(maximum: 5), timeRuleIsBroken: Bool? = nil
    ) throws -> Freshness {
        var dialogue = TrackDialogue(limit: limit, until: until)
        dialogue.take(steps)
        return Freshness(
            dialogue.track.judgement, limit: limit,
            settings: try #require(FreshnessSettings()), timeRuleIsBroken: timeRuleIsBroken)
    }

    @Test("in range all the way, half an hour of an hour: 80, known wholly, and well")
    func inRange() throws {
        let found = try freshness(ExcursionTests.minutes(0, 1_800, 4), until: 1_800)
        #expect(found.score == 80 && found.upperScore == 80)
        #expect(found.coverage == 1 && found.verdict == .ok && found.notEvaluated == nil)
    }

    @Test("unknown time is not safe in the score, safe in its upper bound, and no verdict is given")
    func unknown() throws {
        let found = try freshness(
            ExcursionTests.minutes(0, 900, 4) + [.advance(1_800)], until: 1_800)
        #expect(found.score == 50 && found.upperScore == 80)
        #expect(found.coverage == 0.5 && found.verdict == .undetermined)
    }

    @Test("one reading and a short silence is not food that was watched; nor is half of it unknown")
    func coverage() throws {
        let once = try freshness([.read(0, 4), .advance(300)], until: 300)
        #expect(once.coverage == 0 && once.verdict == .undetermined)
        let half = ExcursionTests.minutes(0, 240, 4)
        #expect(try freshness(half + [.advance(480)], until: 480).verdict == .ok)
        #expect(try freshness(half + [.advance(481)], until: 481).verdict == .undetermined)
    }

    @Test("with nothing known all is never called well, whatever is asked for")
    func nothingKnown() {
        let lenient = FreshnessSettings(tolerableUnknown: .max, minimumCoverage: 0)
        #expect(lenient?.isEnough(coverage: 0) == false)
        #expect(lenient?.isEnough(coverage: 0.01) == true)
        #expect(lenient?.isEnough(coverage: nil) == false)
    }

    @Test("a deviation stands beside a high score, and is not undone by silence")
    func deviation() throws {
        let steps = ExcursionTests.minutes(0, 300, 6) + ExcursionTests.minutes(360, 1_800, 4)
        let found = try freshness(steps, until: 1_800)
        #expect((found.score ?? 0) > 68)
        #expect(found.verdict == .deviation)
        #expect(try freshness(steps, until: 7_200).verdict == .deviation)
        let late = try freshness(
            ExcursionTests.minutes(0, 1_800, 4), until: 1_800, timeRuleIsBroken: true)
        #expect(late.verdict == .deviation && late.score == 80)
    }

    @Test("a minor dip is none; while one lasts nobody knows")
    func dips() throws {
        let dip = ExcursionTests.minutes(0, 60, 6) + ExcursionTests.minutes(120, 600, 4)
        #expect(try freshness(dip, until: 600).verdict == .ok)
        #expect(
            try freshness(ExcursionTests.minutes(0, 60, 6)).verdict == .undetermined)
    }

    @Test("what cannot be evaluated says why, and has neither 0 nor 100")
    func notEvaluated() throws {
        let none = try freshness([.advance(600)], until: 600)
        #expect(none.score == nil && none.upperScore == nil)
        #expect(none.notEvaluated == .noUsableReading && none.verdict == .undetermined)
        let noTime = try freshness([.read(0, 4)], until: 0)
        #expect(noTime.notEvaluated == .noTransitTime && noTime.coverage == nil)
        let backwards = try freshness([.read(0, 4), .read(100, 4)], until: -5)
        #expect(backwards.notEvaluated == .noTransitTime)
        let frozen = try freshness(
            ExcursionTests.minutes(0, 600, 20), until: 600, limit: CriticalLimit())
        #expect(frozen.notEvaluated == .noLimit && frozen.verdict == .undetermined)
    }

    @Test("an order's freshness is that of its worst compartment; one unknown leaves it unknown")
    func compartments() throws {
        let good = try freshness(ExcursionTests.minutes(0, 1_800, 4), until: 1_800)
        let bad = try freshness(ExcursionTests.minutes(0, 1_800, 6), until: 1_800)
        let dead = try freshness([.advance(1_800)], until: 1_800)
        let both = try #require(Freshness(lowestOf: [good, bad]))
        #expect(both.score == 20 && both.upperScore == 20 && both.verdict == .deviation)
        let three = try #require(Freshness(lowestOf: [good, dead]))
        #expect(three.score == nil && three.notEvaluated == .sensorNotEvaluated)
        #expect(three.verdict == .undetermined)
        #expect(Freshness(lowestOf: []) == nil)
    }

    @Test("a recommended time must be above 0 and at most four hours")
    func settings() {
        #expect(FreshnessSettings(longestRecommendedTime: 0) == nil)
        #expect(FreshnessSettings(longestRecommendedTime: -1) == nil)
        #expect(FreshnessSettings(longestRecommendedTime: 14_400_000_001) == nil)
        #expect(FreshnessSettings(longestRecommendedTime: 14_400_000_000) != nil)
        #expect(FreshnessSettings(tolerableUnknown: -1) == nil)
        #expect(FreshnessSettings(minimumCoverage: -0.1) == nil)
        #expect(FreshnessSettings(minimumCoverage: 1.1) == nil)
        #expect(FreshnessSettings(minimumCoverage: .nan) == nil)
    }

    @Test(
        "published with one decimal, half to even",
        arguments: [(99.95, 100.0), (0.25, 0.2), (0.75, 0.8), (80, 80), (66.666, 66.7)])
    func published(score: Double, text: Double) {
        #expect(Freshness.published(score) == text)
    }
}

@Suite("Order flags (Q-2, §2.5)")
struct OrderFlagTests {
    static func inputs(_ change: (inout OrderFlagInputs) -> Void) -> OrderFlagInputs {
        var inputs = OrderFlagInputs()
        change(&inputs)
        return inputs
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var inputs: OrderFlagInputs
        var name: OrderFlagName
        var value: FlagValue
    }

    static let cases: [Case] = [
        Case(
            testDescription: "no violation, known",
            inputs: inputs {
                $0.violations = 0
                $0.temperatureVerdict = .ok
            }, name: .temperatureViolation, value: .no),
        Case(
            testDescription: "no violation, but the readings leave it open",
            inputs: inputs {
                $0.violations = 0
                $0.temperatureVerdict = .undetermined
            }, name: .temperatureViolation, value: .notEvaluated),
        Case(
            testDescription: "one violation, whatever else is open",
            inputs: inputs {
                $0.violations = 1
            }, name: .temperatureViolation, value: .yes),
        Case(
            testDescription: "exactly one and a half times the promise is in time",
            inputs: inputs {
                $0.confirmedAt = instant(0)
                $0.promisedAt = instant(1_000)
                $0.deliveredAt = instant(1_500)
            }, name: .excessiveDelay, value: .no),
        Case(
            testDescription: "a millisecond more is not",
            inputs: inputs {
                $0.confirmedAt = instant(0)
                $0.promisedAt = instant(1_000)
                $0.deliveredAt = Timestamp(milliseconds: 1_500_001)
            }, name: .excessiveDelay, value: .yes),
        Case(
            testDescription: "before delivery it is now that counts",
            inputs: inputs {
                $0.confirmedAt = instant(0)
                $0.promisedAt = instant(1_000)
            }, name: .excessiveDelay, value: .yes),
        Case(
            testDescription: "promised before it was confirmed",
            inputs: inputs {
                $0.confirmedAt = instant(1_000)
                $0.promisedAt = instant(500)
            }, name: .excessiveDelay, value: .notEvaluated),
        Case(
            testDescription: "delivered before it was confirmed",
            inputs: inputs {
                $0.confirmedAt = instant(1_000)
                $0.promisedAt = instant(2_000)
                $0.deliveredAt = instant(500)
            }, name: .excessiveDelay, value: .notEvaluated),
        Case(
            testDescription: "three re-routes", inputs: inputs { $0.reroutes = 3 },
            name: .routingIssues, value: .no),
        Case(
            testDescription: "four re-routes", inputs: inputs { $0.reroutes = 4 },
            name: .routingIssues, value: .yes),
        Case(
            testDescription: "fewer than none", inputs: inputs { $0.reroutes = -1 },
            name: .routingIssues, value: .notEvaluated),
        Case(
            testDescription: "2 km off", inputs: inputs { $0.deviation = 2_000 },
            name: .routeDeviation, value: .no),
        Case(
            testDescription: "more than 2 km off", inputs: inputs { $0.deviation = 2_000.5 },
            name: .routeDeviation, value: .yes),
        Case(
            testDescription: "a distance that is no number", inputs: inputs { $0.deviation = .nan },
            name: .routeDeviation, value: .notEvaluated),
        Case(
            testDescription: "rated 4.0", inputs: inputs { $0.rating = 4 },
            name: .restaurantQualityConcern, value: .no),
        Case(
            testDescription: "rated 3.9", inputs: inputs { $0.rating = 3.9 },
            name: .restaurantQualityConcern, value: .yes),
        Case(
            testDescription: "a rating that is no number", inputs: inputs { $0.rating = .infinity },
            name: .restaurantQualityConcern, value: .notEvaluated),
    ]

    @Test("each flag is strict in its bound", arguments: cases)
    func flag(tried: Case) {
        let flags = OrderFlags(tried.inputs, now: instant(1_600))
        #expect(flags[tried.name].value == tried.value)
        #expect(flags[tried.name].name == tried.name)
        #expect(!flags[tried.name].inputs.isEmpty)
    }

    @Test("the flags stand in the specified order, and nothing known is nothing evaluated")
    func order() {
        let flags = OrderFlags(OrderFlagInputs(), now: instant(1))
        #expect(
            flags.flags.map(\.name.name) == [
                "temperature_violation", "excessive_delay", "routing_issues", "route_deviation",
                "restaurant_quality_concern",
            ])
        #expect(flags.flags.allSatisfy { $0.value == .notEvaluated })
        #expect(flags.raised == [])
    }

    @Test("a bound that is no number says no of nothing")
    func noBound() {
        var rules = OrderFlagRules()
        rules.violations = .nan
        rules.delayFactor = .nan
        rules.reroutes = .infinity
        rules.deviation = .nan
        rules.rating = .nan
        var inputs = OrderFlagInputs()
        inputs.violations = 0
        inputs.temperatureVerdict = .ok
        inputs.confirmedAt = instant(0)
        inputs.promisedAt = instant(10)
        inputs.reroutes = 0
        inputs.deviation = 0
        inputs.rating = 5
        let flags = OrderFlags(inputs, rules: rules, now: instant(5))
        #expect(flags.flags.allSatisfy { $0.value == .notEvaluated })
    }

    @Test("a flag's revision goes up with its value, and only then")
    func revisions() {
        var inputs = OrderFlagInputs()
        inputs.reroutes = 1
        let first = OrderFlags(inputs, now: instant(1))
        inputs.reroutes = 2
        let second = first.revised(to: OrderFlags(inputs, now: instant(2)))
        #expect(second[.routingIssues].revision == 1)
        #expect(second[.routingIssues].inputs.first?.value == 2)
        #expect(second[.routingIssues].evaluatedAt == instant(2))
        inputs.reroutes = 4
        let third = second.revised(to: OrderFlags(inputs, now: instant(3)))
        #expect(third[.routingIssues].revision == 2)
        #expect(third[.routeDeviation].revision == 1)
        #expect(third.raised == [.routingIssues])
    }
}
