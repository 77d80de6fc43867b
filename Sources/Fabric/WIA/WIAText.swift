import ColdChain
import Wire

/// Writes the server's messages of the WIA real-time dialect: `{type,id,timestamp,payload}`.
///
/// The timestamp of an event is the time of what it tells: of the measurement, of the change. So a
/// position that was uploaded an hour late does not look fresh.
struct WIAText {
    private var writer = JSONWriter(capacity: 1024)
    private var quotedID: [UInt8] = []
    /// The same without quotes and escapes, for the signature.
    private var plainID: [UInt8] = []
    private let ids: MessageIDText
    /// Nil where messages are not signed.
    private let signature: MessageSignature?

    init(ids: MessageIDText, signature: MessageSignature? = nil) {
        self.ids = ids
        self.signature = signature
    }

    /// Appends an event of the state class as one WebSocket frame, the same for every subscriber.
    ///
    /// - Parameter orders: What is known of the order beside its state.
    /// - Returns: False where the event is of the record class.
    mutating func appendFrame(
        state event: Event, of orders: OrderDirectory, id: MessageID, to bytes: inout [UInt8]
    ) -> Bool {
        begin(id)
        switch event {
        case .temperature(let update):
            open(type: "temperature_update", at: update.measuredAt) { $0.payload(update) }
        case .location(let update):
            let estimate = orders.estimate(of: update.order)
            open(type: "location_update", at: update.measuredAt) {
                $0.payload(update, arrivingAt: estimate)
            }
        case .alert, .dataLoss, .silence, .order, .alertUpdate: return false
        }
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
        return true
    }

    /// Appends a record as one WebSocket frame, the same for every subscriber.
    mutating func appendFrame(
        _ record: RecordText, fields: RecordFields, id: MessageID, to bytes: inout [UInt8]
    ) {
        begin(id)
        write(type: record.type, at: record.occurredAt) { message in
            if record.type == "order_update", let members = fields.value(of: record)?.members {
                message.object { $0.orderMembers(members) }
            } else {
                message.raw(record.data)
            }
        }
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
    }

    /// Appends a message that somebody published as one WebSocket frame.
    mutating func appendFrame(
        relayed record: RecordText, as type: String, id: MessageID, to bytes: inout [UInt8]
    ) {
        begin(id)
        write(type: type, at: record.occurredAt) { $0.raw(record.data) }
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
    }

    private mutating func begin(_ id: MessageID) {
        take(id)
        writer.removeAll()
    }

    private mutating func take(_ id: MessageID) {
        quotedID.removeAll(keepingCapacity: true)
        ids.append(id, to: &quotedID)
        guard signature != nil else { return }
        plainID.removeAll(keepingCapacity: true)
        ids.append(plain: id, to: &plainID)
    }

    /// A message of the state class, as it goes into a frame.
    mutating func message(
        _ type: String, id: MessageID, at instant: Timestamp,
        payload: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        begin(id)
        open(type: type, at: instant, payload: payload)
        return writer.bytes
    }

    /// The payload of an answer to the client's message `id`.
    mutating func answer(_ answer: WIAAnswer, to id: String, at now: Timestamp) -> [UInt8] {
        quotedID.removeAll(keepingCapacity: true)
        var name = JSONWriter(capacity: id.utf8.count + 2)
        name.value(id)
        quotedID.append(contentsOf: name.bytes)
        plainID = Array(id.utf8)
        return answerText(answer, at: now)
    }

    /// The payload of a message that answers none the client named.
    mutating func notice(_ answer: WIAAnswer, id: MessageID, at now: Timestamp) -> [UInt8] {
        take(id)
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
        write(type: type, at: instant) { $0.object(payload) }
    }

    private mutating func write(
        type: String, at instant: Timestamp, payload: (inout JSONWriter) -> Void
    ) {
        let quotedID = quotedID
        let plainID = plainID
        let signature = signature
        writer.object { message in
            message.member("type", type)
            message.name("id")
            message.raw(quotedID)
            message.member("timestamp", instant: instant.milliseconds)
            message.name("payload")
            let start = message.bytes.count
            payload(&message)
            signature?.append(
                to: &message, type: type, id: plainID, timestamp: instant.milliseconds,
                payloadFrom: start, through: message.bytes.count)
        }
    }
}

extension JSONWriter {
    mutating func payload(_ update: TemperatureUpdate) {
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

    /// - Parameter estimate: When the order arrives, where that is known.
    mutating func payload(_ update: LocationUpdate, arrivingAt estimate: Timestamp? = nil) {
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
        if let estimate { member("eta", instant: estimate.milliseconds) }
    }

    /// An order's change, with its statuses as this dialect spells them.
    mutating func orderMembers(_ members: [JSON.Member]) {
        for field in members {
            let isStatus = field.name == "status" || field.name == "previousStatus"
            name(field.name)
            if isStatus, let status = field.value.string.flatMap(OrderStatus.init(name:)) {
                value(status.wireName)
            } else {
                value(field.value)
            }
        }
    }
}

/// Metres a second as kilometres an hour, to the hundredth: no tracker knows it better.
func kilometresAnHour(_ metresASecond: Double) -> Double {
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
