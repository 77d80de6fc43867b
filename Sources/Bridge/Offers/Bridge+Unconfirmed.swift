import ColdChain
import Fabric
import Wire

extension Bridge {
    /// Tells staff and webhooks of critical messages that nobody confirmed, so that somebody can be
    /// reached in another way (K-8).
    mutating func report(
        _ deliveries: [UnconfirmedDelivery], at now: Timestamp, effects: inout Effects
    ) {
        for delivery in deliveries {
            var writer = JSONWriter(capacity: 192)
            writer.object { data in
                data.member("messageId", delivery.messageID)
                data.member("type", delivery.type)
                data.member("recipient", delivery.recipient)
                data.member("told", Int64(delivery.told))
            }
            let name = "delivery.unconfirmed"
            owe(
                name, WebhookText.body(event: name, occurredAt: now, data: writer.bytes), at: now,
                &effects)
            tell(
                "delivery_unconfirmed", writer.bytes, of: nil,
                to: [Channel(.alerts, Channel.everySite)], at: now, effects: &effects)
        }
    }
}
