/// The published formula: 100·(0.6·time in safe range/transit time + 0.4·max(0, 1 − transit
/// time/longest recommended time)).
///
/// It measures quality, not safety: food that was never in range still scores 20 halfway through
/// its time, and food twice overdue scores 60. A verdict stands beside it.
package enum FreshnessFormula {
    package static let temperatureWeight = 0.6
    package static let timeWeight = 0.4

    /// All times in one unit; nil where the formula has no answer: no transit time, none
    /// recommended, a time that is negative or no number.
    package static func score(
        timeInSafeRange: Double, totalTransitTime: Double, transitTime: Double,
        longestRecommendedTime: Double
    ) -> Double? {
        guard totalTransitTime > 0, longestRecommendedTime > 0, timeInSafeRange >= 0,
            transitTime >= 0, totalTransitTime.isFinite, longestRecommendedTime.isFinite,
            timeInSafeRange.isFinite, transitTime.isFinite
        else { return nil }
        let compliance = timeInSafeRange / totalTransitTime
        let time = max(0, 1 - transitTime / longestRecommendedTime)
        return (temperatureWeight * compliance + timeWeight * time) * 100
    }
}

/// How long food of one class may be on its way before the formula's second part is used up.
package struct FreshnessSettings: Equatable, Sendable {
    /// In microseconds. An hour by default: a decision, no source fixes it.
    package let longestRecommendedTime: Int64
    /// Unknown time, in one stretch, that leaves a verdict standing, in microseconds. The grace of
    /// 300 s by default: in less, none becomes an alarm but one beyond the critical margin. A
    /// decision, as readings up to the maximum gap apart are trusted for what lies between.
    package let tolerableUnknown: Int64
    /// The share of the time that must be known for all to be called well, 0...1. Half by default: a
    /// decision. Without it one reading and a short silence would pass for food that was watched.
    package let minimumCoverage: Double

    /// The specified bound from cooking to consumption: no transit may be recommended for longer.
    package static let fourHours: Int64 = 14_400_000_000

    /// Nil unless the recommended time is above 0 and at most four hours, the tolerable unknown
    /// time 0 or more, and the coverage a share.
    package init?(
        longestRecommendedTime: Int64 = 3_600_000_000, tolerableUnknown: Int64 = 300_000_000,
        minimumCoverage: Double = 0.5
    ) {
        guard longestRecommendedTime > 0, longestRecommendedTime <= Self.fourHours,
            tolerableUnknown >= 0, (0...1).contains(minimumCoverage)
        else { return nil }
        self.longestRecommendedTime = longestRecommendedTime
        self.tolerableUnknown = tolerableUnknown
        self.minimumCoverage = minimumCoverage
    }

    private init(usual: Void) {
        longestRecommendedTime = 3_600_000_000
        tolerableUnknown = 300_000_000
        minimumCoverage = 0.5
    }

    /// Whether enough is known for all to be called well; some of the time must be known whatever
    /// the settings.
    package func isEnough(coverage: Double?) -> Bool {
        guard let coverage else { return false }
        return coverage > 0 && coverage >= minimumCoverage
    }

    /// The defaults.
    package static let usual = FreshnessSettings(usual: ())
}

/// What can be said of the food's safety, as far as the bag's air tells.
package enum FoodVerdict: UInt8, Sendable {
    case ok = 1
    case deviation = 2
    case undetermined = 3

    package var name: String {
        switch self {
        case .ok: "ok"
        case .deviation: "deviation"
        case .undetermined: "undetermined"
        }
    }
}

/// A score, what it could be at best, how much of the time is known, and the verdict beside it.
package struct Freshness: Equatable, Sendable {
    package enum NotEvaluated: UInt8, Error, Sendable {
        /// The order has no time on its way, or ends no later than it begins.
        case noTransitTime = 1
        case noUsableReading = 2
        /// No limit is known for food of that class: nobody can say what is in range.
        case noLimit = 3
        /// Of several sensors, one has no score.
        case sensorNotEvaluated = 4

        package var name: String {
            switch self {
            case .noTransitTime: "no_transit_time"
            case .noUsableReading: "no_usable_reading"
            case .noLimit: "no_limit"
            case .sensorNotEvaluated: "sensor_not_evaluated"
            }
        }
    }

    /// 0...100. Unknown time counts as not safe: this is the lower bound, and what is published.
    /// Nil with `notEvaluated` saying why.
    package let score: Double?
    /// The score if all unknown time had been safe.
    package let upperScore: Double?
    /// The share of the time that is known, 0...1.
    package let coverage: Double?
    package let verdict: FoodVerdict
    package let notEvaluated: NotEvaluated?

    /// - Parameters:
    ///   - timeRuleIsBroken: Whether a time rule, such as four hours from cooking, is broken; nil
    ///     where none applies or none could be judged.
    package init(
        _ judgement: ExcursionJudgement, limit: CriticalLimit, settings: FreshnessSettings,
        timeRuleIsBroken: Bool? = nil
    ) {
        let time = judgement.timeInRange
        coverage = time.coverage
        verdict =
            timeRuleIsBroken == true
            ? .deviation
            : Self.temperatureVerdict(on: judgement, limit: limit, settings: settings)
        if let reason = Self.reasonAgainst(time, limit) {
            score = nil
            upperScore = nil
            notEvaluated = reason
            return
        }
        func value(safe: Int64) -> Double? {
            FreshnessFormula.score(
                timeInSafeRange: Double(safe), totalTransitTime: Double(time.total),
                transitTime: Double(time.total),
                longestRecommendedTime: Double(settings.longestRecommendedTime))
        }
        score = value(safe: time.safe)
        upperScore = value(safe: time.safe + time.unknown)
        notEvaluated = nil
    }

    /// An order's freshness from those of its compartments: the lowest score, the worst verdict.
    /// Where one is not evaluated, neither is the order; nil of none.
    package init?(lowestOf compartments: [Freshness]) {
        guard !compartments.isEmpty else { return nil }
        let scores = compartments.compactMap(\.score)
        let isWhole = scores.count == compartments.count
        score = isWhole ? scores.min() : nil
        upperScore = isWhole ? compartments.compactMap(\.upperScore).min() : nil
        let coverages = compartments.compactMap(\.coverage)
        coverage = coverages.count == compartments.count ? coverages.min() : nil
        notEvaluated = isWhole ? nil : .sensorNotEvaluated
        let verdicts = compartments.map(\.verdict)
        verdict =
            verdicts.contains(.deviation)
            ? .deviation : verdicts.contains(.undetermined) ? .undetermined : .ok
    }

    /// As it is published: one decimal, half to even.
    package static func published(_ score: Double) -> Double {
        (score * 10).rounded(.toNearestOrEven) / 10
    }

    private static func reasonAgainst(
        _ time: TimeInRange, _ limit: CriticalLimit
    ) -> NotEvaluated? {
        if time.total <= 0 { return .noTransitTime }
        if time.readings == 0, time.known == 0 { return .noUsableReading }
        return limit.isBound ? nil : .noLimit
    }

    /// What the temperatures alone say. A deviation is said wherever there is one. All is well only
    /// where that is known: with a limit, with readings, with enough of the time known, without a
    /// silence that could hide an alarm, with no excursion on.
    package static func temperatureVerdict(
        on judgement: ExcursionJudgement, limit: CriticalLimit, settings: FreshnessSettings
    ) -> FoodVerdict {
        if judgement.alarms > 0 { return .deviation }
        let time = judgement.timeInRange
        let isKnown =
            reasonAgainst(time, limit) == nil && time.longestUnknown <= settings.tolerableUnknown
            && settings.isEnough(coverage: time.coverage)
        return isKnown && judgement.current == nil ? .ok : .undetermined
    }
}
