/// Every type of message that the fabric carries, as data: who may publish it, what it says, where it
/// goes and what each dialect calls it.
package struct MessageCatalogue: Equatable, Sendable {
    package let types: [MessageType]
    private let index: [String: Int]
    private let acceptedNames: [DialectName: [String: Int]]
    /// The members of each type that only their recipient may read (T-14).
    private let sensitive: [String: Set<String>]
    /// Who confirms any type at all, in each dialect.
    /// A bit for each role, by dialect: it is asked with each write to a client.
    private let confirming: [UInt16]

    /// Nothing: no type is relayed.
    package static let empty = MessageCatalogue()

    private init() {
        types = []
        index = [:]
        acceptedNames = [:]
        sensitive = [:]
        confirming = Dialect.allCases.map { _ in 0 }
    }

    /// Refuses a catalogue whose entries contradict themselves or each other.
    package init(_ types: [MessageType]) throws(CatalogueContradiction) {
        var index: [String: Int] = [:]
        var accepted: [DialectName: [String: Int]] = [:]
        for (place, type) in types.enumerated() {
            if let reason = type.contradiction {
                throw CatalogueContradiction(type: type.name, reason: reason)
            }
            guard index.updateValue(place, forKey: type.name) == nil else {
                throw CatalogueContradiction(type: type.name, reason: "it is there twice")
            }
            for (dialect, name) in type.accepted {
                if let other = accepted[dialect, default: [:]].updateValue(place, forKey: name) {
                    throw CatalogueContradiction(
                        type: type.name,
                        reason: "clients of \(dialect.rawValue) call \(types[other].name)"
                            + " '\(name)' already")
                }
            }
        }
        self.types = types
        self.index = index
        acceptedNames = accepted
        sensitive = Dictionary(uniqueKeysWithValues: types.map { ($0.name, $0.sensitiveFields) })
            .filter { !$0.value.isEmpty }
        confirming = Dialect.allCases.map { dialect in
            types.flatMap { $0.confirmedBy[DialectName(dialect)] ?? [] }
                .reduce(0) { $0 | Self.bit(of: $1) }
        }
    }

    package subscript(name: String) -> MessageType? { index[name].map { types[$0] } }

    /// The type that clients of a dialect publish under a name.
    package func type(accepted name: String, in dialect: DialectName) -> MessageType? {
        acceptedNames[dialect]?[name].map { types[$0] }
    }

    /// The members of a type that only their recipient may read; nil where there are none.
    func sensitiveMembers(of type: String) -> Set<String>? { sensitive[type] }

    /// Whether somebody in this role is asked to confirm any type in a dialect.
    func isConfirmed(by role: Role, in dialect: Dialect) -> Bool {
        confirming[dialect.place] & Self.bit(of: role) != 0
    }

    private static func bit(of role: Role) -> UInt16 { 1 << UInt16(role.rawValue) }

    /// What a dialect calls the messages whose delivery matters most.
    func criticalNames(in dialect: DialectName) -> Set<String> {
        Set(types.filter(\.isCritical).compactMap { $0.forms[dialect] })
    }

}

/// What cannot be right about a catalogue.
package struct CatalogueContradiction: Error, Equatable, Sendable {
    package var type: String
    package var reason: String
}

extension MessageType {
    /// Types of the dialects' own conversations, which no message may be called.
    private static let reserved: Set<String> = [
        "subscribe", "unsubscribe", "reconnect", "ping", "pong", "error", "authenticate", "resume",
        "sync_request", "bulk_update", "join", "leave", "ack", "message_acknowledged",
    ]

    /// What cannot be right about the type, in words.
    fileprivate var contradiction: String? {
        var names: Set<String> = []
        for field in fields where !names.insert(field.name).inserted {
            return "the field '\(field.name)' is there twice"
        }
        if channels.count > EventChannels.most {
            return "it goes to \(channels.count) channels, more than \(EventChannels.most)"
        }
        if effect != .own && publishers.isEmpty { return "nobody may publish it" }
        if effect == .own && !(publishers.isEmpty && accepted.isEmpty) {
            return "what Freshwire tells by itself is published by nobody"
        }
        if [.relay, .orderOffer, .deliveryOffer].contains(effect) && channels.isEmpty {
            return "it goes to no channel"
        }
        if !(isCritical && messageClass == .record) && !confirmedBy.isEmpty {
            return "only a critical record is confirmed"
        }
        if let name = accepted.values.first(where: Self.reserved.contains) {
            return "clients have another meaning for '\(name)'"
        }
        return channelContradiction ?? publisherContradiction ?? effectContradiction
            ?? orderWordsContradiction
    }

    private var channelContradiction: String? {
        for template in channels {
            switch template.subject {
            case .fixed: break
            case .party where field("orderId") == nil:
                return "'\(template.text)' needs a field 'orderId'"
            case .party: break
            case .field(let name):
                // The types that Freshwire tells by itself fill their channels by themselves.
                guard effect != .own else { break }
                guard field(name)?.kind == .identifier else {
                    return "'\(template.text)' needs a field '\(name)' of kind identifier"
                }
            }
            // Addresses and names have no place beside a position (K-10).
            if template.kind == .tracking, let field = fields.first(where: \.isSensitive) {
                return
                    "'\(field.name)' is sensitive, and '\(template.text)' carries nothing personal"
            }
        }
        return nil
    }

    private var publisherContradiction: String? {
        for publisher in publishers {
            if publisher.roles.isEmpty { return "a publisher without a role" }
            for name in [publisher.own, publisher.site].compactMap({ $0 })
            where field(name)?.kind != .identifier {
                return "a publisher is bound by '\(name)', which is no field of kind identifier"
            }
            if publisher.isParty, field("orderId")?.kind != .identifier {
                return "a publisher is bound by the order, and there is no field 'orderId'"
            }
        }
        return nil
    }

    private var effectContradiction: String? {
        let needed: [String] =
            switch effect {
            case .position: ["driverId", "latitude", "longitude"]
            case .orderStatus: ["orderId", "status"]
            case .orderOffer: ["merchantId", "orderId"]
            case .heartbeat: ["driverId"]
            case .deliveryOffer: ["orderId", "pickup"]
            case .acceptOffer, .declineOffer, .relay, .own: []
            }
        let said: [String] =
            switch effect {
            case .orderOffer: ["timer", "offerId", "expiresAt"]
            case .deliveryOffer: ["driverId", "timer", "offerId", "expiresAt"]
            case .acceptOffer, .declineOffer: ["offerId", "orderId"]
            case .heartbeat: ["availability"]
            case .position, .orderStatus, .relay, .own: []
            }
        if let absent = said.first(where: { field($0) == nil }) {
            return "\(effect.rawValue) needs a field '\(absent)'"
        }
        if [.orderOffer, .deliveryOffer].contains(effect), messageClass != .record {
            return "an offer is of the class record"
        }
        return needed.first { field($0)?.isRequired != true }.map {
            "\(effect.rawValue) needs a required field '\($0)'"
        }
    }
}
