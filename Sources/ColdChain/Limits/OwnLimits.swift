/// Limits of one's own in place of a profile's, in °C; nil leaves the profile's.
package struct OwnLimits: Equatable, Sendable {
    package var hotMinimum: Double?
    package var coldMaximum: Double?
    package var frozenMaximum: Double?
    /// On whose authority they stand; goes into every record that was judged by them.
    package var source: String

    package init(
        hotMinimum: Double? = nil, coldMaximum: Double? = nil, frozenMaximum: Double? = nil,
        source: String
    ) {
        self.hotMinimum = hotMinimum
        self.coldMaximum = coldMaximum
        self.frozenMaximum = frozenMaximum
        self.source = source
    }

    fileprivate var byQuantity: [(LimitQuantity, Double)] {
        [
            (LimitQuantity.hotHoldMinimum, hotMinimum), (.coldHoldMaximum, coldMaximum),
            (.frozenHoldMaximum, frozenMaximum),
        ].compactMap { quantity, celsius in celsius.map { (quantity, $0) } }
    }
}

extension JurisdictionProfile {
    /// Marks the identity of a profile of which numbers were replaced: no record may say that a
    /// number is the jurisdiction's which is not.
    package static let ownMark = "+own"

    /// The profile with limits of one's own for whole classes of food. What is given as the profile
    /// has it changes nothing.
    package func replacing(_ own: OwnLimits) throws(LimitContradiction) -> JurisdictionProfile {
        let replaced = own.byQuantity.filter { quantity, value in celsius(quantity) != value }
        guard !replaced.isEmpty else { return self }
        var provisions = provisions
        for (quantity, celsius) in replaced {
            provisions.removeAll { $0.quantity == quantity }
            provisions.append(
                Provision(
                    quantity: quantity, amount: .temperature(unit.printed(celsius)),
                    rule: "none; set in place of \(identity)", source: own.source,
                    isVerified: false))
        }
        return try JurisdictionProfile(
            id: id + Self.ownMark, version: version, title: title, edition: edition, unit: unit,
            provisions: provisions, timeControlProcedure: timeControlProcedure,
            overrides: overrides)
    }

    /// What of one's own limits lets food pass that this profile would not.
    package func loosened(by own: OwnLimits) -> [LimitQuantity] {
        own.byQuantity.filter { quantity, value in
            guard let limit = celsius(quantity) else { return false }
            return quantity == .hotHoldMinimum ? value < limit : value > limit
        }.map(\.0)
    }
}

extension TemperatureUnit {
    /// A temperature in °C as this unit prints it; `celsius` gives it back.
    func printed(_ celsius: Double) -> Double {
        switch self {
        case .celsius: celsius
        case .fahrenheit: Self.millionths(celsius * 9 / 5 + 32)
        }
    }
}
