import ColdChain
package import Wire

/// How commands are written in JSON: the bodies of the REST API and the payloads of
/// `orders/{order}/events`. Strict: a member that is not known is refused by name, so that a
/// misspelt one is not lost in silence.
package enum CommandText {
    /// The order fields of `POST /v1/orders` and `PATCH /v1/orders/{id}`.
    package static func orderFields(_ json: JSON) throws(CommandRefusal) -> OrderFields {
        guard let members = json.members else {
            throw .invalid(field: "body", reason: "it must be a JSON object")
        }
        var fields = OrderFields()
        var seen: Set<String> = []
        for member in members {
            guard seen.insert(member.name).inserted else {
                throw .invalid(field: member.name, reason: "it stands there twice")
            }
            try set(&fields, member.name, to: member.value)
        }
        return fields
    }

    /// The body of `POST /v1/orders/{id}/bags`: `{"bagId":…,"from":…}`.
    package static func binding(_ json: JSON, order: String) throws(CommandRefusal) -> Command {
        guard let members = json.members else {
            throw .invalid(field: "body", reason: "it must be a JSON object")
        }
        var bag: String?
        var from: Timestamp?
        var seen: Set<String> = []
        for member in members {
            guard seen.insert(member.name).inserted else {
                throw .invalid(field: member.name, reason: "it stands there twice")
            }
            switch member.name {
            case "bagId": bag = try text(member.value, "bagId")
            case "from": from = try instant(member.value, "from")
            default: throw .invalid(field: member.name, reason: "it is not known here")
            }
        }
        guard let bag else { throw .invalid(field: "bagId", reason: "it is required") }
        return .bindBag(order: order, bag: bag, from: from)
    }

    /// A payload of `orders/{order}/events`: `{"event":…,"data":{…}}`, where the event is
    /// `order.created`, `order.updated`, `order.bag_bound` or `order.` and a status.
    package static func event(_ json: JSON, order: String) throws(CommandRefusal) -> Command {
        guard let name = json["event"]?.string, name.hasPrefix("order.") else {
            throw .invalid(field: "event", reason: "it must be text such as order.created")
        }
        let data = json["data"] ?? .object([])
        let kind = String(name.dropFirst("order.".count))
        if kind == "bag_bound" { return try binding(data, order: order) }
        var fields = try orderFields(data)
        if let named = fields.id, named != order {
            throw .invalid(field: "id", reason: "the topic names order \(order)")
        }
        switch kind {
        case "created":
            fields.id = order
            return .createOrder(fields)
        case "updated":
            return .amendOrder(id: order, fields)
        default:
            guard let status = OrderStatus(name: kind) else {
                throw .invalid(field: "event", reason: "\(name) is not known here")
            }
            fields.status = status
            return .amendOrder(id: order, fields)
        }
    }

    private static func set(
        _ fields: inout OrderFields, _ name: String, to value: JSON
    ) throws(CommandRefusal) {
        switch name {
        case "id": fields.id = try text(value, name)
        case "foodClass":
            fields.foodClass = try choice(value, name, FoodClass.allCases.map { ($0.name, $0) })
        case "status":
            fields.status = try choice(value, name, OrderStatus.allCases.map { ($0.name, $0) })
        case "customerId": fields.customer = try identifier(value, name)
        case "driverId": fields.driver = try identifier(value, name)
        case "vehicleId": fields.vehicle = try identifier(value, name)
        case "restaurantId": fields.restaurant = try identifier(value, name)
        case "cafeId": fields.cafe = try identifier(value, name)
        case "promisedAt": fields.promisedAt = try instant(value, name)
        case "pickedUpAt": fields.pickedUpAt = try instant(value, name)
        case "deliveredAt": fields.deliveredAt = try instant(value, name)
        case "pickupLocation": fields.pickup = try place(value, name)
        case "deliveryLocation": fields.delivery = try place(value, name)
        default: throw .invalid(field: name, reason: "it is not known here")
        }
    }

    static func text(_ value: JSON, _ field: String) throws(CommandRefusal) -> String {
        guard let text = value.string else {
            throw .invalid(field: field, reason: "it must be text")
        }
        return text
    }

    private static func identifier(
        _ value: JSON, _ field: String
    ) throws(CommandRefusal) -> String {
        let text = try text(value, field)
        guard Bridge.isName(text) else { throw .invalid(field: field, reason: Bridge.nameRule) }
        return text
    }

    static func choice<Value>(
        _ value: JSON, _ field: String, _ choices: [(name: String, value: Value)]
    ) throws(CommandRefusal) -> Value {
        guard let match = choices.first(where: { $0.name == value.string }) else {
            let names = choices.map(\.name).joined(separator: ", ")
            throw .invalid(field: field, reason: "it must be one of \(names)")
        }
        return match.value
    }

    static func instant(
        _ value: JSON, _ field: String
    ) throws(CommandRefusal) -> Timestamp {
        guard let text = value.string, let milliseconds = RFC3339.parse(text) else {
            throw .invalid(
                field: field, reason: "it must be RFC 3339 text such as 2026-11-20T12:00:00Z")
        }
        return Timestamp(milliseconds: milliseconds)
    }

    private static func place(_ value: JSON, _ field: String) throws(CommandRefusal) -> Place {
        guard let latitude = value["latitude"]?.double, abs(latitude) <= 90,
            let longitude = value["longitude"]?.double, abs(longitude) <= 180
        else {
            throw .invalid(
                field: field, reason: "it must be {\"latitude\":…,\"longitude\":…} in degrees")
        }
        return Place(latitude: latitude, longitude: longitude)
    }
}
