/// The limits of one jurisdiction in one edition, each number with its source.
///
/// What it says cannot contradict itself: `init` refuses that. It states what sources print, and
/// claims compliance with nothing.
package struct JurisdictionProfile: Equatable, Sendable {
    /// Such as `us-fda-2022`; recorded with each alert.
    package let id: String
    /// Counted from 1; raised with each change of a number.
    package let version: Int
    package let title: String
    /// The edition or year of the rules.
    package let edition: String
    /// The unit whose printed numbers are compared with.
    package let unit: TemperatureUnit
    package let provisions: [Provision]
    /// The establishment's own written procedure for time control. Without one a time control
    /// clock may be shown, and clears nothing.
    package let timeControlProcedure: String?
    package let overrides: [LimitOverride]

    package init(
        id: String, version: Int, title: String, edition: String, unit: TemperatureUnit,
        provisions: [Provision], timeControlProcedure: String? = nil,
        overrides: [LimitOverride] = []
    ) throws(LimitContradiction) {
        self.id = id
        self.version = version
        self.title = title
        self.edition = edition
        self.unit = unit
        self.provisions = provisions
        self.timeControlProcedure = timeControlProcedure
        self.overrides = overrides
        try checkProvisions()
        try checkOverrides()
    }

    /// `us-fda-2022@1`.
    package var identity: String { "\(id)@\(version)" }

    package subscript(quantity: LimitQuantity) -> Provision? {
        provisions.first { $0.quantity == quantity }
    }

    /// A temperature as printed, in the unit of record.
    package func printed(_ quantity: LimitQuantity) -> Double? {
        guard case .temperature(let value)? = self[quantity]?.amount else { return nil }
        return value
    }

    /// A temperature in °C, for comparing with readings.
    package func celsius(_ quantity: LimitQuantity) -> Double? {
        printed(quantity).map(unit.celsius)
    }

    package func microseconds(_ quantity: LimitQuantity) -> Int64? {
        guard case .microseconds(let value)? = self[quantity]?.amount else { return nil }
        return value
    }

    /// The limit of each class, without overrides.
    package var criticalLimits: CriticalLimits {
        CriticalLimits(
            profile: id, hot: CriticalLimit(minimum: celsius(.hotHoldMinimum)),
            cold: CriticalLimit(maximum: celsius(.coldHoldMaximum)),
            frozen: CriticalLimit(maximum: celsius(.frozenHoldMaximum)), ambient: CriticalLimit())
    }

    /// Between cold and hot, both ends excluded: where bacteria grow.
    package var dangerZone: TemperatureZone {
        TemperatureZone(above: celsius(.coldHoldMaximum), below: celsius(.hotHoldMinimum))
    }

    /// What holds for food of a class, of a product and at a site: the product's override, or the
    /// site's, or the profile itself. It goes into every record that was judged by it.
    package func snapshot(
        for foodClass: FoodClass, product: String? = nil, site: String? = nil
    ) -> LimitSnapshot {
        let override =
            overrides.first { $0.foodClass == foodClass && $0.scope.names(product: product) }
            ?? overrides.first { $0.foodClass == foodClass && $0.scope.names(site: site) }
        return LimitSnapshot(self, foodClass, override)
    }

    /// The provision that limits a class as such; nil where the rules give no number.
    func provision(of foodClass: FoodClass) -> Provision? {
        switch foodClass {
        case .hot: self[.hotHoldMinimum]
        case .cold: self[.coldHoldMaximum]
        case .frozen: self[.frozenHoldMaximum]
        case .ambient: nil
        }
    }
}
