package import ColdChain
import Wire

/// What webhooks say: `{"event":…,"timestamp":…,"data":…}`, without the signature, which
/// whoever holds the secret adds over these bytes.
package enum WebhookText {
    /// A body from the parts that the journal keeps. `data` is JSON text.
    package static func body(event: String, occurredAt: Timestamp, data: [UInt8]) -> [UInt8] {
        var writer = JSONWriter(capacity: data.count + 96)
        writer.object { body in
            body.member("event", event)
            body.member("timestamp", instant: occurredAt.milliseconds)
            body.name("data")
            body.raw(data)
        }
        return writer.bytes
    }

    /// The body's `data` as JSON text; nil for the state class, which is not told by webhook.
    ///
    /// - Parameter sequence: The event's number in the log, by which a receiver can put events in
    ///   order that a retry brought out of it.
    package static func data(for event: Event, sequence: UInt64) -> [UInt8]? {
        switch event {
        case .temperature, .location: nil
        case .alert(let alert): data(sequence) { $0.payload(alert) }
        case .dataLoss(let notice): data(sequence) { $0.payload(notice) }
        case .silence(let notice): data(sequence) { $0.payload(notice) }
        case .order(let change): data(for: change, sequence)
        case .alertUpdate(let update): data(sequence) { $0.payload(update) }
        }
    }

    private static func data(
        _ sequence: UInt64, _ payload: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        writer.object { data in
            data.member("sequence", Int64(clamping: sequence))
            payload(&data)
        }
        return writer.bytes
    }

    private static func data(for change: OrderChange, _ sequence: UInt64) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { data in
            data.member("sequence", Int64(clamping: sequence))
            data.member("orderId", change.order.id)
            data.member("status", change.order.status.name)
            data.member("previousStatus", change.previousStatus?.name)
            if change.order.status == .delivered, let deliveredAt = change.order.deliveredAt {
                data.member("deliveryTime", instant: deliveredAt.milliseconds)
            }
        }
        return writer.bytes
    }

    /// When it happened: for a delivery the hand-over, not when the platform told of it.
    package static func occurredAt(_ event: Event) -> Timestamp {
        switch event {
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
}
