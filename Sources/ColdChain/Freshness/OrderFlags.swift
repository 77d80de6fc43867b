/// The five order flags, in the order they are published.
package enum OrderFlagName: UInt8, CaseIterable, Sendable {
    case temperatureViolation = 1
    case excessiveDelay = 2
    case routingIssues = 3
    case routeDeviation = 4
    case restaurantQualityConcern = 5

    package var name: String {
        switch self {
        case .temperatureViolation: "temperature_violation"
        case .excessiveDelay: "excessive_delay"
        case .routingIssues: "routing_issues"
        case .routeDeviation: "route_deviation"
        case .restaurantQualityConcern: "restaurant_quality_concern"
        }
    }

    /// What it is decided by, with the bound of `OrderFlagRules` it is held against.
    package var rule: String {
        switch self {
        case .temperatureViolation: "temperature_violations > bound"
        case .excessiveDelay: "actual_time > promised_time * bound"
        case .routingIssues: "reroute_count > bound"
        case .routeDeviation: "route_deviation_distance > bound"
        case .restaurantQualityConcern: "restaurant_recent_rating < bound"
        }
    }
}

/// The bounds of the five flags; all strict. The defaults are those of the product's first
/// specification. A bound that is no number leaves its flag not evaluated.
package struct OrderFlagRules: Equatable, Sendable {
    /// How many excursions that became alarms are none too many.
    package var violations = 0.0
    /// The multiple of the promised time up to which an order is in time.
    package var delayFactor = 1.5
    package var reroutes = 3.0
    /// In metres.
    package var deviation = 2_000.0
    package var rating = 4.0

    package init() {}
}

/// What the flags are decided by. Nil means not known, and leaves a flag not evaluated.
package struct OrderFlagInputs: Equatable, Sendable {
    /// Excursions that became alarms.
    package var violations: Int?
    /// What the temperatures alone say: without an alarm and undetermined, nobody knows that there
    /// was no violation.
    package var temperatureVerdict: FoodVerdict?
    package var confirmedAt: Timestamp?
    package var promisedAt: Timestamp?
    package var deliveredAt: Timestamp?
    package var reroutes: Int?
    /// The longest confirmed distance from the planned route, in metres.
    package var deviation: Double?
    /// The restaurant's recent rating.
    package var rating: Double?

    package init() {}
}

package enum FlagValue: UInt8, Sendable {
    case no = 0
    case yes = 1
    case notEvaluated = 2

    init(_ value: Bool) { self = value ? .yes : .no }
}

/// A number that a flag was decided by.
package struct FlagInput: Equatable, Sendable {
    package enum Name: UInt8, Sendable {
        case violations = 1
        case actualSeconds = 2
        case promisedSeconds = 3
        case reroutes = 4
        case deviationMetres = 5
        case rating = 6

        package var name: String {
            switch self {
            case .violations: "temperature_violations"
            case .actualSeconds: "actual_time_s"
            case .promisedSeconds: "promised_time_s"
            case .reroutes: "reroute_count"
            case .deviationMetres: "route_deviation_distance_m"
            case .rating: "restaurant_recent_rating"
            }
        }
    }

    package var name: Name
    /// Nil where it is not known.
    package var value: Double?
}

package struct OrderFlag: Equatable, Sendable {
    package var name: OrderFlagName
    package var value: FlagValue
    /// The bound of the rule.
    package var bound: Double
    package var inputs: [FlagInput]
    /// Counted from 1, up with each change of value or bound.
    package var revision: UInt32 = 1
    package var evaluatedAt: Timestamp
}

/// The five flags of an order, evaluated at one time, live as well as after delivery.
package struct OrderFlags: Equatable, Sendable {
    /// In the published order.
    package private(set) var flags: [OrderFlag]

    package init(_ inputs: OrderFlagInputs, rules: OrderFlagRules = .init(), now: Timestamp) {
        flags = [
            Self.violation(inputs, rules, now), Self.delay(inputs, rules, now),
            Self.above(
                .routingIssues, .reroutes, inputs.reroutes.map { Double($0) }, rules.reroutes, now),
            Self.above(
                .routeDeviation, .deviationMetres, inputs.deviation, rules.deviation, now),
            Self.rating(inputs, rules, now),
        ]
    }

    package subscript(name: OrderFlagName) -> OrderFlag {
        flags[Int(name.rawValue) - 1]
    }

    /// The names of those that are raised, in the published order.
    package var raised: [OrderFlagName] {
        flags.compactMap { $0.value == .yes ? $0.name : nil }
    }

    /// The flags as evaluated later: the revision of each goes up where its value or its bound
    /// changed.
    package func revised(to later: OrderFlags) -> OrderFlags {
        var revised = later
        for index in flags.indices {
            let before = flags[index]
            let after = later.flags[index]
            let isSame = before.value == after.value && before.bound == after.bound
            let next = before.revision == .max ? .max : before.revision + 1
            revised.flags[index].revision = isSame ? before.revision : next
        }
        return revised
    }

    private static func violation(
        _ inputs: OrderFlagInputs, _ rules: OrderFlagRules, _ now: Timestamp
    ) -> OrderFlag {
        var flag = above(
            .temperatureViolation, .violations, inputs.violations.map { Double($0) },
            rules.violations, now)
        if flag.value == .no, inputs.temperatureVerdict != .ok {
            flag.value = .notEvaluated
        }
        return flag
    }

    /// From one start, the confirmation: to what was promised, and to the delivery or to now. An
    /// order that was promised or delivered before it was confirmed is not evaluated.
    private static func delay(
        _ inputs: OrderFlagInputs, _ rules: OrderFlagRules, _ now: Timestamp
    ) -> OrderFlag {
        func seconds(to end: Timestamp?) -> Double? {
            guard let start = inputs.confirmedAt, let end else { return nil }
            return Double(end.milliseconds(since: start)) / 1_000
        }
        let actual = seconds(to: inputs.deliveredAt ?? now)
        let promised = seconds(to: inputs.promisedAt)
        var value = FlagValue.notEvaluated
        if let actual, let promised, actual >= 0, promised > 0, rules.delayFactor.isFinite {
            value = FlagValue(actual > promised * rules.delayFactor)
        }
        return OrderFlag(
            name: .excessiveDelay, value: value, bound: rules.delayFactor,
            inputs: [
                FlagInput(name: .actualSeconds, value: actual),
                FlagInput(name: .promisedSeconds, value: promised),
            ], evaluatedAt: now)
    }

    private static func rating(
        _ inputs: OrderFlagInputs, _ rules: OrderFlagRules, _ now: Timestamp
    ) -> OrderFlag {
        var value = FlagValue.notEvaluated
        if let rating = inputs.rating, rating.isFinite, rating >= 0, rules.rating.isFinite {
            value = FlagValue(rating < rules.rating)
        }
        return OrderFlag(
            name: .restaurantQualityConcern, value: value, bound: rules.rating,
            inputs: [FlagInput(name: .rating, value: inputs.rating)], evaluatedAt: now)
    }

    private static func above(
        _ name: OrderFlagName, _ input: FlagInput.Name, _ value: Double?, _ bound: Double,
        _ now: Timestamp
    ) -> OrderFlag {
        var flag = FlagValue.notEvaluated
        if let value, value.isFinite, value >= 0, bound.isFinite {
            flag = FlagValue(value > bound)
        }
        return OrderFlag(
            name: name, value: flag, bound: bound,
            inputs: [FlagInput(name: input, value: value)], evaluatedAt: now)
    }
}
