package import ColdChain
package import Wire

/// A message as an entrance found it, before the catalogue has judged it.
package struct OfferedMessage: Equatable, Sendable {
    package var id: String
    package var occurredAt: Timestamp?
    package var fields: [JSON.Member]

    package init(id: String, occurredAt: Timestamp?, fields: [JSON.Member]) {
        self.id = id
        self.occurredAt = occurredAt
        self.fields = fields
    }
}

extension MessageCatalogue {
    /// Judges a message by its type and by who publishes it. Whether the publisher has a part in
    /// the order that it names is left to who knows the orders.
    package func judge(
        _ offered: OfferedMessage, as type: MessageType, by publisher: Identity, now: Timestamp
    ) throws(PublicationRefusal) -> Publication {
        guard type.effect != .own,
            let terms = type.publishers.first(where: { $0.roles.contains(publisher.role) })
        else { throw .accessDenied }
        var given: [String: JSON] = [:]
        for field in offered.fields {
            guard type.field(field.name) != nil else {
                throw PublicationRefusal(
                    .unknownField, "\(field.name): \(type.name) has no such field",
                    field: field.name)
            }
            guard given.updateValue(field.value, forKey: field.name) == nil else {
                throw PublicationRefusal(
                    .invalidField, "\(field.name): it stands there twice", field: field.name)
            }
        }
        try bind(&given, offered, type, terms, publisher, now)
        var fields: [JSON.Member] = []
        for field in type.fields {
            guard let value = given[field.name] ?? field.standard, value != .null else {
                guard field.isRequired else { continue }
                throw PublicationRefusal(
                    .missingField, "\(field.name): it is required", field: field.name)
            }
            if let fault = field.fault(of: value) {
                throw PublicationRefusal(
                    .invalidField, "\(field.name): \(fault)", field: field.name)
            }
            fields.append(JSON.Member(field.name, value))
        }
        return Publication(
            id: offered.id, type: type, fields: fields, occurredAt: offered.occurredAt,
            publisher: publisher, terms: terms)
    }

    /// Fills in what the publisher is known by, and refuses one who speaks for somebody else.
    private func bind(
        _ given: inout [String: JSON], _ offered: OfferedMessage, _ type: MessageType,
        _ terms: PublicationTerms, _ publisher: Identity, _ now: Timestamp
    ) throws(PublicationRefusal) {
        if let own = terms.own { try fill(own, publisher.subject, &given) }
        if let site = terms.site {
            guard let its = publisher.site else { throw .accessDenied }
            try fill(site, its, &given)
        }
        for field in type.fields {
            guard let filling = field.filling else { continue }
            let value = filling.value(publisher, offered, now)
            // The platform may speak for others.
            if publisher.role.seesEverything {
                if given[field.name] == nil { given[field.name] = .string(value) }
            } else if filling == .time {
                given[field.name] = given[field.name] ?? .string(value)
            } else {
                try fill(field.name, value, &given)
            }
        }
    }

    private func fill(
        _ field: String, _ value: String, _ given: inout [String: JSON]
    ) throws(PublicationRefusal) {
        switch given[field] {
        case nil, .null: given[field] = .string(value)
        case .string(value): break
        default:
            throw PublicationRefusal(
                .accessDenied, "\(field): it must be your own", field: field)
        }
    }
}

extension MessageField.Filling {
    fileprivate func value(
        _ publisher: Identity, _ offered: OfferedMessage, _ now: Timestamp
    ) -> String {
        switch self {
        case .subject: publisher.subject
        case .role: publisher.role.conversationName
        case .time: RFC3339.text((offered.occurredAt ?? now).milliseconds)
        case .message: offered.id
        }
    }
}

extension Role {
    /// What the role is called in a conversation about a booking (K-3).
    var conversationName: String {
        switch self {
        case .customer: "client"
        case .driver: "driver"
        default: "support"
        }
    }
}

extension MessageCatalogue {
    /// Longest name that a publisher may give a message, in bytes.
    package static let messageIDBytes = 128

    /// Judges `{id,type,timestamp,data}`, the form that the REST API and MQTT take.
    package func judge(_ json: JSON, by publisher: Identity, now: Timestamp) -> JudgedMessage {
        let id = json["id"]?.string.flatMap { Self.isMessageID($0) ? $0 : nil }
        do throws(PublicationRefusal) {
            return JudgedMessage(id: id, .success(try read(json, id, publisher, now)))
        } catch {
            return JudgedMessage(id: id, .failure(error))
        }
    }

    package static func isMessageID(_ text: String) -> Bool {
        (1...messageIDBytes).contains(text.utf8.count)
    }

    private func read(
        _ json: JSON, _ id: String?, _ publisher: Identity, _ now: Timestamp
    ) throws(PublicationRefusal) -> Publication {
        guard let members = json.members else {
            throw PublicationRefusal(.invalid, "An event is {id, type, timestamp, data}.")
        }
        for member in members
        where !["id", "type", "timestamp", "data"].contains(member.name) {
            throw PublicationRefusal(
                .unknownField, "\(member.name): an event is {id, type, timestamp, data}",
                field: member.name)
        }
        guard let id else {
            throw PublicationRefusal(
                json["id"] == nil ? .missingField : .invalidField,
                "id: text of 1 to \(Self.messageIDBytes) bytes by which a repetition is known",
                field: "id")
        }
        guard let name = json["type"]?.string else {
            throw PublicationRefusal(.missingField, "type: it is required", field: "type")
        }
        guard let type = self[name], type.effect != .own else {
            throw PublicationRefusal(
                .unknownType,
                "type: '\(name.prefix(64))' is not in the catalogue of messages"
                    + " that can be published", field: "type")
        }
        let occurredAt = try Self.instant(json["timestamp"])
        guard let data = (json["data"] ?? .object([])).members else {
            throw PublicationRefusal(.invalidField, "data: it must be an object", field: "data")
        }
        return try judge(
            OfferedMessage(id: id, occurredAt: occurredAt, fields: data), as: type, by: publisher,
            now: now)
    }

    package static func instant(
        _ json: JSON?
    ) throws(PublicationRefusal) -> Timestamp? {
        switch json {
        case nil, .null: return nil
        case .string(let text):
            if let milliseconds = RFC3339.parse(text) {
                return Timestamp(milliseconds: milliseconds)
            }
        default: break
        }
        throw PublicationRefusal(
            .invalidField, "timestamp: it must be RFC 3339 text such as 2026-11-20T12:00:00Z",
            field: "timestamp")
    }
}
