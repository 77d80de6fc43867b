import ColdChain
import Testing

/// Readings in seconds and °C against a cold limit of 5 °C with the defaults: grace 300 s, critical
/// beyond 10 °C for 60 s, back inside at 4.5 °C, over after 120 s, gap 300 s.
@Suite("Excursions (Q-2, B-6, B-9, §2.3)")
struct ExcursionTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var limit = CriticalLimit(maximum: 5)
        var until: Int64?
        var steps: [TrackDialogue.Step]
        var says: [String]
    }

    /// Every minute from one instant to another.
    static func minutes(_ from: Int64, _ to: Int64, _ celsius: Double) -> [TrackDialogue.Step] {
        stride(from: from, through: to, by: 60).map { .read($0, celsius) }
    }

    static let stateCases: [Case] = [
        Case(
            testDescription: "inside, and on the limit, there is nothing to say",
            steps: minutes(0, 3_600, 5), says: []),
        Case(
            testDescription: "outside for the grace is an alarm, from the interpolated crossing",
            steps: minutes(0, 60, 4) + minutes(120, 600, 6),
            says: ["opened #1.1 90–… alarm 390 peak 6.0"]),
        Case(
            testDescription: "exactly the grace is enough",
            steps: minutes(0, 300, 6), says: ["opened #1.1 0–… alarm 300 peak 6.0"]),
        Case(
            testDescription: "back inside before that is a minor dip, which is kept",
            steps: minutes(0, 60, 4) + minutes(120, 240, 6) + minutes(300, 900, 4),
            says: ["minorDip #1.1 90–285 peak 6.0 returned"]),
        Case(
            testDescription: "inside by less than the hysteresis is not back",
            steps: minutes(0, 120, 6) + minutes(180, 600, 4.75) + minutes(660, 720, 6),
            says: []),
        Case(
            testDescription: "known time outside is summed while it is not back",
            steps: minutes(0, 120, 6) + minutes(180, 600, 4.75) + minutes(660, 840, 6),
            says: ["opened #1.1 0–… alarm 744 peak 6.0"]),
        Case(
            testDescription: "beyond the critical margin the grace is a minute",
            steps: minutes(0, 60, 4) + minutes(120, 240, 12),
            says: ["opened #1.1 67–… alarm 165 peak 12.0"]),
        Case(
            testDescription: "on the critical margin it is not",
            steps: minutes(0, 240, 10), says: []),
        Case(
            testDescription: "recovering at the hysteresis, closed after the clear delay",
            steps: minutes(0, 300, 6) + minutes(360, 600, 4),
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "recovering #1.2 0–… alarm 300 peak 6.0",
                "closed #1.3 0–465 alarm 300 peak 6.0 cleared",
            ]),
        Case(
            testDescription: "out again before that is the same excursion",
            steps: minutes(0, 300, 6) + [.read(360, 4), .read(420, 7), .read(480, 7)]
                + minutes(540, 780, 4),
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "recovering #1.2 0–… alarm 300 peak 6.0",
                "outsideAgain #1.3 0–… alarm 300 peak 7.0",
                "recovering #1.4 0–… alarm 300 peak 7.0",
                "closed #1.5 0–650 alarm 300 peak 7.0 cleared",
            ]),
        Case(
            testDescription: "after it is closed, outside is another",
            steps: minutes(0, 300, 6) + minutes(360, 600, 4) + minutes(660, 1_020, 6),
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "recovering #1.2 0–… alarm 300 peak 6.0",
                "closed #1.3 0–465 alarm 300 peak 6.0 cleared",
                "opened #2.1 630–… alarm 930 peak 6.0",
            ]),
        Case(
            testDescription: "hot food is outside below",
            limit: CriticalLimit(minimum: 57), steps: minutes(0, 300, 56),
            says: ["opened #1.1 0–… alarm 300 peak 56.0"]),
        Case(
            testDescription: "and in danger sooner far below",
            limit: CriticalLimit(minimum: 57), steps: minutes(0, 60, 51.9),
            says: ["opened #1.1 0–… alarm 60 peak 51.9"]),
        Case(
            testDescription: "of limits that contradict each other everything is outside",
            limit: CriticalLimit(minimum: 10, maximum: 5), steps: minutes(0, 60, 7),
            says: []),
        Case(
            testDescription: "a class without a limit has no excursions",
            limit: CriticalLimit(), steps: minutes(0, 3_600, 90), says: []),
        Case(
            testDescription: "one excursion across midnight is one",
            steps: minutes(86_100, 86_700, 6) + minutes(86_760, 87_000, 4),
            says: [
                "opened #1.1 86100–… alarm 86400 peak 6.0",
                "recovering #1.2 86100–… alarm 86400 peak 6.0",
                "closed #1.3 86100–86865 alarm 86400 peak 6.0 cleared",
            ]),
        Case(
            testDescription: "the order's end ends it, alarm or dip",
            until: 400, steps: minutes(0, 420, 6),
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0",
                "closed #1.2 0–400 alarm 300 peak 6.0 order_ended",
            ]),
        Case(
            testDescription: "what is outside at the delivery is noted, however short",
            steps: minutes(0, 60, 4) + [.read(120, 6), .deliver(130)],
            says: ["minorDip #1.1 90–130 peak 6.0 order_ended"]),
        Case(
            testDescription: "an order that ends before it begins has no excursions",
            until: -100, steps: minutes(0, 600, 20), says: []),
    ]

    static let silenceCases: [Case] = [
        Case(
            testDescription: "the alarm does not wait for the next reading",
            steps: minutes(0, 240, 6) + [.advance(299), .advance(300)],
            says: ["opened #1.1 0–… alarm 300 peak 6.0"]),
        Case(
            testDescription: "silence does not satisfy the grace",
            steps: [.read(0, 6), .advance(300), .advance(7_200), .read(7_200, 6)],
            says: ["lost 0", "returned 0–7200"]),
        Case(
            testDescription: "after a silence the grace goes on from what is known",
            steps: [.read(0, 6), .read(60, 6)] + minutes(7_200, 7_500, 6),
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "lost 60–7200",
            ]),
        Case(
            testDescription: "the grace clock stands still in a silence",
            steps: [.read(0, 6), .read(900, 6)] + minutes(960, 1_200, 6),
            says: ["lost 0–900", "opened #1.1 0–… alarm 1200 peak 6.0"]),
        Case(
            testDescription: "silence closes no alarm",
            steps: minutes(0, 300, 6) + [.advance(600), .advance(601), .advance(360_000)],
            says: ["opened #1.1 0–… alarm 300 peak 6.0", "lost 300"]),
        Case(
            testDescription: "nor one that is recovering, however long; its delay begins again",
            steps: minutes(0, 300, 6)
                + [.read(360, 4), .read(420, 4), .advance(7_200), .read(7_200, 4)]
                + [.read(7_260, 4), .read(7_320, 4)],
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "recovering #1.2 0–… alarm 300 peak 6.0",
                "lost 420", "returned 420–7200", "closed #1.3 0–7320 alarm 300 peak 6.0 cleared",
            ]),
        Case(
            testDescription: "ten years of silence are one loss",
            steps: minutes(0, 300, 6) + [.advance(315_360_000), .read(315_360_000, 6)],
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "lost 300", "returned 300–315360000",
            ]),
        Case(
            testDescription: "silence inside is no loss of an excursion's data",
            steps: [.read(0, 4), .advance(7_200), .read(7_200, 4)], says: []),
        Case(
            testDescription: "somebody may sign that the sensor is lost",
            steps: minutes(0, 300, 6) + [.advance(7_200), .giveUp(7_200)],
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "lost 300",
                "closed #1.2 0–7200 alarm 300 peak 6.0 sensor_unavailable",
            ]),
        Case(
            testDescription: "which holds no longer once late readings show that it was not",
            steps: minutes(0, 300, 6) + [.giveUp(7_200)]
                + [.batch(stride(from: Int64(360), through: 7_260, by: 60).map { ($0, 6) })],
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0",
                "closed #1.2 0–7200 alarm 300 peak 6.0 sensor_unavailable", "lost 300",
                "revised #1.3 0–… alarm 300 peak 6.0", "recovered 300",
            ]),
        Case(
            testDescription: "and says nothing while the sensor sends",
            steps: minutes(0, 300, 6) + [.giveUp(310)],
            says: ["opened #1.1 0–… alarm 300 peak 6.0"]),
    ]

    static let lateCases: [Case] = [
        Case(
            testDescription: "an hour that comes late is judged where it belongs",
            steps: [.read(0, 4), .read(3_600, 4)]
                + [.batch((1..<60).map { ($0 * 60, $0 < 30 ? 6 : 4) })],
            says: ["opened #1.1 30–1905 alarm 330 peak 6.0 cleared"]),
        Case(
            testDescription: "an alarm that a late reading contradicts is corrected, not deleted",
            steps: [.read(0, 6), .read(300, 6), .read(150, 4)],
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "corrected #1.2 now 0–112 peak 6.0 returned",
            ]),
        Case(
            testDescription: "so is one by the timer that the next reading contradicts",
            steps: [.read(0, 4), .read(200, 6), .advance(399), .advance(400), .read(450, 0)],
            says: [
                "opened #1.1 100–… alarm 400 peak 6.0",
                "corrected #1.2 now 100–262 peak 6.0 returned",
            ]),
        Case(
            testDescription: "a correction of the peak reading changes what was told",
            steps: minutes(0, 300, 6) + minutes(360, 600, 4) + [.correct(120, 9, version: 1)],
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "recovering #1.2 0–… alarm 300 peak 6.0",
                "closed #1.3 0–465 alarm 300 peak 6.0 cleared",
                "revised #1.4 0–465 alarm 300 peak 9.0 cleared",
            ]),
        Case(
            testDescription: "withdrawing all that was outside leaves a correction alone",
            steps: [
                .read(0, 4), .read(60, 30), .read(120, 30), .read(180, 4),
                .correct(60, nil, version: 1), .correct(120, nil, version: 1),
            ],
            says: [
                "opened #1.1 2–… alarm 73 peak 30.0", "recovering #1.2 2–… alarm 73 peak 30.0",
                "revised #1.3 4–… alarm 87 peak 30.0", "corrected #1.4",
            ]),
        Case(
            testDescription: "two excursions that late readings join become one",
            steps: minutes(0, 300, 6) + minutes(360, 600, 4) + minutes(660, 1_020, 6)
                + [.batch([(360, 6), (420, 6), (480, 6), (540, 6), (600, 6)])],
            says: [
                "opened #1.1 0–… alarm 300 peak 6.0", "recovering #1.2 0–… alarm 300 peak 6.0",
                "closed #1.3 0–465 alarm 300 peak 6.0 cleared",
                "opened #2.1 630–… alarm 930 peak 6.0", "revised #1.4 0–… alarm 300 peak 6.0",
                "corrected #2.2 joined #1",
            ]),
        Case(
            testDescription: "the same reading again changes nothing",
            steps: minutes(0, 300, 6) + minutes(0, 300, 6),
            says: ["opened #1.1 0–… alarm 300 peak 6.0"]),
        Case(
            testDescription: "late readings fill the gap that was told of",
            steps: [
                .read(0, 6), .advance(400), .read(500, 6), .read(250, 6),
            ],
            says: [
                "lost 0", "returned 0–500", "opened #1.1 0–… alarm 300 peak 6.0", "recovered 0",
            ]),
    ]

    @Test("the states", arguments: stateCases)
    func changesState(tried: Case) { check(tried) }

    @Test("silence", arguments: silenceCases)
    func fallsSilent(tried: Case) { check(tried) }

    @Test("late and corrected data", arguments: lateCases)
    func comesLate(tried: Case) { check(tried) }

    func check(_ tried: Case) {
        var dialogue = TrackDialogue(limit: tried.limit, until: tried.until)
        dialogue.take(tried.steps)
        #expect(dialogue.said == tried.says)
    }

    @Test("outside, unknown and area of an excursion are told apart from its span")
    func sums() throws {
        var dialogue = TrackDialogue()
        dialogue.take(Self.minutes(0, 300, 7) + Self.minutes(1_200, 1_500, 7))
        let excursion = try #require(dialogue.track.judgement.current)
        #expect(excursion.outside == 600_000_000)
        #expect(excursion.unknown == 900_000_000)
        #expect(excursion.nanoDegreeSeconds == 1_200_000_000_000)
        #expect(dialogue.track.judgement.alarms == 1)
    }

    @Test("how an excursion's ends were found is told")
    func edges() throws {
        var dialogue = TrackDialogue()
        dialogue.take([.read(0, 4), .read(900, 6), .read(960, 4), .read(1_020, 6), .read(2_000, 4)])
        let found = dialogue.track.judgement.excursions
        #expect(found.map(\.startEdge) == [.afterGap, .crossing])
        #expect(found.map(\.endEdge) == [.crossing, .afterGap])
    }

    @Test("the timer that is due next is named")
    func timers() {
        var dialogue = TrackDialogue()
        #expect(dialogue.track.nextTimer == nil)
        dialogue.take([.read(0, 4), .read(60, 6)])
        #expect(dialogue.track.nextTimer == instant(330), "the alarm")
        dialogue.take(.advance(330))
        #expect(
            dialogue.track.nextTimer == Timestamp(milliseconds: 360_001), "the readings' silence")
        dialogue.take(.advance(400))
        #expect(dialogue.track.nextTimer == nil)
    }

    @Test("settings out of range are held at their bounds")
    func settings() {
        var settings = ExcursionSettings()
        settings.grace = -1
        settings.criticalGrace = .min
        settings.clearDelay = .max
        settings.maximumGap = .max
        settings.hysteresis = .nan
        settings.criticalMargin = -3
        settings.readingsKept = 0
        let clamped = settings.clamped
        #expect(clamped.grace == 0 && clamped.criticalGrace == 0)
        #expect(clamped.clearDelay == ExcursionSettings.longest)
        #expect(clamped.maximumGap == ExcursionSettings.longest)
        #expect(clamped.hysteresis == 0 && clamped.criticalMargin == 0)
        #expect(clamped.readingsKept == 256)
        #expect(ExcursionSettings.maximumGap(expectedInterval: 600_000_000) == 1_800_000_000)
        #expect(ExcursionSettings.maximumGap(expectedInterval: 10_000_000) == 300_000_000)
        #expect(ExcursionSettings.maximumGap(expectedInterval: .max) == ExcursionSettings.longest)
    }

    @Test("without grace and clear delay the first reading decides")
    func impatient() {
        var settings = ExcursionSettings()
        settings.grace = 0
        settings.clearDelay = 0
        var dialogue = TrackDialogue(settings: settings)
        dialogue.take([.read(0, 6), .read(60, 4)])
        #expect(
            dialogue.said == [
                "opened #1.1 0–… alarm 0 peak 6.0", "closed #1.2 0–45 alarm 0 peak 6.0 cleared",
            ])
    }
}
