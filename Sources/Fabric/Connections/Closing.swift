/// Why the fabric ends a connection: the status code of the WebSocket close frame.
///
/// The ranges tell a client that knows nothing else what to do, as Centrifugo's do: 3000–3499 and
/// 4000–4499 reconnect (with back-off and jitter), 3500–3999 and 4500–4999 do not. Codes that
/// Centrifugo has a meaning for keep it.
package enum CloseCode: UInt16, CaseIterable, Sendable {
    /// The server ends, perhaps to begin anew: reconnect (RFC 6455 §7.4.1).
    case goingAway = 1001
    /// The token ran out: reconnect with a new one.
    case tokenExpired = 3005
    /// More waited for this reader than its outbox may hold: reconnect and ask what was missed.
    case slowReader = 3008
    /// A stream has lasted as long as one may: reconnect and ask what was missed.
    case leaseEnded = 3011
    /// Nothing was heard for longer than the heartbeat limit: reconnect.
    case silent = 3012
    /// The message rate was exceeded for too long: reconnect later and send less.
    case tooManyMessages = 3013
    /// The token was called back: another has to be had first.
    case tokenRevoked = 3500
    /// An administrator ended it: do not come again.
    case removed = 3503
    /// The user has as many connections as are allowed: close one before opening another.
    case connectionLimit = 3504
    /// The server's outboxes were full and this reader was furthest behind: reconnect later.
    case outboxBudget = 4000
    /// The server takes no more connections: reconnect later.
    case serverFull = 4001
    /// Events were lost inside the server: reconnect and ask what was missed.
    case historyLost = 4002
    /// The cafe has as many connections as are allowed: reconnect later.
    case siteLimit = 4003

    /// The reason of the close frame, at most 123 bytes.
    package var reason: String {
        switch self {
        case .goingAway: "shutting down: reconnect"
        case .tokenExpired: "token expired: reconnect with a new token"
        case .tokenRevoked: "token revoked"
        case .slowReader: "slow reader: outbox limit exceeded"
        case .leaseEnded: "come again"
        case .silent: "no heartbeat"
        case .tooManyMessages: "message rate exceeded"
        case .removed: "ended by an administrator"
        case .connectionLimit: "too many connections of this user"
        case .outboxBudget: "server outboxes full: reconnect later"
        case .historyLost: "events were lost: reconnect and ask anew"
        case .siteLimit: "too many connections of this cafe: reconnect later"
        case .serverFull: "too many connections: reconnect later"
        }
    }

    package var mayReconnect: Bool { rawValue % 1000 < 500 }

    /// Whether what was written for the connection is thrown away: a reader that takes nothing
    /// gets nothing more than the close frame.
    var discardsAnswers: Bool {
        switch self {
        case .slowReader, .outboxBudget, .silent: true
        case .goingAway, .removed, .tokenExpired, .tokenRevoked, .leaseEnded, .tooManyMessages,
            .connectionLimit,
            .serverFull,
            .historyLost, .siteLimit:
            false
        }
    }
}

/// A connection the host is to end. What `fill` still gives goes out before the close frame; the
/// host calls `disconnect` when the socket is gone.
package struct Closing: Equatable, Sendable {
    package var connection: ConnectionNumber
    package var code: CloseCode
    /// When the client may come again, where that is said: after so many milliseconds, which are
    /// others for each.
    package var retry: Int64?

    package init(connection: ConnectionNumber, code: CloseCode, retry: Int64? = nil) {
        self.connection = connection
        self.code = code
        self.retry = retry
    }

    /// The reason of the close frame, at most 123 bytes.
    package var reason: String {
        retry.map { "\(code.reason) in \($0) ms" } ?? code.reason
    }
}

/// What the fabric wants done since the host last asked.
package struct FabricEffects: Equatable, Sendable {
    /// Connections for which something waits that did not before: each is to be filled and
    /// written when its socket takes bytes. Named once until `fill` has drained it.
    package var ready: [ConnectionNumber] = []
    package var closings: [Closing] = []
    /// To be answered with `take`.
    package var historyReads: [HistoryRead] = []
    /// To be verified, each answered with `renew`, in their order.
    package var tokens: [OfferedToken] = []
    /// To be recorded in the audit.
    package var accesses: [ResourceAccess] = []

    /// To be recorded, each answered with `conclude`.
    package var submissions: [Submission] = []
    /// Of Socket.IO clients' events that could not be answered at once.
    package var acknowledgements: [SocketIOAcknowledgement] = []
    /// To be reported.
    package var unconfirmed: [UnconfirmedDelivery] = []

    package init() {}

    package mutating func removeAll() {
        submissions.removeAll(keepingCapacity: true)
        acknowledgements.removeAll(keepingCapacity: true)
        unconfirmed.removeAll(keepingCapacity: true)
        ready.removeAll(keepingCapacity: true)
        closings.removeAll(keepingCapacity: true)
        historyReads.removeAll(keepingCapacity: true)
        tokens.removeAll(keepingCapacity: true)
        accesses.removeAll(keepingCapacity: true)
    }
}

/// A token that a client shows in an open connection. Not to be logged.
package struct OfferedToken: Equatable, Sendable {
    package var connection: ConnectionNumber
    package var token: String

    package init(connection: ConnectionNumber, token: String) {
        self.connection = connection
        self.token = token
    }
}
