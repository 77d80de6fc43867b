/// A span of temperatures in °C without its ends; a missing end is open.
package struct TemperatureZone: Equatable, Sendable {
    package var above: Double?
    package var below: Double?

    package init(above: Double? = nil, below: Double? = nil) {
        self.above = above
        self.below = below
    }

    package func contains(_ celsius: Double) -> Bool { reaches(celsius, celsius) }

    /// Whether a straight line that leads through neither end of the span lies inside, from one
    /// temperature to another. It may begin or end at an end of the span.
    func reaches(_ first: Double, _ last: Double) -> Bool {
        if let above, !(max(first, last) > above) { return false }
        if let below, !(min(first, last) < below) { return false }
        return true
    }

    /// What a walk's stretches are cut at.
    var edges: Zones { Zones(CriticalLimit(minimum: above, maximum: below)) }
}

extension TemperatureZone: HazardScale {
    /// How deep inside; of an end that is no number nothing is inside.
    package func hazard(of celsius: Double) -> Double {
        let depth = Swift.min(
            above.map { celsius - $0 } ?? .infinity, below.map { $0 - celsius } ?? .infinity)
        return depth.isNaN ? -.infinity : depth
    }
}
