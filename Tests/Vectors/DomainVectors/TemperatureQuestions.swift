import ColdChain
import QualityVectors

/// How a series divides into safe, unsafe and unknown time. A value of null is no reading.
struct TimeInRangeQuestion: Question {
    var t_s: [Double]
    var temp_c: [Double?]
    var min_c: Double?
    var max_c: Double?
    var max_gap_s: Double?

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        guard t_s.count == temp_c.count, let first = t_s.min(), let last = t_s.max() else {
            throw InputError(description: "the times and the temperatures differ in number")
        }
        let window = TransitWindow(from: try Self.instant(first), until: try Self.instant(last))
        let points = try zip(t_s, temp_c).compactMap { seconds, celsius in
            try celsius.flatMap {
                TemperaturePoint(celsius: $0, measuredAt: try Self.instant(seconds))
            }
        }
        let time = TimeInRange(
            points, within: window, now: try Self.instant(last),
            limit: CriticalLimit(minimum: min_c, maximum: max_c),
            maximumGap: try max_gap_s.map { try Self.whole($0 * 1e6) }
                ?? ExcursionSettings().maximumGap,
            course: topic == "time_in_range.step_hold" ? .stepHold : .linear)
        func seconds(_ microseconds: Int64) -> Answer { .number(Double(microseconds) / 1e6) }
        return .members([
            "total_s": seconds(time.total), "safe_s": seconds(time.safe),
            "unsafe_s": seconds(time.unsafe), "unknown_s": seconds(time.unknown),
            "deg_s_outside": .number(time.degreeSecondsOutside),
            "longest_outside_s": seconds(time.longestOutside), "coverage": Answer(time.coverage),
            "min_c": Answer(time.minimum), "max_c": Answer(time.maximum),
        ])
    }

    static func instant(_ seconds: Double) throws -> Timestamp {
        Timestamp(milliseconds: try whole(seconds * 1_000))
    }

    static func whole(_ number: Double) throws -> Int64 {
        guard let whole = Int64(exactly: number.rounded()) else {
            throw InputError(description: "\(number) is no time")
        }
        return whole
    }
}

/// The mean kinetic temperature, in °C.
struct KineticMeanQuestion: Question {
    var temp_c: [Double]
    var weights_s: [Double]?

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        Answer(MeanKineticTemperature.celsius(of: temp_c, weights: weights_s))
    }
}

/// The published formula's score.
struct FreshnessQuestion: Question {
    var time_in_safe_range_s: Double
    var total_transit_time_s: Double
    var transit_time_s: Double
    var max_recommended_time_s: Double

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        Answer(
            FreshnessFormula.score(
                timeInSafeRange: time_in_safe_range_s, totalTransitTime: total_transit_time_s,
                transitTime: transit_time_s, longestRecommendedTime: max_recommended_time_s))
    }
}

/// A temperature of °F in °C, as limits and readings are converted.
struct FahrenheitQuestion: Question {
    var f: Double

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        .number(TemperatureUnit.fahrenheit.celsius(f))
    }
}
