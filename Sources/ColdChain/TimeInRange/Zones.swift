/// The stretches of the temperature scale that a limit cuts out.
package enum Zone: Int8, Sendable {
    case belowCritical = -3
    case below = -2
    /// Inside, but by less than the hysteresis.
    case insideNearMinimum = -1
    case wellInside = 0
    case insideNearMaximum = 1
    case above = 2
    case aboveCritical = 3

    package var isOutside: Bool { rawValue <= -2 || rawValue >= 2 }
    package var isCritical: Bool { rawValue == -3 || rawValue == 3 }
}

/// A limit with the hysteresis inside and the critical margin outside of it.
///
/// The limit itself and the edge of the hysteresis count as inside, the edge of the critical margin
/// as not yet critical. A band that is narrower than two hystereses is halved: its middle alone is
/// well inside. Of a limit whose minimum lies above its maximum everything is outside; one that is
/// no number at an end has everything outside as well.
package struct Zones: Equatable, Sendable {
    private let criticalMinimum: Double
    private let minimum: Double
    private let innerMinimum: Double
    private let innerMaximum: Double
    private let maximum: Double
    private let criticalMaximum: Double

    /// - Parameters:
    ///   - hysteresis: In kelvin, 0 or more.
    ///   - criticalMargin: In kelvin, 0 or more; infinite for none.
    package init(
        _ limit: CriticalLimit, hysteresis: Double = 0, criticalMargin: Double = .infinity
    ) {
        let isNumber = limit.minimum?.isNaN != true && limit.maximum?.isNaN != true
        let minimum = isNumber ? limit.minimum ?? -.infinity : .infinity
        let maximum = isNumber ? limit.maximum ?? .infinity : -.infinity
        let width = max(0, maximum - minimum)
        let kept = max(0, min(hysteresis, width / 2))
        self.minimum = minimum
        self.maximum = maximum
        innerMinimum = minimum + kept
        innerMaximum = max(minimum + kept, maximum - kept)
        criticalMinimum = minimum - max(0, criticalMargin)
        criticalMaximum = maximum + max(0, criticalMargin)
    }

    package func zone(of celsius: Double) -> Zone {
        if celsius < minimum { return celsius < criticalMinimum ? .belowCritical : .below }
        if celsius > maximum { return celsius > criticalMaximum ? .aboveCritical : .above }
        if celsius < innerMinimum { return .insideNearMinimum }
        return celsius > innerMaximum ? .insideNearMaximum : .wellInside
    }

    /// How far `celsius` lies outside, in kelvin; 0 inside.
    package func deviation(of celsius: Double) -> Double {
        if celsius < minimum { return Swift.min(minimum - celsius, Self.deviationBound) }
        if celsius > maximum { return Swift.min(celsius - maximum, Self.deviationBound) }
        return 0
    }

    /// More than two plausible temperatures lie apart; a limit that nothing keeps is no farther.
    private static let deviationBound = 20_000.0

    /// The first edge on the way from one temperature to another, strictly between them.
    func edge(from start: Double, to end: Double) -> Double? {
        var nearest: Double?
        func consider(_ edge: Double) {
            let isBetween = start < end ? edge > start && edge < end : edge < start && edge > end
            guard isBetween else { return }
            if let known = nearest, abs(known - start) <= abs(edge - start) { return }
            nearest = edge
        }
        consider(criticalMinimum)
        consider(minimum)
        consider(innerMinimum)
        consider(innerMaximum)
        consider(maximum)
        consider(criticalMaximum)
        return nearest
    }
}
