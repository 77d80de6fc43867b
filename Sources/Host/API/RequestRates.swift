import Configuration
import Fabric

/// How many requests of the REST API each user may make: a token bucket for each.
struct RequestRates {
    /// Users whose requests are counted; beyond it those are forgotten that have asked for nothing
    /// lately.
    private static let users = 65_536
    private static let minute: Int64 = 60_000

    private let settings: Configuration.RequestTiers
    private var allowances: [String: Allowance] = [:]

    private struct Allowance {
        /// What may come at once: a request costs as much as a minute has milliseconds.
        var credit: Int64
        var countedAt: Int64
        var rate: Int64
    }

    init(_ settings: Configuration.RequestTiers) {
        self.settings = settings
    }

    /// Counts a request.
    ///
    /// - Parameter now: Milliseconds of a clock that does not go back.
    /// - Returns: The answer to one that is too many.
    mutating func take(_ identity: Identity, now: Int64) -> APIResponse? {
        let tier = tier(of: identity)
        if allowances[identity.subject] == nil, allowances.count >= Self.users { forget(now: now) }
        let full = fullCredit(tier.rate)
        var allowance =
            allowances[identity.subject]
            ?? Allowance(credit: full, countedAt: now, rate: tier.rate)
        refill(&allowance, to: tier.rate, now: now)
        defer { allowances[identity.subject] = allowance }
        guard allowance.credit < Self.minute else {
            allowance.credit -= Self.minute
            return nil
        }
        return refusal(allowance, tier.name)
    }

    private func tier(of identity: Identity) -> (name: String, rate: Int64) {
        switch identity.requestTier {
        case "enterprise": ("enterprise", Int64(settings.enterprise))
        case "premium": ("premium", Int64(settings.premium))
        // The platform's own services are staff to us.
        case nil where identity.role.seesEverything: ("enterprise", Int64(settings.enterprise))
        default: ("standard", Int64(settings.standard))
        }
    }

    /// At twice the rate for so long, half of what comes is above the rate.
    private func fullCredit(_ rate: Int64) -> Int64 {
        max(settings.burst.wholeMilliseconds * rate, Self.minute)
    }

    private func refill(_ allowance: inout Allowance, to rate: Int64, now: Int64) {
        let elapsed = max(min(now - allowance.countedAt, Self.minute), 0)
        allowance.countedAt = now
        allowance.rate = rate
        allowance.credit = min(allowance.credit + elapsed * rate, fullCredit(rate))
    }

    private mutating func forget(now: Int64) {
        allowances = allowances.filter { _, allowance in
            var allowance = allowance
            refill(&allowance, to: allowance.rate, now: now)
            return allowance.credit < fullCredit(allowance.rate)
        }
        // So many users at once are beyond what is served here; counting begins anew.
        if allowances.count >= Self.users { allowances.removeAll() }
    }

    /// With the fields of the IETF's draft on rate limits.
    private func refusal(_ allowance: Allowance, _ tier: String) -> APIResponse {
        let missing = Self.minute - allowance.credit
        let wait = (missing + allowance.rate - 1) / allowance.rate
        let seconds = max((wait + 999) / 1000, 1)
        var response = APIResponse.error(
            429, "rate_limited",
            "more requests than tier \(tier) allows; try again in \(seconds) s")
        response.headers = [
            APIResponse.Header(name: "Retry-After", value: String(seconds)),
            APIResponse.Header(
                name: "RateLimit-Policy", value: "\"\(tier)\";q=\(allowance.rate);w=60"),
            APIResponse.Header(name: "RateLimit", value: "\"\(tier)\";r=0;t=\(seconds)"),
        ]
        return response
    }
}
