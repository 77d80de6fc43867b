/// The state machine of one limit's excursions (§2.3): normal → pending → active → recovering →
/// closed, by event time.
///
/// Only known time moves its clocks. While the readings are silent, the last one outside is thought
/// to hold on for less than the maximum gap: so an alarm is not kept waiting for the next reading.
/// Of a longer silence nothing counts: neither for the grace, nor for the clear delay, which begins
/// again after it.
struct ExcursionMachine: Equatable, Sendable {
    private(set) var current: JudgedExcursion?
    /// How many excursions became alarms, the current one included, and how many ended before.
    private(set) var alarms = 0
    private(set) var minorDips = 0
    private var outsideClock: Int64 = 0
    private var criticalClock: Int64 = 0
    private var clearClock: Int64 = 0
    private var zone = Zone.wellInside
    private var isAfterGap = false

    /// What has ended, in order of time.
    struct Ended: Equatable, Sendable {
        var excursions: [JudgedExcursion] = []
        var losses: [DataLoss] = []
    }

    mutating func see(
        _ point: TemperaturePoint, in zone: Zone, by rule: ExcursionRule, ended: inout Ended
    ) {
        enter(
            zone, at: point.moment, celsius: point.celsius, edge: isAfterGap ? .afterGap : .reading,
            by: rule, ended: &ended)
        isAfterGap = false
    }

    mutating func spend(_ stretch: Stretch, by rule: ExcursionRule, ended: inout Ended) {
        isAfterGap = false
        enter(
            stretch.zone, at: stretch.from, celsius: stretch.first, edge: .crossing, by: rule,
            ended: &ended)
        guard current != nil else { return }
        let duration = stretch.microseconds
        guard stretch.zone.isOutside else {
            clear(from: stretch.from, for: duration, by: rule, ended: &ended)
            return
        }
        current?.outside += duration
        if let area = current?.nanoDegreeSeconds {
            current?.nanoDegreeSeconds = saturatingSum(
                area, stretch.nanoDegreeSecondsOutside)
        }
        note(stretch.last, by: rule)
        activate(from: stretch.from, within: duration, isAssumed: false, by: rule)
        outsideClock += duration
        if stretch.zone.isCritical { criticalClock += duration }
    }

    mutating func skip(
        from: TraceTime, to: TraceTime, by rule: ExcursionRule, ended: inout Ended
    ) {
        isAfterGap = true
        guard current != nil else { return }
        let maximumGap = rule.settings.maximumGap
        if let moment = assumedActivation(after: from, by: rule), moment <= to {
            activate(
                from: from, within: moment.microseconds(since: from), isAssumed: true, by: rule)
        }
        let isGap = to.microseconds(since: from) > maximumGap
        if isGap {
            ended.losses.append(DataLoss(from: from, until: to))
            clearClock = 0
        }
        let silentFrom = from.advanced(byMicroseconds: maximumGap)
        if let givenUp = rule.sensorGivenUp.first(where: { $0 > silentFrom && $0 <= to }) {
            current?.unknown += givenUp.microseconds(since: from)
            close(at: givenUp, .sensorUnavailable, ended: &ended)
            return
        }
        current?.unknown += to.microseconds(since: from)
    }

    /// Ends what lasts at the end of the order.
    mutating func finish(at end: TraceTime, ended: inout Ended) {
        if current != nil { close(at: end, .orderEnded, ended: &ended) }
    }

    /// When the current excursion becomes an alarm if the last reading holds on; nil where it does
    /// not come to that before the readings count as silent.
    func assumedActivation(after last: TraceTime, by rule: ExcursionRule) -> TraceTime? {
        guard current?.state == .pending, zone.isOutside, let needed = timeToAlarm(by: rule)?.needed
        else { return nil }
        return needed < rule.settings.maximumGap ? last.advanced(byMicroseconds: needed) : nil
    }

    private mutating func enter(
        _ zone: Zone, at moment: TraceTime, celsius: Double, edge: JudgedExcursion.Edge,
        by rule: ExcursionRule, ended: inout Ended
    ) {
        self.zone = zone
        if zone.isOutside {
            if current == nil {
                current = JudgedExcursion(startedAt: moment, startEdge: edge, peak: celsius)
            }
            if current?.state == .recovering { current?.state = .active }
            current?.endedAt = nil
            current?.endEdge = nil
            note(celsius, by: rule)
            activate(from: moment, within: 0, isAssumed: false, by: rule)
            return
        }
        guard let state = current?.state else { return }
        if current?.endedAt == nil {
            current?.endedAt = moment
            current?.endEdge = edge
        }
        guard zone == .wellInside else { return }
        if state == .pending { close(at: moment, .returned, ended: &ended) }
        if state == .active {
            current?.state = .recovering
            clearClock = 0
            clear(from: moment, for: 0, by: rule, ended: &ended)
        }
    }

    private mutating func note(_ celsius: Double, by rule: ExcursionRule) {
        let zones = rule.walk.zones
        if let peak = current?.peak, zones.deviation(of: celsius) > zones.deviation(of: peak) {
            current?.peak = celsius
        }
    }

    /// How much longer the zone must hold on for the current excursion to become an alarm.
    private func timeToAlarm(
        by rule: ExcursionRule
    ) -> (needed: Int64, cause: JudgedExcursion.Cause)? {
        let byGrace = max(0, rule.settings.grace - outsideClock)
        guard zone.isCritical else { return (byGrace, .grace) }
        let byMargin = max(0, rule.settings.criticalGrace - criticalClock)
        return byMargin < byGrace ? (byMargin, .criticalMargin) : (byGrace, .grace)
    }

    private mutating func activate(
        from: TraceTime, within duration: Int64, isAssumed: Bool, by rule: ExcursionRule
    ) {
        guard current?.state == .pending, let (needed, cause) = timeToAlarm(by: rule),
            needed <= duration
        else { return }
        current?.state = .active
        current?.activatedAt = from.advanced(byMicroseconds: needed)
        current?.cause = cause
        current?.isActivationAssumed = isAssumed
        alarms += 1
    }

    private mutating func clear(
        from: TraceTime, for duration: Int64, by rule: ExcursionRule, ended: inout Ended
    ) {
        guard current?.state == .recovering else { return }
        let needed = max(0, rule.settings.clearDelay - clearClock)
        if needed <= duration {
            close(at: from.advanced(byMicroseconds: needed), .cleared, ended: &ended)
        } else {
            clearClock += duration
        }
    }

    private mutating func close(
        at moment: TraceTime, _ reason: JudgedExcursion.CloseReason, ended: inout Ended
    ) {
        guard var excursion = current else { return }
        excursion.state = excursion.isAlarm ? .closed : .minorDip
        excursion.closedAt = moment
        excursion.closeReason = reason
        if !excursion.isAlarm { minorDips += 1 }
        ended.excursions.append(excursion)
        current = nil
        outsideClock = 0
        criticalClock = 0
        clearClock = 0
    }
}

/// Judges what a walk tells: the division of time and the excursions.
struct Judge: StretchVisitor, Equatable, Sendable {
    var rule: ExcursionRule
    var meter = RangeMeter()
    var machine = ExcursionMachine()
    var ended = ExcursionMachine.Ended()

    mutating func see(_ point: TemperaturePoint, in zone: Zone) {
        meter.see(point, in: zone)
        machine.see(point, in: zone, by: rule, ended: &ended)
    }

    mutating func spend(_ stretch: Stretch) {
        meter.spend(stretch)
        machine.spend(stretch, by: rule, ended: &ended)
    }

    mutating func skip(from: TraceTime, to: TraceTime) {
        meter.skip(from: from, to: to)
        machine.skip(from: from, to: to, by: rule, ended: &ended)
    }
}
