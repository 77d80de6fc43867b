import ColdChain
import Wire

/// How a record is said in the TableTap dialect.
///
/// What Freshwire does not know of an order (its number, items, price, pickup code) is left out.
enum TableTapMessage {
    /// A message that somebody published, under the dialect's name for it.
    case relayed(String)
    case order(type: String, OrderFacts)
    case alert(AlertFacts)

    /// What the order's change says.
    struct OrderFacts {
        var order: String?
        var previous: String?
        var status: String
        var deliveredAt: String?
        var words: [JSON.Member] = []
    }

    /// Nil where the dialect has no form for the record, whoever it is of.
    init?(_ record: RecordText, _ catalogue: MessageCatalogue, fields: RecordFields) {
        guard let type = catalogue[record.type], type.isToldAsItCame else {
            self.init(record, fields: fields)
            return
        }
        guard let form = type.forms[.tableTap] else { return nil }
        self = .relayed(form)
    }

    /// Of what Freshwire tells by itself. Nil where the dialect has no form for the record.
    init?(_ record: RecordText, fields: RecordFields) {
        switch record.type {
        case "order_update":
            guard let data = fields.value(of: record),
                let status = data["status"]?.string
            else { return nil }
            let facts = OrderFacts(
                order: data["orderId"]?.string, previous: data["previousStatus"]?.string,
                status: status, deliveredAt: data["deliveryTime"]?.string,
                words: OrderWords.of(data.members ?? []))
            self = .order(type: Self.orderType(facts), facts)
        case "temperature_alert", "data_loss", "sensor_silent", "sensor_returned":
            // What cannot be read is told as far as its type tells it.
            self = .alert(AlertFacts(type: record.type, fields.value(of: record) ?? .object([])))
        default:
            return nil
        }
    }

    var type: String {
        switch self {
        case .relayed(let type), .order(let type, _): type
        case .alert: "alert"
        }
    }

    private static func orderType(_ facts: OrderFacts) -> String {
        guard facts.previous != nil else { return "order_created" }
        guard facts.previous != facts.status else { return "order_status_changed" }
        return switch facts.status {
        case "ready": "order_ready"
        case "delivered": "order_completed"
        case "cancelled": "order_cancelled"
        default: "order_status_changed"
        }
    }
}

extension JSONWriter {
    mutating func data(_ message: TableTapMessage, of record: RecordText) {
        switch message {
        case .relayed: raw(record.data)
        case .order(let type, let facts): object { $0.members(of: facts, type: type) }
        case .alert(let facts): object { $0.members(of: facts) }
        }
    }

    private mutating func members(of facts: TableTapMessage.OrderFacts, type: String) {
        member("orderId", facts.order)
        switch type {
        case "order_created": member("status", tableTapStatus(facts.status))
        case "order_completed": member("completedAt", facts.deliveredAt)
        case "order_status_changed":
            member("previousStatus", facts.previous.map(tableTapStatus))
            member("currentStatus", tableTapStatus(facts.status))
        default: break
        }
        members(facts.words)
    }
}

/// An order's status as the dialect calls it.
private func tableTapStatus(_ status: String) -> String {
    switch status {
    case "created": "pending"
    case "delivered": "completed"
    default: status
    }
}
