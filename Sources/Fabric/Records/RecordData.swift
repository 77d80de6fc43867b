package import ColdChain
package import Wire

extension Event {
    /// The type of the message that tells a record; nil for the state class.
    var recordType: String? {
        switch self {
        case .temperature, .location: nil
        case .alert: "temperature_alert"
        case .dataLoss: "data_loss"
        case .silence(let notice):
            notice.returnedAt == nil ? "sensor_silent" : "sensor_returned"
        case .order: "order_update"
        case .alertUpdate: "alert_update"
        }
    }

    /// The types that dialects have words of their own for.
    static let recordTypes: Set<String> = [
        "temperature_alert", "data_loss", "sensor_silent", "sensor_returned", "order_update",
        "alert_update",
    ]

    /// What a record says, as a JSON object; nil for the state class.
    ///
    /// - Parameter words: What else was said of an order's change (`OrderWords`).
    package func recordData(saying words: [JSON.Member] = []) -> [UInt8]? {
        switch self {
        case .temperature, .location: nil
        case .alert(let alert): object { $0.payload(alert) }
        case .dataLoss(let notice): object { $0.payload(notice) }
        case .silence(let notice): object { $0.payload(notice) }
        case .order(let change):
            object {
                $0.payload(change)
                $0.members(words)
            }
        case .alertUpdate(let update): object { $0.payload(update) }
        }
    }

    /// When it happened: for a delivery the hand-over, not when the platform told of it.
    package var occurredAt: Timestamp {
        switch self {
        case .temperature(let update): update.measuredAt
        case .location(let update): update.measuredAt
        case .alert(let alert): alert.measuredAt
        case .dataLoss(let notice): notice.toldAt
        case .silence(let notice): notice.toldAt
        case .alertUpdate(let update): update.at
        case .order(let change):
            change.order.status == .delivered
                ? change.order.deliveredAt ?? change.order.updatedAt : change.order.updatedAt
        }
    }

    private func object(_ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object(members)
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func payload(_ change: OrderChange) {
        member("orderId", change.order.id)
        member("status", change.order.status.name)
        member("previousStatus", change.previousStatus?.name)
        if change.order.status == .delivered, let deliveredAt = change.order.deliveredAt {
            member("deliveryTime", instant: deliveredAt.milliseconds)
        }
    }

    /// What a temperature alert says.
    fileprivate mutating func payload(_ alert: TemperatureAlert) {
        member("orderId", alert.order)
        member("bagId", alert.bag)
        member("deviceId", alert.device)
        member("state", alert.state.name)
        member("severity", severity)
        member("foodClass", alert.excursion.foodClass.name)
        name("limit")
        object { limit in
            limit.memberOrNull("minimum", alert.excursion.limit.minimum)
            limit.memberOrNull("maximum", alert.excursion.limit.maximum)
            limit.member("unit", Quantity.temperature.unit)
            limit.member("profile", alert.excursion.limitProfile)
        }
        memberOrNull("temperature", alert.celsius)
        member("peak", alert.excursion.peak)
        member("unit", Quantity.temperature.unit)
        member("openedAt", instant: alert.excursion.openedAt.milliseconds)
        memberOrNull("closedAt", instant: alert.excursion.closedAt)
        member("measuredAt", instant: alert.measuredAt.milliseconds)
        member("excursion", Int64(clamping: alert.excursion.number))
        member("revision", Int64(alert.excursion.revision))
        judgement(of: alert.excursion)
    }

    /// How long and how surely an excursion's food was outside.
    package mutating func judgement(of excursion: Excursion) {
        let judged = excursion.judged
        member("excursionState", judged.state.name)
        member("standing", excursion.standing.name)
        if excursion.revision > 1 { member("supersedes", Int64(excursion.revision - 1)) }
        member("startEdge", judged.startEdge.name)
        if let activatedAt = judged.activatedAt {
            member("activatedAt", instant: activatedAt.timestamp.milliseconds)
            member("cause", judged.cause?.name)
        }
        if let endedAt = judged.endedAt {
            member("endedAt", instant: endedAt.timestamp.milliseconds)
            member("endEdge", judged.endEdge?.name)
        }
        member("closeReason", judged.closeReason?.name)
        member("outsideSeconds", Double(judged.outside) / 1e6)
        member("unknownSeconds", Double(judged.unknown) / 1e6)
        member("degreeSeconds", Double(judged.nanoDegreeSeconds) / 1e9)
    }

    /// What a notice of silence says.
    fileprivate mutating func payload(_ notice: DataLossNotice) {
        member("orderId", notice.order)
        member("bagId", notice.bag)
        member("deviceId", notice.device)
        member("state", notice.state.name)
        member("from", instant: notice.from.milliseconds)
        memberOrNull("until", instant: notice.until)
    }

    /// What is said of a silent sensor.
    fileprivate mutating func payload(_ notice: SilenceNotice) {
        member("orderId", notice.order)
        member("bagId", notice.bag)
        name("deviceId")
        if let device = notice.device { value(device) } else { null() }
        name("probe")
        if let probe = notice.probe { value(Int64(probe)) } else { null() }
        memberOrNull("lastHeard", instant: notice.lastHeard)
        member("silentSince", instant: notice.since.milliseconds)
        member("notice", notice.number)
        memberOrNull("returnedAt", instant: notice.returnedAt)
        member("cause", notice.cause)
    }

    private mutating func memberOrNull(_ name: String, instant: Timestamp?) {
        if let instant {
            member(name, instant: instant.milliseconds)
        } else {
            self.name(name)
            null()
        }
    }

    private mutating func memberOrNull(_ name: String, _ number: Double?) {
        self.name(name)
        if let number { value(number) } else { null() }
    }
}

/// A critical limit was broken. That the bag's air keeps it again does not make the food safe, so
/// the end of an excursion is told with the same severity.
private let severity = "critical"
