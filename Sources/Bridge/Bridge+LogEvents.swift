package import ColdChain
package import Fabric

extension Bridge {
    /// Owes what is told of the log itself to every endpoint that asks for it by name.
    ///
    /// It is no event of an order, so it has no number among those.
    package mutating func tell(
        _ event: LogEvent, at now: Timestamp, effects: inout Effects
    ) {
        let wanted = settings.endpoints.filter { $0.events.contains(event.name) }
        guard !wanted.isEmpty else { return }
        let body = event.body(at: now)
        for endpoint in wanted {
            last.delivery += 1
            let delivery = DeliveryRecord(
                number: last.delivery, endpoint: endpoint.name, event: 0, body: body,
                createdAt: now, nextAttemptAt: now)
            effects.records.deliveries.append(delivery)
            outboxes[endpoint.name]?.add(delivery)
        }
    }
}
