/// The time in which a bag's temperature is an order's: from pick-up to delivery, both included.
package struct TransitWindow: Equatable, Sendable {
    package var from: TraceTime
    /// Nil while the order is on its way.
    package var until: TraceTime?

    package init(from: Timestamp, until: Timestamp? = nil) {
        self.from = TraceTime(from)
        self.until = until.map { TraceTime($0) }
    }

    /// An order that ends no later than it begins has no time to be judged.
    package var isEmpty: Bool { until.map { $0 <= from } ?? false }

    package func covers(_ moment: TraceTime) -> Bool {
        !isEmpty && moment >= from && until.map { moment <= $0 } ?? true
    }
}

/// A stretch of known temperature within one zone: linear from end to end.
package struct Stretch {
    package var zone: Zone
    package var from: TraceTime
    package var to: TraceTime
    /// At the two ends, in °C.
    package var first: Double
    package var last: Double
    /// What the stretch has of the time between its readings as a real number: `to` and `from` are
    /// rounded.
    package var exactMicroseconds: Double
    /// Whether the readings it lies between are suspect, one or both.
    package var isSuspect: Bool

    /// The area beyond the limit, in 10⁻⁹ °C·s.
    package fileprivate(set) var nanoDegreeSecondsOutside: Int64 = 0

    package var microseconds: Int64 { to.microseconds(since: from) }

    fileprivate mutating func settle(in zone: Zone, of zones: Zones) {
        self.zone = zone
        guard zone.isOutside else { return }
        let mean = (zones.deviation(of: first) + zones.deviation(of: last)) / 2
        // At the widest deviation this is enough for a gap of days.
        nanoDegreeSecondsOutside =
            Int64(exactly: (exactMicroseconds * mean * 1_000).rounded()) ?? .max
    }
}

/// What is told of an order's time, piece by piece in order of time.
package protocol StretchVisitor {
    /// A reading within the order's time.
    mutating func see(_ point: TemperaturePoint, in zone: Zone)
    /// The time between two readings, or a part of it in one zone.
    mutating func spend(_ stretch: Stretch)
    /// Time of which nothing is known. It begins with a reading, or with the order.
    mutating func skip(from: TraceTime, to: TraceTime)
}

/// Goes along an order's readings, and tells what lies between them (§2.2): linear between two
/// readings up to the maximum gap apart, unknown where they lie further apart.
package struct Walk: Equatable, Sendable {
    /// How the temperature between two readings is taken.
    package enum Course: Equatable, Sendable {
        case linear
        /// The last value is carried forward. For comparison with other programs only: it is
        /// optimistic exactly when food is warming.
        case stepHold
    }

    /// Of sensors whose interval nobody states, in microseconds: 300 s, more than three intervals
    /// of a minute, and the least that a gap should be.
    package static let usualMaximumGap: Int64 = 300_000_000

    package struct Rule: Equatable, Sendable {
        package var zones: Zones
        /// Readings strictly further apart than so many microseconds leave the time between unknown.
        package var maximumGap: Int64
        package var course: Course

        package init(zones: Zones, maximumGap: Int64, course: Course = .linear) {
            self.zones = zones
            self.maximumGap = max(0, maximumGap)
            self.course = course
        }
    }

    private(set) var last: TemperaturePoint?

    package init() {}

    /// Goes on to the next reading, which lies after all before it.
    mutating func step(
        to next: TemperaturePoint, within window: TransitWindow, by rule: Rule,
        telling visitor: inout some StretchVisitor
    ) {
        guard !next.isWithdrawn else { return }
        let end = window.until ?? .last
        let from = max(last?.moment ?? window.from, window.from)
        let to = min(next.moment, end)
        if from < to {
            if let last, next.moment.microseconds(since: last.moment) <= rule.maximumGap {
                pass(last, next, clippedFrom: from, to: to, by: rule, telling: &visitor)
            } else {
                visitor.skip(from: from, to: to)
            }
        }
        if window.covers(next.moment) {
            visitor.see(next, in: rule.zones.zone(of: next.celsius))
        }
        last = next
    }

    /// Tells that nothing is known from the last reading to `now`, or to the end of the order.
    func finish(
        at now: TraceTime, within window: TransitWindow, telling visitor: inout some StretchVisitor
    ) {
        let from = max(last?.moment ?? window.from, window.from)
        let to = min(window.until ?? .last, now)
        if from < to { visitor.skip(from: from, to: to) }
    }

    private func pass(
        _ start: TemperaturePoint, _ end: TemperaturePoint, clippedFrom from: TraceTime,
        to: TraceTime, by rule: Rule, telling visitor: inout some StretchVisitor
    ) {
        let whole = Double(end.moment.microseconds(since: start.moment))
        func value(at moment: TraceTime) -> Double {
            if rule.course == .stepHold || moment == start.moment { return start.celsius }
            if moment == end.moment { return end.celsius }
            let part = Double(moment.microseconds(since: start.moment)) / whole
            return start.celsius + part * (end.celsius - start.celsius)
        }
        let first = value(at: from)
        let last = rule.course == .stepHold ? first : value(at: to)
        let duration = Double(to.microseconds(since: from))
        var rest = Stretch(
            zone: rule.zones.zone(of: first), from: from, to: to, first: first, last: last,
            exactMicroseconds: duration, isSuspect: start.isSuspect || end.isSuspect)
        while let edge = rule.zones.edge(from: rest.first, to: last) {
            let crossing = from.advanced(
                byMicroseconds: Int64(
                    (duration * ((edge - first) / (last - first))).rounded()))
            var piece = rest
            piece.to = max(rest.from, min(crossing, to))
            piece.last = edge
            piece.exactMicroseconds = duration * ((edge - rest.first) / (last - first))
            piece.settle(in: rule.zones.zone(of: (rest.first + edge) / 2), of: rule.zones)
            visitor.spend(piece)
            rest.from = piece.to
            rest.first = edge
            rest.exactMicroseconds = duration * ((last - edge) / (last - first))
        }
        rest.settle(in: rule.zones.zone(of: (rest.first + rest.last) / 2), of: rule.zones)
        visitor.spend(rest)
    }
}
