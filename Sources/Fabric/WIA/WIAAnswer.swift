import ColdChain
import Wire

/// What the server says to one client: answers, and notices that answer nothing.
enum WIAAnswer: Equatable {
    case subscribed(Channel)
    case unsubscribed(Channel)
    case pong
    case reconnected(Resumption)
    case authenticated(until: Timestamp?)
    case tokenExpiring(at: Timestamp)
    case synchronized(Synchronisation)
    case error(WIAError, channel: Channel?)
    /// A message of the client's was recorded, or had been.
    case published(type: String, PublicationFate)
    case refused(PublicationRefusal)
    /// What became of each message of a `bulk_update`.
    case bulk([PublicationFate])

    /// Leaving a channel is acknowledged by the same type with another status: the seed lists no
    /// type of its own for it.
    var type: String {
        switch self {
        case .subscribed, .unsubscribed: "subscribe_ack"
        case .pong: "pong"
        case .reconnected: "reconnect_ack"
        case .authenticated: "authenticate_ack"
        case .tokenExpiring: "token_expiring"
        case .synchronized: "sync_response"
        case .error, .refused: "error"
        case .published(let type, _): type + "_ack"
        case .bulk: "bulk_update_ack"
        }
    }
}

/// What was wrong with a message, as `payload.code` of an `error` message.
enum WIAError: String, CaseIterable {
    case notJSON = "MALFORMED_JSON"
    case notText = "NOT_TEXT"
    case wrongEnvelope = "INVALID_ENVELOPE"
    case missingID = "MISSING_ID"
    case unknownType = "UNKNOWN_TYPE"
    case notSupported = "NOT_SUPPORTED"
    case wrongPayload = "INVALID_PAYLOAD"
    case unknownChannel = "UNKNOWN_CHANNEL"
    case accessDenied = "ACCESS_DENIED"
    case unknownOrder = "ORDER_UNKNOWN"
    case tooManySubscriptions = "SUBSCRIPTION_LIMIT"
    case tooManyOrders = "ORDER_LIMIT"
    case tooManyMessages = "RATE_LIMIT_EXCEEDED"
    case missingSignature = "SIGNATURE_REQUIRED"
    case wrongSignature = "SIGNATURE_INVALID"
    case revoked = "SUBSCRIPTION_REVOKED"
    case authenticationFailed = "AUTHENTICATION_FAILED"

    /// For a person who reads the client's log.
    var message: String {
        switch self {
        case .notJSON: "The message is not JSON."
        case .notText: "Binary messages are not understood."
        case .wrongEnvelope: "A message is {type, id, timestamp, payload}."
        case .missingID: "The message has no id to answer to."
        case .unknownType: "No such message type."
        case .notSupported: "This server does not support this message type yet."
        case .wrongPayload: "The payload lacks something, or names what cannot be."
        case .unknownChannel: "No such channel."
        case .accessDenied: "There is no such channel for you."
        case .unknownOrder: "No such order is known here."
        case .tooManySubscriptions: "This connection has as many subscriptions as are allowed."
        case .tooManyOrders: "A message may not name as many orders."
        case .tooManyMessages: "Too many messages: this one was not read."
        case .missingSignature: "Messages have to be signed here."
        case .wrongSignature: "The signature is not one of this message by this user."
        case .revoked: "You may no longer follow this channel."
        case .authenticationFailed: TokenNotice.refusal
        }
    }
}

extension JSONWriter {
    mutating func payload(_ answer: WIAAnswer, at now: Timestamp) {
        switch answer {
        case .subscribed(let channel):
            member("status", "subscribed")
            member("channel", channel.name)
        case .unsubscribed(let channel):
            member("status", "unsubscribed")
            member("channel", channel.name)
        case .pong:
            member("serverTime", instant: now.milliseconds)
        case .reconnected(let resumption):
            payload(resumption)
        case .authenticated(let end):
            member("status", "authenticated")
            if let end { member("expiresAt", instant: end.milliseconds) }
        case .tokenExpiring(let end):
            member("expiresAt", instant: end.milliseconds)
            member("expiresIn", TokenNotice.secondsLeft(until: end, at: now))
            member("action", "authenticate")
        case .synchronized(let synchronisation):
            payload(synchronisation)
        case .error(let error, let channel):
            member("code", error.rawValue)
            member("message", error.message)
            member("channel", channel?.name)
        case .published(_, let fate): member("status", fate.word)
        case .refused(let refusal): payload(refusal)
        case .bulk(let fates):
            name("results")
            array { results in
                for fate in fates { results.object { $0.payload(of: fate) } }
            }
        }
    }

    private mutating func payload(_ resumption: Resumption) {
        member("status", resumption.isWhole ? "recovered" : "reset")
        member("recovered", resumption.isWhole)
        name("subscriptions")
        array { names in
            for channel in resumption.followed { names.value(channel.name) }
        }
        name("failed")
        array { failed in
            for refused in resumption.refused {
                failed.object { entry in
                    entry.member("channel", refused.channel.name)
                    entry.member("code", WIAError(refused.refusal).rawValue)
                }
            }
        }
    }
}

extension WIAError {
    init(_ refusal: SubscriptionRefusal) {
        switch refusal {
        case .accessDenied: self = .accessDenied
        case .unknownOrder: self = .unknownOrder
        case .tooMany: self = .tooManySubscriptions
        }
    }
}
