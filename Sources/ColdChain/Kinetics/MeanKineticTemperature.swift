import Mathematics

/// The mean kinetic temperature by USP's constants: the one temperature at which as much would have
/// degraded as at all those measured.
///
/// Of an order it is part of `TimeInRange`, over the time that is known. A number for information.
/// It is no limit of food, it means nothing of frozen goods, and it is
/// not shown for hot ones; see `isMeaningful(for:)`.
package struct MeanKineticTemperature: Equatable, Sendable {
    /// ΔH/R in kelvin: 83.144 kJ/mol over 8.3144 J/(mol·K).
    private static let activation = 10_000.0
    private static let zeroCelsius = 273.15

    /// The hottest so far, in kelvin. Every term is kept relative to its term, so that the sum
    /// neither overflows nor vanishes.
    private var hottest = 0.0
    private var sum = 0.0
    private var weight = 0.0

    package init() {}

    /// Of single temperatures in °C, each with a weight; without weights all count the same. Nil
    /// where there is no temperature with a weight above zero, or one is no temperature.
    package static func celsius(of temperatures: [Double], weights: [Double]? = nil) -> Double? {
        let weights = weights ?? Array(repeating: 1, count: temperatures.count)
        guard weights.count == temperatures.count else { return nil }
        var mean = MeanKineticTemperature()
        for (celsius, weight) in zip(temperatures, weights) {
            guard celsius.isFinite, celsius > -zeroCelsius, weight.isFinite, weight >= 0
            else { return nil }
            mean.add(celsius: celsius, weight: weight)
        }
        return mean.celsius
    }

    /// Adds a straight line between two temperatures, by Simpson's rule, weighed by how long it
    /// lasts.
    mutating func addLine(from first: Double, to second: Double, microseconds: Double) {
        guard microseconds > 0, first > -Self.zeroCelsius, second > -Self.zeroCelsius else {
            return
        }
        let seconds = microseconds / 1_000_000
        guard first != second else { return add(celsius: first, weight: seconds) }
        add(celsius: first, weight: seconds / 6)
        add(celsius: (first + second) / 2, weight: seconds * 4 / 6)
        add(celsius: second, weight: seconds / 6)
    }

    private mutating func add(celsius: Double, weight: Double) {
        guard weight > 0 else { return }
        let kelvin = celsius + Self.zeroCelsius
        if kelvin > hottest {
            if hottest > 0 {
                sum *= exponential(Self.activation * (1 / kelvin - 1 / hottest))
            }
            hottest = kelvin
        }
        sum += weight * exponential(Self.activation * (1 / hottest - 1 / kelvin))
        self.weight += weight
    }

    /// Nil where nothing was added.
    package var celsius: Double? {
        guard weight > 0, sum > 0 else { return nil }
        let shifted = Self.activation / hottest - naturalLogarithm(sum / weight)
        return Self.activation / shifted - Self.zeroCelsius
    }

    package static func isMeaningful(for foodClass: FoodClass) -> Bool {
        foodClass == .cold || foodClass == .ambient
    }
}
