import ColdChain
import Wire

/// What a client asks at `/tracking`.
enum TrackingRequest: Equatable {
    /// The user is named by the client, for whom the token speaks; the message is the last it has.
    /// `confirms` says that the client confirms critical messages.
    case subscribe(order: String, user: String?, lastMessage: String?, confirms: Bool)
    case unsubscribe(order: String)
    case ping
    /// These critical messages have arrived.
    case confirm([String])
    /// Go on with this token.
    case authenticate(token: String)
}

/// What the server says to one client.
enum TrackingAnswer: Equatable {
    /// Whether all that was missed follows; nil where the client did not ask.
    case subscribed(OrderStatus?, isWhole: Bool?)
    case unsubscribed
    case pong
    case authenticated(until: Timestamp?)
    case tokenExpiring(at: Timestamp, secondsLeft: Int64)
    case error(TrackingRefusal)

    var event: String {
        switch self {
        case .subscribed: "subscribed"
        case .unsubscribed: "unsubscribed"
        case .pong: "pong"
        case .authenticated: "authenticated"
        case .tokenExpiring: "token_expiring"
        case .error: "error"
        }
    }
}

/// What was wrong with a message, as `data.code`.
enum TrackingRefusal: String, Error, CaseIterable {
    case notJSON = "MALFORMED_JSON"
    case notText = "NOT_TEXT"
    case wrongRequest = "INVALID_REQUEST"
    case unknownAction = "UNKNOWN_ACTION"
    case accessDenied = "ACCESS_DENIED"
    case unknownOrder = "ORDER_UNKNOWN"
    case tooManySubscriptions = "SUBSCRIPTION_LIMIT"
    case tooManyMessages = "RATE_LIMIT_EXCEEDED"
    case lateResumption = "TOO_LATE_TO_RESUME"
    case revoked = "SUBSCRIPTION_REVOKED"
    case authenticationFailed = "AUTHENTICATION_FAILED"

    var message: String {
        switch self {
        case .notJSON: "The message is not JSON."
        case .notText: "Binary messages are not understood."
        case .wrongRequest: "A message is {action, orderId, userId}."
        case .unknownAction:
            "The actions are subscribe, unsubscribe, authenticate, ack and ping."
        case .accessDenied: "There is no such order for this user."
        case .unknownOrder: "No such order is known here."
        case .tooManySubscriptions: "This connection has as many subscriptions as are allowed."
        case .tooManyMessages: "Too many messages: this one was not read."
        case .lateResumption: "Only a connection's first subscription can name a lastMessageId."
        case .revoked: "You may no longer follow this order."
        case .authenticationFailed: TokenNotice.refusal
        }
    }

    init(_ refusal: SubscriptionRefusal) {
        switch refusal {
        case .accessDenied: self = .accessDenied
        case .unknownOrder: self = .unknownOrder
        case .tooMany: self = .tooManySubscriptions
        }
    }
}

extension TrackingRequest {
    init(_ json: JSON, limits: FabricLimits) throws(TrackingRefusal) {
        guard case .object = json, let action = json["action"]?.string else {
            throw .wrongRequest
        }
        switch action {
        case "subscribe":
            self = .subscribe(
                order: try Self.order(of: json, limits: limits),
                user: try Self.text("userId", of: json),
                lastMessage: try Self.text("lastMessageId", of: json),
                confirms: json["confirm"]?.bool ?? false)
        case "unsubscribe":
            self = .unsubscribe(order: try Self.order(of: json, limits: limits))
        case "ping":
            self = .ping
        case "ack":
            guard let messages = ConfirmedMessages.read(json["messageId"], limits) else {
                throw .wrongRequest
            }
            self = .confirm(messages)
        case "authenticate":
            guard let token = json["token"]?.string, !token.isEmpty else { throw .wrongRequest }
            self = .authenticate(token: token)
        default:
            throw .unknownAction
        }
    }

    private static func order(
        of json: JSON, limits: FabricLimits
    ) throws(TrackingRefusal) -> String {
        guard let order = json["orderId"]?.string, !order.isEmpty,
            order.utf8.count <= limits.channelNameBytes
        else { throw .wrongRequest }
        return order
    }

    private static func text(
        _ name: String, of json: JSON
    ) throws(TrackingRefusal) -> String? {
        switch json[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw .wrongRequest
        }
    }
}
