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
    case dataLoss = "order.data_loss"
    case sensorSilent = "sensor.silent"
    case sensorReturned = "sensor.returned"
    case alertUpdated = "alert.updated"

    /// The catalogue's event for what happened; nil where it has none: states are not told by
    /// webhook, nor is an order that was amended without getting another status.
    package init?(_ event: Event) {
        switch event {
        case .temperature, .location: return nil
        case .alert: self = .temperatureAlert
        case .dataLoss: self = .dataLoss
        case .silence(let notice):
            self = notice.returnedAt == nil ? .sensorSilent : .sensorReturned
        case .alertUpdate: self = .alertUpdated
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
