import Mathematics

/// How fast an organism grows at a temperature: Rosso's cardinal temperature model.
///
/// An estimate for advice, never a verdict: without a lag phase it is far above what grows in fact,
/// and so cannot be held against a limit that was made for a model with one.
package struct GrowthModel: Equatable, Sendable {
    /// Of what, in what food.
    package let name: String
    /// In °C: no growth at or below, the fastest, and no growth at or above.
    package let minimum: Double
    package let optimum: Double
    package let maximum: Double
    /// At the optimum, in natural logarithms an hour.
    package let fastestRate: Double
    /// The exponent of the lower branch; 2 for bacteria.
    package let order: Int
    /// The temperatures in °C that the parameters were measured for; an estimate that needs others
    /// is not made. Nil where none are stated.
    package let validity: ClosedRange<Double>?
    /// Where the parameters are from.
    package let source: String

    /// Nil where the three temperatures are not in their order, or the rate is negative.
    package init?(
        name: String, minimum: Double, optimum: Double, maximum: Double, fastestRate: Double,
        order: Int = 2, validity: ClosedRange<Double>? = nil, source: String
    ) {
        guard minimum < optimum, optimum < maximum, minimum >= -273.15, maximum <= 200,
            fastestRate >= 0, fastestRate.isFinite, (1...4).contains(order)
        else { return nil }
        // Otherwise the model has a pole between the minimum and the maximum.
        guard optimum - minimum > Double(order - 1) * (maximum - optimum) else { return nil }
        self.name = name
        self.minimum = minimum
        self.optimum = optimum
        self.maximum = maximum
        self.fastestRate = fastestRate
        self.order = order
        self.validity = validity
        self.source = source
    }

    /// Clostridium perfringens in roasted chicken and in braised beef, by their published
    /// parameters; read in the paper's abstract only.
    package static let published: [GrowthModel] = [
        GrowthModel(
            name: "Clostridium perfringens, roasted chicken", minimum: 8.8, optimum: 46.4,
            maximum: 51.5, fastestRate: 6.06,
            source: "one-step dynamic analysis, Food Control (abstract)"),
        GrowthModel(
            name: "Clostridium perfringens, braised beef", minimum: 10.3, optimum: 43.5,
            maximum: 53.4, fastestRate: 5.64,
            source: "one-step dynamic analysis, Food Control (abstract)"),
    ].compactMap(\.self)

    /// The rate at a temperature as a share of the fastest: γ, 0...1.
    package func gamma(_ celsius: Double) -> Double {
        guard celsius > minimum, celsius < maximum else { return 0 }
        let n = Double(order)
        var numerator = celsius - maximum
        var scale = 1.0
        for step in 0..<order {
            numerator *= celsius - minimum
            if step > 0 { scale *= optimum - minimum }
        }
        let denominator =
            scale
            * ((optimum - minimum) * (celsius - optimum) - (optimum - maximum)
                * ((n - 1) * optimum + minimum - n * celsius))
        guard denominator != 0 else { return 0 }
        return max(numerator / denominator, 0)
    }

    /// In natural logarithms an hour.
    package func rate(_ celsius: Double) -> Double { fastestRate * gamma(celsius) }

    /// Where γ has a bend; each side of a bend is smooth.
    var bends: Zones { Zones(CriticalLimit(minimum: minimum, maximum: maximum)) }

    /// The mean along a straight line between two temperatures with no bend between them, by
    /// Simpson's rule in steps of a kelvin at most, 256 of them.
    func meanRate(from first: Double, to second: Double) -> Double {
        let middle = (first + second) / 2
        guard middle > minimum, middle < maximum else { return 0 }
        let steps = max(1, Int(min(256, (second - first).magnitude.rounded(.up))))
        let width = (second - first) / Double(steps)
        var sum = 0.0
        for step in 0..<steps {
            let low = first + width * Double(step)
            sum += rate(low) + 4 * rate(low + width / 2) + rate(low + width)
        }
        return sum / Double(6 * steps)
    }
}

extension GrowthModel: HazardScale {
    /// Of two temperatures of one instant the one at which more grows counts.
    package func hazard(of celsius: Double) -> Double { gamma(celsius) }
}

/// Whether growth is estimated at all. It is not, unless somebody who can read the number asks.
package struct GrowthSettings: Equatable, Sendable {
    package var isEnabled = false
    package var model: GrowthModel?
    /// Readings further apart say nothing of the time between, in microseconds.
    package var maximumGap = Walk.usualMaximumGap
    /// The population at the start and the most that there can be, in log₁₀ of the count. Without
    /// them growth has no ceiling.
    package var population: Population?

    package struct Population: Equatable, Sendable {
        package var initial: Double
        package var maximum: Double

        package init(initial: Double, maximum: Double) {
            self.initial = initial
            self.maximum = maximum
        }
    }

    package init() {}
}

/// An estimate of growth without lag: an upper bound, for advice.
package struct GrowthEstimate: Equatable, Sendable {
    /// In powers of ten, over the time that is known.
    package let log10Increase: Double
    /// Time that the estimate leaves out, in microseconds.
    package let unknown: Int64

    /// Nil where estimates are off, where there are no two readings, and where a temperature lies
    /// outside what the model was measured for.
    ///
    /// - Parameter points: In any order.
    package init?(of points: [TemperaturePoint], _ settings: GrowthSettings) {
        guard settings.isEnabled, let model = settings.model else { return nil }
        let points = points.usable(by: model)
        guard points.count > 1, let first = points.first, let last = points.last else { return nil }
        if let validity = model.validity {
            guard points.allSatisfy({ validity.contains($0.celsius) }) else { return nil }
        }
        let rule = Walk.Rule(zones: model.bends, maximumGap: settings.maximumGap)
        let window = TransitWindow(from: first.measuredAt, until: last.measuredAt)
        var meter = GrowthMeter(model: model)
        var walk = Walk()
        for point in points { walk.step(to: point, within: window, by: rule, telling: &meter) }
        unknown = meter.unknown
        log10Increase = Self.increase(meter.growth, settings.population)
    }

    /// Towards the maximum growth slows down by N/Nmax; that has a closed form for any course of
    /// temperatures, because the odds of N against Nmax grow by the same factor as N would freely.
    private static func increase(_ growth: Double, _ population: GrowthSettings.Population?)
        -> Double
    {
        let tenfold = naturalLogarithm(10)
        guard let population, population.initial < population.maximum else {
            return growth / tenfold
        }
        // N0 / Nmax, and N / N0 = e^g / (1 + (e^g − 1) N0 / Nmax), written so that e^g cannot
        // overflow.
        let share = exponential((population.initial - population.maximum) * tenfold)
        return -naturalLogarithm(exponential(-growth) * (1 - share) + share) / tenfold
    }
}

/// Adds up the growth along what a walk tells.
private struct GrowthMeter: StretchVisitor {
    let model: GrowthModel
    /// In natural logarithms.
    var growth = 0.0
    /// In microseconds.
    var unknown: Int64 = 0

    mutating func see(_: TemperaturePoint, in _: Zone) {}

    mutating func spend(_ stretch: Stretch) {
        let rate = model.meanRate(from: stretch.first, to: stretch.last)
        growth += rate * stretch.exactMicroseconds / 3.6e9
    }

    mutating func skip(from: TraceTime, to: TraceTime) {
        unknown = saturatingSum(unknown, to.microseconds(since: from))
    }
}
