/// Why limits cannot be used: they contradict each other, or leave a class that needs one without.
package struct LimitContradiction: Error, Equatable, Sendable {
    /// Where the contradiction stands.
    package enum Place: Equatable, Sendable {
        case profile
        case quantity(LimitQuantity)
        /// By its place in the list.
        case override(Int)
    }

    package var place: Place
    /// One sentence that says what does not fit.
    package var message: String
}

extension LimitContradiction: CustomStringConvertible {
    package var description: String { message }
}

extension JurisdictionProfile {
    /// Nothing that is carried is colder or hotter; a number outside is a slip of the unit.
    private static let temperatureSpan = -90.0...150
    /// The longest time any of the rules could mean, a week in microseconds.
    private static let longestDuration: Int64 = 7 * 86_400_000_000

    /// The first of each pair has to lie below the second; or may be equal to it.
    private static let order: [(LimitQuantity, LimitQuantity, mayBeEqual: Bool)] = [
        (.coldHoldMaximum, .hotHoldMinimum, false),
        (.coldHoldMaximum, .roastHoldMinimum, false),
        (.roastHoldMinimum, .hotHoldMinimum, true),
        (.frozenHoldMaximum, .coldHoldMaximum, false),
        (.coldHoldMaximum, .timeControlColdCeiling, false),
        (.timeControlColdCeiling, .hotHoldMinimum, false),
        (.coldHoldMaximum, .timeControlProduceCeiling, false),
        (.timeControlProduceCeiling, .hotHoldMinimum, false),
        (.timeControlMaximum, .timeControlColdMaximum, true),
        (.cumulativeRechillBefore, .cumulativeDiscardFrom, false),
        (.coldHoldMaximum, .coolingFirstStageTarget, false),
        (.coolingFirstStageTarget, .hotHoldMinimum, false),
        (.coolingFirstStage, .coolingTotal, false),
    ]

    /// The first means nothing without the second.
    private static let pairs: [(LimitQuantity, LimitQuantity)] = [
        (.timeControlColdMaximum, .timeControlColdCeiling),
        (.timeControlColdCeiling, .timeControlColdMaximum),
        (.timeControlProduceCeiling, .timeControlMaximum),
        (.cumulativeRechillBefore, .cumulativeDiscardFrom),
        (.cumulativeDiscardFrom, .cumulativeRechillBefore),
        (.coolingFirstStage, .coolingFirstStageTarget),
        (.coolingFirstStage, .coolingTotal),
    ]

    func checkProvisions() throws(LimitContradiction) {
        var seen: Set<LimitQuantity> = []
        for provision in provisions {
            guard seen.insert(provision.quantity).inserted else {
                throw LimitContradiction(
                    place: .quantity(provision.quantity),
                    message: "'\(provision.quantity.rawValue)' is given twice")
            }
            try check(provision)
        }
        for quantity in [LimitQuantity.hotHoldMinimum, .coldHoldMaximum]
        where self[quantity] == nil {
            throw LimitContradiction(
                place: .profile,
                message: "'\(quantity.rawValue)' is missing: without it every temperature of such"
                    + " food would pass for safe")
        }
        for (lower, upper, mayBeEqual) in Self.order {
            try check(lower, below: upper, mayBeEqual: mayBeEqual)
        }
        for (quantity, other) in Self.pairs where self[quantity] != nil && self[other] == nil {
            throw LimitContradiction(
                place: .quantity(quantity),
                message: "'\(quantity.rawValue)' needs '\(other.rawValue)' beside it")
        }
    }

    private func check(_ provision: Provision) throws(LimitContradiction) {
        let isSound =
            switch (provision.quantity.kind, provision.amount) {
            case (.temperature, .temperature(let value)):
                Self.temperatureSpan.contains(unit.celsius(value))
            case (.duration, .microseconds(let value)): value > 0 && value <= Self.longestDuration
            default: false
            }
        guard isSound else {
            let words =
                provision.quantity.kind == .temperature
                ? "a temperature between -90 °C and 150 °C" : "a time above zero, a week at most"
            throw LimitContradiction(
                place: .quantity(provision.quantity),
                message: "'\(provision.quantity.rawValue)' is not \(words)")
        }
    }

    private func check(
        _ lower: LimitQuantity, below upper: LimitQuantity, mayBeEqual: Bool
    ) throws(LimitContradiction) {
        let isSound: Bool
        if let first = printed(lower), let second = printed(upper) {
            isSound = first < second || (mayBeEqual && first == second)
        } else if let first = microseconds(lower), let second = microseconds(upper) {
            isSound = first < second || (mayBeEqual && first == second)
        } else {
            return
        }
        guard isSound else {
            throw LimitContradiction(
                place: .quantity(lower),
                message: "'\(lower.rawValue)' has to be below '\(upper.rawValue)'"
                    + (mayBeEqual ? ", or equal to it" : ""))
        }
    }

    func checkOverrides() throws(LimitContradiction) {
        for (index, override) in overrides.enumerated() {
            if let words = fault(of: override) {
                throw LimitContradiction(place: .override(index), message: words)
            }
            let isRepeated = overrides[..<index].contains {
                $0.scope == override.scope && $0.foodClass == override.foodClass
            }
            guard !isRepeated else {
                throw LimitContradiction(
                    place: .override(index),
                    message: "there are two overrides for \(override.scope) as"
                        + " \(override.foodClass.name) food")
            }
        }
    }

    private func fault(of override: LimitOverride) -> String? {
        let ends = [override.minimum, override.maximum].compactMap(\.self)
        guard ends.allSatisfy({ Self.temperatureSpan.contains(unit.celsius($0)) }) else {
            return "the limit is not between -90 °C and 150 °C"
        }
        if let minimum = override.minimum, let maximum = override.maximum, minimum > maximum {
            return "the minimum is above the maximum: no temperature would be safe"
        }
        switch override.foodClass {
        case .hot where override.minimum == nil: return "hot food needs a minimum"
        case .cold where override.maximum == nil: return "cold food needs a maximum"
        case .frozen where override.maximum == nil: return "frozen food needs a maximum"
        default: return ends.isEmpty ? "an override needs a minimum or a maximum" : nil
        }
    }
}
