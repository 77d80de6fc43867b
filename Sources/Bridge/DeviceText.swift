import ColdChain
package import Wire

/// How commands on devices are written in JSON: as strictly as those on orders.
extension CommandText {
    /// The fields of `POST /v1/devices`, of `PATCH /v1/devices/{id}` and of an adoption. `null`
    /// removes what may be absent.
    package static func deviceFields(_ json: JSON) throws(CommandRefusal) -> DeviceFields {
        guard let members = json.members else {
            throw .invalid(field: "body", reason: "it must be a JSON object")
        }
        var fields = DeviceFields()
        var seen: Set<String> = []
        for member in members {
            guard seen.insert(member.name).inserted else {
                throw .invalid(field: member.name, reason: "it stands there twice")
            }
            try set(&fields, member.name, to: member.value)
        }
        return fields
    }

    /// The body of an adoption: the fields of the device, and `topic`, which names the entry of the
    /// list of unknown frames.
    package static func adoption(_ json: JSON) throws(CommandRefusal) -> Command {
        guard let members = json.members else {
            throw .invalid(field: "body", reason: "it must be a JSON object")
        }
        guard let topic = json["topic"] else {
            throw .invalid(field: "topic", reason: "it is required")
        }
        guard members.count(where: { $0.name == "topic" }) == 1 else {
            throw .invalid(field: "topic", reason: "it stands there twice")
        }
        return .adoptFrame(
            topic: try text(topic, "topic"),
            try deviceFields(.object(members.filter { $0.name != "topic" })))
    }

    private static func set(
        _ fields: inout DeviceFields, _ name: String, to value: JSON
    ) throws(CommandRefusal) {
        switch name {
        case "id": fields.id = try text(value, name)
        case "profile": fields.profile = try change(value, name, text)
        case "kind":
            fields.kind = try choice(value, name, CarrierKind.allCases.map { ($0.rawValue, $0) })
        case "carrier": fields.carrier = try change(value, name, text)
        case "site": fields.site = try change(value, name, text)
        case "installedAt": fields.installedAt = try change(value, name, instant)
        case "expectedIntervalSeconds":
            fields.expectedIntervalSeconds = try change(value, name, seconds)
        default: throw .invalid(field: name, reason: "it is not known here")
        }
    }

    private static func change<Value>(
        _ value: JSON, _ field: String, _ read: (JSON, String) throws(CommandRefusal) -> Value
    ) throws(CommandRefusal) -> FieldChange<Value> {
        if value == .null { return .removed }
        return .set(try read(value, field))
    }

    private static func seconds(_ value: JSON, _ field: String) throws(CommandRefusal) -> Int {
        guard let number = value.double, let seconds = Int(exactly: number) else {
            throw .invalid(field: field, reason: "it must be a whole number of seconds")
        }
        return seconds
    }
}
