/// An instant of the wall clock in UTC, in milliseconds since 1970-01-01T00:00:00Z.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    package static func < (earlier: Timestamp, later: Timestamp) -> Bool {
        earlier.milliseconds < later.milliseconds
    }

    /// The instant `milliseconds` later; stays at the end of time instead of overflowing.
    package func advanced(byMilliseconds milliseconds: Int64) -> Timestamp {
        let (sum, overflow) = self.milliseconds.addingReportingOverflow(milliseconds)
        return Timestamp(milliseconds: overflow ? (milliseconds > 0 ? .max : .min) : sum)
    }

    /// Milliseconds from `earlier` to this instant; negative when it lies after.
    package func milliseconds(since earlier: Timestamp) -> Int64 {
        let (difference, overflow) =
            milliseconds.subtractingReportingOverflow(earlier.milliseconds)
        return overflow ? (milliseconds > earlier.milliseconds ? .max : .min) : difference
    }

    /// Microseconds from `earlier` to this instant; stays at its end instead of overflowing.
    package func microseconds(since earlier: Timestamp) -> Int64 {
        let (product, overflow) = milliseconds(since: earlier)
            .multipliedReportingOverflow(by: 1_000)
        return overflow ? (self > earlier ? .max : .min) : product
    }
}
