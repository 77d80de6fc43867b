import Wire

/// What a client asks at `/realtime`. The seed names no messages of clients; these are bare objects
/// like the server's.
enum BookingRequest: Equatable {
    /// `lowData` counts for the whole connection; nil leaves it as it is.
    case subscribe(Channel, lowData: Bool?, confirms: Bool)
    case unsubscribe(Channel)
    case resume([Channel], after: String?, lowData: Bool?)
    case ping
    /// These critical messages have arrived.
    case confirm([String])
    /// Have a message told.
    case publish(MessageType, [JSON.Member])
    /// Go on with this token.
    case authenticate(token: String)
}

/// What was wrong with a message, as `code`.
enum BookingRefusal: String, Error, CaseIterable {
    case notJSON = "MALFORMED_JSON"
    case notText = "NOT_TEXT"
    case wrongRequest = "INVALID_REQUEST"
    case unknownType = "UNKNOWN_TYPE"
    case unknownChannel = "UNKNOWN_CHANNEL"
    case accessDenied = "ACCESS_DENIED"
    case unknownBooking = "BOOKING_UNKNOWN"
    case tooManySubscriptions = "SUBSCRIPTION_LIMIT"
    case tooManyMessages = "RATE_LIMIT_EXCEEDED"
    case revoked = "SUBSCRIPTION_REVOKED"
    case authenticationFailed = "AUTHENTICATION_FAILED"

    var message: String {
        switch self {
        case .notJSON: "The message is not JSON."
        case .notText: "Binary messages are not understood."
        case .wrongRequest: "The message lacks a member, or one is of the wrong kind."
        case .unknownType:
            "The types are subscribe, unsubscribe, resume, authenticate, ack and ping."
        case .unknownChannel:
            "The channels are booking.{id}.tracking, booking.{id}.chat and user.{id}.events."
        case .accessDenied: "There is no such channel for this user."
        case .unknownBooking: "No such booking is known here."
        case .tooManySubscriptions: "This connection has as many subscriptions as are allowed."
        case .tooManyMessages: "Too many messages: this one was not read."
        case .revoked: "You may no longer follow this channel."
        case .authenticationFailed: TokenNotice.refusal
        }
    }

    init(_ refusal: SubscriptionRefusal) {
        switch refusal {
        case .accessDenied: self = .accessDenied
        case .unknownOrder: self = .unknownBooking
        case .tooMany: self = .tooManySubscriptions
        }
    }
}

extension BookingRequest {
    /// - Parameter catalogue: Says which messages clients publish.
    init(
        _ json: JSON, limits: FabricLimits, catalogue: MessageCatalogue = .empty
    ) throws(BookingRefusal) {
        guard case .object = json, let type = json["type"]?.string else { throw .wrongRequest }
        switch type {
        case "subscribe":
            self = .subscribe(
                try Self.channel(json["channel"], limits: limits), lowData: try Self.lowData(json),
                confirms: json["confirm"]?.bool ?? false)
        case "unsubscribe":
            self = .unsubscribe(try Self.channel(json["channel"], limits: limits))
        case "resume":
            self = try Self.resume(json, limits: limits)
        case "ping":
            self = .ping
        case "ack":
            guard let messages = ConfirmedMessages.read(json["message_id"], limits) else {
                throw .wrongRequest
            }
            self = .confirm(messages)
        case "authenticate":
            guard let token = json["token"]?.string, !token.isEmpty else { throw .wrongRequest }
            self = .authenticate(token: token)
        default:
            guard let published = catalogue.type(accepted: type, in: .booking) else {
                throw .unknownType
            }
            self = .publish(published, json.members ?? [])
        }
    }

    private static func resume(
        _ json: JSON, limits: FabricLimits
    ) throws(BookingRefusal) -> BookingRequest {
        let last = json["last_message_id"]
        guard let names = json["channels"]?.array,
            last == nil || last == .null || last?.string != nil
        else { throw .wrongRequest }
        guard names.count <= limits.subscriptions else { throw .tooManySubscriptions }
        var channels: [Channel] = []
        for name in names { channels.append(try channel(name, limits: limits)) }
        return .resume(channels, after: last?.string, lowData: try lowData(json))
    }

    private static func channel(
        _ name: JSON?, limits: FabricLimits
    ) throws(BookingRefusal) -> Channel {
        guard let name = name?.string else { throw .wrongRequest }
        guard let channel = Channel(bookingName: name) else { throw .unknownChannel }
        guard channel.subject.utf8.count <= limits.channelNameBytes else { throw .wrongRequest }
        return channel
    }

    private static func lowData(_ json: JSON) throws(BookingRefusal) -> Bool? {
        switch json["lowData"] {
        case nil, .null: return nil
        case .bool(let isLow): return isLow
        default: throw .wrongRequest
        }
    }
}
