/// A span of temperatures in °C without its ends; a missing end is open.
package struct TemperatureZone: Equatable, Sendable {
    package var above: Double?
    package var below: Double?

    package init(above: Double? = nil, below: Double? = nil) {
        self.above = above
        self.below = below
    }

    package func contains(_ celsius: Double) -> Bool {
        if let above, !(celsius > above) { return false }
        if let below, !(celsius < below) { return false }
        return true
    }

    /// Which part of a straight line from one temperature to another lies inside, as shares of it.
    func shares(from first: Double, to second: Double) -> (enters: Double, leaves: Double)? {
        guard first != second else { return contains(first) ? (0, 1) : nil }
        var enters = 0.0
        var leaves = 1.0
        let rise = second - first
        if let above {
            let crossing = (above - first) / rise
            if rise > 0 { enters = max(enters, crossing) } else { leaves = min(leaves, crossing) }
        }
        if let below {
            let crossing = (below - first) / rise
            if rise > 0 { leaves = min(leaves, crossing) } else { enters = max(enters, crossing) }
        }
        return enters < leaves ? (enters, leaves) : nil
    }
}

/// How long food was in a zone, as far as is known; all in microseconds.
package struct ZoneBalance: Equatable, Sendable {
    package var inside: Int64
    /// Time without readings near enough to say.
    package var unknown: Int64
    /// The longest time inside without a break.
    package var longest: Int64
    /// The same if all unknown time was inside.
    package var longestPossible: Int64
    /// When it is first known to have been inside, counted from the start.
    package var firstInside: Int64?

    package init(
        inside: Int64 = 0, unknown: Int64 = 0, longest: Int64 = 0, longestPossible: Int64 = 0,
        firstInside: Int64? = nil
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

/// Counts the time in a zone from readings in the order of their times, with straight lines
/// between them and nothing across a gap.
package struct ZoneClock: Equatable, Sendable {
    package let zone: TemperatureZone
    package let start: Timestamp
    /// Nothing after it counts; nil while the leg goes on.
    package let end: Timestamp?
    /// Readings further apart say nothing of the time between, in microseconds.
    package let maximumGap: Int64

    /// Three expected intervals of 60 s would be less than this; the least that a gap should be.
    package static let usualMaximumGap: Int64 = 300_000_000

    private var last: TimedTemperature?
    private var balance = ZoneBalance()
    /// The time inside that lasts until the last reading, and the same with unknown time.
    private var run: Int64 = 0
    private var possibleRun: Int64 = 0

    /// Nil where the end lies before the start: such a leg says nothing.
    package init?(
        zone: TemperatureZone, from start: Timestamp, to end: Timestamp? = nil,
        maximumGap: Int64 = usualMaximumGap
    ) {
        if let end, end < start { return nil }
        self.zone = zone
        self.start = start
        self.end = end
        self.maximumGap = maximumGap
    }

    /// Takes the next reading.
    ///
    /// - Returns: False for one that is not later than the last, which changes nothing: after a
    ///   late reading the clock is made again from the trace.
    @discardableResult
    package mutating func observe(_ sample: TimedTemperature) -> Bool {
        guard sample.isUsable else { return true }
        guard let last else {
            self.last = sample
            addUnknown(from: start, to: sample.at)
            return true
        }
        guard sample.at > last.at else { return false }
        self.last = sample
        let duration = Microseconds.between(last.at, sample.at)
        if duration > maximumGap {
            addUnknown(from: last.at, to: sample.at)
        } else {
            addLine(from: last, to: sample, lasting: duration)
        }
        return true
    }

    package mutating func observe(_ trace: TemperatureTrace) {
        for sample in trace.samples { observe(sample) }
    }

    /// The balance at an instant that is not before the last reading; what came after the last
    /// reading is unknown.
    package func balance(at now: Timestamp) -> ZoneBalance {
        var clock = self
        clock.addUnknown(from: last.map { max($0.at, start) } ?? start, to: now)
        return clock.balance
    }

    /// The part of a time that lies between start and end.
    private func clipped(_ from: Timestamp, _ until: Timestamp) -> (Timestamp, Timestamp)? {
        let first = max(from, start)
        let second = end.map { min(until, $0) } ?? until
        return first < second ? (first, second) : nil
    }

    private mutating func addUnknown(from: Timestamp, to: Timestamp) {
        guard let (first, second) = clipped(from, to) else { return }
        let duration = Microseconds.between(first, second)
        balance.unknown = saturatingSum(balance.unknown, duration)
        run = 0
        possibleRun = saturatingSum(possibleRun, duration)
        balance.longestPossible = max(balance.longestPossible, possibleRun)
    }

    private mutating func addLine(
        from first: TimedTemperature, to second: TimedTemperature, lasting whole: Int64
    ) {
        guard let (begins, ends) = clipped(first.at, second.at) else { return }
        let slope = (second.celsius - first.celsius) / Double(whole)
        func celsius(at instant: Timestamp) -> Double {
            if instant == first.at { return first.celsius }
            if instant == second.at { return second.celsius }
            return first.celsius + slope * Double(Microseconds.between(first.at, instant))
        }
        let duration = Microseconds.between(begins, ends)
        guard let shares = zone.shares(from: celsius(at: begins), to: celsius(at: ends)) else {
            run = 0
            possibleRun = 0
            return
        }
        let enters = Microseconds.share(shares.enters, of: duration)
        let leaves = max(enters, Microseconds.share(shares.leaves, of: duration))
        let inside = leaves - enters
        if balance.firstInside == nil {
            balance.firstInside = saturatingSum(Microseconds.between(start, begins), enters)
        }
        balance.inside = saturatingSum(balance.inside, inside)
        run = enters == 0 ? saturatingSum(run, inside) : inside
        possibleRun = enters == 0 ? saturatingSum(possibleRun, inside) : inside
        balance.longest = max(balance.longest, run)
        balance.longestPossible = max(balance.longestPossible, possibleRun)
        if leaves < duration {
            run = 0
            possibleRun = 0
        }
    }
}
