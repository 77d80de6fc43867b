extension QartodOracle {
    /// `gross_range_test`: both spans include their ends, which may be given in either order.
    package static func grossRange(
        _ values: [Double], failSpan: (Double, Double), suspectSpan: (Double, Double)? = nil
    ) throws(OracleError) -> [QualityFlag] {
        let fail = (min(failSpan.0, failSpan.1), max(failSpan.0, failSpan.1))
        let suspect = suspectSpan.map { (min($0.0, $0.1), max($0.0, $0.1)) } ?? fail
        guard suspect.0 >= fail.0, suspect.1 <= fail.1 else { throw .spansContradict }
        return values.map { value in
            if value.isNaN { return .missing }
            if value < fail.0 || value > fail.1 { return .bad }
            return value < suspect.0 || value > suspect.1 ? .suspect : .good
        }
    }

    package enum SpikeMethod: Sendable {
        /// How far a value lies from the mean of its two neighbours: flags good neighbours too.
        case average
        /// The smaller of the two jumps, where they go opposite ways.
        case differential
    }

    /// `spike_test`: thresholds are exceeded by more only; 0 or nil takes one out.
    package static func spike(
        _ values: [Double], suspectThreshold: Double?, failThreshold: Double?, method: SpikeMethod
    ) throws(OracleError) -> [QualityFlag] {
        guard !values.isEmpty else { throw .tooFewElements(needed: 1) }
        let suspect = suspectThreshold.flatMap { $0 == 0 ? nil : $0 }
        let fail = failThreshold.flatMap { $0 == 0 ? nil : $0 }
        return values.indices.map { index in
            let value = values[index]
            guard value.isFinite else { return .missing }
            guard index > 0, index < values.count - 1 else { return .notEvaluated }
            let (before, after) = (values[index - 1], values[index + 1])
            guard before.isFinite, after.isFinite,
                let height = height(of: value, between: before, after, method)
            else { return .notEvaluated }
            if let fail, height > fail { return .bad }
            if let suspect, height > suspect { return .suspect }
            return .good
        }
    }

    private static func height(
        of value: Double, between before: Double, _ after: Double, _ method: SpikeMethod
    ) -> Double? {
        switch method {
        case .average:
            let mean = (before + after) / 2
            return mean.isFinite ? (value - mean).magnitude : nil
        case .differential:
            let (rise, fall) = (value - before, after - value)
            return rise * fall >= 0 ? 0 : min(rise.magnitude, fall.magnitude)
        }
    }

    /// `rate_of_change_test`: by the second, with the interval in whole seconds rounded down. Where
    /// that is 0 the change itself is compared; after a missing value and at the first it is good.
    package static func rateOfChange(
        _ values: [Double], times: [Int64], threshold: Double, failThreshold: Double? = nil
    ) throws(OracleError) -> [QualityFlag] {
        guard values.count == times.count else { throw .unequalLengths }
        return values.indices.map { index in
            guard values[index].isFinite else { return .missing }
            var rate = 0.0
            if index > 0 {
                let change = values[index] - values[index - 1]
                let seconds = wholeSeconds(elapsed(from: times[index - 1], to: times[index]))
                rate = (seconds == 0 ? change : change / Double(seconds)).magnitude
            }
            if let failThreshold, rate > failThreshold { return .bad }
            return rate > threshold ? .suspect : .good
        }
    }

    /// `flat_line_test`: counts readings by the median interval, so that gaps are not seen; a range
    /// equal to the tolerance is not flat, and with the default of 0 nothing is.
    package static func flatLine(
        _ values: [Double], times: [Int64], suspectThreshold: Double, failThreshold: Double,
        tolerance: Double = 0
    ) throws(OracleError) -> [QualityFlag] {
        guard values.count == times.count else { throw .unequalLengths }
        // Too few to be tested; that some may be missing is not looked at either.
        guard values.count >= 3 else { return values.map { _ in .good } }
        guard let interval = medianInterval(times), interval > 0 else { throw .noInterval }
        let suspect = try readings(in: suspectThreshold, every: interval)
        let fail = try readings(in: failThreshold, every: interval)
        return values.indices.map { index in
            guard values[index].isFinite else { return .missing }
            if isFlat(values, upTo: index, count: fail, tolerance) { return .bad }
            return isFlat(values, upTo: index, count: suspect, tolerance) ? .suspect : .good
        }
    }

    private static func readings(
        in threshold: Double, every interval: Int64
    ) throws(OracleError) -> Int {
        let seconds = threshold.rounded(.towardZero)
        guard seconds >= 0 else { throw .negativeCount }
        return Int((min(seconds, 9e15) / Double(interval)).rounded(.towardZero))
    }

    private static func isFlat(
        _ values: [Double], upTo index: Int, count: Int, _ tolerance: Double
    ) -> Bool {
        guard index >= count else { return false }
        var low = Double.infinity
        var high = -Double.infinity
        for value in values[(index - count)...index] where value.isFinite {
            low = min(low, value)
            high = max(high, value)
        }
        return low <= high && high - low < tolerance
    }

    /// `qartod_compare`: the worst flag at each place, by 9, 2, 1, 3, 4 from low to high. A number
    /// that is no flag counts as missing.
    package static func aggregate(
        _ results: [[UInt8]]
    ) throws(OracleError) -> [QualityFlag] {
        guard let length = results.first?.count else { throw .tooFewElements(needed: 1) }
        guard results.allSatisfy({ $0.count == length }) else { throw .unequalLengths }
        return (0..<length).map { place in
            results.reduce(.missing) { worst, flags in
                worst.worse(of: QualityFlag(rawValue: flags[place]) ?? .missing)
            }
        }
    }
}
