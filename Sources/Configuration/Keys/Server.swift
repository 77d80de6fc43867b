extension Configuration {
    /// HTTP and WebSocket.
    package struct Server: Equatable, Sendable {
        package var address = "127.0.0.1"
        package var port = 8080
        package var tls = ServerTLS()
        package var tableTap = TableTap()
        package var connectionsMaximum = 10_000
        /// The longest message a WebSocket client may send, in bytes.
        package var messageBytes = 64 << 10
        /// The longest body an HTTP request may have, in bytes.
        package var bodyBytes = 1 << 20
        /// What may wait for one slow client, in bytes.
        package var outboxBytes = 1 << 20
        /// What may wait for all clients together, in bytes.
        package var outboxTotalBytes = 256 << 20
        /// For each connection.
        package var subscriptionsMaximum = 100
        /// For each user, by the subject of the token (W-15).
        package var connectionsPerUser = 10
        /// For each connection (W-15), on and on and at once.
        package var messagesPerSecond = 100
        package var messageBurst = 200
        package var heartbeatInterval = Duration.seconds(30)
        package var heartbeatMisses = 2
        package var pingInterval = Duration.seconds(25)
        package var compresses = false
        package var gatherTime = Duration.milliseconds(5)
        package var allowedOrigins: [String] = []
        package var streamLease = Duration.seconds(600)
        package var streamRetry = Duration.seconds(2)
        package var locationInterval = Duration.seconds(1)
        package var lowDataInterval = Duration.seconds(10)

        package init() {}
    }

    /// What clients of the TableTap dialect may (T-1, T-2).
    package struct TableTap: Equatable, Sendable {
        package var developmentPort: Int?
        package var connectionsMaximum = 10_000
        package var connectionsPerUser = 5
        package var connectionsPerCafe = 1000
        package var subscriptionsMaximum = 1000
        package var messagesPerMinute = 100
        package var tokenRenewal = Duration.seconds(30 * 60)
        package var tokenWarning = Duration.seconds(120)

        package init() {}
    }

    /// How clients' connections are protected. In use where both files are named.
    package struct ServerTLS: Equatable, Sendable {
        package var certificateFile: String?
        package var keyFile: String?

        package init() {}
    }
}

extension Configuration.Server: Section {
    static let keys: [Key<Self>] = [
        Key(
            "address", \.address, .numericAddress,
            "The IP address to listen on; 127.0.0.1 serves this machine only, 0.0.0.0 all."
        ),
        Key(
            "port", \.port, .integer(0...65_535),
            "The TCP port to listen on; 0 lets the system choose a free one."),
        .section("tls", \.tls, "TLS 1.3 for clients, in use where both files are named."),
        .section("table_tap", \.tableTap, "What clients of the TableTap dialect (/v1) may."),
        Key(
            "connections_maximum", \.connectionsMaximum, .integer(1...1_000_000),
            "How many clients may be connected; each takes a file descriptor."),
        Key(
            "message_bytes", \.messageBytes, .size(1 << 10...16 << 20),
            "The longest message that a WebSocket client may send; a longer one closes with 1009."),
        Key(
            "body_bytes", \.bodyBytes, .size(1 << 10...64 << 20),
            "The longest body of an HTTP request; a longer one is answered with 413."),
        Key(
            "outbox_bytes", \.outboxBytes, .size(16 << 10...256 << 20),
            "What may wait for one slow client; beyond it the client is closed and counted."),
        Key(
            "outbox_total_bytes", \.outboxTotalBytes, .size(1 << 20...64 << 30),
            "What may wait for all clients together; beyond it the slowest are closed."),
        Key(
            "subscriptions_maximum", \.subscriptionsMaximum, .integer(1...10_000),
            "How many channels one connection may subscribe to."),
        Key(
            "connections_per_user", \.connectionsPerUser, .integer(1...100_000),
            "How many connections one user may have; one more is refused."),
        Key(
            "messages_per_second", \.messagesPerSecond, .integer(1...100_000),
            "How many messages a second a connection may send on and on; more are refused."),
        Key(
            "message_burst", \.messageBurst, .integer(1...100_000),
            "How many messages a connection may send at once, above the steady rate."),
        Key(
            "heartbeat_interval", \.heartbeatInterval, .duration(.seconds(5) ... .seconds(600)),
            "How often a client is expected to send a ping message."),
        Key(
            "heartbeat_misses", \.heartbeatMisses, .integer(1...100),
            "After how many missed heartbeats, and half an interval more, a client is closed."),
        Key(
            "ping_interval", \.pingInterval, .duration(.seconds(5) ... .seconds(600)),
            "How often the server sends a WebSocket ping, which keeps proxies from closing."),
        Key(
            "compression", \.compresses, .truth,
            "Whether WebSocket clients may use permessage-deflate; it costs time for every message."
        ),
        Key(
            "gather_time", \.gatherTime, .duration(.zero ... .milliseconds(100)),
            "How long updates in quick succession are gathered for one write to each client; up to 50ms where that write takes longer."
        ),
        Key(
            "allowed_origins", \.allowedOrigins, .list(of: .origin, count: 0...100),
            "The origins whose pages may connect from a browser; '*' allows every one."),
        Key(
            "stream_lease", \.streamLease, .duration(.seconds(30) ... .seconds(86_400)),
            "How long a stream of events lasts before its client comes again and resumes."),
        Key(
            "stream_retry", \.streamRetry, .duration(.milliseconds(100) ... .seconds(300)),
            "How soon the client of a stream comes again: after once to twice as long."),
        Key(
            "location_interval", \.locationInterval, .duration(.zero ... .seconds(60)),
            "How long a /realtime client is left without a further position."),
        Key(
            "low_data_interval", \.lowDataInterval, .duration(.zero ... .seconds(600)),
            "The same for one that asked for little data."),
    ]
}

extension Configuration.TableTap: Section {
    static let keys: [Key<Self>] = [
        Key(
            "development_port", \.developmentPort, .integer(1...65_535), example: 3001,
            "A second port on which the same is served, for clients that look for it there."),
        Key(
            "connections_maximum", \.connectionsMaximum, .integer(1...1_000_000),
            "How many of the dialect's clients may be connected."),
        Key(
            "connections_per_user", \.connectionsPerUser, .integer(1...100_000),
            "How many connections one user may have; one more is refused."),
        Key(
            "connections_per_cafe", \.connectionsPerCafe, .integer(1...1_000_000),
            "How many connections the users of one cafe may have; one more is refused."),
        Key(
            "subscriptions_maximum", \.subscriptionsMaximum, .integer(1...10_000),
            "How many channels one connection may subscribe to."),
        Key(
            "messages_per_minute", \.messagesPerMinute, .integer(1...1_000_000),
            "How many messages a minute a connection may send, and at once; more are refused."),
        Key(
            "token_renewal", \.tokenRenewal, .duration(.seconds(60) ... .seconds(24 * 3600)),
            "How long a token opens a connection before it, or a newer one, is to be shown again."),
        Key(
            "token_warning", \.tokenWarning, .duration(.seconds(1) ... .seconds(3600)),
            "How long before that the client is warned."),
    ]
}

extension Configuration.ServerTLS: Section {
    static let keys: [Key<Self>] = [
        Key(
            "certificate_file", \.certificateFile, .file, example: "/etc/freshwire/server.crt",
            "The certificate chain (PEM) that is shown to clients."),
        Key(
            "key_file", \.keyFile, .privateFile, example: "/etc/freshwire/server.key",
            "The private key (PEM) of that certificate."),
    ]
}
