extension QartodOracle {
    package enum Variability: Sendable {
        /// Of the whole population.
        case standardDeviation
        /// From the lowest to the highest.
        case range
    }

    /// How much of a window must be there for its variability to be told.
    package enum WindowMinimum: Sendable {
        case observations(Int)
        /// In seconds, counted as readings by the median interval.
        case period(Double)
    }

    /// `attenuated_signal_test`: without a test period the whole series gets one flag; with one,
    /// each reading that of the window (t − period, t].
    ///
    /// - Parameter testPeriod: In seconds.
    package static func attenuatedSignal(
        _ values: [Double], times: [Int64], suspectThreshold: Double, failThreshold: Double,
        testPeriod: Double? = nil, minimum: WindowMinimum? = nil,
        variability: Variability = .standardDeviation
    ) throws(OracleError) -> [QualityFlag] {
        guard values.count == times.count else { throw .unequalLengths }
        let found: [Double]
        if let testPeriod, testPeriod != 0 {
            found = try windows(
                of: values, times: times, period: testPeriod,
                needed: try needed(minimum, times), variability)
        } else {
            if values.isEmpty, case .range = variability { throw .tooFewElements(needed: 1) }
            let whole = spread(values.filter(\.isFinite), variability)
            found = values.map { _ in whole }
        }
        return zip(values, found).map { value, spread in
            guard value.isFinite else { return .missing }
            if spread.isNaN { return .notEvaluated }
            if spread < failThreshold { return .bad }
            return spread < suspectThreshold ? .suspect : .good
        }
    }

    private static func needed(
        _ minimum: WindowMinimum?, _ times: [Int64]
    ) throws(OracleError) -> Int {
        switch minimum {
        case nil: return 1
        case .observations(let count): return count
        case .period(let seconds):
            guard let interval = medianInterval(times) else { return 0 }
            guard interval != 0 else { throw .noInterval }
            let count = Int((min(seconds, 9e15) / Double(interval)).rounded(.towardZero))
            guard count >= 0 else { throw .negativeCount }
            return count
        }
    }

    private static func windows(
        of values: [Double], times: [Int64], period: Double, needed: Int,
        _ variability: Variability
    ) throws(OracleError) -> [Double] {
        let steps = zip(times, times.dropFirst())
        let isRising = steps.allSatisfy { $0 <= $1 }
        guard isRising || steps.allSatisfy({ $0 >= $1 }) else { throw .timesUnordered }
        let reach = (period * Double(nanosecondsPerSecond)).rounded()
        var start = 0
        return values.indices.map { index in
            while start < index, span(times[start], times[index]) >= reach { start += 1 }
            let window = values[start...index]
            let known = window.filter(\.isFinite)
            guard known.count >= max(needed, 1) else { return .nan }
            // A range is told of whole windows only, a deviation of what there is.
            if case .range = variability, known.count < window.count { return .nan }
            return spread(known, variability)
        }
    }

    private static func span(_ first: Int64, _ last: Int64) -> Double {
        Double(elapsed(from: first, to: last)).magnitude
    }

    /// NaN of nothing.
    private static func spread(_ values: [Double], _ variability: Variability) -> Double {
        guard let low = values.min(), let high = values.max() else { return .nan }
        guard low < high, case .standardDeviation = variability else { return high - low }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return (squares / Double(values.count)).squareRoot()
    }
}
