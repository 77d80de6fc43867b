package import ColdChain
package import Fabric

extension Bridge {
    /// Owes what is told of the log itself to every endpoint that asks for it by name.
    ///
    /// It is no event of an order, so it has no number among those.
    package mutating func tell(
        _ event: LogEvent, at now: Timestamp, effects: inout Effects
    ) {
        guard settings.endpoints.contains(where: { $0.events.contains(event.name) }) else { return }
        owe(event.name, event.body(at: now), at: now, &effects)
    }

    /// Owes what belongs to no order to every endpoint that asks for it by name.
    mutating func owe(
        _ name: String, _ body: [UInt8], at now: Timestamp, _ effects: inout Effects
    ) {
        for endpoint in settings.endpoints where endpoint.events.contains(name) {
            last.delivery += 1
            let delivery = DeliveryRecord(
                number: last.delivery, endpoint: endpoint.name, event: 0, body: body,
                createdAt: now, nextAttemptAt: now)
            effects.records.deliveries.append(delivery)
            outboxes[endpoint.name]?.add(delivery)
        }
    }
}
