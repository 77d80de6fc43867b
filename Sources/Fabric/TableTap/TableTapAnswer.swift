import ColdChain
import Wire

/// What the server says to one client of the TableTap dialect.
enum TableTapAnswer: Equatable {
    case established(connectionID: String, Identity)
    case subscribed([Channel], failed: [FailedSubscription], position: MessageID?)
    case unsubscribed([String])
    case pong(timestamp: String?)
    case acknowledged(messageID: String)
    /// Nothing can be told again: the client has to ask for what is now.
    case historyLost(lastMessage: String?, position: MessageID?)
    case renewed(until: Timestamp?)
    case expiring(at: Timestamp)
    case error(TableTapError)
    /// An error of a message that the client named.
    case messageError(messageID: String, TableTapError)

    var type: String {
        switch self {
        case .established: "connection_established"
        case .subscribed: "subscription_confirmed"
        case .unsubscribed: "unsubscription_confirmed"
        case .pong: "pong"
        case .acknowledged: "message_acknowledged"
        case .historyLost: "message_replay"
        case .renewed: "token_renewed"
        case .expiring: "token_expiring"
        case .error: "error"
        case .messageError: "message_error"
        }
    }
}

/// A channel that could not be subscribed to.
struct FailedSubscription: Equatable {
    enum Reason: String {
        case permissions = "insufficient_permissions"
        case unknown = "unknown_channel"
        case tooMany = "subscription_limit"
    }

    var name: String
    var reason: Reason
}

extension FailedSubscription.Reason {
    init(_ refusal: SubscriptionRefusal) {
        switch refusal {
        case .accessDenied: self = .permissions
        case .unknownOrder: self = .unknown
        case .tooMany: self = .tooMany
        }
    }
}

/// What was wrong, as `code` and `message` and what the seed has beside them.
enum TableTapError: Error, Equatable {
    case authenticationFailed(String)
    case insufficientPermissions(channel: String, requiredRole: String)
    case unknownChannel(String)
    case tooManySubscriptions(channel: String)
    case rateLimitExceeded(retryAfterSeconds: Int64, MessageRate)
    case notJSON
    case notText
    case invalid(String)
    case unknownType
    case notSupported
    case notPublished(PublicationRefusal)
    case missingSignature
    case wrongSignature

    static let badToken = Self.authenticationFailed("Invalid or expired token")

    var code: String {
        switch self {
        case .authenticationFailed: "AUTHENTICATION_FAILED"
        case .insufficientPermissions: "INSUFFICIENT_PERMISSIONS"
        case .unknownChannel: "UNKNOWN_CHANNEL"
        case .tooManySubscriptions: "SUBSCRIPTION_LIMIT"
        case .rateLimitExceeded: "RATE_LIMIT_EXCEEDED"
        case .notJSON: "MALFORMED_JSON"
        case .notText: "NOT_TEXT"
        case .invalid: "INVALID_MESSAGE"
        case .unknownType: "UNKNOWN_TYPE"
        case .notSupported: "NOT_SUPPORTED"
        case .notPublished(let refusal):
            refusal.code == .accessDenied ? "INSUFFICIENT_PERMISSIONS" : refusal.code.rawValue
        case .missingSignature: "SIGNATURE_REQUIRED"
        case .wrongSignature: "SIGNATURE_INVALID"
        }
    }

    /// For a person who reads the client's log.
    var message: String {
        switch self {
        case .authenticationFailed(let reason), .invalid(let reason): reason
        case .notPublished(let refusal): refusal.message
        case .insufficientPermissions(let channel, _): "Access denied to channel: \(channel)"
        case .unknownChannel(let channel): "No such channel: \(channel)"
        case .tooManySubscriptions(let channel):
            "This connection has as many subscriptions as are allowed; not followed: \(channel)"
        case .rateLimitExceeded: "Too many messages sent"
        case .notJSON: "The message is not JSON."
        case .notText: "Binary messages are not understood."
        case .unknownType: "No such message type."
        case .notSupported: "This server takes no messages of this type from clients."
        case .missingSignature: "Messages have to be signed here."
        case .wrongSignature: "The signature is not one of this message by this user."
        }
    }
}

extension JSONWriter {
    mutating func data(_ answer: TableTapAnswer, at now: Timestamp, ids: MessageIDText) {
        switch answer {
        case .established(let connectionID, let identity):
            established(connectionID, identity, at: now)
        case .subscribed(let channels, let failed, let position):
            subscribed(channels, failed: failed)
            if let position { member("lastMessageId", position, ids) }
        case .unsubscribed(let names):
            name("channels")
            array { list in for name in names { list.value(name) } }
        case .pong: break
        case .acknowledged(let messageID):
            member("messageId", messageID)
            member("status", "processed")
            member("processedAt", instant: now.milliseconds)
        case .historyLost(let lastMessage, let position):
            name("messages")
            array { _ in }
            memberOrNull("fromMessageId", lastMessage)
            if let position { member("toMessageId", position, ids) }
            if position == nil { memberOrNull("toMessageId", nil) }
            member("hasMore", false)
            member("recovered", false)
        case .renewed(let end):
            if let end { member("expiresAt", instant: end.milliseconds) }
        case .expiring(let end):
            member("expiresAt", instant: end.milliseconds)
            member("expiresIn", max((end.milliseconds - now.milliseconds) / 1000, 0))
            member("action", "authenticate")
        case .error(let error): members(of: error)
        case .messageError(let messageID, let error):
            member("messageId", messageID)
            name("error")
            object { $0.members(of: error) }
        }
    }

    private mutating func established(
        _ connectionID: String, _ identity: Identity, at now: Timestamp
    ) {
        member("connectionId", connectionID)
        member("userId", identity.subject)
        member("userType", identity.role.tableTapName)
        member("cafeId", identity.site)
        name("capabilities")
        array { capabilities in
            capabilities.value("order_updates")
            capabilities.value("status_notifications")
            if identity.role.isToldTableTapAlerts { capabilities.value("alerts") }
        }
        member("serverTime", instant: now.milliseconds)
    }

    private mutating func subscribed(_ channels: [Channel], failed: [FailedSubscription]) {
        name("channels")
        array { list in for channel in channels { list.value(channel.tableTapName ?? "") } }
        name("failed")
        array { list in
            for failure in failed {
                list.object { entry in
                    entry.member("channel", failure.name)
                    entry.member("reason", failure.reason.rawValue)
                }
            }
        }
    }

    private mutating func members(of error: TableTapError) {
        member("code", error.code)
        member("message", error.message)
        switch error {
        case .authenticationFailed: member("action", "reconnect_with_new_token")
        case .insufficientPermissions(let channel, let requiredRole):
            member("channel", channel)
            member("requiredRole", requiredRole)
        case .unknownChannel(let channel), .tooManySubscriptions(let channel):
            member("channel", channel)
        case .rateLimitExceeded(let retryAfterSeconds, let rate):
            member("retryAfter", retryAfterSeconds)
            member("limit", rate.count)
            member("window", rate.window / 1000)
        case .notPublished(let refusal): member("field", refusal.field)
        case .notJSON, .notText, .invalid, .unknownType, .notSupported, .missingSignature,
            .wrongSignature:
            break
        }
    }

    mutating func memberOrNull(_ name: String, _ text: String?) {
        self.name(name)
        if let text { value(text) } else { null() }
    }
}

extension Role {
    fileprivate var isToldTableTapAlerts: Bool {
        seesEverything || self == .manager || self == .merchant
    }
}
