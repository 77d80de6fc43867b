/// A token bucket for the messages of one connection (W-15, T-2).
struct RateBucket {
    enum Verdict: Equatable {
        case allowed
        case refused
        /// Refused so often without ever keeping the rate again that the connection is to end.
        case exhausted
    }

    /// What may come at once: a message costs as much as the window of its rate has milliseconds.
    private var credit: Int64
    private var countedAt: Int64
    private var refused: Int32 = 0

    init(_ rate: MessageRate, uptime: Int64) {
        credit = RateBucket.fullCredit(rate)
        countedAt = uptime
    }

    mutating func take(_ rate: MessageRate, uptime: Int64) -> Verdict {
        refill(rate, uptime: uptime)
        let price = RateBucket.price(rate)
        if credit >= price {
            credit -= price
            return .allowed
        }
        refused += 1
        return refused > rate.refused ? .exhausted : .refused
    }

    /// Has the last message not counted.
    mutating func giveBack(_ rate: MessageRate) {
        credit = min(credit + RateBucket.price(rate), RateBucket.fullCredit(rate))
    }

    /// Milliseconds until another message may come.
    func wait(_ rate: MessageRate) -> Int64 {
        let missing = max(RateBucket.price(rate) - credit, 0)
        let count = max(rate.count, 1)
        return missing / count + (missing % count == 0 ? 0 : 1)
    }

    private mutating func refill(_ rate: MessageRate, uptime: Int64) {
        let full = RateBucket.fullCredit(rate)
        let elapsed = uptime.subtractingReportingOverflow(countedAt)
        countedAt = uptime
        guard !elapsed.overflow, elapsed.partialValue > 0 else { return }
        let earned = elapsed.partialValue.multipliedReportingOverflow(by: rate.count)
        let room = full - credit
        if earned.overflow || earned.partialValue >= room {
            credit = full
            refused = 0
        } else {
            credit += earned.partialValue
        }
    }

    private static func price(_ rate: MessageRate) -> Int64 {
        min(max(rate.window, 1), 3_600_000)
    }

    private static func fullCredit(_ rate: MessageRate) -> Int64 {
        min(max(rate.burst, 1), 1_000_000) * price(rate)
    }
}
