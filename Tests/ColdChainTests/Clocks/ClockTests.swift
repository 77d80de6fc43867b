import ColdChain
import Testing

private let minute: Int64 = 60_000_000

/// Minutes from a day that has days before it.
private func at(_ minutes: Double) -> Timestamp {
    Timestamp(milliseconds: 86_400_000 + Int64(minutes * 60_000))
}

private func point(_ minutes: Double, _ celsius: Double) -> TemperaturePoint? {
    TemperaturePoint(celsius: celsius, measuredAt: at(minutes))
}

private func balance(
    _ zone: TemperatureZone, _ points: [(Double, Double)], from start: Double = 0,
    to end: Double? = nil, at now: Double
) throws -> ZoneBalance {
    let clock = try #require(
        ZoneClock(
            zone: zone, from: at(start), to: end.map(at),
            readings: points.compactMap { point($0.0, $0.1) }))
    return clock.balance(at: at(now))
}

@Suite("Time in a zone of temperatures")
struct ZoneClockTests {
    private static let over8 = TemperatureZone(above: 8)
    private static let danger = TemperatureZone(above: 5, below: 60)

    @Test(
        "a straight line between readings says when the limit was crossed",
        arguments: [
            // One crossing, two crossings, none, along the limit, at the limit and back.
            (over8, [(0, 4), (4, 12)], 2), (danger, [(0, 0), (5, 100)], 2.75),
            (over8, [(0, 4), (5, 8)], 0), (over8, [(0, 8), (5, 8)], 0),
            (over8, [(0, 9), (2, 8), (4, 9)], 4), (danger, [(0, 60), (3, 60), (4, 50)], 1),
            (danger, [(0, 5), (5, 60)], 5),
        ] as [(TemperatureZone, [(Double, Double)], Double)])
    func crossings(
        zone: TemperatureZone, points: [(Double, Double)], minutes: Double
    ) throws {
        let found = try balance(zone, points, at: points.last?.0 ?? 0)
        #expect(found.inside == Int64(minutes * Double(minute)))
        #expect(found.unknown == 0)
    }

    @Test("what is before the first reading, in a gap, or after the last is unknown")
    func unknown() throws {
        let points = [(2.0, 9.0), (4, 9), (10, 9), (12, 9)]
        let found = try balance(Self.over8, points, at: 15)
        #expect(found.inside == 4 * minute)
        #expect(found.unknown == (2 + 6 + 3) * minute)
        #expect(found.longest == 2 * minute)
        #expect(found.longestPossible == 15 * minute)
        #expect(found.insidePossible == 15 * minute)
        // A gap of exactly the maximum is none.
        #expect(try balance(Self.over8, [(0, 9), (5, 9)], at: 5).unknown == 0)
        #expect(try balance(Self.over8, [(0, 9), (5.001, 9)], at: 5.001).inside == 0)
        #expect(try balance(Self.over8, [], at: 7).unknown == 7 * minute)
    }

    @Test("readings beyond the ends of a leg help to know its beginning and end")
    func clipped() throws {
        let found = try balance(
            Self.over8, [(-1, 9), (1, 9), (3, 9), (5, 9)], from: 0, to: 4, at: 90)
        #expect(found.inside == 4 * minute)
        #expect(found.unknown == 0)
        let crossing = try balance(Self.over8, [(-2, 4), (2, 12)], from: 0, to: 1, at: 90)
        #expect(crossing.inside == minute)
        #expect(crossing.firstInside == TraceTime(at(0)))
    }

    @Test("the longest stretch goes on across readings, and not across a dip")
    func longest() throws {
        let found = try balance(
            Self.over8, [(0, 9), (1, 9), (2, 9), (3, 7), (4, 9), (8, 9), (9, 9)], at: 9)
        #expect(found.longest == 5 * minute + minute / 2)
        #expect(found.inside == 8 * minute)
        #expect(found.longestPossible == found.longest)
    }

    @Test("a leg that ends before it begins is none")
    func backwards() {
        #expect(ZoneClock(zone: Self.over8, from: at(5), to: at(4)) == nil)
        #expect(ZoneClock(zone: Self.over8, from: at(5), to: at(5)) != nil)
    }

    @Test("a late reading is refused by the clock, and nothing changes")
    func late() throws {
        var clock = try #require(ZoneClock(zone: Self.over8, from: at(0)))
        let areTaken = try [(0, 9), (2, 9)].map { clock.observe(try #require(point($0, $1))) }
        #expect(areTaken == [true, true])
        let before = clock
        for late in [1.0, 2, -5] {
            let isTaken = clock.observe(try #require(point(late, 4)))
            #expect(!isTaken)
            #expect(clock == before)
        }
        for none in [Double.nan, .infinity, -.infinity, -300, 1e300] {
            #expect(point(3, none) == nil)
        }
    }

    @Test("of one instant the reading deeper inside the zone counts; without a zone, the warmer")
    func twoOfOneInstant() throws {
        for points in [[(0.0, 9.0), (2, 9), (2, 4), (4, 9)], [(4, 9), (2, 4), (0, 9), (2, 9)]] {
            #expect(try balance(Self.over8, points, at: 4).inside == 4 * minute)
            #expect(try balance(TemperatureZone(below: 5), points, at: 4).longest == 48_000_000)
        }
        let edge = [(0.0, 70.0), (0, 60), (0, 58), (1, 58), (1, 2)]
        #expect(try balance(Self.danger, edge, at: 1).inside == minute)
        #expect(try balance(TemperatureZone(), [(0, 2), (0, 3), (1, 3)], at: 1).inside == minute)
    }

    @Test("a reading that stands alone is inside at its instant, and no time is")
    func alone() throws {
        let found = try balance(Self.over8, [(3, 4), (20, 9), (40, 4)], at: 40)
        #expect(found.firstInside == TraceTime(at(20)))
        #expect(found.inside == 0 && found.unknown == 40 * minute)
    }

    @Test("a reading that was withdrawn is none")
    func withdrawn() throws {
        let gone = try #require(TemperaturePoint(withdrawnAt: at(2), version: 1))
        let points = try [(0, 9), (2, 4), (4, 9)].map { try #require(point($0, $1)) }
        let clock = try #require(
            ZoneClock(zone: Self.over8, from: at(0), readings: points + [gone]))
        #expect(clock.balance(at: at(4)).inside == 4 * minute)
    }

    @Test("ten years without a reading are ten years unknown, and the ends of time are no crash")
    func farApart() throws {
        let tenYears = 3652.0 * 1440
        let found = try balance(Self.over8, [(0, 9), (tenYears, 9)], at: tenYears)
        #expect(found.unknown == Int64(tenYears) * minute && found.inside == 0)
        let ends = [TraceTime.first, .last].compactMap {
            TemperaturePoint(celsius: 9, measuredAt: $0.timestamp)
        }
        let clock = try #require(
            ZoneClock(
                zone: Self.over8, from: Timestamp(milliseconds: .min), maximumGap: .max,
                readings: ends))
        #expect(
            clock.balance(at: Timestamp(milliseconds: .max)).inside
                == TraceTime.last.microseconds(since: .first))
    }

    @Test("whatever order and batches readings come in, the answer is one", arguments: 0..<40)
    func anyOrder(seed: Int) throws {
        var noise = NoiseSource(seed: UInt64(seed))
        var points: [TemperaturePoint] = []
        for _ in 0..<60 {
            // Some share an instant, with different values.
            let time = (noise.uniform(0...240) * 2).rounded() / 2
            points.append(try #require(point(time, noise.uniform(-2...20))))
        }
        func clock(_ readings: [TemperaturePoint]) throws -> ZoneClock {
            try #require(
                ZoneClock(zone: Self.over8, from: at(10), to: at(230), readings: readings))
        }
        let expected = try clock(points)
        var pieces: [TemperaturePoint] = []
        var found = try clock([])
        for point in points.shuffled(using: &noise) {
            pieces.append(point)
            if !found.observe(point) { found = try clock(pieces) }
        }
        #expect(found == expected)
        try agree(found, expected)
    }

    private func agree(_ clock: ZoneClock, _ expected: ZoneClock) throws {
        let found = clock.balance(at: at(240))
        #expect(found == expected.balance(at: at(240)))
        #expect(found.insidePossible <= 220 * minute && found.longest <= found.inside)
        #expect(found.longestPossible <= found.insidePossible)
    }
}

@Suite("Time in danger over several legs")
struct CumulativeTests {
    @Test(
        "an opening balance that was not told is unknown, not nothing",
        arguments: [
            (nil, .unknown), (0, .known(microseconds: 0)), (90, .known(microseconds: 90 * minute)),
            (0.5, .known(microseconds: minute / 2)), (-1, .unknown), (.nan, .unknown),
            (.infinity, .unknown), (1e300, .unknown),
        ] as [(Double?, OpeningBalance)])
    func opening(minutes: Double?, expected: OpeningBalance) {
        #expect(OpeningBalance(priorDangerMinutes: minutes) == expected)
    }

    @Test("the sum has a lower bound, and an upper one only where the opening balance is known")
    func bounds() {
        let leg = ZoneBalance(inside: 30 * minute, unknown: 10 * minute)
        let known = CumulativeTime(opening: .known(microseconds: 60 * minute), leg: leg)
        #expect(known.atLeast == 90 * minute && known.atMost == 100 * minute)
        #expect(known.closing == .known(microseconds: 100 * minute))
        let unknown = CumulativeTime(opening: .unknown, leg: leg)
        #expect(unknown.atLeast == 30 * minute && unknown.atMost == nil)
        #expect(unknown.closing == .unknown)
        let endless = CumulativeTime(opening: .known(microseconds: .max), leg: leg)
        #expect(endless.atLeast == .max && endless.atMost == .max)
    }

    @Test(
        "Australia's rule: below 2 h chill again, below 4 h use, from 4 h on discard",
        arguments: [
            (0, 119.99, 0, .useOrRechill, .useOrRechill), (0, 120, 0, .useOnly, .useOnly),
            (60, 179.99, 0, .useOnly, .useOnly), (60, 180, 0, .discard, .discard),
            // Time that is not known may make a difference, or none.
            (60, 30, 20, .useOrRechill, .useOrRechill), (60, 30, 30, .useOrRechill, nil),
            (60, 200, 500, .discard, .discard), (nil, 30, 0, .useOrRechill, nil),
            (nil, 130, 0, .useOnly, nil), (nil, 240, 0, .discard, .discard),
        ] as [(Double?, Double, Double, CumulativeRule.Stage, CumulativeRule.Stage?)])
    func australia(
        prior: Double?, inside: Double, unknown: Double, atLeast: CumulativeRule.Stage,
        certain: CumulativeRule.Stage?
    ) throws {
        let rule = try #require(CumulativeRule(try Rules.profile()))
        let leg = ZoneBalance(
            inside: Int64(inside * Double(minute)), unknown: Int64(unknown * Double(minute)))
        let standing = rule.standing(
            of: CumulativeTime(opening: OpeningBalance(priorDangerMinutes: prior), leg: leg))
        #expect(standing.atLeast == atLeast)
        #expect(standing.certain == certain)
    }

    @Test("the zone is between cold and hot, without its ends")
    func zone() throws {
        let zone = try Rules.profile().dangerZone
        #expect([5.0, 57, 2, 70, .nan].allSatisfy { !zone.contains($0) })
        #expect([5.001, 30, 56.999].allSatisfy(zone.contains))
    }

    @Test("the United Kingdom's two numbers, with what they would be at worst")
    func display() throws {
        let zone = try #require(DisplayTime.zone(outside: .cold, of: Rules.profile()))
        #expect(zone == TemperatureZone(above: 5))
        let found = DisplayTime(
            try balance(zone, [(0, 6), (5, 6), (6, 4), (7, 6), (10, 6), (20, 6)], at: 20))
        #expect(found.minutesOutside == 5 + 0.5 + 0.5 + 3)
        #expect(found.longestContinuous == 5.5)
        #expect(found.minutesOutsidePossible == 19)
        #expect(found.longestContinuousPossible == 13.5)
        #expect(try DisplayTime.zone(outside: .frozen, of: Rules.profile()) == nil)
        #expect(try DisplayTime.zone(outside: .ambient, of: Rules.profile()) == nil)
        #expect(
            try DisplayTime.zone(outside: .hot, of: Rules.profile()) == TemperatureZone(below: 57))
    }
}

@Suite("The age of food since it was prepared (Q-4)")
struct PreparedAgeTests {
    @Test(
        "Q-4: it has to be less than 4 h from preparation; from pickup it is assumed",
        arguments: [
            (0, nil, 239.999, .kept, .prepared), (0, 100, 240, .exceeded, .prepared),
            (nil, 0, 239.999, .kept, .assumed), (nil, 0, 240, .exceeded, .assumed),
            (nil, nil, 5, .notEvaluated(.noStart), nil),
            (5, nil, 4, .notEvaluated(.endsBeforeItBegins), .prepared),
            (5, nil, 5, .kept, .prepared),
        ] as [(Double?, Double?, Double, PreparedAge.Finding, PreparedAge.ClockStart?)])
    func age(
        prepared: Double?, pickedUp: Double?, end: Double, finding: PreparedAge.Finding,
        start: PreparedAge.ClockStart?
    ) {
        let age = PreparedAge(
            preparedAt: prepared.map(at), pickedUpAt: pickedUp.map(at), end: at(end))
        #expect(age.finding == finding)
        #expect(age.clockStart == start)
        #expect(age.isSurelyKept == (finding == .kept && start == .prepared))
    }
}

/// Numbers of their own, so that these tests hold whatever the files say.
enum Rules {
    static func profile(procedure: String? = nil) throws -> JurisdictionProfile {
        func provision(_ quantity: LimitQuantity, _ amount: Provision.Amount) -> Provision {
            Provision(
                quantity: quantity, amount: amount, rule: "rule", source: "test", isVerified: true)
        }
        return try JurisdictionProfile(
            id: "test", version: 1, title: "Test", edition: "1", unit: .celsius,
            provisions: [
                provision(.hotHoldMinimum, .temperature(57)),
                provision(.coldHoldMaximum, .temperature(5)),
                provision(.timeControlMaximum, .microseconds(240 * minute)),
                provision(.timeControlColdMaximum, .microseconds(360 * minute)),
                provision(.timeControlColdCeiling, .temperature(21)),
                provision(.timeControlProduceCeiling, .temperature(21)),
                provision(.cumulativeRechillBefore, .microseconds(120 * minute)),
                provision(.cumulativeDiscardFrom, .microseconds(240 * minute)),
            ], timeControlProcedure: procedure)
    }
}
