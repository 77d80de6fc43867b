package import ColdChain

/// The events of the webhook catalogue that this program tells.
package enum WebhookEvent: String, CaseIterable, Sendable {
    case created = "order.created"
    case confirmed = "order.confirmed"
    case preparing = "order.preparing"
    case ready = "order.ready"
    case pickedUp = "order.picked_up"
    case inTransit = "order.in_transit"
    case delivered = "order.delivered"
    case cancelled = "order.cancelled"
    case temperatureAlert = "order.temperature_alert"

    /// The catalogue's event for what happened; nil where it has none: states are not told by
    /// webhook, nor is an order that was amended without getting another status.
    package init?(_ event: Event) {
        switch event {
        case .temperature, .location: return nil
        case .alert: self = .temperatureAlert
        case .order(let change):
            guard change.order.status != change.previousStatus else { return nil }
            self.init(change.order.status)
        }
    }

    package init(_ status: OrderStatus) {
        switch status {
        case .created: self = .created
        case .confirmed: self = .confirmed
        case .preparing: self = .preparing
        case .ready: self = .ready
        case .pickedUp: self = .pickedUp
        case .inTransit: self = .inTransit
        case .delivered: self = .delivered
        case .cancelled: self = .cancelled
        }
    }
}

/// A receiver of webhooks, without the secret its bodies are signed with.
package struct WebhookEndpoint: Equatable, Sendable {
    /// What configuration, log and metrics call it.
    package var name: String
    package var url: String
    package var events: Set<WebhookEvent>
    package var schedule: RetrySchedule

    package init(
        name: String, url: String,
        events: Set<WebhookEvent> = [.temperatureAlert, .delivered],
        schedule: RetrySchedule = RetrySchedule()
    ) {
        self.name = name
        self.url = url
        self.events = events
        self.schedule = schedule
    }

    /// Whether a delivery is owed to the endpoint for this event.
    package func wants(_ event: Event) -> Bool {
        WebhookEvent(event).map { events.contains($0) } ?? false
    }
}
