/// An order's time, cut wherever a bag takes it over or gives it away: in each leg the sensor that
/// says least of safety counts.
struct OrderLegs: Equatable, Sendable {
    // In microseconds.
    private(set) var safe: Int64 = 0
    /// What can have been safe.
    private(set) var possiblySafe: Int64 = 0
    private(set) var unknown: Int64 = 0
    /// The longest time in which no bag carried the order.
    private(set) var longestUncarried: Int64 = 0
    private(set) var total: Int64 = 0

    init(
        _ stretches: [OrderAssessment.Stretch], of time: OrderTime, limit: CriticalLimit,
        now: Timestamp
    ) {
        total = time.total
        guard total > 0 else { return }
        var cuts: Set<TraceTime> = [time.window.from, time.reached]
        for case let window? in stretches.map(\.window) {
            cuts.insert(window.from)
            if let until = window.until { cuts.insert(until) }
        }
        let sorted = cuts.filter { $0 >= time.window.from && $0 <= time.reached }.sorted()
        var uncarried: Int64 = 0
        for (from, to) in zip(sorted, sorted.dropFirst()) {
            let carrying = stretches.filter { stretch in
                guard let window = stretch.window else { return false }
                return window.from <= from && (window.until.map { $0 >= to } ?? true)
            }
            let duration = to.microseconds(since: from)
            uncarried = carrying.isEmpty ? uncarried + duration : 0
            longestUncarried = max(longestUncarried, uncarried)
            add(carrying, from: from, to: to, limit: limit, now: now)
        }
    }

    private mutating func add(
        _ carrying: [OrderAssessment.Stretch], from: TraceTime, to: TraceTime,
        limit: CriticalLimit, now: Timestamp
    ) {
        let duration = to.microseconds(since: from)
        let channels = carrying.flatMap(\.channels)
        let isWatched = !channels.isEmpty && carrying.allSatisfy { !$0.channels.isEmpty }
        guard isWatched else {
            unknown += duration
            possiblySafe += duration
            return
        }
        let window = TransitWindow(from: from.timestamp, until: to.timestamp)
        let parts = channels.map {
            TimeInRange(
                $0.points, within: window, now: now, limit: limit, maximumGap: $0.maximumGap)
        }
        safe += parts.map(\.safe).min() ?? 0
        possiblySafe += parts.map { $0.safe + $0.unknown }.min() ?? duration
        unknown += parts.map(\.unknown).max() ?? duration
    }

    /// Time in danger over all bags: of bags side by side the one that was in danger longest.
    func danger(of stretches: [OrderAssessment.Stretch]) -> ZoneBalance {
        let balances = stretches.flatMap { $0.channels.map(\.danger) }
        // What one sensor does not know another may: so the bounds are taken apart.
        let inside = balances.map(\.inside).max() ?? 0
        let possible = min(total, balances.reduce(0) { saturatingSum($0, $1.insidePossible) })
        let isWhole =
            longestUncarried == 0
            && stretches.allSatisfy { $0.window == nil || !$0.channels.isEmpty }
        return ZoneBalance(
            inside: inside, unknown: max(0, (isWhole ? possible : total) - inside))
    }
}
