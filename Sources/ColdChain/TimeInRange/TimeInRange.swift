/// How an order's time is divided: safe, unsafe and unknown, which always add up (§2.2).
package struct TimeInRange: Equatable, Sendable {
    // In microseconds.
    package fileprivate(set) var safe: Int64 = 0
    package fileprivate(set) var unsafe: Int64 = 0
    package fileprivate(set) var unknown: Int64 = 0
    /// Of the known time, what lies beside a suspect reading.
    package fileprivate(set) var suspect: Int64 = 0
    /// The longest time outside without a break; a gap breaks it.
    package fileprivate(set) var longestOutside: Int64 = 0
    /// The longest time of which nothing is known.
    package fileprivate(set) var longestUnknown: Int64 = 0
    /// How often the temperature went outside, or was found there after a gap.
    package fileprivate(set) var timesOutside = 0
    /// How many readings lie within the order's time.
    package fileprivate(set) var readings = 0
    /// The area beyond the limit, in 10⁻⁹ °C·s: whole, so that it does not depend on the order of
    /// the sums.
    package fileprivate(set) var nanoDegreeSecondsOutside: Int64 = 0
    fileprivate var kinetic = MeanKineticTemperature()
    fileprivate var lowest = Double.infinity
    fileprivate var highest = -Double.infinity

    package init() {}

    /// In microseconds.
    package var total: Int64 { safe + unsafe + unknown }
    package var known: Int64 { safe + unsafe }

    /// In °C·s.
    package var degreeSecondsOutside: Double { Double(nanoDegreeSecondsOutside) / 1e9 }

    /// The lowest and the highest reading of the order's time, in °C.
    package var minimum: Double? { readings > 0 ? lowest : nil }
    package var maximum: Double? { readings > 0 ? highest : nil }

    /// The share of the time that is known, 0...1; nil where there was no time.
    package var coverage: Double? {
        total > 0 ? 1 - Double(unknown) / Double(total) : nil
    }

    /// The mean kinetic temperature of the known time in °C, for information (§2.6). Nil where
    /// nothing is known, and for food of which it means nothing: hot and frozen.
    package func meanKineticTemperature(for foodClass: FoodClass) -> Double? {
        MeanKineticTemperature.isMeaningful(for: foodClass) ? kinetic.celsius : nil
    }

    /// Divides the time of an order.
    ///
    /// - Parameters:
    ///   - points: In any order; of one instant as `TemperaturePoint` says.
    ///   - now: How far an order that is on its way has come.
    package init(
        _ points: [TemperaturePoint], within window: TransitWindow, now: Timestamp,
        limit: CriticalLimit, maximumGap: Int64, course: Walk.Course = .linear
    ) {
        let rule = Walk.Rule(zones: Zones(limit), maximumGap: maximumGap, course: course)
        var meter = RangeMeter()
        var walk = Walk()
        for point in points.mergedByInstant(by: limit) {
            walk.step(to: point, within: window, by: rule, telling: &meter)
        }
        walk.finish(at: TraceTime(now), within: window, telling: &meter)
        self = meter.result
    }
}

/// Adds up what a walk tells.
package struct RangeMeter: StretchVisitor, Equatable, Sendable {
    package private(set) var result = TimeInRange()
    private var outsideSoFar: Int64 = 0
    private var unknownSoFar: Int64 = 0
    private var isOutside = false

    package init() {}

    package mutating func see(_ point: TemperaturePoint, in zone: Zone) {
        result.readings += 1
        result.lowest = min(result.lowest, point.celsius)
        result.highest = max(result.highest, point.celsius)
        unknownSoFar = 0
        find(zone)
    }

    package mutating func spend(_ stretch: Stretch) {
        let duration = stretch.microseconds
        unknownSoFar = 0
        find(stretch.zone)
        result.kinetic.addLine(
            from: stretch.first, to: stretch.last, microseconds: stretch.exactMicroseconds)
        if stretch.isSuspect { result.suspect += duration }
        guard stretch.zone.isOutside else {
            result.safe += duration
            return
        }
        result.unsafe += duration
        outsideSoFar += duration
        result.longestOutside = max(result.longestOutside, outsideSoFar)
        result.nanoDegreeSecondsOutside = saturatingSum(
            result.nanoDegreeSecondsOutside, stretch.nanoDegreeSecondsOutside)
    }

    package mutating func skip(from: TraceTime, to: TraceTime) {
        let duration = to.microseconds(since: from)
        result.unknown += duration
        unknownSoFar += duration
        result.longestUnknown = max(result.longestUnknown, unknownSoFar)
        outsideSoFar = 0
        isOutside = false
    }

    private mutating func find(_ zone: Zone) {
        if zone.isOutside, !isOutside { result.timesOutside += 1 }
        if !zone.isOutside { outsideSoFar = 0 }
        isOutside = zone.isOutside
    }
}
