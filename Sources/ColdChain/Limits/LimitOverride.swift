/// A limit of its own for one product, or for all food of a class at one site.
package struct LimitOverride: Equatable, Sendable {
    package enum Scope: Equatable, Sendable {
        case product(String)
        case site(String)

        func names(product: String?) -> Bool { product.map { self == .product($0) } ?? false }

        func names(site: String?) -> Bool { site.map { self == .site($0) } ?? false }
    }

    package var scope: Scope
    package var foodClass: FoodClass
    /// In the profile's unit of record, both included.
    package var minimum: Double?
    package var maximum: Double?
    /// On whose authority: the rule, the hazard analysis or the customer's contract.
    package var source: String

    package init(
        scope: Scope, foodClass: FoodClass, minimum: Double? = nil, maximum: Double? = nil,
        source: String
    ) {
        self.scope = scope
        self.foodClass = foodClass
        self.minimum = minimum
        self.maximum = maximum
        self.source = source
    }
}

extension LimitOverride.Scope: CustomStringConvertible {
    package var description: String {
        switch self {
        case .product(let name): "product '\(name)'"
        case .site(let name): "site '\(name)'"
        }
    }
}

/// The limit that a record was judged by, complete in itself: what the profile says later does not
/// change what the record says.
package struct LimitSnapshot: Equatable, Sendable {
    package var profile: String
    package var profileVersion: Int
    package var edition: String
    package var foodClass: FoodClass
    /// In °C; what readings are compared with. Without a minimum and a maximum the rules give no
    /// number, and nothing can be said of the food by this limit.
    package var limit: CriticalLimit
    /// The numbers as printed, in `unit`.
    package var unit: TemperatureUnit
    package var minimum: Double?
    package var maximum: Double?
    /// The rule that prints the number; nil where there is none.
    package var rule: String?
    /// Where it was read, or on whose authority the override stands.
    package var source: String?
    package var isVerified: Bool
    /// What the limit was made for, where it is not the profile's own.
    package var override: LimitOverride.Scope?
    /// Whether the override lets food pass that the profile's own limit would not.
    package var isLooser: Bool

    package var hasLimit: Bool { limit.isBound }

    init(_ profile: JurisdictionProfile, _ foodClass: FoodClass, _ override: LimitOverride?) {
        self.profile = profile.id
        profileVersion = profile.version
        edition = profile.edition
        self.foodClass = foodClass
        unit = profile.unit
        let own = profile.criticalLimits[foodClass]
        guard let override else {
            let provision = profile.provision(of: foodClass)
            limit = own
            minimum = own.minimum == nil ? nil : provision.flatMap { profile.printed($0.quantity) }
            maximum = own.maximum == nil ? nil : provision.flatMap { profile.printed($0.quantity) }
            rule = provision?.rule
            source = provision?.source
            isVerified = provision?.isVerified ?? false
            isLooser = false
            return
        }
        limit = CriticalLimit(
            minimum: override.minimum.map(unit.celsius), maximum: override.maximum.map(unit.celsius)
        )
        minimum = override.minimum
        maximum = override.maximum
        source = override.source
        isVerified = false
        self.override = override.scope
        isLooser = limit.isLooser(than: own)
    }
}

extension CriticalLimit {
    /// Whether some temperature keeps this limit and not `other`.
    package func isLooser(than other: CriticalLimit) -> Bool {
        if let theirs = other.minimum {
            guard let minimum, minimum >= theirs else { return true }
        }
        if let theirs = other.maximum {
            guard let maximum, maximum <= theirs else { return true }
        }
        return false
    }
}
