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
    private let isStartMeasured: Bool
    /// Where the option has a ceiling.
    private var ceiling: ZoneClock?

    /// - Parameters:
    ///   - foodClass: How it was held before; hot or cold.
    ///   - startTemperature: In °C at removal; nil where nobody measured it.
    ///   - maximumGap: See `ZoneClock`.
    ///   - readings: Of the warmest portion, as far as known already, in any order.
    package init(
        _ option: Option, removedAt: Timestamp, from foodClass: FoodClass,
        startTemperature: Double?, isMarked: Bool, rules: TimeControlRules,
        maximumGap: Int64 = Walk.usualMaximumGap, readings: [TemperaturePoint] = []
    ) throws(Refusal) {
        let (duration, start, ceiling) = try Self.terms(option, foodClass, rules)
        self.option = option
        self.removedAt = removedAt
        self.isMarked = isMarked
        self.procedure = rules.procedure
        expiresAt = removedAt.advanced(byMilliseconds: duration / 1000)
        let measured = startTemperature.flatMap {
            TemperaturePoint(celsius: $0, measuredAt: removedAt)
        }
        isStartMeasured = measured != nil
        if let measured, !start.isKept(by: measured.celsius) { throw .startTemperatureOutside }
        self.ceiling = ceiling.flatMap { ceiling in
            ZoneClock(
                zone: TemperatureZone(above: ceiling), from: removedAt, maximumGap: maximumGap,
                readings: readings + [measured].compactMap(\.self))
        }
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

    /// Takes the next reading of the warmest portion; see `ZoneClock.observe`. Without a ceiling no
    /// reading changes anything.
    @discardableResult
    package mutating func observe(_ point: TemperaturePoint) -> Bool {
        ceiling?.observe(point) ?? true
    }

    /// How the food stands at an instant: now, or when it was served.
    package func standing(at instant: Timestamp) -> Standing {
        let state = state(at: instant)
        guard case .running = state else { return Standing(state: state, mayClear: false) }
        return Standing(state: state, mayClear: procedure?.isEmpty == false)
    }

    private func state(at instant: Timestamp) -> State {
        guard instant >= removedAt else { return .undetermined(.beforeStart) }
        if let exceeded = ceiling?.balance.firstInside?.timestamp, exceeded <= instant {
            return .discard(.overCeiling(at: exceeded))
        }
        // At the marked time sharp it may still be served; after it, it is discarded.
        if instant > expiresAt { return .discard(.overTime(since: expiresAt)) }
        guard isMarked else { return .discard(.unmarked) }
        guard isStartMeasured else { return .undetermined(.startTemperatureUnknown) }
        guard isWatched(until: instant) else { return .undetermined(.temperatureUnknown) }
        return .running(until: expiresAt)
    }

    /// Whether the temperature is known up to an instant, except for the usual wait for the next
    /// reading. Always, where the option has no ceiling.
    private func isWatched(until instant: Timestamp) -> Bool {
        guard let ceiling else { return true }
        guard let last = ceiling.lastReading, ceiling.balance.unknown == 0 else { return false }
        return TraceTime(instant).microseconds(since: last) <= ceiling.maximumGap
    }
}
