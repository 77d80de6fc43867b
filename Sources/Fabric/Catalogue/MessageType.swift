import ColdChain

/// One type of message of the fabric, as the catalogue describes it.
package struct MessageType: Equatable, Sendable {
    /// How it is told.
    package enum Class: String, CaseIterable, Sendable {
        /// In order, complete, and again to whoever comes back.
        case record
        /// The latest wins; none is kept.
        case state
    }

    /// What comes of a message that somebody publishes.
    package enum Effect: String, CaseIterable, Sendable {
        /// It is told as it came.
        case relay
        /// It is a fix of the driver's vehicle, judged as those of trackers are, and told as such.
        case position
        /// The order gets the status, and that is told.
        case orderStatus = "order_status"
        /// A restaurant is offered an order: it is told to the restaurant, and can be taken until its
        /// time is over.
        case orderOffer = "order_offer"
        /// One driver is offered a delivery, or every driver near its pickup.
        case deliveryOffer = "delivery_offer"
        /// Answers to such offers.
        case acceptOffer = "accept_offer"
        case declineOffer = "decline_offer"
        /// A driver's program says that it is there, and whether the driver takes deliveries. What that
        /// changes is told.
        case heartbeat
        /// Nobody publishes it: Freshwire tells it by itself.
        case own
    }

    /// The canonical name, such as `order_created`.
    package var name: String
    /// For a person who reads the catalogue.
    package var summary: String
    package var messageClass: Class
    package var effect: Effect
    /// Whether a client has to confirm it (T-11, S-5).
    package var isCritical: Bool
    package var publishers: [PublicationTerms]
    package var fields: [MessageField]
    package var channels: [ChannelTemplate]
    /// What a dialect calls it; a dialect that has no name for it is not told.
    package var forms: [DialectName: String]
    /// What a dialect's clients call it when they publish it.
    package var accepted: [DialectName: String]
    /// Whose clients owe a confirmation without having said that they confirm, in each dialect whose
    /// own document asks for confirmations.
    package var confirmedBy: [DialectName: Set<Role>]

    package init(
        name: String, summary: String, messageClass: Class = .record, effect: Effect = .relay,
        isCritical: Bool = false, publishers: [PublicationTerms] = [], fields: [MessageField] = [],
        channels: [ChannelTemplate] = [], forms: [DialectName: String] = [:],
        accepted: [DialectName: String] = [:],
        confirmedBy: [DialectName: Set<Role>] = [:]
    ) {
        self.confirmedBy = confirmedBy
        self.name = name
        self.summary = summary
        self.messageClass = messageClass
        self.effect = effect
        self.isCritical = isCritical
        self.publishers = publishers
        self.fields = fields
        self.channels = channels
        self.forms = forms
        self.accepted = accepted
    }

    /// Whether dialects tell it in their envelope with the fields of its data, and not in words of their
    /// own.
    var isToldAsItCame: Bool {
        effect != .own || !(forms.isEmpty || Event.recordTypes.contains(name))
    }

    var sensitiveFields: Set<String> {
        Set(fields.filter(\.isSensitive).map(\.name))
    }

    package func field(_ name: String) -> MessageField? { fields.first { $0.name == name } }
}

/// A dialect by the name it has in the catalogue.
package enum DialectName: String, CaseIterable, Sendable {
    case wia
    case tableTap = "tabletap"
    case tracking
    case booking
    case eventStream = "sse"
    case socketIO = "socketio"

    package init(_ dialect: Dialect) {
        switch dialect {
        case .wia: self = .wia
        case .tableTap: self = .tableTap
        case .tracking: self = .tracking
        case .booking: self = .booking
        case .eventStream: self = .eventStream
        case .socketIO: self = .socketIO
        }
    }
}

/// Who may publish a type of message.
package struct PublicationTerms: Equatable, Sendable {
    package var roles: Set<Role>
    /// The field that has to be the user's own identifier, and is filled in where it is absent.
    package var own: String?
    /// The field that has to be the user's own site, and is filled in where it is absent.
    package var site: String?
    /// Whether the order of the message has to be one that the user has a part in; where the message
    /// names none, only a type that need not name one is taken.
    package var isParty: Bool

    package init(
        _ roles: Set<Role>, own: String? = nil, site: String? = nil, isParty: Bool = false
    ) {
        self.roles = roles
        self.own = own
        self.site = site
        self.isParty = isParty
    }

    /// The platform: its staff and its services.
    package static let platformRoles = Set(Role.allCases.filter(\.seesEverything))
    package static let platform = PublicationTerms(platformRoles)
}
