/// How patiently a limit is watched (§2.3). Durations in microseconds.
///
/// All defaults are decisions, not law: no source fixes them.
package struct ExcursionSettings: Equatable, Sendable {
    /// Known time outside after which an excursion is an alarm.
    package var grace: Int64 = 300 * second
    /// How far outside, in kelvin, food is in danger sooner.
    package var criticalMargin = 5.0
    /// Known time beyond the critical margin after which an excursion is an alarm.
    package var criticalGrace: Int64 = 60 * second
    /// How far inside, in kelvin, the temperature must be to count as back.
    package var hysteresis = 0.5
    /// Known time back inside after which an excursion is over.
    package var clearDelay: Int64 = 120 * second
    /// Readings strictly further apart than so long leave the time between unknown.
    package var maximumGap = Walk.usualMaximumGap
    /// How many readings a track keeps, so that late ones can be judged where they belong. What
    /// came before them is settled: a reading later than that needs the log.
    package var readingsKept = 7_200

    package static let second: Int64 = 1_000_000
    /// Longer than any of the times above is of use: a day.
    package static let longest: Int64 = 86_400 * second

    package init() {}

    /// The maximum gap for a sensor that is expected to send every `interval` microseconds: three
    /// of them, or 300 s where that is more.
    package static func maximumGap(expectedInterval interval: Int64) -> Int64 {
        let (three, overflow) = interval.multipliedReportingOverflow(by: 3)
        return overflow ? longest : Swift.min(Swift.max(three, Walk.usualMaximumGap), longest)
    }

    /// The same with what is out of range at its bound: durations 0...`longest`, kelvin 0 or more
    /// (what is no number becomes 0), readings kept at least 256.
    package var clamped: ExcursionSettings {
        var settings = self
        settings.grace = Self.clamp(grace)
        settings.criticalGrace = Self.clamp(criticalGrace)
        settings.clearDelay = Self.clamp(clearDelay)
        settings.maximumGap = Self.clamp(maximumGap)
        settings.criticalMargin = criticalMargin > 0 ? criticalMargin : 0
        settings.hysteresis = hysteresis > 0 ? hysteresis : 0
        settings.readingsKept = max(readingsKept, 256)
        return settings
    }

    private static func clamp(_ duration: Int64) -> Int64 { min(max(duration, 0), longest) }
}

/// What an order's readings are judged by.
package struct ExcursionRule: Equatable, Sendable {
    package let limit: CriticalLimit
    package let settings: ExcursionSettings
    let walk: Walk.Rule
    /// When somebody signed that the sensor is lost, in order of time.
    package internal(set) var sensorGivenUp: [TraceTime] = []

    package init(limit: CriticalLimit, settings: ExcursionSettings) {
        let settings = settings.clamped
        self.limit = limit
        self.settings = settings
        walk = Walk.Rule(
            zones: Zones(
                limit, hysteresis: settings.hysteresis, criticalMargin: settings.criticalMargin),
            maximumGap: settings.maximumGap)
    }
}
