/// A room as Socket.IO clients name it, and the channels behind it.
struct SocketIORoom: Equatable {
    private static let kinds: [(prefix: String, kind: Channel.Kind)] = [
        ("order_", .order), ("customer_", .customer), ("merchant_", .merchant),
        ("driver_", .driver),
    ]
    /// Everything that staff look after, for administrators alone.
    static let administration = "admin_updates"

    let name: String
    let channels: [Channel]

    init?(name: String, limits: FabricLimits) {
        self.name = name
        if name == Self.administration {
            channels = [Channel(.alerts, Channel.everySite), Channel(.site, Channel.everySite)]
            return
        }
        guard let (prefix, kind) = Self.kinds.first(where: { name.hasPrefix($0.prefix) }) else {
            return nil
        }
        let subject = String(name.dropFirst(prefix.count))
        guard !subject.isEmpty, subject.utf8.count <= limits.channelNameBytes else { return nil }
        let own = Channel(kind, subject)
        // A site that is called so must not be given every other site's.
        let hasAlarms = kind == .merchant && subject != Channel.everySite
        channels = hasAlarms ? [own, Channel(.site, subject)] : [own]
    }

    /// The name of the room with a channel, nil where there is none.
    static func name(of channel: Channel) -> String? {
        switch channel.kind {
        case .alerts where channel.subject == Channel.everySite,
            .site where channel.subject == Channel.everySite:
            administration
        case .alerts: nil
        case .site: "merchant_" + channel.subject
        default:
            kinds.first { $0.kind == channel.kind }.map { $0.prefix + channel.subject }
        }
    }

    /// The name of the room that a user is in without asking (S-2), unless the token closes it; nil
    /// where there is none.
    static func name(of identity: Identity) -> String? {
        let own: String? =
            switch identity.role {
            case .customer: "customer_" + identity.subject
            case .driver: "driver_" + identity.subject
            case .merchant: identity.site.map { "merchant_" + $0 }
            case .administrator: administration
            case .support, .staff, .foodSafety, .employee, .manager: nil
            }
        guard let own, let scopes = identity.scopes else { return own }
        let room = SocketIORoom(name: own, limits: FabricLimits())
        return room?.channels.allSatisfy(scopes.opens) == true ? own : nil
    }

    func isOpen(to identity: Identity) -> Bool {
        name != Self.administration || identity.role == .administrator
    }
}

/// What a Socket.IO client did that cannot be done; the texts are told to it.
enum SocketIOError: String {
    case unknownEvent = "UNKNOWN_EVENT"
    case notSupported = "NOT_SUPPORTED"
    case wrongArguments = "INVALID_ARGUMENTS"
    case unknownRoom = "UNKNOWN_ROOM"
    case accessDenied = "ACCESS_DENIED"
    case unknownOrder = "ORDER_UNKNOWN"
    case tooManyRooms = "SUBSCRIPTION_LIMIT"
    case tooManyMessages = "RATE_LIMIT_EXCEEDED"
    case authenticationFailed = "AUTHENTICATION_FAILED"

    init(_ refusal: SubscriptionRefusal) {
        switch refusal {
        case .accessDenied: self = .accessDenied
        case .unknownOrder: self = .unknownOrder
        case .tooMany: self = .tooManyRooms
        }
    }

    var message: String {
        switch self {
        case .unknownEvent: "No such event is taken here."
        case .notSupported: "Positions are taken by MQTT, not by this event."
        case .wrongArguments: "The event needs the name of a room, or a token."
        case .unknownRoom: "No such kind of room."
        case .accessDenied: "There is no such room for you."
        case .unknownOrder: "No such order is known here."
        case .tooManyRooms: "This connection has as many subscriptions as are allowed."
        case .tooManyMessages: "Too many messages: this one was not read."
        case .authenticationFailed: TokenNotice.refusal
        }
    }
}
