/// Where the server listens, and what a client may cost it.
package struct ListenerSettings: Equatable, Sendable {
    /// A numeric address of this machine. `0.0.0.0` and `::` stand for all of them.
    package var address = "127.0.0.1"
    /// Zero lets the system choose; `WebServer.port` then tells which.
    package var port: UInt16 = 0
    /// Further ports of the same address, on which the same is served.
    package var furtherPorts: [UInt16] = []
    /// Nil serves in clear text, for loopback and behind a proxy that ends TLS.
    package var tls: TransportSecurity?
    /// Whether a client that offers permessage-deflate (RFC 7692) may send compressed messages, and
    /// be sent such.
    package var compresses = false
    package var limits = ConnectionLimits()
    /// First segments of paths under which requests reach the owner whatever their method, for
    /// protocols that have their own answer to a wrong one.
    package var everyMethodPaths: Set<String> = []

    package init() {}
}

/// Certificate and key of a listener, as PEM files that the process can read.
package struct TransportSecurity: Equatable, Sendable {
    package enum Version: Sendable {
        case tls12
        case tls13
    }

    /// The certificate, followed by the intermediate ones.
    package var certificateFile: String
    package var privateKeyFile: String
    package var minimumVersion: Version

    package init(
        certificateFile: String, privateKeyFile: String, minimumVersion: Version = .tls13
    ) {
        self.certificateFile = certificateFile
        self.privateKeyFile = privateKeyFile
        self.minimumVersion = minimumVersion
    }
}

/// What bounds a connection. Each limit is there because a client chooses the other side of it.
package struct ConnectionLimits: Equatable, Sendable {
    /// Connections at once, of every kind. One more is closed as soon as it is accepted. Where the
    /// limit of open files does not allow as many, `WebServer.connectionLimit` says how many it does.
    package var connections = 10_000
    /// Connections that are taken in a second, in all and from one address, and twice as many at
    /// once; zero is without limit. One more is answered with 503 or 429 before it is read, and under
    /// TLS, where that would cost a handshake, closed.
    package var newConnectionsPerSecond = 0
    package var newConnectionsPerAddress = 0
    /// Bytes of a request line; a longer one is answered with 414. Tokens in a query fit well.
    package var requestLineBytes = 8 * 1024
    /// Bytes of the whole request head; a longer one is answered with 431.
    package var headerBytes = 16 * 1024
    /// Header fields of a request; more are answered with 431.
    package var headerFields = 100
    /// Bytes of a request body; a longer one is answered with 413 before it is read.
    package var bodyBytes = 1024 * 1024
    /// Requests of a connection that may be with the owner behind one that has no answer yet, of
    /// those that are taken in order; zero has each wait for the answer to the one before.
    package var pipelinedRequests = 64
    /// Payload bytes of a WebSocket message; a longer one ends the connection with 1009.
    package var messageBytes = 64 * 1024
    /// Frames of a WebSocket message; more end the connection with 1008. It bounds what the many
    /// tiny fragments of one message cost.
    package var fragments = 64
    /// From the TCP connection, or the first byte of a later request, to the end of the request,
    /// with TLS and body.
    package var requestDeadline: Duration = .seconds(10)
    /// How long an HTTP connection may wait for its next request.
    package var keepAlive: Duration = .seconds(30)
    /// A ping is sent to every WebSocket this often: below the 60 s after which proxies cut an idle
    /// line. A peer not heard for two intervals is given up.
    package var pingInterval: Duration = .seconds(25)
    /// How long a peer may take to read what is owed and to answer a close frame.
    package var closeDeadline: Duration = .seconds(5)
    /// Bytes taken from a connection's outbox for one write. What the kernel does not take of it is
    /// copied and kept, so this also bounds the memory of a slow reader.
    package var writeBytes = 64 * 1024

    package init() {}
}
