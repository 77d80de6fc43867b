/// Every interval and bound of Engine.IO. Sizes are bytes, times are milliseconds. The defaults of
/// what a client is told of are the reference server's.
package struct EngineIOSettings: Equatable, Sendable {
    /// From the opening, or the last pong, to the next ping.
    package var pingInterval: Int64 = 25_000
    /// How long a pong may take.
    package var pingTimeout: Int64 = 20_000
    /// How long the change from polling to a WebSocket may take.
    package var upgradeTimeout: Int64 = 10_000
    /// How often a pending poll is let go while a WebSocket is being tried: the client changes over
    /// only between two polls.
    package var probeInterval: Int64 = 100
    /// How long the close packet of a polling session waits for the next poll.
    package var closeWait: Int64 = 30_000
    /// The body of a POST and the message of a WebSocket.
    package var maxPayload = 1_000_000
    /// Packets in the body of a POST: as many events as fit a full payload with 100 bytes each.
    package var packetsPerPayload = 10_000
    /// The body of the answer to a poll, as far as events fill it.
    package var pollBytes = 1_000_000
    /// Packets in the answer to a poll: python-engineio takes no more, and ends the connection. A
    /// client polls again at once.
    package var packetsPerPoll = 16
    /// Packets of its own (answers, acknowledgements, pings) that may wait for a session. A client
    /// that lets more wait is closed.
    package var bufferedBytes = 256 << 10
    package var sessions = 10_000
    /// Sessions of one client address; nil does not count them, as behind a proxy.
    package var sessionsPerAddress: Int?
    /// Values of `Origin`, such as `https://shop.example`, whose pages may connect; `*` stands for
    /// all. A page of the server's own host always may, and so may a client that names no origin.
    package var allowedOrigins: Set<String> = []

    package init() {}
}
