/// Notices that connections keep ending soon after they were accepted, as they do when two
/// clients use the same client identifier: each takes the session from the other.
struct TakeoverWatch {
    /// A connection that held this long was not taken over by a client that waits to reconnect.
    static let stableAfter = Duration.seconds(10)
    /// A broker that restarts ends one connection, perhaps two.
    static let tolerated = 3

    /// Connections in a row that ended soon.
    private(set) var disconnects = 0

    var isSuspected: Bool { disconnects > Self.tolerated }

    /// - Returns: whether the connection had held.
    mutating func disconnected(after held: Duration) -> Bool {
        let wasStable = held >= Self.stableAfter
        disconnects = wasStable ? 0 : disconnects + 1
        return wasStable
    }
}
