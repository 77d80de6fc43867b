import ColdChain
import Wire

/// Writes events as the Socket.IO dialect names them. The last argument of each is its identifier,
/// which clients show to go on from there (connection state recovery).
struct SocketIOText {
    private var text = SocketIOEventText()
    private var quotedID: [UInt8] = []
    private let ids: MessageIDText
    let callbacks: CallbackNumbers

    init(ids: MessageIDText, callbacks: CallbackNumbers = CallbackNumbers(key: 0)) {
        self.ids = ids
        self.callbacks = callbacks
    }

    /// Appends an event of the state class as one frame.
    ///
    /// - Returns: False where it has no form: only where an order's driver is has one.
    mutating func appendFrame(state event: Event, id: MessageID, to bytes: inout [UInt8]) -> Bool {
        guard case .location(let update) = event, let order = update.order else { return false }
        append("order:driver_location", id, to: &bytes) { event in
            event.member("lat", update.position.latitude)
            event.member("lng", update.position.longitude)
            event.member("heading", update.position.heading)
            event.member("speed", update.position.speed.map(kilometresAnHour))
            event.member("accuracy", update.position.accuracy)
            event.member("order_id", order)
            event.member("driver_id", update.driver)
            event.member("timestamp", instant: update.measuredAt.milliseconds)
        }
        return true
    }

    /// Appends a record as one frame.
    ///
    /// - Returns: False where the dialect has no form for it.
    mutating func appendFrame(
        _ record: RecordText, fields: RecordFields, id: MessageID, to bytes: inout [UInt8]
    ) -> Bool {
        if record.type == "order_update" {
            return appendStatus(record, fields: fields, id, to: &bytes)
        }
        guard let name = Self.names[record.type] else { return false }
        begin(id)
        let quotedID = quotedID
        text.appendFrame(name, to: &bytes) { arguments in
            arguments.raw(record.data)
            arguments.raw(quotedID)
        }
        return true
    }

    /// Appends a message that somebody published as one frame, with the dialect's way of naming
    /// fields.
    ///
    /// - Parameter isCalledBack: Whether clients are to call back, which confirms it (S-5).
    /// - Returns: False where it cannot be read.
    mutating func appendFrame(
        relayed record: RecordText, as name: String, fields: RecordFields, id: MessageID,
        isCalledBack: Bool = false, to bytes: inout [UInt8]
    ) -> Bool {
        guard let members = fields.value(of: record)?.members else { return false }
        let number = isCalledBack ? record.number.map(callbacks.acknowledgement) : nil
        append(name, id, acknowledgement: number, to: &bytes) { $0.snakeCaseMembers(members) }
        return true
    }

    /// The records that are told with what they say as it is.
    private static let names = [
        "temperature_alert": "order:temperature_alert", "data_loss": "order:data_loss",
        "sensor_silent": "sensor:silent", "sensor_returned": "sensor:returned",
        "alert_update": "alert:update",
    ]

    private mutating func appendStatus(
        _ record: RecordText, fields: RecordFields, _ id: MessageID, to bytes: inout [UInt8]
    ) -> Bool {
        guard let data = fields.value(of: record), let order = data["orderId"]?.string,
            let status = data["status"]?.string
        else { return false }
        append("order:status_update", id, to: &bytes) { event in
            event.member("order_id", order)
            event.member("status", status)
            event.member("timestamp", instant: record.occurredAt.milliseconds)
            event.snakeCaseMembers(OrderWords.of(data.members ?? []))
        }
        return true
    }

    private mutating func append(
        _ name: String, _ id: MessageID, acknowledgement: UInt64? = nil, to bytes: inout [UInt8],
        _ members: (inout JSONWriter) -> Void
    ) {
        begin(id)
        let quotedID = quotedID
        text.appendFrame(name, acknowledgement: acknowledgement, to: &bytes) { arguments in
            arguments.object(members)
            arguments.raw(quotedID)
        }
    }

    private mutating func begin(_ id: MessageID) {
        quotedID.removeAll(keepingCapacity: true)
        ids.append(id, to: &quotedID)
    }

    /// An identifier as a client shows it.
    func offset(_ id: MessageID) -> String {
        var quoted: [UInt8] = []
        ids.append(id, to: &quoted)
        return String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
    }

    /// An event for one client, without an identifier, as the text of an Engine.IO packet.
    static func notice(_ name: String, _ argument: JSON) -> [UInt8] {
        let packet = SocketIOPacket(
            .event([.string(name), argument], acknowledgement: nil),
            namespace: SocketIOPacket.mainNamespace)
        return [EngineIOPacketKind.message.rawValue] + packet.text
    }
}
