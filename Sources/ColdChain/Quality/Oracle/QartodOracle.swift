/// The tests of the Python package `ioos_qc`, version 3.0.0, as it computes them and with its
/// defaults: whole series at once, its edge cases included.
///
/// The daemon judges by `ChannelQuality`, which differs where `IntendedDifference` says so. This is
/// what both are compared with: a difference that is not in that list is a defect.
///
/// In every series of values NaN stands for one that is missing, and infinite ones are taken as the
/// package takes them. Times are nanoseconds since 1970, as the package rounds them.
package enum QartodOracle {}

/// What the package answers with an exception.
package enum OracleError: Error, Equatable, CustomStringConvertible, Sendable {
    /// The test needs at least so many elements.
    case tooFewElements(needed: Int)
    /// Two series that belong together are not equally long.
    case unequalLengths
    /// The suspect span lies not within the fail span.
    case spansContradict
    /// The median interval of the times is below one second, or they go back.
    case noInterval
    /// The times neither rise nor fall throughout.
    case timesUnordered
    /// A negative number of readings.
    case negativeCount
    /// A polygon of fewer than three corners.
    case tooFewCorners

    package var description: String {
        switch self {
        case .tooFewElements(let needed): "at least \(needed) elements are needed"
        case .unequalLengths: "the series differ in length"
        case .spansContradict: "the suspect span must lie within the fail span"
        case .noInterval: "the median interval must be at least one second"
        case .timesUnordered: "the times must rise or fall throughout"
        case .negativeCount: "a threshold gives a negative number of readings"
        case .tooFewCorners: "a polygon needs three corners"
        }
    }
}

extension QartodOracle {
    static let nanosecondsPerSecond: Int64 = 1_000_000_000

    /// From one time to the next, at the ends of what a number holds instead of beyond them.
    static func elapsed(from earlier: Int64, to later: Int64) -> Int64 {
        let (difference, overflow) = later.subtractingReportingOverflow(earlier)
        return overflow ? (later > earlier ? .max : .min) : difference
    }

    /// Whole seconds, rounded down.
    static func wholeSeconds(_ nanoseconds: Int64) -> Int64 {
        let (quotient, remainder) = nanoseconds.quotientAndRemainder(
            dividingBy: nanosecondsPerSecond)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The median interval in whole seconds, rounded down; nil with fewer than two times.
    static func medianInterval(_ times: [Int64]) -> Int64? {
        guard times.count > 1 else { return nil }
        let intervals = zip(times, times.dropFirst()).map { elapsed(from: $0, to: $1) }.sorted()
        let middle = intervals.count / 2
        let upper = intervals[middle]
        let lower = intervals.count.isMultiple(of: 2) ? intervals[middle - 1] : upper
        // The mean of two, without their sum.
        return wholeSeconds(lower / 2 + upper / 2 + (lower % 2 + upper % 2) / 2)
    }

    /// Hours as whole seconds, rounded towards zero; nil where no number holds them.
    static func wholeSeconds(hours: Double) -> Int64? {
        let seconds = (hours * 3600).rounded(.towardZero)
        return seconds.magnitude < 9e9 ? Int64(seconds) : nil
    }
}
