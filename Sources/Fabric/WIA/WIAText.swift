package import ColdChain
package import Wire

/// Writes the server's messages of the WIA real-time dialect: `{type,id,timestamp,payload}`.
///
/// The timestamp of an event is the time of what it tells: of the measurement, of the change. So a
/// position that was uploaded an hour late does not look fresh.
struct WIAText {
    private var writer = JSONWriter(capacity: 1024)
    private var quotedID: [UInt8] = []
    private let ids: MessageIDText

    init(ids: MessageIDText) {
        self.ids = ids
    }

    /// Appends the event as one WebSocket frame, the same for every subscriber.
    mutating func appendFrame(_ event: Event, id: MessageID, to bytes: inout [UInt8]) {
        quotedID.removeAll(keepingCapacity: true)
        ids.append(id, to: &quotedID)
        writer.removeAll()
        switch event {
        case .temperature(let update):
            open(type: "temperature_update", at: update.measuredAt) { $0.payload(update) }
        case .location(let update):
            open(type: "location_update", at: update.measuredAt) { $0.payload(update) }
        case .alert(let alert):
            open(type: "temperature_alert", at: alert.measuredAt) { $0.payload(alert) }
        case .dataLoss(let notice):
            open(type: "data_loss", at: notice.toldAt) { $0.payload(notice) }
        case .silence(let notice):
            let type = notice.returnedAt == nil ? "sensor_silent" : "sensor_returned"
            open(type: type, at: notice.toldAt) { $0.payload(notice) }
        case .order(let change):
            open(type: "order_update", at: change.order.updatedAt) { $0.payload(change) }
        case .alertUpdate(let update):
            open(type: "alert_update", at: update.at) { $0.payload(update) }
        }
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
    }

    /// The payload of an answer to the client's message `id`.
    mutating func answer(_ answer: WIAAnswer, to id: String, at now: Timestamp) -> [UInt8] {
        quotedID.removeAll(keepingCapacity: true)
        var name = JSONWriter(capacity: id.utf8.count + 2)
        name.value(id)
        quotedID.append(contentsOf: name.bytes)
        return answerText(answer, at: now)
    }

    /// The payload of a message that answers none the client named.
    mutating func notice(_ answer: WIAAnswer, id: MessageID, at now: Timestamp) -> [UInt8] {
        quotedID.removeAll(keepingCapacity: true)
        ids.append(id, to: &quotedID)
        return answerText(answer, at: now)
    }

    private mutating func answerText(_ answer: WIAAnswer, at now: Timestamp) -> [UInt8] {
        writer.removeAll()
        open(type: answer.type, at: now) { $0.payload(answer, at: now) }
        return writer.bytes
    }

    private mutating func open(
        type: String, at instant: Timestamp, payload: (inout JSONWriter) -> Void
    ) {
        let quotedID = quotedID
        writer.object { message in
            message.member("type", type)
            message.name("id")
            message.raw(quotedID)
            message.member("timestamp", instant: instant.milliseconds)
            message.name("payload")
            message.object(payload)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func payload(_ update: TemperatureUpdate) {
        member("orderId", update.order)
        member("bagId", update.bag)
        member("deviceId", update.device)
        member("temperature", update.celsius)
        if let calibration = update.calibration {
            member("rawTemperature", update.correctedFrom)
            member("calibration", Int64(calibration.rawValue))
        }
        member("unit", Quantity.temperature.unit)
        member("humidity", update.humidity)
        member("measuredAt", instant: update.measuredAt.milliseconds)
        member("receivedAt", instant: update.receivedAt.milliseconds)
        member("quality", update.quality.name)
        if let isWithinLimit = update.isWithinLimit {
            member("withinLimit", isWithinLimit)
        } else {
            name("withinLimit")
            null()
        }
    }

    fileprivate mutating func payload(_ update: LocationUpdate) {
        member("driverId", update.driver)
        member("orderId", update.order)
        if update.driver == nil { member("vehicleId", update.vehicle) }
        name("location")
        object { location in
            location.member("latitude", update.position.latitude)
            location.member("longitude", update.position.longitude)
            location.member("accuracy", update.position.accuracy)
            location.member("heading", update.position.heading)
            location.member("speed", update.position.speed.map(kilometresAnHour))
        }
    }

    fileprivate mutating func payload(_ change: OrderChange) {
        member("orderId", change.order.id)
        member("status", change.order.status.wireName)
        member("previousStatus", change.previousStatus?.wireName)
    }
}

extension JSONWriter {
    /// What a temperature alert says, in a WebSocket message and in a webhook alike.
    mutating func payload(_ alert: TemperatureAlert) {
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

    /// What a notice of silence says, in a WebSocket message and in a webhook alike.
    mutating func payload(_ notice: DataLossNotice) {
        member("orderId", notice.order)
        member("bagId", notice.bag)
        member("deviceId", notice.device)
        member("state", notice.state.name)
        member("from", instant: notice.from.milliseconds)
        memberOrNull("until", instant: notice.until)
    }

    /// What is said of a silent sensor, in a WebSocket message and in a webhook alike.
    mutating func payload(_ notice: SilenceNotice) {
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

/// Metres a second as kilometres an hour, to the hundredth: no tracker knows it better.
private func kilometresAnHour(_ metresASecond: Double) -> Double {
    (metresASecond * 360).rounded() / 100
}

extension OrderStatus {
    /// The status as this dialect spells it: in capitals.
    var wireName: String {
        switch self {
        case .created: "CREATED"
        case .confirmed: "CONFIRMED"
        case .preparing: "PREPARING"
        case .ready: "READY"
        case .pickedUp: "PICKED_UP"
        case .inTransit: "IN_TRANSIT"
        case .delivered: "DELIVERED"
        case .cancelled: "CANCELLED"
        }
    }
}
