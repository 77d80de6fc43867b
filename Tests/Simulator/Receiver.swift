import Bridge
import ColdChain

/// A webhook receiver, and the attempts under way to it.
struct Receiver {
    enum Mood: CaseIterable {
        case accepts, answers500, answers503, answers410, isSilent, isSlow
    }

    struct Attempt {
        var number: UInt64
        var endsAt: Timestamp
        var outcome: DeliveryResult.Outcome
    }

    let endpoint: String
    var mood = Mood.accepts
    var underWay: [Attempt] = []
    /// Whether it has said to this process that it is gone, so that it is left alone.
    var hasSaidGone = false
    /// How often each delivery was accepted, by number.
    var accepted: [UInt64: Int] = [:]

    init(endpoint: String) {
        self.endpoint = endpoint
    }

    mutating func start(_ attempt: DeliveryAttempt, at now: Timestamp, latency: Int64) {
        let outcome: DeliveryResult.Outcome
        var duration = latency
        switch mood {
        case .accepts: outcome = .accepted(status: 204)
        case .isSlow:
            outcome = .accepted(status: 200)
            duration += 8_000
        case .answers500: outcome = .refused(status: 500, retryAfterMilliseconds: nil)
        case .answers503: outcome = .refused(status: 503, retryAfterMilliseconds: 20_000)
        case .answers410:
            outcome = .refused(status: 410, retryAfterMilliseconds: nil)
            hasSaidGone = true
        case .isSilent:
            outcome = .failed("no answer within 10 s")
            duration = 10_000
        }
        if case .accepted = outcome { accepted[attempt.number, default: 0] += 1 }
        underWay.append(
            Attempt(
                number: attempt.number, endsAt: now.advanced(byMilliseconds: duration),
                outcome: outcome))
    }

    /// Takes the attempts that have ended.
    mutating func ended(by now: Timestamp) -> [DeliveryResult] {
        let ended = underWay.filter { $0.endsAt <= now }
        underWay.removeAll { $0.endsAt <= now }
        return ended.map {
            DeliveryResult(number: $0.number, endpoint: endpoint, outcome: $0.outcome)
        }
    }
}
