import ColdChain
import Wire

/// Writes server-sent events: the type of a WIA message as `event`, its identifier as `id`, its
/// payload as `data`.
struct EventStreamText {
    private var writer = JSONWriter(capacity: 1024)
    private let ids: MessageIDText

    init(ids: MessageIDText) {
        self.ids = ids
    }

    /// Appends an event of the state class.
    ///
    /// - Returns: False where the event is of the record class.
    mutating func append(
        state event: Event, of orders: OrderDirectory, id: MessageID, to bytes: inout [UInt8]
    ) -> Bool {
        writer.removeAll()
        let type: String
        switch event {
        case .temperature(let update):
            type = "temperature_update"
            writer.object { $0.payload(update) }
        case .location(let update):
            type = "location_update"
            let estimate = orders.estimate(of: update.order)
            writer.object { $0.payload(update, arrivingAt: estimate) }
        case .alert, .dataLoss, .silence, .order, .alertUpdate: return false
        }
        append(type, id: id, data: writer.bytes, to: &bytes)
        return true
    }

    mutating func append(
        _ record: RecordText, fields: RecordFields, id: MessageID, to bytes: inout [UInt8]
    ) {
        guard record.type == "order_update", let members = fields.value(of: record)?.members else {
            append(record.type, id: id, data: record.data, to: &bytes)
            return
        }
        writer.removeAll()
        writer.object { $0.orderMembers(members) }
        append(record.type, id: id, data: writer.bytes, to: &bytes)
    }

    /// What a stream begins with: when to come back, in milliseconds, and the identifier of what
    /// the client has everything up to. Without data it is no event, yet the identifier counts: so
    /// whoever is cut off before the first event can ask for what it missed.
    func opening(retry: Int64, at position: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        ServerSentEvent.append("retry", decimal: retry, to: &bytes)
        appendID(.record(position), to: &bytes)
        ServerSentEvent.end(&bytes)
        return bytes
    }

    /// Says when to come back, in milliseconds.
    func retry(_ milliseconds: Int64) -> [UInt8] {
        var bytes: [UInt8] = []
        ServerSentEvent.append("retry", decimal: milliseconds, to: &bytes)
        ServerSentEvent.end(&bytes)
        return bytes
    }

    /// Says that what was missed cannot be told: what follows are the last known states.
    mutating func reset(at position: UInt64, _ channels: [Channel]) -> [UInt8] {
        writer.removeAll()
        writer.object { message in
            message.member("recovered", false)
            message.name("subscriptions")
            message.array { names in
                for channel in channels { names.value(channel.name) }
            }
        }
        var bytes: [UInt8] = []
        append("reset", id: .record(position), data: writer.bytes, to: &bytes)
        return bytes
    }

    /// Says that a channel is not given, or not any more.
    mutating func revoked(_ channel: Channel, _ reason: WIAError) -> [UInt8] {
        writer.removeAll()
        writer.object { message in
            message.member("code", reason.rawValue)
            message.member("message", reason.message)
            message.member("channel", channel.name)
        }
        var bytes: [UInt8] = []
        ServerSentEvent.append("event", "subscription_revoked".utf8, to: &bytes)
        ServerSentEvent.append(data: writer.bytes, to: &bytes)
        ServerSentEvent.end(&bytes)
        return bytes
    }

    /// Says that the stream ends because its token has run out, and when to come again with another.
    mutating func tokenExpired(retry: Int64) -> [UInt8] {
        writer.removeAll()
        writer.object { message in
            message.member("code", WIAError.authenticationFailed.rawValue)
            message.member("message", WIAError.authenticationFailed.message)
        }
        var bytes: [UInt8] = []
        ServerSentEvent.append("event", "token_expired".utf8, to: &bytes)
        ServerSentEvent.append("retry", decimal: retry, to: &bytes)
        ServerSentEvent.append(data: writer.bytes, to: &bytes)
        ServerSentEvent.end(&bytes)
        return bytes
    }

    func append(
        _ type: String, id: MessageID, data: [UInt8], to bytes: inout [UInt8]
    ) {
        ServerSentEvent.append("event", type.utf8, to: &bytes)
        appendID(id, to: &bytes)
        ServerSentEvent.append(data: data, to: &bytes)
        ServerSentEvent.end(&bytes)
    }

    private func appendID(_ id: MessageID, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "id: ".utf8)
        ids.append(plain: id, to: &bytes)
        bytes.append(ServerSentEvent.lineFeed)
    }
}
