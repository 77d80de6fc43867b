/// How long food was in a zone, as far as is known; all in microseconds.
package struct ZoneBalance: Equatable, Sendable {
    package var inside: Int64
    /// Time without readings near enough to say.
    package var unknown: Int64
    /// The longest time inside without a break.
    package var longest: Int64
    /// The same if all unknown time was inside.
    package var longestPossible: Int64
    /// When it is first known to have been inside: between two readings, or at a reading, if only
    /// one that stands alone.
    package var firstInside: TraceTime?

    package init(
        inside: Int64 = 0, unknown: Int64 = 0, longest: Int64 = 0, longestPossible: Int64 = 0,
        firstInside: TraceTime? = nil
    ) {
        self.inside = inside
        self.unknown = unknown
        self.longest = longest
        self.longestPossible = longestPossible
        self.firstInside = firstInside
    }

    /// The most that `inside` can really be.
    package var insidePossible: Int64 { saturatingSum(inside, unknown) }
}

/// Counts the time in a zone. Of two readings of one instant the one deeper inside counts.
package struct ZoneClock: Equatable, Sendable {
    package let window: TransitWindow
    /// Readings further apart say nothing of the time between, in microseconds.
    package let maximumGap: Int64
    private var walk = Walk()
    private var meter: ZoneMeter

    package var zone: TemperatureZone { meter.zone }
    package var lastReading: TraceTime? { walk.last?.moment }

    /// - Parameters:
    ///   - end: Nothing after it counts; nil while the leg goes on.
    ///   - readings: What is known already, in any order.
    /// - Returns: Nil where the end lies before the start: such a leg says nothing.
    package init?(
        zone: TemperatureZone, from start: Timestamp, to end: Timestamp? = nil,
        maximumGap: Int64 = Walk.usualMaximumGap, readings: [TemperaturePoint] = []
    ) {
        if let end, end < start { return nil }
        window = TransitWindow(from: start, until: end)
        self.maximumGap = maximumGap
        meter = ZoneMeter(zone: zone)
        for point in readings.mergedByInstant(by: zone) { observe(point) }
    }

    /// Takes the next reading.
    ///
    /// - Returns: False for one that is not later than the last, which changes nothing: after a
    ///   late reading the clock is made again from all of them.
    @discardableResult
    package mutating func observe(_ point: TemperaturePoint) -> Bool {
        if let last = walk.last, point.instant <= last.instant { return false }
        let rule = Walk.Rule(zones: zone.edges, maximumGap: maximumGap)
        walk.step(to: point, within: window, by: rule, telling: &meter)
        return true
    }

    /// The balance at an instant that is not before the last reading; what came after the last
    /// reading is unknown.
    package func balance(at now: Timestamp) -> ZoneBalance {
        var meter = meter
        walk.finish(at: TraceTime(now), within: window, telling: &meter)
        return meter.balance
    }

    /// The balance up to the last reading.
    package var balance: ZoneBalance { meter.balance }
}

/// Adds up the time that a walk tells to be inside a zone.
private struct ZoneMeter: StretchVisitor, Equatable, Sendable {
    let zone: TemperatureZone
    private(set) var balance = ZoneBalance()
    /// The time inside that lasts until now, and the same with unknown time.
    private var run: Int64 = 0
    private var possibleRun: Int64 = 0

    init(zone: TemperatureZone) {
        self.zone = zone
    }

    mutating func see(_ point: TemperaturePoint, in _: Zone) {
        if zone.contains(point.celsius) { find(at: point.moment) }
    }

    mutating func spend(_ stretch: Stretch) {
        guard zone.reaches(stretch.first, stretch.last) else {
            // A way along the edge that takes no time is no break.
            if stretch.microseconds > 0 {
                run = 0
                possibleRun = 0
            }
            return
        }
        let inside = stretch.microseconds
        find(at: stretch.from)
        balance.inside = saturatingSum(balance.inside, inside)
        run = saturatingSum(run, inside)
        possibleRun = saturatingSum(possibleRun, inside)
        balance.longest = max(balance.longest, run)
        balance.longestPossible = max(balance.longestPossible, possibleRun)
    }

    mutating func skip(from: TraceTime, to: TraceTime) {
        let duration = to.microseconds(since: from)
        balance.unknown = saturatingSum(balance.unknown, duration)
        run = 0
        possibleRun = saturatingSum(possibleRun, duration)
        balance.longestPossible = max(balance.longestPossible, possibleRun)
    }

    private mutating func find(at moment: TraceTime) {
        if balance.firstInside == nil { balance.firstInside = moment }
    }
}
