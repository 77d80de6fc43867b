extension Configuration {
    /// HTTP and WebSocket.
    package struct Server: Equatable, Sendable {
        package var address = "127.0.0.1"
        package var port = 8080
        package var tls = ServerTLS()
        package var tableTap = TableTap()
        package var signatures = Signatures()
        package var sealing = Sealing()
        package var connectionsMaximum = 10_000
        /// The longest message a WebSocket client may send, in bytes.
        package var messageBytes = 64 << 10
        /// The longest body an HTTP request may have, in bytes.
        package var bodyBytes = 1 << 20
        /// Of a request: its request line and header fields together, in bytes, and how many fields.
        package var headerBytes = 16 << 10
        package var headerFields = 100
        package var pipelinedRequests = 64
        /// Frames of a WebSocket message.
        package var fragmentsMaximum = 64
        /// Binary attachments of a Socket.IO packet.
        package var attachmentsMaximum = 10
        /// How long a new connection may take to say who it is.
        package var authenticationTime = Duration.seconds(10)
        /// New connections in a second, in all and from one address; 0 is without limit.
        package var newConnectionsPerSecond = 5_000
        package var newConnectionsPerAddress = 0
        package var rest = RequestTiers()
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
        package var streamComment = Duration.seconds(15)
        package var drainTime = Duration.seconds(10)
        package var locationInterval = Duration.seconds(1)
        package var lowDataInterval = Duration.seconds(10)
        package var updateInterval = Duration.zero
        package var deltaStatesMaximum = 64

        package init() {}
    }

    /// How many requests of the REST API a user may make in a minute, by the tier that the token
    /// names.
    package struct RequestTiers: Equatable, Sendable {
        package var standard = 100
        package var premium = 1_000
        package var enterprise = 10_000
        package var burst = Duration.seconds(10)

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
        package var messageBurst = 100
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
        .section(
            "requests", \.rest, "How many requests of the REST API a user may make in a minute."),
        .section("table_tap", \.tableTap, "What clients of the TableTap dialect (/v1) may."),
        .section("signatures", \.signatures, "Messages that are signed beside TLS."),
        .section("sealing", \.sealing, "Members of messages that only their recipient can read."),
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
            "header_bytes", \.headerBytes, .size(1 << 10...64 << 10),
            "The longest head of an HTTP request, tokens included; a longer one gets 431."),
        Key(
            "header_fields", \.headerFields, .integer(10...1_000),
            "How many header fields a request may have; more get 431."),
        Key(
            "pipelined_requests", \.pipelinedRequests, .integer(0...1_000),
            """
            How many writes of a connection may wait behind one that has no answer yet; they become \
            durable together. 0 has each wait for the one before.
            """),
        Key(
            "fragments_maximum", \.fragmentsMaximum, .integer(1...10_000),
            "How many frames a WebSocket message may come in; more close with 1008."),
        Key(
            "attachments_maximum", \.attachmentsMaximum, .integer(0...1_000),
            "How many binary attachments a Socket.IO packet may have; more end the session."),
        Key(
            "authentication_time", \.authenticationTime, .duration(.seconds(1) ... .seconds(300)),
            "How long a new connection may take until its token has come; then it is closed."),
        Key(
            "new_connections_per_second", \.newConnectionsPerSecond, .integer(0...1_000_000),
            """
            How many connections are taken in a second on and on, and twice as many at once; \
            others are told to come again with 503. 0 takes all.
            """),
        Key(
            "new_connections_per_address", \.newConnectionsPerAddress, .integer(0...1_000_000),
            """
            The same for one address, with 429; 0 where clients share one, as behind a proxy.
            """),
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
            "stream_comment", \.streamComment, .duration(.seconds(5) ... .seconds(60)),
            "How often a stream says something at least, which keeps proxies from closing."),
        Key(
            "drain_time", \.drainTime, .duration(.zero ... .seconds(15)),
            "What the ends of many connections are spread over when the daemon ends."),
        Key(
            "location_interval", \.locationInterval, .duration(.zero ... .seconds(60)),
            "How long a /realtime client is left without a further position."),
        Key(
            "low_data_interval", \.lowDataInterval, .duration(.zero ... .seconds(600)),
            "The same for one that asked for little data."),
        Key(
            "update_interval", \.updateInterval, .duration(.zero ... .seconds(60)),
            "How long every client is left without further states; 0 does not bound it."),
        Key(
            "delta_states_maximum", \.deltaStatesMaximum, .integer(1...10_000),
            "Of how many states one client may be told only what changes; others come whole."),
    ]
}

extension Configuration.RequestTiers: Section {
    static let keys: [Key<Self>] = [
        Key(
            "standard", \.standard, .integer(1...1_000_000),
            "For tokens whose claim tier says standard, or says none."),
        Key(
            "premium", \.premium, .integer(1...1_000_000),
            "For tokens whose claim tier says premium."),
        Key(
            "enterprise", \.enterprise, .integer(1...1_000_000),
            "For tokens whose claim tier says enterprise, and for staff's that say none."),
        Key(
            "burst", \.burst, .duration(.seconds(1) ... .seconds(60)),
            "For how long requests may come at twice that rate."),
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
            "How many messages a minute a connection may send on and on; more are refused."),
        Key(
            "message_burst", \.messageBurst, .integer(1...1_000_000),
            """
            How many of them at once. In its first minute a connection can send these and the \
            minute's besides.
            """),
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
