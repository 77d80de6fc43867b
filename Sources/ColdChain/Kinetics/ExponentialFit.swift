import Mathematics

/// A curve y = end + reach·e^(−rate·x), fitted to points by least squares.
package struct ExponentialFit: Equatable, Sendable {
    /// What of the curve is known beforehand.
    package enum Form: Equatable, Sendable {
        /// Both where it ends and where it begins (at x = 0): only the rate is fitted.
        case knownEnds(start: Double, end: Double)
        /// Where it ends.
        case knownEnd(Double)
        /// Where it begins, at x = 0.
        case knownStart(Double)
        case free

        /// The curve's parameters are (rate, reach, end), as far as they are not known.
        fileprivate var parameterCount: Int {
            switch self {
            case .knownEnds: 1
            case .knownEnd, .knownStart: 2
            case .free: 3
            }
        }
    }

    package private(set) var rate: Double
    package private(set) var reach: Double
    package private(set) var end: Double
    package private(set) var squaredResiduals: Double
    /// Measured minus fitted, in the order of the points.
    package private(set) var residuals: [Double]
    /// How many points there are more than parameters.
    package let freedom: Int
    /// The inverse of the normal matrix of (rate, reach, end): times the variance of a point, the
    /// covariance. What is known has zeros; a known start ties reach to end.
    private(set) var inverse: Matrix3

    /// The variance of a point, as the residuals show it.
    package var variance: Double { squaredResiduals / Double(freedom) }
    /// The standard error of the rate.
    package var rateError: Double { (variance * inverse[0, 0]).squareRoot() }
    package var endError: Double { (variance * inverse[2, 2]).squareRoot() }

    /// Nil where there are no more points than parameters, where a number is none, or where no
    /// curve of the form fits better than all others.
    package init?(_ form: Form, x: [Double], y: [Double]) {
        guard x.count == y.count, x.count > form.parameterCount,
            x.allSatisfy(\.isFinite), y.allSatisfy(\.isFinite),
            let first = x.min(), let last = x.max(), last > first
        else { return nil }
        freedom = x.count - form.parameterCount
        var search = CurveSearch(form: form, x: x, y: y)
        guard let best = search.descend(fromRatesOver: last - first) else { return nil }
        rate = best.rate
        reach = best.reach
        end = best.end
        residuals = search.residuals(best)
        squaredResiduals = residuals.reduce(0) { $0 + $1 * $1 }
        guard let inverse = search.inverse(at: best) else { return nil }
        self.inverse = inverse
    }

    package func value(at x: Double) -> Double { end + reach * exponential(-rate * x) }
}

/// A symmetric matrix of three rows.
struct Matrix3: Equatable, Sendable {
    private var upper = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0)

    static func == (first: Self, second: Self) -> Bool { first.upper == second.upper }

    subscript(row: Int, column: Int) -> Double {
        get {
            switch (min(row, column), max(row, column)) {
            case (0, 0): upper.0
            case (0, 1): upper.1
            case (0, 2): upper.2
            case (1, 1): upper.3
            case (1, 2): upper.4
            default: upper.5
            }
        }
        set {
            switch (min(row, column), max(row, column)) {
            case (0, 0): upper.0 = newValue
            case (0, 1): upper.1 = newValue
            case (0, 2): upper.2 = newValue
            case (1, 1): upper.3 = newValue
            case (1, 2): upper.4 = newValue
            default: upper.5 = newValue
            }
        }
    }

    /// gᵀ·M·g: the variance of a number whose derivatives are g.
    func form(_ g: [Double]) -> Double {
        var sum = 0.0
        for row in 0..<3 {
            for column in 0..<3 { sum += g[row] * self[row, column] * g[column] }
        }
        return sum
    }
}

/// The search for the curve of least squares: a scan of rates, for each of which the rest is
/// linear, and then Levenberg's and Marquardt's descent from the best of them.
private struct CurveSearch {
    struct Curve {
        var rate: Double
        var reach: Double
        var end: Double
    }

    let form: ExponentialFit.Form
    let x: [Double]
    let y: [Double]

    /// Enough for any of the shapes to come near its valley.
    private static let scannedRates = 80
    private static let maximumSteps = 500

    mutating func descend(fromRatesOver span: Double) -> Curve? {
        var best: (curve: Curve, sum: Double)?
        for step in 0..<Self.scannedRates {
            // From a thousandth of the span's decay to twenty times it, evenly in the logarithm.
            let share = Double(step) / Double(Self.scannedRates - 1)
            let rate = exponential(naturalLogarithm(1e-3) + share * naturalLogarithm(2e4)) / span
            guard let curve = curve(ofRate: rate) else { continue }
            let sum = sum(curve)
            if sum.isFinite, best.map({ sum < $0.sum }) ?? true { best = (curve, sum) }
        }
        guard let best else { return nil }
        return refine(best.curve, best.sum)
    }

    /// The best curve of a given rate.
    private func curve(ofRate rate: Double) -> Curve? {
        let decay = x.map { exponential(-rate * $0) }
        switch form {
        case .knownEnds(let start, let end):
            return Curve(rate: rate, reach: start - end, end: end)
        case .knownEnd(let end):
            var square = 0.0
            var product = 0.0
            for (e, y) in zip(decay, y) {
                square += e * e
                product += e * (y - end)
            }
            return square > 0 ? Curve(rate: rate, reach: product / square, end: end) : nil
        case .knownStart(let start):
            var square = 0.0
            var product = 0.0
            for (e, y) in zip(decay, y) {
                square += (1 - e) * (1 - e)
                product += (1 - e) * (y - start)
            }
            guard square > 0 else { return nil }
            return Curve(rate: rate, reach: -product / square, end: start + product / square)
        case .free:
            let count = Double(x.count)
            let meanDecay = decay.reduce(0, +) / count
            let mean = y.reduce(0, +) / count
            var square = 0.0
            var product = 0.0
            for (e, y) in zip(decay, y) {
                square += (e - meanDecay) * (e - meanDecay)
                product += (e - meanDecay) * (y - mean)
            }
            guard square > 0 else { return nil }
            let reach = product / square
            return Curve(rate: rate, reach: reach, end: mean - reach * meanDecay)
        }
    }

    func residuals(_ curve: Curve) -> [Double] {
        zip(x, y).map { $1 - curve.end - curve.reach * exponential(-curve.rate * $0) }
    }

    private func sum(_ curve: Curve) -> Double {
        residuals(curve).reduce(0) { $0 + $1 * $1 }
    }

    /// The derivatives of the curve at x by the free parameters, the rate first.
    private func gradient(_ curve: Curve, _ x: Double) -> [Double] {
        let decay = exponential(-curve.rate * x)
        let byRate = -curve.reach * x * decay
        switch form {
        case .knownEnds: return [byRate]
        case .knownEnd: return [byRate, decay]
        // The end moves and the start stays: reach = start − end.
        case .knownStart: return [byRate, 1 - decay]
        case .free: return [byRate, decay, 1]
        }
    }

    private func moved(_ curve: Curve, by step: [Double]) -> Curve {
        var curve = curve
        curve.rate += step[0]
        switch form {
        case .knownEnds: break
        case .knownEnd: curve.reach += step[1]
        case .knownStart:
            curve.end += step[1]
            curve.reach -= step[1]
        case .free:
            curve.reach += step[1]
            curve.end += step[2]
        }
        return curve
    }

    private func refine(_ start: Curve, _ startSum: Double) -> Curve? {
        var curve = start
        var best = startSum
        var damping = 1e-3
        for _ in 0..<Self.maximumSteps {
            let equations = equations(at: curve)
            guard let step = equations.solution(damping: damping) else { return nil }
            let next = moved(curve, by: step)
            let sum = sum(next)
            let isSettled =
                step[0].magnitude <= 1e-13 * curve.rate.magnitude
                || (damping > 1e8 && sum.isFinite)
            if sum <= best {
                curve = next
                best = sum
                damping = max(damping / 10, 1e-15)
            } else {
                damping *= 10
            }
            if isSettled || damping > 1e12 { return curve }
        }
        return curve
    }

    private func equations(at curve: Curve) -> NormalEquations {
        var equations = NormalEquations(count: form.parameterCount)
        for (x, residual) in zip(x, residuals(curve)) {
            equations.add(gradient(curve, x), residual)
        }
        return equations
    }

    /// The inverse of the normal matrix, in the order (rate, reach, end).
    func inverse(at curve: Curve) -> Matrix3? {
        guard let inverse = equations(at: curve).inverse() else { return nil }
        var matrix = Matrix3()
        matrix[0, 0] = inverse[0][0]
        switch form {
        case .knownEnds: break
        case .knownEnd:
            matrix[0, 1] = inverse[0][1]
            matrix[1, 1] = inverse[1][1]
        case .knownStart:
            matrix[0, 1] = -inverse[0][1]
            matrix[0, 2] = inverse[0][1]
            matrix[1, 1] = inverse[1][1]
            matrix[1, 2] = -inverse[1][1]
            matrix[2, 2] = inverse[1][1]
        case .free:
            for row in 0..<3 {
                for column in row..<3 { matrix[row, column] = inverse[row][column] }
            }
        }
        return matrix
    }
}
