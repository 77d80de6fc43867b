/// The numbers of time as a public health control (Food Code 3-501.19), in °C and microseconds.
package struct TimeControlRules: Equatable, Sendable {
    package let maximum: Int64
    package let coldMaximum: Int64?
    package let coldCeiling: Double?
    package let produceCeiling: Double?
    package let coldStartMaximum: Double
    package let hotStartMinimum: Double
    /// The establishment's written procedure. Without one the clock may be shown and clears nothing.
    package let procedure: String?

    /// Nil where the profile has no such rule.
    package init?(_ profile: JurisdictionProfile) {
        guard let maximum = profile.microseconds(.timeControlMaximum),
            let cold = profile.celsius(.coldHoldMaximum),
            let hot = profile.celsius(.hotHoldMinimum)
        else { return nil }
        self.maximum = maximum
        coldMaximum = profile.microseconds(.timeControlColdMaximum)
        coldCeiling = profile.celsius(.timeControlColdCeiling)
        produceCeiling = profile.celsius(.timeControlProduceCeiling)
        coldStartMaximum = cold
        hotStartMinimum = hot
        procedure = profile.timeControlProcedure
    }
}

/// The clock of food that left temperature control. It is started once for a food: there is no way
/// back to temperature control that would start it anew (unverified).
package struct TimeControlClock: Equatable, Sendable {
    package enum Option: String, Sendable {
        /// 3-501.19(B): 4 h, from cold or hot, at any temperature.
        case fourHours = "4h"
        /// 3-501.19(B)(2): cut produce and opened cans from room temperature, 4 h below 21 °C.
        case fourHoursFromRoomTemperature = "4h_room"
        /// 3-501.19(C): 6 h, from cold only, never above 21 °C.
        case sixHours = "6h"
    }

    /// Why time control cannot be used at all.
    package enum Refusal: String, Error, Sendable {
        case notInProfile = "not_in_profile"
        case hotFoodHasNoSixHours = "hot_food_has_no_six_hours"
        case notCutProduce = "not_for_hot_food"
        case startTemperatureOutside = "start_temperature_outside"
    }

    package enum State: Equatable, Sendable {
        /// Until then it has to be cooked, served or discarded.
        case running(until: Timestamp)
        case discard(Cause)
        /// Nothing is known against it, and too little for it.
        case undetermined(Doubt)
    }

    package enum Cause: Equatable, Sendable {
        case overTime(since: Timestamp)
        case overCeiling(at: Timestamp)
        case unmarked
    }

    package enum Doubt: String, Sendable {
        case startTemperatureUnknown = "start_temperature_unknown"
        case temperatureUnknown = "temperature_unknown"
        case beforeStart = "before_start"
    }

    package struct Standing: Equatable, Sendable {
        package var state: State
        /// Whether a deviation of temperature may be cleared by it: only while it runs, and only
        /// with a written procedure.
        package var mayClear: Bool

        package init(state: State, mayClear: Bool) {
            self.state = state
            self.mayClear = mayClear
        }
    }

    package let option: Option
    package let removedAt: Timestamp
    package let expiresAt: Timestamp
    /// Whether the food bears the time at which it expires.
    package let isMarked: Bool
    private let procedure: String?
    private let startTemperature: Double?
    /// Where the option has a ceiling.
    private var ceiling: ZoneClock?
    private var lastSeen: Timestamp?
    /// The first reading above the ceiling; it counts even with no other reading near it.
    private var firstAbove: Timestamp?

    /// - Parameters:
    ///   - foodClass: How it was held before; hot or cold.
    ///   - startTemperature: In °C at removal; nil where nobody measured it.
    ///   - maximumGap: See `ZoneClock`.
    package init(
        _ option: Option, removedAt: Timestamp, from foodClass: FoodClass,
        startTemperature: Double?, isMarked: Bool, rules: TimeControlRules,
        maximumGap: Int64 = ZoneClock.usualMaximumGap
    ) throws(Refusal) {
        let (duration, start, ceiling) = try Self.terms(option, foodClass, rules)
        self.option = option
        self.removedAt = removedAt
        self.isMarked = isMarked
        self.procedure = rules.procedure
        expiresAt = removedAt.advanced(byMilliseconds: duration / 1000)
        let sample = startTemperature.map { TimedTemperature(at: removedAt, celsius: $0) }
        self.startTemperature = sample.flatMap { $0.isUsable ? $0.celsius : nil }
        if let temperature = self.startTemperature, !start.isKept(by: temperature) {
            throw .startTemperatureOutside
        }
        self.ceiling = ceiling.flatMap { ceiling in
            ZoneClock(
                zone: TemperatureZone(above: ceiling), from: removedAt, maximumGap: maximumGap)
        }
        if let sample, sample.isUsable { observe(sample) }
    }

    private static func terms(
        _ option: Option, _ foodClass: FoodClass, _ rules: TimeControlRules
    ) throws(Refusal) -> (duration: Int64, start: CriticalLimit, ceiling: Double?) {
        let isHot = foodClass == .hot
        switch option {
        case .fourHours:
            let start =
                isHot
                ? CriticalLimit(minimum: rules.hotStartMinimum)
                : CriticalLimit(maximum: rules.coldStartMaximum)
            return (rules.maximum, start, nil)
        case .fourHoursFromRoomTemperature:
            guard !isHot else { throw .notCutProduce }
            guard let ceiling = rules.produceCeiling else { throw .notInProfile }
            return (rules.maximum, CriticalLimit(maximum: ceiling), ceiling)
        case .sixHours:
            guard !isHot else { throw .hotFoodHasNoSixHours }
            guard let duration = rules.coldMaximum, let ceiling = rules.coldCeiling else {
                throw .notInProfile
            }
            return (duration, CriticalLimit(maximum: rules.coldStartMaximum), ceiling)
        }
    }

    /// Takes the next reading of the warmest portion; see `ZoneClock.observe`.
    @discardableResult
    package mutating func observe(_ sample: TimedTemperature) -> Bool {
        guard sample.isUsable else { return true }
        if let lastSeen, sample.at <= lastSeen { return false }
        lastSeen = sample.at
        guard let zone = ceiling?.zone else { return true }
        if firstAbove == nil, sample.at >= removedAt, zone.contains(sample.celsius) {
            firstAbove = sample.at
        }
        return ceiling?.observe(sample) ?? true
    }

    package mutating func observe(_ trace: TemperatureTrace) {
        for sample in trace.samples { observe(sample) }
    }

    /// How the food stands at an instant: now, or when it was served.
    package func standing(at instant: Timestamp) -> Standing {
        let state = state(at: instant)
        guard case .running = state else { return Standing(state: state, mayClear: false) }
        return Standing(state: state, mayClear: procedure?.isEmpty == false)
    }

    private func state(at instant: Timestamp) -> State {
        guard instant >= removedAt else { return .undetermined(.beforeStart) }
        if let exceeded = ceilingExceeded, exceeded <= instant {
            return .discard(.overCeiling(at: exceeded))
        }
        // At the marked time sharp it may still be served; after it, it is discarded.
        if instant > expiresAt { return .discard(.overTime(since: expiresAt)) }
        guard isMarked else { return .discard(.unmarked) }
        guard startTemperature != nil else { return .undetermined(.startTemperatureUnknown) }
        guard isWatched(until: instant) else { return .undetermined(.temperatureUnknown) }
        return .running(until: expiresAt)
    }

    private var ceilingExceeded: Timestamp? {
        guard let ceiling, let lastSeen,
            let microseconds = ceiling.balance(at: lastSeen).firstInside
        else { return firstAbove }
        let crossing = removedAt.advanced(byMilliseconds: microseconds / 1000)
        return firstAbove.map { min($0, crossing) } ?? crossing
    }

    /// Whether the temperature is known up to an instant, except for the usual wait for the next
    /// reading. Always, where the option has no ceiling.
    private func isWatched(until instant: Timestamp) -> Bool {
        guard let ceiling else { return true }
        guard let lastSeen, ceiling.balance(at: lastSeen).unknown == 0 else { return false }
        return Microseconds.between(lastSeen, instant) <= ceiling.maximumGap
    }
}
