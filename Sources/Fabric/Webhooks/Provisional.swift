package import ColdChain

package enum WebhookText {
    package static func name(of event: Event) -> String {
        switch event {
        case .temperature: "temperature_update"
        case .location: "location_update"
        case .alert: "order.temperature_alert"
        case .order(let change):
            change.order.status == change.previousStatus
                ? "order.updated" : "order.\(change.order.status.name)"
        }
    }
    package static func data(for event: Event, sequence: UInt64) -> [UInt8] {
        Array("{\"sequence\":\(sequence)}".utf8)
    }
    package static func body(name: String, occurredAt: Timestamp, data: [UInt8]) -> [UInt8] {
        Array("{\"event\":\"\(name)\",\"data\":".utf8) + data + Array("}".utf8)
    }
}
