import ColdChain
import Wire

/// Writes the messages of `/realtime`: bare objects with a `type` and names in lower case (K).
struct BookingText {
    private var writer = JSONWriter(capacity: 1024)
    private let ids: MessageIDText

    init(ids: MessageIDText) {
        self.ids = ids
    }

    /// Appends where a booking's driver is, as one WebSocket frame. Who is driven where is not said
    /// (K-10): a booking is named by its identifier.
    ///
    /// - Returns: False where the event is none of a booking's position.
    mutating func appendFrame(state event: Event, to bytes: inout [UInt8]) -> Bool {
        guard case .location(let update) = event, let booking = update.order else { return false }
        writer.removeAll()
        writer.object { message in
            message.member("type", "driver_location_update")
            message.member("booking_id", booking)
            message.member("driver_id", update.driver)
            message.member("lat", update.position.latitude)
            message.member("lng", update.position.longitude)
            message.member("bearing", update.position.heading)
            message.member("speed_kmh", update.position.speed.map(kilometresAnHour))
            message.member("timestamp", instant: update.measuredAt.milliseconds)
        }
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
        return true
    }

    /// Appends a record as one WebSocket frame, with an identifier to resume after.
    ///
    /// - Returns: False where it cannot be read.
    mutating func appendFrame(
        _ record: RecordText, as form: String? = nil, fields: RecordFields, id: MessageID,
        to bytes: inout [UInt8]
    ) -> Bool {
        guard let members = fields.value(of: record)?.members else { return false }
        let ids = ids
        writer.removeAll()
        writer.object { message in
            let name = record.type == "order_update" ? "booking_status_changed" : record.type
            message.member("type", form ?? name)
            message.snakeCaseMembers(members, order: "booking_id")
            message.member("timestamp", instant: record.occurredAt.milliseconds)
            message.member("message_id", id, ids)
        }
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
        return true
    }

    /// - Parameter position: What the client has everything up to; nil where records wait for it.
    mutating func subscribed(_ channel: Channel, at position: UInt64?) -> [UInt8] {
        let ids = ids
        return message("subscribed") { message in
            message.member("channel", channel.bookingName)
            if let position { message.member("message_id", MessageID.record(position), ids) }
        }
    }

    mutating func unsubscribed(_ channel: Channel) -> [UInt8] {
        message("unsubscribed") { $0.member("channel", channel.bookingName) }
    }

    mutating func pong(at now: Timestamp) -> [UInt8] {
        message("pong") { $0.member("timestamp", instant: now.milliseconds) }
    }

    mutating func authenticated(until end: Timestamp?) -> [UInt8] {
        message("authenticated") { message in
            if let end { message.member("expires_at", instant: end.milliseconds) }
        }
    }

    mutating func tokenExpiring(at end: Timestamp, now: Timestamp) -> [UInt8] {
        message("token_expiring") { message in
            message.member("expires_at", instant: end.milliseconds)
            message.member("expires_in", TokenNotice.secondsLeft(until: end, at: now))
            message.member("action", "authenticate")
        }
    }

    mutating func resumed(_ resumption: Resumption) -> [UInt8] {
        message("resumed") { message in
            message.member("recovered", resumption.isWhole)
            message.name("channels")
            message.array { names in
                for channel in resumption.followed { names.value(channel.bookingName ?? "") }
            }
            message.name("failed")
            message.array { failed in
                for refused in resumption.refused {
                    failed.object { entry in
                        entry.member("channel", refused.channel.bookingName)
                        entry.member("code", BookingRefusal(refused.refusal).rawValue)
                    }
                }
            }
        }
    }

    /// What became of a client's message.
    mutating func published(_ fate: PublicationFate, at now: Timestamp) -> [UInt8] {
        let ids = ids
        return message(fate.refusal == nil ? "published" : "error") { message in
            message.member("client_message_id", fate.id)
            if let refusal = fate.refusal {
                message.payload(refusal)
            } else {
                message.member("status", fate.word)
                if let number = fate.number {
                    message.member("message_id", MessageID.record(number), ids)
                }
                message.member("timestamp", instant: now.milliseconds)
            }
        }
    }

    mutating func error(_ refusal: BookingRefusal, _ channel: Channel? = nil) -> [UInt8] {
        message("error") { message in
            message.member("code", refusal.rawValue)
            message.member("message", refusal.message)
            message.member("channel", channel?.bookingName)
        }
    }

    private mutating func message(
        _ type: String, _ members: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        writer.removeAll()
        writer.object { message in
            message.member("type", type)
            members(&message)
        }
        return writer.bytes
    }
}
