/// An order's freshness over all its bags and sensors, with the verdict beside it.
package struct OrderFreshness: Equatable, Sendable {
    /// What the verdict rests on, or why there is no score.
    package enum Reason: String, Sendable {
        case temperatureAlarm = "temperature_alarm"
        case coreProbeOutside = "core_probe_outside"
        /// The air's finding is overruled by what was measured in the food.
        case coreProbeInside = "core_probe_inside"
        case ageExceeded = "age_exceeded"
        case dangerTimeExceeded = "danger_time_exceeded"
        case excursionOpen = "excursion_open"
        case noLimit = "no_limit"
        case noBag = "no_bag"
        case bagSilent = "bag_silent"
        case notCarried = "not_carried"
        case noUsableReading = "no_usable_reading"
        case unknownTooLong = "unknown_too_long"
        case coverageTooLow = "coverage_too_low"
        case notPickedUp = "not_picked_up"
        case noTransitTime = "no_transit_time"
        case endsBeforeItBegins = "ends_before_it_begins"
    }

    /// 0...100, a lower bound: unknown time counts as not safe. Nil with `notEvaluated` saying why.
    package let score: Double?
    /// The score if all unknown time had been safe.
    package let upperScore: Double?
    /// The share of the time that is known, 0...1.
    package let coverage: Double?
    package let notEvaluated: Reason?
    package let verdict: FoodVerdict
    /// What the air alone says, before any probe of the food.
    package let airVerdict: FoodVerdict
    package let reasons: [Reason]

    init(
        _ order: Order, time: OrderTime?, stretches: [OrderAssessment.Stretch], legs: OrderLegs?,
        limit: CriticalLimit, probes: [CoreTemperature], broken: [Reason],
        settings: FreshnessSettings
    ) {
        let against = Self.against(order, time, stretches, limit)
        notEvaluated = against
        func value(_ safe: Int64?) -> Double? {
            guard against == nil, let legs, let safe else { return nil }
            return FreshnessFormula.score(
                timeInSafeRange: Double(safe), totalTransitTime: Double(legs.total),
                transitTime: Double(legs.total),
                longestRecommendedTime: Double(settings.longestRecommendedTime))
        }
        score = value(legs?.safe)
        upperScore = value(legs?.possiblySafe)
        coverage = legs.flatMap {
            $0.total > 0 ? 1 - Double($0.unknown) / Double($0.total) : nil
        }
        let air = Self.air(
            against, stretches, longestUncarried: legs?.longestUncarried ?? 0,
            coverage: coverage, settings)
        airVerdict = air.verdict
        let probed = Self.probed(air, stretches, time, limit, probes)
        verdict = broken.isEmpty ? probed.verdict : .deviation
        reasons = broken + probed.reasons
    }

    private static func against(
        _ order: Order, _ time: OrderTime?, _ stretches: [OrderAssessment.Stretch],
        _ limit: CriticalLimit
    ) -> Reason? {
        guard let time else { return order.status.isFinal ? .noBag : .notPickedUp }
        if time.endsBeforeItBegins { return .endsBeforeItBegins }
        let isWaiting = time.isLive && order.status.rawValue < OrderStatus.pickedUp.rawValue
        if time.start == .assumed, isWaiting { return .notPickedUp }
        if time.total == 0 { return .noTransitTime }
        let carrying = stretches.filter { $0.window != nil }
        if carrying.isEmpty { return .noBag }
        if carrying.contains(where: \.channels.isEmpty) { return .bagSilent }
        let isUsable = carrying.allSatisfy { stretch in
            stretch.channels.allSatisfy { $0.freshness.notEvaluated != .noUsableReading }
        }
        if !isUsable { return .noUsableReading }
        return limit.isBound ? nil : .noLimit
    }

    private typealias Finding = (verdict: FoodVerdict, reasons: [Reason])

    /// A deviation is said wherever there is one, whatever else is not known.
    private static func air(
        _ notEvaluated: Reason?, _ stretches: [OrderAssessment.Stretch], longestUncarried: Int64,
        coverage: Double?, _ settings: FreshnessSettings
    ) -> Finding {
        let channels = stretches.flatMap(\.channels)
        var doubts: [Reason] = notEvaluated.map { [$0] } ?? []
        let longestUnknown = channels.map(\.judgement.timeInRange.longestUnknown).max() ?? 0
        if longestUncarried > settings.tolerableUnknown {
            doubts.append(.notCarried)
        } else if saturatingSum(longestUnknown, longestUncarried) > settings.tolerableUnknown {
            doubts.append(.unknownTooLong)
        }
        if notEvaluated == nil, !settings.isEnough(coverage: coverage) {
            doubts.append(.coverageTooLow)
        }
        if channels.contains(where: { $0.judgement.current != nil }) {
            doubts.append(.excursionOpen)
        }
        if channels.contains(where: { $0.judgement.alarms > 0 }) {
            return (.deviation, [.temperatureAlarm] + doubts)
        }
        let isKnown = doubts.isEmpty && channels.allSatisfy { $0.freshness.verdict == .ok }
        return (isKnown ? .ok : .undetermined, doubts)
    }

    /// What was measured in the food outranks the air around it (§1.2): outside, it is a deviation;
    /// inside, it settles an alarm that had ended before, and at delivery what was not known.
    private static func probed(
        _ air: Finding, _ stretches: [OrderAssessment.Stretch], _ time: OrderTime?,
        _ limit: CriticalLimit, _ probes: [CoreTemperature]
    ) -> Finding {
        guard let time, limit.isBound else { return air }
        let within = probes.filter { time.window.covers(TraceTime($0.at)) && $0.celsius.isFinite }
        if within.contains(where: { !limit.isKept(by: $0.celsius) }) {
            return (.deviation, [.coreProbeOutside] + air.reasons)
        }
        guard air.verdict != .ok, let last = within.max(by: { $0.at < $1.at }) else { return air }
        let alarms = stretches.flatMap { $0.channels.flatMap(\.judgement.excursions) }
            .filter(\.isAlarm)
        let isOver = alarms.allSatisfy { alarm in
            alarm.endedAt.map { $0 <= TraceTime(last.at) } ?? last.isAtDelivery
        }
        guard isOver, last.isAtDelivery || air.reasons == [.temperatureAlarm] else { return air }
        return (.ok, [.coreProbeInside] + air.reasons)
    }
}
