import Bridge
import ColdChain

/// Judges the whole log at once, by event time, and compares it with what was judged reading by
/// reading as it came. It shares no code with the watch.
///
/// What must hold, and what late data are free to change:
///
/// 1. Every usable reading outside the limit of the order that its bag carried at that instant
///    (by the custody and the food class as the log has them in the end) lies in an excursion of
///    that order, source and limit, ends included. This holds whatever the order of arrival, of
///    binding and of crashes. The one exception is a reading received after its order was final
///    for longer than such orders are remembered.
/// 2. Every excursion begins with a reading of its source outside its limit, its peak is the value
///    of such a reading within it (or behind its end, where the bag is known only later to have
///    been handed on before), and it ends at a reading.
/// 3. Every excursion was told as opened exactly once; as closed exactly once if it was open when
///    it was told, and never if it was found late and so was closed already.
/// 4. While a bag still carries an order, the newest usable reading says how it is: outside, and an
///    open excursion covers it; inside, and none that began before it is open.
///
/// 5. Every excursion has one alert, which stands as long as the excursion is open and puts the food
///    on hold; no alert is of anything else. This holds whatever is forgotten and restored.
///
/// Not determined: into how many excursions a stretch is divided when readings arrive late. Two
/// that would be one in order of event time are both kept (what was told is not taken back), late
/// ones that lie close together are joined, and a late reading inside splits nothing.
struct Oracle {
    private let disk: Disk
    private let plan: Plan
    private let limits: CriticalLimits
    /// Usable temperatures of each source, in order of event time.
    private let temperatures: [SourceNumber: [Reading]]

    init(disk: Disk, plan: Plan) {
        self.disk = disk
        self.plan = plan
        limits = plan.settings.limits
        var temperatures: [SourceNumber: [Reading]] = [:]
        for row in disk.rows
        where row.reading.measurement.quantity == .temperature
            && row.reading.measurement.marker == nil
            && row.reading.quality.rollup != .bad
        {
            temperatures[row.reading.source, default: []].append(row.reading)
        }
        self.temperatures = temperatures.mapValues {
            $0.sorted { $0.measuredAt < $1.measuredAt }
        }
    }

    func requireExcursions() throws(Violation) {
        for source in disk.sources {
            guard case .bag(let bag) = source.carrier else { continue }
            for custody in disk.custody where custody.bag == bag {
                try requireCovered(source.number, custody)
                try requireNewest(source.number, custody)
            }
        }
        for excursion in disk.excursions { try requireFounded(excursion) }
        try requireTold()
        try requireAlerts()
    }

    /// 5.
    private func requireAlerts() throws(Violation) {
        var found: [UInt64: Alert] = [:]
        for alert in disk.alerts.values {
            guard let number = alert.kind.excursion,
                found.updateValue(alert, forKey: number) == nil
            else { throw Violation("alert \(alert.number) is of nothing, or one of two") }
        }
        for excursion in disk.excursions {
            guard let alert = found.removeValue(forKey: excursion.number) else {
                throw Violation("excursion \(excursion.number) has no alert")
            }
            guard alert.isStanding == (excursion.closedAt == nil), alert.disposition == .hold,
                alert.subject.order?.number == excursion.order
            else { throw Violation("alert \(alert.number) is not as its excursion") }
        }
        guard found.isEmpty else { throw Violation("\(found.count) alerts are of no excursion") }
    }

    /// 1.
    private func requireCovered(
        _ source: SourceNumber, _ custody: Custody
    ) throws(Violation) {
        guard let order = disk.order(custody.order) else { return }
        let limit = limits[order.foodClass]
        for reading in temperatures[source] ?? []
        where custody.covers(reading.measuredAt) && !limit.isKept(by: reading.measurement.value) {
            guard !isForgotten(order, at: reading.receivedAt) else { continue }
            let isCovered = disk.excursions.contains {
                $0.order == order.number && $0.source == source && $0.limit == limit
                    && $0.openedAt <= reading.measuredAt
                    && reading.measuredAt <= $0.closedAt ?? reading.measuredAt
            }
            guard isCovered else {
                throw Violation(
                    "\(reading.measurement.value) °C in \(custody.bag) (source "
                        + "\(source.rawValue)) at \(reading.measuredAt.milliseconds) is outside "
                        + "the limit of \(order.id), and no excursion says so")
            }
        }
    }

    private func isForgotten(_ order: Order, at instant: Timestamp) -> Bool {
        order.status.isFinal
            && instant.milliseconds(since: order.updatedAt)
                > plan.settings.bounds.finalOrderRetentionMilliseconds
    }

    /// 2.
    private func requireFounded(_ excursion: Excursion) throws(Violation) {
        let outside = (temperatures[excursion.source] ?? []).filter { reading in
            !excursion.limit.isKept(by: reading.measurement.value)
                && excursion.openedAt <= reading.measuredAt
                && (reading.measuredAt <= excursion.closedAt ?? reading.measuredAt
                    || !isCarried(excursion, at: reading.measuredAt))
        }
        guard outside.contains(where: { $0.measuredAt == excursion.openedAt }) else {
            throw Violation("excursion \(excursion.number) begins without a reading outside")
        }
        guard outside.contains(where: { $0.measurement.value == excursion.peak }) else {
            throw Violation("excursion \(excursion.number) has a peak that nobody measured")
        }
        guard let closedAt = excursion.closedAt else { return }
        let ends = (temperatures[excursion.source] ?? []).contains { $0.measuredAt == closedAt }
        guard ends, closedAt >= excursion.openedAt else {
            throw Violation("excursion \(excursion.number) ends without a reading")
        }
    }

    private func isCarried(_ excursion: Excursion, at instant: Timestamp) -> Bool {
        let bag = disk.sources[Int(excursion.source.rawValue) - 1].carrier.name
        return disk.custody.contains {
            $0.bag == bag && $0.order == excursion.order && $0.covers(instant)
        }
    }

    /// 3.
    private func requireTold() throws(Violation) {
        var opened: [UInt64: TemperatureAlert] = [:]
        var closed: Set<UInt64> = []
        for logged in disk.events {
            guard case .alert(let alert) = logged.event else { continue }
            let number = alert.excursion.number
            let isNew =
                switch alert.state {
                case .opened: opened.updateValue(alert, forKey: number) == nil
                case .closed: closed.insert(number).inserted
                }
            guard isNew else {
                throw Violation("excursion \(number) is told to be \(alert.state.name) twice")
            }
        }
        for excursion in disk.excursions {
            guard let alert = opened[excursion.number] else {
                throw Violation("excursion \(excursion.number) was never told")
            }
            let wasFoundLate = alert.excursion.closedAt != nil
            let isEndTold = closed.contains(excursion.number)
            guard isEndTold == (excursion.closedAt != nil && !wasFoundLate) else {
                throw Violation("the end of excursion \(excursion.number) is told wrongly")
            }
        }
    }

    /// 4.
    private func requireNewest(
        _ source: SourceNumber, _ custody: Custody
    ) throws(Violation) {
        guard custody.until == nil, let order = disk.order(custody.order) else { return }
        let limit = limits[order.foodClass]
        let carried = (temperatures[source] ?? []).filter { custody.covers($0.measuredAt) }
        guard let newest = carried.last?.measuredAt else { return }
        let isOutside = carried.contains {
            $0.measuredAt == newest && !limit.isKept(by: $0.measurement.value)
        }
        let open = disk.excursions.filter {
            $0.order == order.number && $0.source == source && $0.closedAt == nil
                && $0.openedAt <= newest
        }
        let place = "\(custody.bag) (source \(source.rawValue)) with \(order.id)"
        if isOutside, !open.contains(where: { $0.limit == limit }) {
            throw Violation("\(place) is outside its limit now, and no open excursion says so")
        }
        if !isOutside, let excursion = open.first {
            throw Violation(
                "\(place) is inside its limit now, and excursion \(excursion.number) is open")
        }
    }
}
