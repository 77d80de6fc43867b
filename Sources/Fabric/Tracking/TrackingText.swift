import ColdChain
import Wire

/// Writes the messages of `/tracking`: `{event,orderId,timestamp,data}`.
///
/// Records have an `id` besides, by which a client can ask for what it missed.
struct TrackingText {
    private var writer = JSONWriter(capacity: 1024)
    private let ids: MessageIDText

    init(ids: MessageIDText) {
        self.ids = ids
    }

    /// Appends an event of the state class as one WebSocket frame.
    ///
    /// - Parameter orders: What is known of the order beside its state.
    /// - Returns: False where the event is of no order, or of the record class.
    mutating func appendFrame(
        state event: Event, of orders: OrderDirectory, to bytes: inout [UInt8]
    ) -> Bool {
        writer.removeAll()
        switch event {
        case .temperature(let update):
            guard let order = update.order else { return false }
            write("temperature_update", order, at: update.measuredAt) { $0.payload(update) }
        case .location(let update):
            guard let order = update.order else { return false }
            let known = orders[order]
            let estimate = orders.estimate(of: order)
            write("location_update", order, at: update.measuredAt) {
                $0.tracking(update, known, arrivingAt: estimate)
            }
        case .alert, .dataLoss, .silence, .order, .alertUpdate: return false
        }
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
        return true
    }

    /// Appends a record as one WebSocket frame.
    ///
    /// - Parameter form: What the dialect calls it, where that is not its type.
    /// - Returns: False where it is of no order.
    mutating func appendFrame(
        _ record: RecordText, as form: String? = nil, id: MessageID, to bytes: inout [UInt8]
    ) -> Bool {
        guard let order = record.positions.first(where: { $0.channel.kind == .order }) else {
            return false
        }
        let ids = ids
        writer.removeAll()
        writer.object { message in
            message.member("event", form ?? record.type)
            message.member("orderId", order.channel.subject)
            message.member("timestamp", instant: record.occurredAt.milliseconds)
            message.name("data")
            message.raw(record.data)
            message.member("id", id, ids)
        }
        ServerFrame.append(.text, payload: writer.bytes, to: &bytes)
        return true
    }

    /// What one client is told.
    mutating func answer(
        _ answer: TrackingAnswer, order: String?, at now: Timestamp
    ) -> [UInt8] {
        writer.removeAll()
        write(answer.event, order, at: now) { $0.payload(answer) }
        return writer.bytes
    }

    private mutating func write(
        _ event: String, _ order: String?, at instant: Timestamp,
        data: (inout JSONWriter) -> Void
    ) {
        writer.object { message in
            message.member("event", event)
            message.member("orderId", order)
            message.member("timestamp", instant: instant.milliseconds)
            message.name("data")
            message.object(data)
        }
    }
}

extension JSONWriter {
    /// A position as far as it is known. When the order arrives is known where the platform has said
    /// it, and the distance only once it is on its way to a place that is known: in kilometres, as the
    /// crow flies.
    fileprivate mutating func tracking(
        _ update: LocationUpdate, _ order: OrderParties?, arrivingAt estimate: Timestamp?
    ) {
        let position = update.position
        name("driver")
        object { driver in
            driver.name("location")
            driver.object { location in
                location.member("lat", position.latitude)
                location.member("lng", position.longitude)
            }
            driver.member("heading", position.heading)
            driver.member("speed", position.speed.map(kilometresAnHour))
        }
        if let estimate { member("eta", instant: estimate.milliseconds) }
        guard let order else { return }
        if order.status == .pickedUp || order.status == .inTransit, let place = order.delivery {
            let metres = Coordinate(latitude: position.latitude, longitude: position.longitude)
                .distance(to: Coordinate(latitude: place.latitude, longitude: place.longitude))
            // To the hundred metres: a fix is hardly better, and the way there is longer anyhow.
            if metres.isFinite { member("distance", (metres / 100).rounded() / 10) }
        }
        member("status", order.status.name)
    }

    fileprivate mutating func payload(_ answer: TrackingAnswer) {
        switch answer {
        case .subscribed(let status, let isWhole):
            member("status", status?.name)
            if let isWhole { member("recovered", isWhole) }
        case .unsubscribed, .pong: break
        case .authenticated(let end):
            if let end { member("expiresAt", instant: end.milliseconds) }
        case .tokenExpiring(let end, let secondsLeft):
            member("expiresAt", instant: end.milliseconds)
            member("expiresIn", secondsLeft)
            member("action", "authenticate")
        case .error(let refusal):
            member("code", refusal.rawValue)
            member("message", refusal.message)
        }
    }
}
