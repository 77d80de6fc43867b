/// Two sensors of one bag that should agree.
///
/// Takes the readings of both in the order of their times. Only usable numbers are given to it.
package struct SensorPair: Equatable, Sendable {
    package struct Limits: Equatable, Sendable {
        /// In the quantity's unit; more than that is a disagreement.
        package var difference: Double
        /// In milliseconds; one that lasts longer is suspect.
        package var duration: Int64

        package init(difference: Double = 3, duration: Int64 = 300_000) {
            self.difference = difference
            self.duration = duration
        }
    }

    package enum Side: Sendable {
        case first
        case second
    }

    package struct Verdict: Equatable, Sendable {
        package var finding: QualityFinding
        /// The other sensor's newest reading, where it shares the finding: no one can say which of
        /// the two is wrong.
        package var sharedBy: Timestamp?
    }

    private struct Point: Equatable, Sendable {
        var measuredAt: Timestamp
        var value: Double
    }

    private var first: Point?
    private var second: Point?
    private var differsSince: Timestamp?

    package init() {}

    /// How far apart in time two readings can be and one still matter to what is said of the other,
    /// in milliseconds.
    package static func reach(limits: Limits, maximumGap: Int64) -> Int64 {
        let (gaps, isTooLong) = max(maximumGap, 0).multipliedReportingOverflow(by: 2)
        let (sum, overflow) = max(limits.duration, 0).addingReportingOverflow(gaps)
        return isTooLong || overflow ? .max : sum
    }

    /// - Parameter isFirst: Whether the sensor has said nothing before, not even what cannot be compared.
    /// - Returns: Nil where the reading is older than the newest of the two, and was not taken.
    package mutating func take(
        _ value: Double, at time: Timestamp, from side: Side, limits: Limits, maximumGap: Int64,
        isFirst: Bool = true
    ) -> Verdict? {
        let own = side == .first ? first : second
        let other = side == .first ? second : first
        if let newest = [own, other].compactMap({ $0?.measuredAt }).max(), time < newest {
            return nil
        }
        let point = Point(measuredAt: time, value: value)
        if side == .first { first = point } else { second = point }
        guard let other, time.milliseconds(since: other.measuredAt) <= maximumGap,
            own.map({ time.milliseconds(since: $0.measuredAt) <= maximumGap }) ?? isFirst
        else {
            differsSince = nil
            return Verdict(finding: QualityFinding(.notEvaluated, .pairSilent))
        }
        guard (value - other.value).magnitude > limits.difference else {
            differsSince = nil
            return Verdict(finding: .good)
        }
        let start = differsSince ?? time
        differsSince = start
        guard time.milliseconds(since: start) > limits.duration else {
            return Verdict(finding: .good)
        }
        return Verdict(
            finding: QualityFinding(.suspect, .pairDisagrees), sharedBy: other.measuredAt)
    }
}
