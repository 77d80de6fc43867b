/// The runs test of Wald and Wolfowitz on the signs of residuals.
///
/// Noise changes its sign often. A curve of the wrong shape leaves long stretches of one sign.
package struct SignRuns: Equatable, Sendable {
    package let positive: Int
    package let negative: Int
    package let runs: Int

    /// A residual of exactly zero has no sign, and is passed over.
    package init(_ residuals: [Double]) {
        var positive = 0
        var negative = 0
        var runs = 0
        var last: Bool?
        for residual in residuals where residual != 0 {
            let isPositive = residual > 0
            if isPositive { positive += 1 } else { negative += 1 }
            if isPositive != last { runs += 1 }
            last = isPositive
        }
        self.positive = positive
        self.negative = negative
        self.runs = runs
    }

    /// How likely noise has as few runs or fewer; exact.
    package var probability: Double {
        guard positive > 0, negative > 0 else {
            // One sign throughout: as likely as that many tosses of a coin that are all the same.
            return (1..<max(1, positive + negative)).reduce(1.0) { chance, _ in chance / 2 }
        }
        let total = Self.choose(positive + negative, positive)
        guard total.isFinite else { return 1 }
        var ways = 0.0
        for runs in 2...max(2, runs) {
            let half = runs / 2
            if runs.isMultiple(of: 2) {
                ways +=
                    2 * Self.choose(positive - 1, half - 1) * Self.choose(negative - 1, half - 1)
            } else {
                ways +=
                    Self.choose(positive - 1, half) * Self.choose(negative - 1, half - 1)
                    + Self.choose(positive - 1, half - 1) * Self.choose(negative - 1, half)
            }
        }
        return min(ways / total, 1)
    }

    private static func choose(_ count: Int, _ chosen: Int) -> Double {
        guard chosen >= 0, chosen <= count else { return 0 }
        var product = 1.0
        for step in 0..<chosen { product *= Double(count - step) / Double(step + 1) }
        return product.rounded()
    }
}
