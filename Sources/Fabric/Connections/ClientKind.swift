/// What a client runs on, as far as it says (K-11).
package enum Platform: String, CaseIterable, Sendable {
    case android
    case ios
    case web
    /// A program that is none of these.
    case program
    case unknown

    /// - Parameters:
    ///   - name: What the client calls itself, such as `ios`; nil where it says nothing.
    ///   - userAgent: The field of its request.
    package init(name: String?, userAgent: String?) {
        if let named = name.flatMap({ Platform(rawValue: $0.lowercased()) }) {
            self = named
            return
        }
        guard let userAgent, !userAgent.isEmpty else {
            self = .unknown
            return
        }
        let marks: [(Platform, [String])] = [
            (.android, ["Android", "okhttp", "Dalvik"]),
            (.ios, ["CFNetwork", "iPhone", "iPad", "iOS"]),
            (.web, ["Mozilla/"]),
        ]
        self = marks.first { $0.1.contains(where: userAgent.contains) }?.0 ?? .program
    }
}

/// What connections are counted by.
package struct ClientKind: Hashable, Sendable {
    package var dialect: Dialect
    package var role: Role
    package var platform: Platform

    package init(dialect: Dialect, role: Role, platform: Platform) {
        self.dialect = dialect
        self.role = role
        self.platform = platform
    }
}

/// Why somebody with a valid token was not let in, and from where.
package struct TurnedAway: Hashable, Sendable {
    package var code: CloseCode
    package var platform: Platform

    package init(code: CloseCode, platform: Platform) {
        self.code = code
        self.platform = platform
    }
}

extension Dialect {
    /// The name that metrics and administrators know it by.
    package var name: String {
        switch self {
        case .wia: "wia"
        case .tableTap: "tabletap"
        case .tracking: "tracking"
        case .booking: "booking"
        case .eventStream: "sse"
        case .socketIO: "socketio"
        }
    }
}

extension CloseCode {
    /// The name that metrics know it by.
    package var name: String {
        switch self {
        case .goingAway: "going_away"
        case .tokenExpired: "token_expired"
        case .tokenRevoked: "token_revoked"
        case .slowReader: "slow_reader"
        case .leaseEnded: "lease_ended"
        case .silent: "silent"
        case .tooManyMessages: "too_many_messages"
        case .removed: "removed"
        case .connectionLimit: "connection_limit"
        case .outboxBudget: "outbox_budget"
        case .serverFull: "server_full"
        case .historyLost: "history_lost"
        case .siteLimit: "site_limit"
        }
    }
}
