/// What the readings say of one stay outside a limit. It follows from the readings alone, whatever
/// order they came in.
package struct JudgedExcursion: Equatable, Sendable {
    package enum State: UInt8, Sendable {
        /// Outside, not yet for as long as the grace allows.
        case pending = 1
        /// An alarm.
        case active = 2
        /// Back inside, not yet for as long as the clear delay asks.
        case recovering = 3
        case closed = 4
        /// It ended before it became an alarm.
        case minorDip = 5

        package var name: String {
            switch self {
            case .pending: "pending"
            case .active: "active"
            case .recovering: "recovering"
            case .closed: "closed"
            case .minorDip: "minor_dip"
            }
        }
    }

    /// How an end of the excursion was found.
    package enum Edge: UInt8, Sendable {
        /// A reading lies there.
        case reading = 1
        /// Between two readings, by interpolation.
        case crossing = 2
        /// A reading after a gap: when it happened is not known.
        case afterGap = 3

        package var name: String {
            switch self {
            case .reading: "reading"
            case .crossing: "crossing"
            case .afterGap: "after_gap"
            }
        }
    }

    package enum Cause: UInt8, Sendable {
        case grace = 1
        case criticalMargin = 2

        package var name: String {
            switch self {
            case .grace: "grace"
            case .criticalMargin: "critical_margin"
            }
        }
    }

    package enum CloseReason: UInt8, Sendable {
        /// Readings inside for as long as the clear delay asks.
        case cleared = 1
        /// Back inside before it became an alarm.
        case returned = 2
        /// The order ended first.
        case orderEnded = 3
        /// Somebody signed that the sensor is lost: nobody knows how it went on.
        case sensorUnavailable = 4
        /// Another limit came into force: how it goes on is judged by that.
        case limitChanged = 5

        package var name: String {
            switch self {
            case .cleared: "cleared"
            case .returned: "returned"
            case .orderEnded: "order_ended"
            case .sensorUnavailable: "sensor_unavailable"
            case .limitChanged: "limit_changed"
            }
        }
    }

    package internal(set) var state: State = .pending
    package let startedAt: TraceTime
    package let startEdge: Edge
    /// When it became an alarm.
    package internal(set) var activatedAt: TraceTime?
    package internal(set) var cause: Cause?
    /// Whether it became an alarm while the last reading outside was thought to hold on, before the
    /// next came or was missed.
    package internal(set) var isActivationAssumed = false
    /// When it came back inside for the last time so far.
    package internal(set) var endedAt: TraceTime?
    package internal(set) var endEdge: Edge?
    package internal(set) var closedAt: TraceTime?
    package internal(set) var closeReason: CloseReason?
    /// The temperature furthest outside, in °C.
    package internal(set) var peak: Double
    /// Known time outside, in microseconds: not the time from start to end.
    package internal(set) var outside: Int64 = 0
    /// Time of which nothing is known while it lasted, in microseconds.
    package internal(set) var unknown: Int64 = 0
    /// The area beyond the limit, in 10⁻⁹ °C·s.
    package internal(set) var nanoDegreeSeconds: Int64 = 0

    init(startedAt: TraceTime, startEdge: Edge, peak: Double) {
        self.startedAt = startedAt
        self.startEdge = startEdge
        self.peak = peak
    }

    /// What was told of it, as the log keeps it.
    package init(
        state: State, startedAt: TraceTime, startEdge: Edge = .reading,
        activatedAt: TraceTime? = nil, cause: Cause? = nil, isActivationAssumed: Bool = false,
        endedAt: TraceTime? = nil, endEdge: Edge? = nil, closedAt: TraceTime? = nil,
        closeReason: CloseReason? = nil, peak: Double, outside: Int64 = 0, unknown: Int64 = 0,
        nanoDegreeSeconds: Int64 = 0
    ) {
        self.state = state
        self.startedAt = startedAt
        self.startEdge = startEdge
        self.activatedAt = activatedAt
        self.cause = cause
        self.isActivationAssumed = isActivationAssumed
        self.endedAt = endedAt
        self.endEdge = endEdge
        self.closedAt = closedAt
        self.closeReason = closeReason
        self.peak = peak
        self.outside = outside
        self.unknown = unknown
        self.nanoDegreeSeconds = nanoDegreeSeconds
    }

    /// The same, over at `moment` for a reason that no reading gives.
    package func closed(at moment: TraceTime, _ reason: CloseReason) -> JudgedExcursion {
        var closed = self
        closed.state = .closed
        closed.closedAt = max(moment, startedAt)
        closed.closeReason = reason
        return closed
    }

    /// Whether it has become an alarm: these are the temperature violations of an order.
    package var isAlarm: Bool { activatedAt != nil }

    /// Whether the two have time in common.
    func overlaps(_ other: JudgedExcursion) -> Bool {
        startedAt == other.startedAt
            || (startedAt < other.closedAt ?? .last && other.startedAt < closedAt ?? .last)
    }

    /// Whether both say the same of what people were told. While an excursion lasts, what it adds
    /// up to grows with every reading: that alone is no news.
    func tellsTheSame(as other: JudgedExcursion) -> Bool {
        guard state == other.state, startedAt == other.startedAt,
            activatedAt == other.activatedAt, cause == other.cause
        else { return false }
        switch state {
        case .pending, .active, .recovering: return true
        case .closed, .minorDip: return self == other
        }
    }
}

/// A gap in the readings while food was outside its limit, or not yet surely back.
package struct DataLoss: Equatable, Sendable {
    /// The last reading before.
    package let from: TraceTime
    /// The first reading after, or the end of the order; nil while it lasts.
    package internal(set) var until: TraceTime?

    package init(from: TraceTime, until: TraceTime?) {
        self.from = from
        self.until = until
    }
}

/// What an order's readings say of one limit.
package struct ExcursionJudgement: Equatable, Sendable {
    package var timeInRange: TimeInRange
    /// In order of time, of those whose readings the track keeps.
    package var excursions: [JudgedExcursion]
    package var losses: [DataLoss]
    /// Of the whole order: `temperature_violations`.
    package var alarms: Int
    package var minorDips: Int

    package var current: JudgedExcursion? {
        excursions.last.flatMap { $0.closedAt == nil ? $0 : nil }
    }
}
