import ColdChain
import Testing

private func at(_ minutes: Double) -> Timestamp {
    Timestamp(milliseconds: Int64(minutes * 60_000))
}

extension TimeControlClock {
    @discardableResult
    fileprivate mutating func observe(_ minutes: Double, _ celsius: Double) throws -> Bool {
        observe(try #require(TemperaturePoint(celsius: celsius, measuredAt: at(minutes))))
    }
}

@Suite("Time control")
struct TimeControlTests {
    private static func clock(
        _ option: TimeControlClock.Option, from foodClass: FoodClass = .cold, start: Double? = 4,
        isMarked: Bool = true, procedure: String? = "SOP 12"
    ) throws -> TimeControlClock {
        let rules = try #require(TimeControlRules(try Rules.profile(procedure: procedure)))
        return try TimeControlClock(
            option, removedAt: at(0), from: foodClass, startTemperature: start, isMarked: isMarked,
            rules: rules)
    }

    @Test(
        "where time control may begin",
        arguments: [
            (.fourHours, .cold, 5, nil), (.fourHours, .cold, 5.1, .startTemperatureOutside),
            (.fourHours, .hot, 57, nil), (.fourHours, .hot, 56.9, .startTemperatureOutside),
            (.sixHours, .cold, 5, nil), (.sixHours, .cold, 5.1, .startTemperatureOutside),
            (.sixHours, .hot, 60, .hotFoodHasNoSixHours),
            (.fourHoursFromRoomTemperature, .cold, 21, nil),
            (.fourHoursFromRoomTemperature, .cold, 21.1, .startTemperatureOutside),
            (.fourHoursFromRoomTemperature, .hot, 60, .notCutProduce),
        ]
            as [(TimeControlClock.Option, FoodClass, Double, TimeControlClock.Refusal?)])
    func beginning(
        option: TimeControlClock.Option, foodClass: FoodClass, start: Double,
        refusal: TimeControlClock.Refusal?
    ) throws {
        if let refusal {
            #expect(throws: refusal) { try Self.clock(option, from: foodClass, start: start) }
        } else {
            #expect(try Self.clock(option, from: foodClass, start: start).removedAt == at(0))
        }
    }

    @Test("the 4 hours have no ceiling, and end after the marked time")
    func fourHours() throws {
        var clock = try Self.clock(.fourHours)
        for minutes in 0...48 { try clock.observe(Double(minutes) * 5, 35) }
        #expect(clock.expiresAt == at(240))
        #expect(
            clock.standing(at: at(240)) == .init(state: .running(until: at(240)), mayClear: true))
        let over = TimeControlClock.Standing(
            state: .discard(.overTime(since: at(240))), mayClear: false)
        #expect(clock.standing(at: at(240.01)) == over)
        #expect(
            clock.standing(at: at(-1))
                == .init(state: .undetermined(.beforeStart), mayClear: false))
    }

    @Test("without a written procedure the clock is shown, and clears nothing")
    func procedure() throws {
        for procedure in [nil, ""] as [String?] {
            #expect(
                try Self.clock(.fourHours, procedure: procedure).standing(at: at(10))
                    == .init(state: .running(until: at(240)), mayClear: false))
        }
    }

    @Test("unmarked food is discarded, and a start that nobody measured proves nothing")
    func marks() throws {
        #expect(
            try Self.clock(.fourHours, isMarked: false).standing(at: at(10)).state
                == .discard(.unmarked))
        for unknown in [nil, Double.nan, -400] as [Double?] {
            #expect(
                try Self.clock(.fourHours, start: unknown).standing(at: at(10))
                    == .init(state: .undetermined(.startTemperatureUnknown), mayClear: false))
        }
    }

    @Test("the 6 hours end where 21 °C was exceeded, if only once, and if only between readings")
    func ceiling() throws {
        var kept = try Self.clock(.sixHours)
        for minutes in 1...72 { try kept.observe(Double(minutes) * 5, 21) }
        #expect(
            kept.standing(at: at(360)) == .init(state: .running(until: at(360)), mayClear: true))
        #expect(kept.standing(at: at(361)).state == .discard(.overTime(since: at(360))))

        var warm = try Self.clock(.sixHours)
        for (minutes, celsius) in [(5, 20), (7, 22), (9, 20)] as [(Double, Double)] {
            try warm.observe(minutes, celsius)
        }
        #expect(warm.standing(at: at(10)).state == .discard(.overCeiling(at: at(6))))
        #expect(warm.standing(at: at(5)).mayClear)

        var alone = try Self.clock(.sixHours)
        try alone.observe(60, 21.1)
        try alone.observe(120, 8)
        #expect(alone.standing(at: at(120)).state == .discard(.overCeiling(at: at(60))))
    }

    @Test("silence does not prove that food stayed below its ceiling")
    func silence() throws {
        var clock = try Self.clock(.sixHours)
        try clock.observe(5, 10)
        #expect(clock.standing(at: at(10)).mayClear)
        let doubt = TimeControlClock.Standing(
            state: .undetermined(.temperatureUnknown), mayClear: false)
        #expect(clock.standing(at: at(10.1)) == doubt)
        try clock.observe(30, 10)
        #expect(clock.standing(at: at(30)) == doubt)
        let isTaken = try clock.observe(20, 30)
        #expect(!isTaken)
    }

    @Test("a warm reading at the very removal counts, whatever was measured by hand")
    func warmAtRemoval() throws {
        var clock = try Self.clock(.sixHours)
        let isTaken = try clock.observe(0, 22)
        #expect(!isTaken)
        let rules = try #require(TimeControlRules(try Rules.profile(procedure: "SOP 12")))
        let again = try TimeControlClock(
            .sixHours, removedAt: at(0), from: .cold, startTemperature: 4, isMarked: true,
            rules: rules,
            readings: [try #require(TemperaturePoint(celsius: 22, measuredAt: at(0)))])
        #expect(again.standing(at: at(1)).state == .discard(.overCeiling(at: at(0))))
    }

    @Test("a profile without such a rule has no such clock")
    func notInProfile() throws {
        let profile = try JurisdictionProfile(
            id: "bare", version: 1, title: "Bare", edition: "1", unit: .celsius,
            provisions: try Rules.profile().provisions.filter {
                [.hotHoldMinimum, .coldHoldMaximum].contains($0.quantity)
            })
        #expect(TimeControlRules(profile) == nil)
        #expect(CumulativeRule(profile) == nil)
        let fourOnly = try JurisdictionProfile(
            id: "four", version: 1, title: "Four", edition: "1", unit: .celsius,
            provisions: try Rules.profile().provisions.filter {
                [.hotHoldMinimum, .coldHoldMaximum, .timeControlMaximum].contains($0.quantity)
            })
        let rules = try #require(TimeControlRules(fourOnly))
        for option in [TimeControlClock.Option.sixHours, .fourHoursFromRoomTemperature] {
            #expect(throws: TimeControlClock.Refusal.notInProfile) {
                try TimeControlClock(
                    option, removedAt: at(0), from: .cold, startTemperature: 4, isMarked: true,
                    rules: rules)
            }
        }
    }
}
