/// The watch over one bag's temperature against one limit while it carries one order.
///
/// What it says follows from the readings it was given and the time it was told, whatever order and
/// batches they came in. It keeps the order's readings with the state of the judgement every
/// `checkpointSpacing` of them, so that late ones are judged where they belong and no more than what
/// follows them is judged again.
package struct ExcursionTrack: Equatable, Sendable {
    package private(set) var window: TransitWindow
    /// How far time has come.
    package private(set) var now: TraceTime
    /// When `advance` has something to say if no reading comes first; nil for never.
    package private(set) var nextTimer: Timestamp?

    /// One of each instant, in order of event time, after those that are settled.
    private(set) var points: [TemperaturePoint] = []
    private var walk = Walk()
    private var judge: Judge
    private var checkpoints: [Checkpoint] = []
    /// The event time up to which readings are settled.
    private var settledTo: TraceTime?
    /// Whether readings were passed over that lie too far from the order's time.
    private var hasPassedOver = false
    var told: ToldState
    /// How many of the ended excursions and losses stand as they were told.
    private var standing = 0
    private var standingLosses = 0

    private struct Checkpoint: Equatable, Sendable {
        var points: Int
        var walk: Walk
        var meter: RangeMeter
        var machine: ExcursionMachine
        var excursions: Int
        var losses: Int
    }

    /// A late reading costs at most so many judged again before what follows it.
    static let checkpointSpacing = 64

    /// - Parameters:
    ///   - told: What was told of this order, bag and limit before a restart; corrected ones are
    ///     left out.
    ///   - toldLosses: Gaps told of before a restart.
    ///   - readings: The order's readings from the log, in any order. They must be given here where
    ///     something was told: what they do not bear out is corrected.
    package init(
        window: TransitWindow, limit: CriticalLimit, settings: ExcursionSettings,
        told: [ToldExcursion] = [], toldLosses: [DataLoss] = [],
        readings: [TemperaturePoint] = [], now: Timestamp, into effects: inout [ExcursionEffect]
    ) {
        self.window = window
        self.now = TraceTime(now)
        self.told = ToldState(excursions: told, losses: toldLosses)
        judge = Judge(rule: ExcursionRule(limit: limit, settings: settings))
        take(readings, now: now, into: &effects)
    }

    package var rule: ExcursionRule { judge.rule }

    /// The newest reading that is kept.
    package var newest: TemperaturePoint? { points.last }

    // MARK: Taking

    /// Takes one reading; without allocation where it follows all before it and changes no state.
    package mutating func take(
        _ point: TemperaturePoint, now: Timestamp, into effects: inout [ExcursionEffect]
    ) {
        self.now = max(self.now, TraceTime(now))
        if !append(point), let late = reachable(point, &effects) { putLate([late]) }
        tell(&effects)
    }

    /// Takes readings that came together, in any order: what they change is told once. Costs as
    /// much as there are readings in the batch and after the first of them.
    package mutating func take(
        _ batch: [TemperaturePoint], now: Timestamp, into effects: inout [ExcursionEffect]
    ) {
        self.now = max(self.now, TraceTime(now))
        var late: [TemperaturePoint] = []
        var earliestUnreachable: Timestamp?
        for point in batch where !append(point) {
            if isSettled(point) {
                earliestUnreachable = min(earliestUnreachable ?? point.measuredAt, point.measuredAt)
            } else if isRelevant(point) {
                late.append(point)
            }
        }
        if let earliestUnreachable { effects.append(.needsLog(from: earliestUnreachable)) }
        if !late.isEmpty { putLate(late.mergedByInstant(by: rule.limit)) }
        tell(&effects)
    }

    /// Lets time pass: what the readings' silence leads to is told. Does nothing before `nextTimer`.
    package mutating func advance(to now: Timestamp, into effects: inout [ExcursionEffect]) {
        guard TraceTime(now) > self.now else { return }
        self.now = TraceTime(now)
        if let nextTimer, nextTimer <= now { tell(&effects) }
    }

    /// The order's time became known otherwise: picked up earlier or later, delivered.
    package mutating func change(
        window: TransitWindow, now: Timestamp, into effects: inout [ExcursionEffect]
    ) {
        self.now = max(self.now, TraceTime(now))
        let before = self.window
        guard window != before else { return tell(&effects) }
        self.window = window
        let isWider =
            window.from < before.from || (window.until ?? .last) > (before.until ?? .last)
        if settledTo != nil || (hasPassedOver && isWider) {
            effects.append(.needsLog(from: window.from.timestamp))
        }
        // What is settled was judged by the window before; the log will tell.
        judgeFrom(0)
        tell(&effects)
    }

    /// Somebody signed that the sensor is lost. That ends what lasts as long as the readings are
    /// silent around that time; readings that come after all are judged as ever.
    package mutating func giveUpSensor(
        at moment: Timestamp, now: Timestamp, into effects: inout [ExcursionEffect]
    ) {
        self.now = max(self.now, TraceTime(now))
        let moment = TraceTime(moment)
        let place = judge.rule.sensorGivenUp.firstIndex { $0 >= moment }
        if place.map({ judge.rule.sensorGivenUp[$0] == moment }) != true,
            judge.rule.sensorGivenUp.count < Self.mostSignatures
        {
            judge.rule.sensorGivenUp.insert(moment, at: place ?? judge.rule.sensorGivenUp.endIndex)
            judgeFrom(points.firstIndex { $0.moment >= moment } ?? points.count)
        }
        tell(&effects)
    }

    /// More signatures on one order's sensor than people give.
    static let mostSignatures = 16

    /// Judges the order's readings of the log anew, in place of those that were kept.
    ///
    /// - Parameters:
    ///   - readings: All of the order's readings, in any order.
    ///   - told: All that was told and not corrected.
    package mutating func judgeAgain(
        _ readings: [TemperaturePoint], told: [ToldExcursion], toldLosses: [DataLoss],
        now: Timestamp, into effects: inout [ExcursionEffect]
    ) {
        let nextOrdinal = self.told.nextOrdinal
        var again = ExcursionTrack(window: window, rule: rule, now: self.now)
        again.told = ToldState(excursions: told, losses: toldLosses)
        again.told.nextOrdinal = max(again.told.nextOrdinal, nextOrdinal)
        again.take(readings, now: now, into: &effects)
        self = again
    }

    private init(window: TransitWindow, rule: ExcursionRule, now: TraceTime) {
        self.window = window
        self.now = now
        told = ToldState(excursions: [], losses: [])
        judge = Judge(rule: rule)
    }

    // MARK: Putting readings in their place

    /// - Returns: Whether the reading is dealt with; false for one that is not the newest.
    private mutating func append(_ point: TemperaturePoint) -> Bool {
        if let last = points.last {
            guard point.instant > last.instant else { return false }
        } else if settledTo != nil, isSettled(point) {
            return false
        }
        guard isRelevant(point) else { return true }
        points.append(point)
        step(to: point)
        checkpoint(after: points.count)
        return true
    }

    private mutating func step(to point: TemperaturePoint) {
        walk.step(to: point, within: window, by: judge.rule.walk, telling: &judge)
    }

    private func isSettled(_ point: TemperaturePoint) -> Bool {
        settledTo.map { point.moment <= $0 } ?? false
    }

    /// Whether a reading can matter: one further than the maximum gap from the order's time cannot.
    private mutating func isRelevant(_ point: TemperaturePoint) -> Bool {
        let gap = rule.settings.maximumGap
        let isNear =
            point.moment >= window.from.advanced(byMicroseconds: -gap)
            && point.moment <= (window.until ?? .last).advanced(byMicroseconds: gap)
        if !isNear { hasPassedOver = true }
        return isNear
    }

    private mutating func reachable(
        _ point: TemperaturePoint, _ effects: inout [ExcursionEffect]
    ) -> TemperaturePoint? {
        if isSettled(point) {
            effects.append(.needsLog(from: point.measuredAt))
            return nil
        }
        return isRelevant(point) ? point : nil
    }

    private func place(of instant: UInt64) -> Int {
        var low = 0
        var high = points.count
        while low < high {
            let middle = (low + high) / 2
            if points[middle].instant < instant { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// - Parameter late: In order of event time, one of each instant.
    private mutating func putLate(_ late: [TemperaturePoint]) {
        let changing = late.filter { point in
            let place = self.place(of: point.instant)
            guard place < points.count, points[place].instant == point.instant else { return true }
            return points[place].merged(with: point, by: rule.limit) != points[place]
        }
        guard let first = changing.first else { return }
        let place = self.place(of: first.instant)
        let following = Array(points[place...])
        points.removeSubrange(place...)
        points.reserveCapacity(place + following.count + changing.count)
        var next = 0
        for point in following {
            while next < changing.count, changing[next].instant < point.instant {
                points.append(changing[next])
                next += 1
            }
            if next < changing.count, changing[next].instant == point.instant {
                points.append(point.merged(with: changing[next], by: rule.limit))
                next += 1
            } else {
                points.append(point)
            }
        }
        points += changing[next...]
        judgeFrom(place)
    }

    // MARK: Judging

    /// Judges what is kept from a place on anew.
    private mutating func judgeFrom(_ place: Int) {
        while let last = checkpoints.last, last.points > place, last.points > 0 {
            checkpoints.removeLast()
        }
        let start = checkpoints.last
        walk = start?.walk ?? Walk()
        judge.meter = start?.meter ?? RangeMeter()
        judge.machine = start?.machine ?? ExcursionMachine()
        let excursions = start?.excursions ?? 0
        let losses = start?.losses ?? 0
        judge.ended.excursions.removeSubrange(excursions...)
        judge.ended.losses.removeSubrange(losses...)
        standing = min(standing, excursions)
        standingLosses = min(standingLosses, losses)
        for index in (start?.points ?? 0)..<points.count {
            step(to: points[index])
            checkpoint(after: index + 1)
        }
    }

    private mutating func checkpoint(after count: Int) {
        guard count - (checkpoints.last?.points ?? 0) >= Self.checkpointSpacing else { return }
        checkpoints.append(
            Checkpoint(
                points: count, walk: walk, meter: judge.meter, machine: judge.machine,
                excursions: judge.ended.excursions.count, losses: judge.ended.losses.count))
    }

    /// The judgement with the silence since the last reading, and the end of the order where it
    /// has come. Its lists hold only what that adds.
    private func judgedToNow() -> Judge {
        var view = Judge(rule: judge.rule, meter: judge.meter, machine: judge.machine)
        walk.finish(at: now, within: window, telling: &view)
        if let until = window.until, isOver(at: until) {
            view.machine.finish(at: until, ended: &view.ended)
        } else if !view.ended.losses.isEmpty {
            view.ended.losses[view.ended.losses.count - 1].until = nil
        }
        return view
    }

    private func isOver(at until: TraceTime) -> Bool {
        now >= until || walk.last.map { $0.moment >= until } ?? false
    }

    // MARK: Telling

    private mutating func tell(_ effects: inout [ExcursionEffect]) {
        var hasCurrent = judge.machine.current != nil
        if !isAsTold || (hasCurrent && isAnythingDue) {
            let view = judgedToNow()
            hasCurrent = view.machine.current != nil
            told.compare(
                excursions: judge.ended.excursions, standing: standing,
                added: view.ended.excursions, current: view.machine.current, into: &effects)
            told.compare(
                losses: judge.ended.losses, standing: standingLosses, added: view.ended.losses,
                into: &effects)
            standing = judge.ended.excursions.count
            standingLosses = judge.ended.losses.count
        }
        nextTimer = hasCurrent ? earliestDue(after: now)?.timestampNotBefore : nil
        settle()
    }

    /// Whether what the readings say up to the last of them is what was told. Inside the limit, time
    /// adds nothing to it.
    private var isAsTold: Bool {
        guard standing == judge.ended.excursions.count, standingLosses == told.losses.count,
            standingLosses == judge.ended.losses.count
        else { return false }
        guard let current = judge.machine.current, current.isAlarm else {
            return standing == told.excursions.count
        }
        return told.excursions.count == standing + 1
            && told.excursions[standing].excursion.tellsTheSame(as: current)
    }

    private var isAnythingDue: Bool {
        if let until = window.until, isOver(at: until) { return true }
        return earliestDue(after: .first).map { $0 <= now } ?? false
    }

    /// The first moment after `bound` at which time alone may change what is said of the current
    /// excursion.
    private func earliestDue(after bound: TraceTime) -> TraceTime? {
        var earliest: TraceTime?
        func consider(_ moment: TraceTime) {
            if moment > bound { earliest = min(earliest ?? moment, moment) }
        }
        if let until = window.until { consider(until) }
        guard let last = walk.last?.moment else { return earliest }
        if let activation = judge.machine.assumedActivation(after: last, by: judge.rule) {
            consider(activation)
        }
        consider(last.advanced(byMicroseconds: rule.settings.maximumGap + 1))
        for signature in rule.sensorGivenUp where signature > last { consider(signature) }
        return earliest
    }

    /// Lets go of the oldest readings once there are more than are to be kept.
    private mutating func settle() {
        let kept = rule.settings.readingsKept
        guard points.count > kept else { return }
        // More than needed at once, so that it is seldom done.
        let least = points.count - kept + kept / 4
        guard let index = checkpoints.firstIndex(where: { $0.points >= least }) else { return }
        let settled = checkpoints[index]
        settledTo = points[settled.points - 1].moment
        points.removeFirst(settled.points)
        judge.ended.excursions.removeFirst(settled.excursions)
        judge.ended.losses.removeFirst(settled.losses)
        told.forget(excursions: settled.excursions, losses: settled.losses)
        standing -= settled.excursions
        standingLosses -= settled.losses
        checkpoints.removeFirst(index)
        for place in checkpoints.indices {
            checkpoints[place].points -= settled.points
            checkpoints[place].excursions -= settled.excursions
            checkpoints[place].losses -= settled.losses
        }
    }

    /// What the readings say of the order up to now.
    package var judgement: ExcursionJudgement {
        let view = judgedToNow()
        var excursions = judge.ended.excursions + view.ended.excursions
        if let current = view.machine.current { excursions.append(current) }
        return ExcursionJudgement(
            timeInRange: view.meter.result, excursions: excursions,
            losses: judge.ended.losses + view.ended.losses, alarms: view.machine.alarms,
            minorDips: view.machine.minorDips)
    }
}
