import Bridge
import ColdChain

/// Judges the whole log at once, by event time, and compares it with what was told reading by
/// reading as it came, through restarts, late readings, bags handed on and limits changed.
///
/// What must hold of each source in each stretch of a bag's custody, by the orders, the custody and
/// the limits as the log has them in the end:
///
/// 1. What stands as it was told is what the log says, to the microsecond: the same alarms and dips,
///    each with the same ends, peak and sums. An alarm that lasts is the same but for its sums,
///    which grow without being told.
/// 2. The gaps that stand as they were told are those of the log.
/// 3. Every alarm was told as opened before anything else was told of it, and what was told of it
///    last is how it is.
/// 4. Every alarm and every silence that was told has one alert, which stands as long as what was
///    told does, and an alarm's puts the food on hold; no alert is of anything else.
///
/// The one exception is an order with a reading that was received after the order was final for
/// longer than such orders are remembered.
struct Oracle {
    private let disk: Disk
    private let plan: Plan
    private let now: Timestamp
    /// Usable temperatures of each source.
    private let temperatures: [SourceNumber: [Reading]]

    init(disk: Disk, plan: Plan, now: Timestamp) {
        self.disk = disk
        self.plan = plan
        self.now = now
        var temperatures: [SourceNumber: [Reading]] = [:]
        for row in disk.rows where TemperaturePoint(row.reading) != nil {
            temperatures[row.reading.source, default: []].append(row.reading)
        }
        self.temperatures = temperatures
    }

    func requireExcursions() throws(Violation) {
        for source in disk.sources {
            guard case .bag(let bag) = source.carrier else { continue }
            for custody in disk.custody where custody.bag == bag {
                try requireToldRightly(source.number, custody)
            }
        }
        try requireTold()
        try requireAlerts()
    }

    /// 4.
    private func requireAlerts() throws(Violation) {
        var stands: [AlertedCondition: Bool] = [:]
        for logged in disk.events {
            switch logged.event {
            case .alert(let alert):
                stands[.excursion(alert.excursion.number)] = alert.excursion.isOpen
            case .dataLoss(let notice):
                stands[.dataLoss(order: notice.order, device: notice.device)] =
                    notice.state == .lost
            case .temperature, .location, .order, .alertUpdate, .silence: break
            }
        }
        for silence in disk.silences.values {
            let condition = AlertedCondition.silence(
                order: disk.order(silence.order)?.id ?? "", bag: silence.bag,
                device: disk.deviceName(of: silence))
            stands[condition] = stands[condition] ?? false || silence.end == nil
        }
        for alert in disk.alerts.values {
            guard let stands = stands.removeValue(forKey: AlertedCondition(alert)) else {
                throw Violation("alert \(alert.number) is of nothing, or one of two")
            }
            guard alert.isStanding == stands,
                alert.disposition == (alert.kind.holdsFood ? .hold : nil)
            else { throw Violation("alert \(alert.number) is not as what it is of") }
        }
        guard stands.isEmpty else { throw Violation("\(stands.count) conditions have no alert") }
    }

    private enum AlertedCondition: Hashable {
        case excursion(UInt64)
        case dataLoss(order: String, device: String)
        case silence(order: String, bag: String, device: String)

        init(_ alert: Alert) {
            if let number = alert.kind.excursion {
                self = .excursion(number)
            } else if alert.kind == .silence {
                self = .silence(
                    order: alert.subject.order?.id ?? "", bag: alert.subject.bag,
                    device: alert.subject.device)
            } else {
                self = .dataLoss(
                    order: alert.subject.order?.id ?? "", device: alert.subject.device)
            }
        }
    }

    /// 1 and 2.
    private func requireToldRightly(
        _ source: SourceNumber, _ custody: Custody
    ) throws(Violation) {
        guard let order = disk.order(custody.order) else { return }
        let readings = (temperatures[source] ?? []).filter { custody.covers($0.measuredAt) }
        guard !readings.contains(where: { isForgotten(order, at: $0.receivedAt) }) else { return }
        let limit = plan.settings.limits[order.foodClass]
        var effects: [ExcursionEffect] = []
        _ = ExcursionTrack(
            window: TransitWindow(from: custody.from, until: custody.until), limit: limit,
            settings: plan.settings.excursions,
            readings: readings.compactMap { TemperaturePoint($0) }, now: now, into: &effects)
        try requireEqual(
            standing(order.number, source, custody, limit), Self.excursions(in: effects),
            "\(custody.bag) (source \(source.rawValue)) with \(order.id)")
        let gaps = disk.dataGaps.values.filter {
            $0.order == order.number && $0.source == source && !$0.isRecovered
                && isIn(custody, $0.loss.from.timestamp)
        }.map(\.loss).sorted { $0.from < $1.from }
        guard gaps == Self.losses(in: effects) else {
            throw Violation(
                "\(custody.bag) with \(order.id): the gaps \(gaps) were told, and there are "
                    + "\(Self.losses(in: effects))")
        }
    }

    private func requireEqual(
        _ told: [JudgedExcursion], _ judged: [JudgedExcursion], _ place: String
    ) throws(Violation) {
        guard told.count == judged.count, zip(told, judged).allSatisfy(Self.isSame) else {
            throw Violation("\(place): told was \(told), and the log says \(judged)")
        }
    }

    private static func isSame(_ told: JudgedExcursion, _ judged: JudgedExcursion) -> Bool {
        guard told.closedAt == nil else { return told == judged }
        return told.startedAt == judged.startedAt && told.activatedAt == judged.activatedAt
            && told.state == judged.state && judged.closedAt == nil
    }

    private func standing(
        _ order: OrderNumber, _ source: SourceNumber, _ custody: Custody, _ limit: CriticalLimit
    ) -> [JudgedExcursion] {
        disk.excursions.filter {
            $0.order == order && $0.source == source && $0.limit == limit
                && $0.standing == .holds && $0.judged.closeReason != .limitChanged
                && isIn(custody, $0.openedAt)
        }.map(\.judged).sorted { $0.startedAt < $1.startedAt }
    }

    /// Its end belongs to it here: an excursion may begin with the last reading before.
    private func isIn(_ custody: Custody, _ instant: Timestamp) -> Bool {
        custody.from <= instant && instant <= custody.until ?? instant
    }

    private static func excursions(in effects: [ExcursionEffect]) -> [JudgedExcursion] {
        effects.compactMap {
            if case .told(let told, _) = $0 { told.excursion } else { nil }
        }.sorted { $0.startedAt < $1.startedAt }
    }

    private static func losses(in effects: [ExcursionEffect]) -> [DataLoss] {
        effects.compactMap {
            if case .dataLost(let loss) = $0 { loss } else { nil }
        }.sorted { $0.from < $1.from }
    }

    private func isForgotten(_ order: Order, at instant: Timestamp) -> Bool {
        order.status.isFinal
            && instant.milliseconds(since: order.updatedAt)
                > plan.settings.bounds.finalOrderRetentionMilliseconds
    }

    /// 3.
    private func requireTold() throws(Violation) {
        var last: [UInt64: TemperatureAlert] = [:]
        for logged in disk.events {
            guard case .alert(let alert) = logged.event else { continue }
            let number = alert.excursion.number
            let before = last.updateValue(alert, forKey: number)
            let isFirst = before == nil || before?.state == .corrected
            guard isFirst == (alert.state == .opened) else {
                throw Violation(
                    "excursion \(number) is told as \(alert.state.name) after "
                        + "\(before?.state.name ?? "nothing")")
            }
        }
        for excursion in disk.excursions {
            guard let alert = last[excursion.number] else {
                guard !excursion.judged.isAlarm else {
                    throw Violation("excursion \(excursion.number) was never told")
                }
                continue
            }
            let told = alert.excursion
            // Of what is no alarm any more nothing further is told.
            if !told.judged.isAlarm, !excursion.judged.isAlarm { continue }
            guard told.standing == excursion.standing,
                told.judged.isAlarm == excursion.judged.isAlarm,
                told.closedAt == excursion.closedAt
            else {
                throw Violation("excursion \(excursion.number) is otherwise than was told last")
            }
        }
    }
}
