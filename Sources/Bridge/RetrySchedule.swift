/// When a failed delivery is tried again: the delays of Standard Webhooks 1.0.0.
package struct RetrySchedule: Equatable, Sendable {
    /// Milliseconds before the second attempt, the third, and so on; after the last one it is
    /// given up.
    package var delaysMilliseconds: [Int64] = [
        5_000, 300_000, 1_800_000, 7_200_000, 18_000_000, 36_000_000, 50_400_000, 72_000_000,
        86_400_000,
    ]
    /// The share by which a delay is made shorter or longer at random, so that receivers that
    /// failed together are not all tried again together.
    package var jitter = 0.2

    package init() {}

    package enum Verdict: Equatable, Sendable {
        case delivered
        case retry(afterMilliseconds: Int64)
        /// `isGone`: the receiver answered 410, it wants nothing more.
        case abandoned(isGone: Bool)
    }

    /// - Parameters:
    ///   - attempts: How many were made, this one included.
    ///   - random: 0..<1.
    package func verdict(
        on outcome: DeliveryResult.Outcome, attempts: Int, random: Double
    ) -> Verdict {
        var retryAfter: Int64?
        switch outcome {
        case .accepted: return .delivered
        case .refused(410, _): return .abandoned(isGone: true)
        case .refused(_, let asked): retryAfter = asked
        case .failed: break
        }
        guard attempts >= 1, attempts <= delaysMilliseconds.count else {
            return .abandoned(isGone: false)
        }
        let delay = delaysMilliseconds[attempts - 1]
        let jittered =
            Int64(exactly: (Double(delay) * (1 + jitter * (2 * random - 1))).rounded(.down))
            ?? delay
        // A receiver may ask for more patience, up to twice the delay, and never for less.
        let (twice, overflow) = delay.multipliedReportingOverflow(by: 2)
        let asked = min(retryAfter ?? 0, overflow ? delay : twice)
        return .retry(afterMilliseconds: max(jittered, asked))
    }
}
