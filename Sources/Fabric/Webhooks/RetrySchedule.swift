/// When a webhook is tried again, and when it is not: by default the delays of Standard Webhooks,
/// 75 hours in all.
package struct RetrySchedule: Equatable, Sendable {
    /// Milliseconds from each failed attempt to the next one: one attempt more than delays.
    package var delays: [Int64]
    /// How much a delay may be shortened or lengthened at random, as a share of it, 0...1: deliveries
    /// that failed together do not come back together.
    package var jitter: Double

    package static let standardDelays: [Int64] = [
        5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour,
        24 * hour,
    ]

    private static let second: Int64 = 1000
    private static let minute: Int64 = 60 * second
    private static let hour: Int64 = 60 * minute

    package init(delays: [Int64] = standardDelays, jitter: Double = 0.2) {
        self.delays = delays
        self.jitter = jitter
    }

    /// How an attempt ended.
    package enum Result: Equatable, Sendable {
        /// The receiver answered; `retryAfter` in milliseconds where it asked for a pause.
        case answered(status: Int, retryAfter: Int64?)
        /// No answer: no connection, no time left, TLS refused.
        case unanswered
    }

    /// What becomes of the delivery.
    package enum Verdict: Equatable, Sendable {
        case delivered
        /// Try again after so many milliseconds.
        case retry(after: Int64)
        /// It failed for the last time.
        case abandoned
        /// The receiver is gone for good (410): nothing more is to be sent to the endpoint.
        case endpointGone
    }

    /// - Parameters:
    ///   - attempt: which attempt ended, counted from 1.
    ///   - random: any number, each value as likely as the other.
    ///
    /// Only a 2xx is success. A redirect is a failure and never followed; a 4xx is tried again too,
    /// because receivers answer so while they are being deployed.
    package func verdict(on result: Result, attempt: Int, random: UInt64) -> Verdict {
        switch result {
        case .answered(200...299, _): return .delivered
        case .answered(410, _): return .endpointGone
        case .answered, .unanswered: break
        }
        guard attempt >= 1, attempt <= delays.count else { return .abandoned }
        let delay = max(delays[attempt - 1], 0)
        guard case .answered(_, let asked?) = result, asked > delay else {
            return .retry(after: scaled(delay, by: 1 + share(random) * 2 - limitedJitter))
        }
        return .retry(after: pause(delay: delay, asked: asked, random: random))
    }

    /// As long as the receiver asked for, at most twice the delay, and never earlier than asked.
    private func pause(delay: Int64, asked: Int64, random: UInt64) -> Int64 {
        let most = scaled(delay, by: 2)
        guard asked < most else { return most }
        return min(scaled(asked, by: 1 + share(random)), most)
    }

    private var limitedJitter: Double { jitter.isFinite ? min(max(jitter, 0), 1) : 0 }

    /// 0..<`jitter`, from the upper 53 bits.
    private func share(_ random: UInt64) -> Double {
        Double(random >> 11) * 0x1p-53 * limitedJitter
    }

    private func scaled(_ delay: Int64, by factor: Double) -> Int64 {
        Int64(exactly: (Double(delay) * factor).rounded()) ?? .max
    }
}
