/// Bounds how many connections are taken in a second, in all and from one address: the guard of a
/// storm, in which everybody comes back at once, and of one client that only connects.
struct ConnectionRate {
    enum Verdict: Equatable {
        case taken
        /// To be told to come again, the status saying whose fault it is.
        case refused(status: Int)
    }

    /// Addresses that are counted singly; beyond it those are forgotten that have their whole
    /// allowance, and where there are none of these newcomers are counted in all only.
    private static let addresses = 16_384
    /// At once, as many as in so many seconds.
    private static let burstSeconds: Int64 = 2
    /// How long who is refused shall wait, in seconds: until the allowance is whole again.
    static let retrySeconds = 2

    private let perSecond: Int64
    private let perAddress: Int64
    private var all: Allowance
    private var known: [String: Allowance] = [:]

    /// What may come at once: a connection costs a thousand, which a rate earns in a second.
    private struct Allowance {
        var credit: Int64
        var countedAt: Int64

        static func full(_ rate: Int64) -> Int64 { rate * 1000 * ConnectionRate.burstSeconds }

        mutating func refill(_ rate: Int64, now: Int64) {
            let elapsed = max(min(now - countedAt, ConnectionRate.burstSeconds * 1000), 0)
            countedAt = now
            credit = min(credit + elapsed * rate, Self.full(rate))
        }
    }

    /// Zero is without limit.
    init(perSecond: Int, perAddress: Int, now: Int64) {
        self.perSecond = Int64(perSecond)
        self.perAddress = Int64(perAddress)
        all = Allowance(credit: Allowance.full(self.perSecond), countedAt: now)
    }

    var isLimited: Bool { perSecond > 0 || perAddress > 0 }

    /// - Parameters:
    ///   - address: Of the peer, numeric.
    ///   - now: Milliseconds of a clock that does not go back.
    mutating func take(_ address: String, now: Int64) -> Verdict {
        let network = Self.network(of: address)
        // One address that floods must not use up what all have.
        guard takeFromAddress(network, now: now) else { return .refused(status: 429) }
        guard perSecond > 0 else { return .taken }
        all.refill(perSecond, now: now)
        guard all.credit >= 1000 else { return .refused(status: 503) }
        all.credit -= 1000
        return .taken
    }

    private mutating func takeFromAddress(_ network: String, now: Int64) -> Bool {
        guard perAddress > 0 else { return true }
        let full = Allowance.full(perAddress)
        if known[network] == nil, known.count >= Self.addresses {
            for key in known.keys { known[key]?.refill(perAddress, now: now) }
            known = known.filter { $0.value.credit < full }
            guard known.count < Self.addresses else { return true }
        }
        var allowance = known[network] ?? Allowance(credit: full, countedAt: now)
        allowance.refill(perAddress, now: now)
        defer { known[network] = allowance }
        guard allowance.credit >= 1000 else { return false }
        allowance.credit -= 1000
        return true
    }

    /// One client of version 6 has a whole network of 64 bits.
    private static func network(of address: String) -> String {
        let groups = address.split(separator: ":", omittingEmptySubsequences: false)
        guard groups.count > 4 else { return address }
        return groups.prefix(4).joined(separator: ":")
    }
}
