/// What a thermometer shows at known temperatures, and so what it should have shown.
///
/// Between two points the error is interpolated linearly. Beyond the first and the last point their
/// error is held: without it a reading just outside would jump by the whole error, and the order of
/// two temperatures could change. What lies beyond is marked (`covers`).
package struct ErrorTable: Equatable, Sendable {
    /// Both in °C.
    package struct Point: Equatable, Sendable {
        /// What the reference instrument showed.
        package var reference: Double
        /// What the sensor under test showed.
        package var indicated: Double

        package init(reference: Double, indicated: Double) {
            self.reference = reference
            self.indicated = indicated
        }

        /// Of indication, as metrology has it: what is to be taken off what the sensor shows.
        package var error: Double { indicated - reference }
    }

    /// By temperature.
    package let points: [Point]

    /// Our own choice: certificates have three to ten.
    package static let mostPoints = 50
    /// In kelvin, our own choice: ten times what a sensor for food may be off. One that is further off
    /// is broken, or its numbers are mistyped; it is to be replaced and not corrected.
    package static let largestError = 5.0
    /// How much the error may change, in kelvin a kelvin: our own choice. It also keeps the order of
    /// temperatures, which no correction may change.
    package static let steepest = 0.5
    /// In °C: what food, and what keeps it cold or hot, can have.
    package static let plausible: ClosedRange<Double> = -100...150

    package init(_ points: [Point]) throws(ErrorTableFault) {
        guard !points.isEmpty else { throw .empty }
        guard points.count <= Self.mostPoints else { throw .tooMany(points.count) }
        for (index, point) in points.enumerated() {
            guard Self.plausible.contains(point.reference), Self.plausible.contains(point.indicated)
            else { throw .implausible(index) }
            guard point.error.magnitude <= Self.largestError else { throw .errorTooLarge(index) }
        }
        for (index, (lower, upper)) in zip(points, points.dropFirst()).enumerated() {
            guard lower.reference < upper.reference, lower.indicated < upper.indicated else {
                throw .unsorted(index + 1)
            }
            let change = (upper.error - lower.error).magnitude
            guard change <= Self.steepest * (upper.indicated - lower.indicated) else {
                throw .tooSteep(index + 1)
            }
        }
        self.points = points
    }

    /// The temperature that a sensor has measured which shows `indicated`; nil for what is no number.
    ///
    /// A higher indication never gives a lower temperature.
    package func corrected(_ indicated: Double) -> Double? {
        guard indicated.isFinite, let first = points.first, let last = points.last else {
            return nil
        }
        if indicated <= first.indicated { return first.reference + (indicated - first.indicated) }
        if indicated >= last.indicated { return last.reference + (indicated - last.indicated) }
        var upper = 1
        while upper < points.count - 1, points[upper].indicated <= indicated { upper += 1 }
        let (below, above) = (points[upper - 1], points[upper])
        let slope = (above.reference - below.reference) / (above.indicated - below.indicated)
        // Rounding must not lead past the point above.
        return min(below.reference + (indicated - below.indicated) * slope, above.reference)
    }

    /// Whether what the sensor shows lies between the first and the last point.
    package func covers(_ indicated: Double) -> Bool {
        guard let first = points.first, let last = points.last else { return false }
        return first.indicated <= indicated && indicated <= last.indicated
    }
}

/// Why points are no table of errors; indices count from 0.
package enum ErrorTableFault: Error, Equatable, Sendable, CustomStringConvertible {
    case empty
    case tooMany(Int)
    case implausible(Int)
    case errorTooLarge(Int)
    case unsorted(Int)
    case tooSteep(Int)

    package var description: String {
        switch self {
        case .empty: "it must have at least one point"
        case .tooMany(let count):
            "it has \(count) points; \(ErrorTable.mostPoints) are allowed"
        case .implausible(let index):
            "point \(index): both temperatures must be numbers from "
                + "\(ErrorTable.plausible.lowerBound) to \(ErrorTable.plausible.upperBound) °C"
        case .errorTooLarge(let index):
            "point \(index): the error is more than \(ErrorTable.largestError) K; "
                + "such a sensor is to be replaced"
        case .unsorted(let index):
            "point \(index): points must be in order of temperature, each once"
        case .tooSteep(let index):
            "point \(index): from the point before, the error changes by more than half of the "
                + "temperature"
        }
    }
}
