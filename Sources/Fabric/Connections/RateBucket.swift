/// A token bucket for the messages of one connection (W-15).
struct RateBucket {
    enum Verdict: Equatable {
        case allowed
        case refused
        /// Refused so often without ever keeping the rate again that the connection is to end.
        case exhausted
    }

    /// Thousandths of a message that may come at once.
    private var credit: Int64
    private var countedAt: Int64
    private var refused: Int32 = 0

    init(limits: FabricLimits, uptime: Int64) {
        credit = RateBucket.fullCredit(limits)
        countedAt = uptime
    }

    mutating func take(limits: FabricLimits, uptime: Int64) -> Verdict {
        refill(limits: limits, uptime: uptime)
        if credit >= 1000 {
            credit -= 1000
            return .allowed
        }
        refused += 1
        return refused > limits.refusedMessages ? .exhausted : .refused
    }

    private mutating func refill(limits: FabricLimits, uptime: Int64) {
        let full = RateBucket.fullCredit(limits)
        let elapsed = uptime.subtractingReportingOverflow(countedAt)
        countedAt = uptime
        guard !elapsed.overflow, elapsed.partialValue > 0 else { return }
        let earned = elapsed.partialValue.multipliedReportingOverflow(by: limits.messagesPerSecond)
        let room = full - credit
        if earned.overflow || earned.partialValue >= room {
            credit = full
            refused = 0
        } else {
            credit += earned.partialValue
        }
    }

    private static func fullCredit(_ limits: FabricLimits) -> Int64 {
        min(max(limits.messageBurst, 1), 1_000_000) * 1000
    }
}
