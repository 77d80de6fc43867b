/// The time of an order in which its food is judged.
package struct OrderTime: Equatable, Sendable {
    package enum Start: String, Sendable {
        case pickedUp = "picked_up"
        /// The pick-up was not told: the first bag's custody stands in for it.
        case assumed
    }

    package let start: Start
    package let window: TransitWindow
    /// How far it has come: its end, or now.
    package let reached: TraceTime
    /// Whether the order is still under way.
    package let isLive: Bool

    /// Nil where nothing says when it began.
    package init?(of order: Order, custody: [Custody], now: Timestamp) {
        guard let from = order.pickedUpAt ?? custody.map(\.from).min() else { return nil }
        start = order.pickedUpAt == nil ? .assumed : .pickedUp
        var until = order.deliveredAt
        if until == nil, order.status.isFinal {
            until = custody.compactMap(\.until).max() ?? order.updatedAt
        }
        window = TransitWindow(from: from, until: until)
        reached = min(window.until ?? TraceTime(now), TraceTime(now))
        isLive = until == nil
    }

    /// In microseconds; 0 where the order ends before it begins, or begins later than now.
    package var total: Int64 { max(0, reached.microseconds(since: window.from)) }

    package var endsBeforeItBegins: Bool { window.until.map { $0 < window.from } ?? false }

    /// The part of a custody in it; nil where there is none.
    func part(of custody: Custody) -> TransitWindow? {
        let from = max(TraceTime(custody.from), window.from)
        let end = [custody.until.map { TraceTime($0) }, window.until].compactMap(\.self).min()
        if let end, end <= from { return nil }
        return TransitWindow(from: from.timestamp, until: end?.timestamp)
    }
}
