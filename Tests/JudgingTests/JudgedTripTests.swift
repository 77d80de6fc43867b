import ColdChain
import Foundation
import Host
import JSONText
import Testing
import Wire

@Suite("A file of readings is judged as the daemon judges a bag (B-4, B-5, Q-1)")
struct JudgedTripTests {
    @Test("all in range: safe throughout, 80 of 100 after half of the recommended hour, ok")
    func good() throws {
        let trip = try Trips.judged(Trips.minutes(0..<31, 4))
        let time = trip.judgement.timeInRange
        #expect(time.total == 1_800_000_000 && time.safe == time.total)
        #expect(trip.freshness.score == 80 && trip.freshness.upperScore == 80)
        #expect(trip.freshness.verdict == .ok)
        #expect(trip.judgement.excursions.isEmpty)
        #expect(trip.readings.allSatisfy { $0.quality?.flags.rollup == .good })
        let kinetic = try #require(trip.meanKineticTemperature)
        #expect(kinetic > 4 && kinetic < 4.2)
        #expect(trip.clocks.danger?.inside == 0)
    }

    @Test("six minutes outside are an excursion, and a deviation whatever the score")
    func excursion() throws {
        let rows =
            Trips.minutes(0..<10, 4) + Trips.minutes(10..<16, 7) + Trips.minutes(16..<31, 4)
        let trip = try Trips.judged(rows)
        #expect(trip.judgement.alarms == 1)
        #expect(trip.judgement.excursions.first?.closeReason == .cleared)
        #expect(trip.freshness.verdict == .deviation)
        #expect(try #require(trip.freshness.score) > 60)
        #expect(trip.judgement.timeInRange.unknown == 0)
    }

    @Test("an excursion lasts across a gap, of which nothing is known; silence ends no alarm")
    func gap() throws {
        let rows =
            Trips.minutes(0..<10, 4) + Trips.minutes(10..<15, 7) + Trips.minutes(34..<39, 7)
            + Trips.minutes(39..<60, 4)
        let trip = try Trips.judged(rows)
        let excursion = try #require(trip.judgement.excursions.first)
        #expect(trip.judgement.excursions.count == 1 && trip.judgement.alarms == 1)
        #expect(excursion.unknown == 1_200_000_000)
        #expect(trip.judgement.timeInRange.unknown == 1_200_000_000)
        #expect(excursion.outside == trip.judgement.timeInRange.unsafe)
        #expect(trip.freshness.verdict == .deviation)
        #expect(trip.readings[15].quality?[.gap] == QualityFinding(.suspect, .afterGap))
        #expect(trip.text.contains("lost          nothing is known from 2026-11-20T12:14:00"))
    }

    @Test("a dip after a gap is no alarm; what the gap hides leaves the verdict open")
    func gapBeforeDip() throws {
        let rows =
            Trips.minutes(0..<10, 4) + Trips.minutes(30..<32, 7) + Trips.minutes(32..<60, 4)
        let trip = try Trips.judged(rows)
        #expect(trip.judgement.alarms == 0 && trip.judgement.minorDips == 1)
        #expect(trip.freshness.verdict == .undetermined)
        let (score, upper) = (trip.freshness.score, trip.freshness.upperScore)
        #expect(try #require(upper) > #require(score))
    }

    @Test(
        "what is no measurement is flagged by its name, and used for nothing",
        arguments: [
            ("NaN", QualityTest.sentinel, QualityFinding(.missing, .markerSent)),
            ("", .sentinel, QualityFinding(.missing, .markerSent)),
            ("inf", .grossRange, QualityFinding(.bad, .impossibleValue)),
            ("-inf", .grossRange, QualityFinding(.bad, .impossibleValue)),
            ("-Infinity", .grossRange, QualityFinding(.bad, .impossibleValue)),
            ("-127", .sentinel, QualityFinding(.bad, .disconnectedProbe)),
            ("1e300", .grossRange, QualityFinding(.bad, .impossibleValue)),
            ("327.67", .sentinel, QualityFinding(.bad, .integerLimit)),
        ])
    func noMeasurement(text: String, test: QualityTest, finding: QualityFinding) throws {
        var question = try Trips.question()
        question.sentinels = [.oneWire, .sixteenBits]
        let rows = Trips.minutes(0..<5, 4) + [(300, text)] + Trips.minutes(6..<11, 4)
        let trip = try Trips.judged(rows, question)
        #expect(trip.readings[5].quality?[test] == finding)
        #expect(trip.judgement.timeInRange.maximum.map { $0 < 5 } == true)
        // The readings beside it are near enough to say what was between.
        #expect(trip.judgement.timeInRange.unknown == 0)
        #expect(trip.freshness.verdict == .ok)
    }

    @Test("85 °C is a power-on value where it comes first from such a sensor")
    func powerOn() throws {
        var question = try Trips.question(.hot)
        question.sentinels = .ds18b20
        let trip = try Trips.judged([(0, "85")] + Trips.minutes(1..<6, 62), question)
        #expect(trip.readings[0].quality?[.sentinel] == QualityFinding(.bad, .powerOnValue))
    }

    @Test("the same reading again is redelivered; another value for its time makes both suspect")
    func repeated() throws {
        let rows = Trips.minutes(0..<3, 4)
        let same = try Trips.judged(rows + [rows[1]])
        #expect(same.readings.count { $0.quality == nil } == 1)
        #expect(same.freshness.verdict == .ok)
        let other = try Trips.judged(rows + [(60, "9")])
        let conflicting = other.readings.filter {
            $0.quality?[.duplicate] == QualityFinding(.suspect, .conflictingValue)
        }
        #expect(conflicting.count == 2)
        #expect(other.judgement.timeInRange.maximum == 9)
    }

    @Test("the order of the rows makes no difference to what is judged")
    func backwards() throws {
        let rows =
            Trips.minutes(0..<10, 4) + Trips.minutes(10..<18, 7) + Trips.minutes(18..<31, 4)
        let forwards = try Trips.judged(rows)
        let backwards = try Trips.judged(rows.reversed())
        #expect(forwards.judgement == backwards.judgement)
        #expect(forwards.freshness == backwards.freshness)
        #expect(forwards.readings.map(\.quality) == backwards.readings.map(\.quality))
        #expect(forwards.outOfOrder == 0 && backwards.outOfOrder == 30)
    }

    @Test("ten years between two readings are ten years of which nothing is known")
    func tenYears() throws {
        let decade = 3_653 * 86_400
        var question = try Trips.question()
        question.now = Trips.noon.advanced(byMilliseconds: Int64(decade + 3_600) * 1_000)
        let trip = try Trips.judged([(0, "4"), (60, "4.1"), (decade, "4")], question)
        let time = trip.judgement.timeInRange
        #expect(time.total == Int64(decade) * 1_000_000 && time.safe == 60_000_000)
        #expect(time.unknown == time.total - 60_000_000)
        #expect(trip.freshness.verdict == .undetermined)
    }

    @Test("a band has two ends, and parts add up to the microsecond")
    func band() throws {
        var question = try Trips.question()
        question.ownLimit = CriticalLimit(minimum: 0, maximum: 5)
        let rows = zip([0, 60, 120, 180, 240], ["1", "-1", "3", "6", "4"]).map { ($0, $1) }
        let time = try Trips.judged(rows, question).judgement.timeInRange
        #expect(time.safe == 145_000_000 && time.unsafe == 95_000_000 && time.unknown == 0)
        #expect(abs(time.degreeSecondsOutside - 47.5) < 1e-6)
    }

    @Test(
        "without time, without a usable reading or without a limit nothing is scored",
        arguments: [
            (
                "ends before it begins", [(0, "4"), (60, "4")], FoodClass.cold, 3_600, 0,
                Freshness.NotEvaluated.noTransitTime
            ),
            ("one reading", [(0, "4")], .cold, nil, nil, .noTransitTime),
            ("markers only", [(0, "NaN"), (600, "NaN")], .cold, nil, nil, .noUsableReading),
            ("frozen", [(0, "-20"), (60, "-20.1")], .frozen, nil, nil, .noLimit),
            ("no class", [(0, "4"), (60, "4.1")], nil, nil, nil, .noLimit),
        ]
            as [(
                String, [(Int, String)], FoodClass?, Int?, Int?, Freshness.NotEvaluated
            )])
    func notEvaluated(
        name: String, rows: [(Int, String)], foodClass: FoodClass?, from: Int?, until: Int?,
        reason: Freshness.NotEvaluated
    ) throws {
        var question = try Trips.question(foodClass)
        question.from = from.map { Trips.noon.advanced(byMilliseconds: Int64($0) * 1_000) }
        question.until = until.map { Trips.noon.advanced(byMilliseconds: Int64($0) * 1_000) }
        let trip = try Trips.judged(rows, question)
        #expect(trip.freshness.notEvaluated == reason, "\(name)")
        #expect(trip.freshness.score == nil && trip.freshness.verdict == .undetermined)
        #expect(trip.text.contains("verdict         undetermined"))
    }

    @Test("the time before the first and after the last reading of an order is unknown")
    func headAndTail() throws {
        var question = try Trips.question()
        question.from = Trips.noon.advanced(byMilliseconds: -600_000)
        question.until = Trips.noon.advanced(byMilliseconds: 1_200_000)
        let trip = try Trips.judged(Trips.minutes(0..<11, 4), question)
        let time = trip.judgement.timeInRange
        #expect(time.total == 1_800_000_000)
        #expect(time.safe == 600_000_000 && time.unknown == 1_200_000_000)
        #expect(trip.freshness.verdict == .undetermined)
    }

    @Test("a reading from later than now has an impossible time, and stretches nothing")
    func future() throws {
        let trip = try Trips.judged(Trips.minutes(0..<31, 4) + [(900_000, "4")])
        #expect(trip.readings.last?.quality?[.eventTime] == QualityFinding(.bad, .futureTime))
        #expect(trip.judgement.timeInRange.total == 1_800_000_000)
        #expect(trip.freshness.verdict == .ok)
    }

    @Test("older than the rule allows is a deviation, whatever the temperature")
    func tooOld() throws {
        var question = try Trips.question(.hot)
        question.preparedAt = Trips.noon.advanced(byMilliseconds: -4 * 3_600_000)
        let trip = try Trips.judged(Trips.minutes(0..<31, 62), question)
        #expect(trip.clocks.preparedAge?.finding == .exceeded)
        #expect(trip.freshness.verdict == .deviation && trip.freshness.score == 80)
        question.preparedAt = Trips.noon
        #expect(
            try Trips.judged(Trips.minutes(0..<31, 62), question).freshness.verdict == .ok)
    }

    @Test("Australia's hours are summed with what was handed over, and unknown without it")
    func cumulative() throws {
        var question = try Trips.question(.cold, profile: "au-fsanz-3.2.2")
        let rows = Trips.minutes(0..<31, 9)
        #expect(try Trips.judged(rows, question).clocks.cumulativeStanding?.certain == nil)
        question.priorDangerMinutes = 220
        let trip = try Trips.judged(rows, question)
        #expect(trip.clocks.cumulativeStanding?.certain == .discard)
        #expect(trip.text.contains("discard"))
        question.priorDangerMinutes = 0
        #expect(
            try Trips.judged(rows, question).clocks.cumulativeStanding?.certain == .useOrRechill)
    }

    @Test("the United Kingdom's minutes are told of its own limit")
    func display() throws {
        let question = try Trips.question(.cold, profile: "uk")
        let trip = try Trips.judged(Trips.minutes(0..<31, 9), question)
        #expect(trip.clocks.display?.longestContinuous == 30)
        #expect(try Trips.judged(Trips.minutes(0..<31, 6), question).freshness.verdict == .ok)
    }

    @Test("a number that is known by hearsay only is marked as unverified")
    func unverified() throws {
        let rows = Trips.minutes(0..<31, -20)
        let trip = try Trips.judged(rows, try Trips.question(.frozen, profile: "uk"))
        #expect(trip.freshness.verdict == .ok)
        #expect(trip.text.contains("rule            not looked up, unverified"))
        let json = try JSONText.parse(trip.json)
        #expect(json["limit"]?["isVerified"] == false)
    }

    @Test("the JSON has the members that the documentation names, and reads back")
    func json() throws {
        let rows = Trips.minutes(0..<10, 4) + [(600, "NaN")] + Trips.minutes(11..<20, 8)
        let trip = try Trips.judged(rows)
        let json = try JSONText.parse(trip.json)
        #expect(json["class"] == "cold" && json["profile"] == "us-fda-2022@1")
        #expect(json["limit"]?["maximum"]?.double == 5)
        #expect(json["verdict"]?.string == trip.freshness.verdict.name)
        let readings = try #require(json["readings"]?.array)
        #expect(readings.count == 20)
        #expect(readings[10]["line"]?.integer == 12)
        #expect(readings[10]["celsius"] == .null && readings[10]["flag"]?.integer == 9)
        #expect(readings[10]["flags"]?["sentinel"]?.integer == 9)
        #expect(readings[10]["reasons"]?["sentinel"] == "marker_sent")
        let time = try #require(json["timeInRange"])
        let parts = ["safeSeconds", "unsafeSeconds", "unknownSeconds"].compactMap {
            time[$0]?.double
        }
        #expect(abs(parts.reduce(0, +) - (time["totalSeconds"]?.double ?? 0)) < 1e-6)
        #expect(json["freshness"]?["coverage"]?.double == 1)
    }

    @Test("the documentation shows what is printed")
    func documentation() throws {
        let values = [
            "3,9", "4,0", "4,2", "5,6", "6,4", "7,1", "7,4", "7,2", "6,8", "6,3", "", "4,4", "4,1",
        ]
        let late = [(21, "4,3"), (22, "12,3"), (23, "4,2"), (24, "4,1")]
        let rows = (values.enumerated().map { ($0.offset, $0.element) } + late).map {
            "\(Trips.instant($0.0 * 60));\($0.1)\n"
        }
        let file = try Trips.file("Zeit;Temperatur [°C]\n" + rows.joined())
        let page = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Documentation/judge.md")
        let text = String(decoding: try Data(contentsOf: page), as: UTF8.self)
        #expect(text.contains("trip.csv\n" + JudgedTrip(file, try Trips.question()).text + "```"))
    }
}
