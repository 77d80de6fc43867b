/// A broker with our one persistent session: QoS 1 with a receive window, packet identifiers that
/// come round, and redelivery of what was not acknowledged, in order, under the same identifier.
struct Broker {
    struct Delivery {
        var broker: Int
        /// 0 at QoS 0.
        var packetIdentifier: UInt16
        /// Index in the simulation's messages.
        var message: Int
    }

    let index: Int
    let window: Int
    let packetIdentifiers: Int
    private(set) var isConnected = false
    /// Messages that wait for a place in the window.
    private(set) var queue: [Int] = []
    private(set) var inFlight: [Delivery] = []
    /// How many of `inFlight` were sent on this connection.
    private var sentCount = 0
    /// QoS 0: only what comes while we are connected.
    private var passing: [Int] = []
    private var lastIdentifier = 0
    private var hasSession = false

    init(index: Int, window: Int, packetIdentifiers: Int) {
        self.index = index
        self.window = window
        self.packetIdentifiers = packetIdentifiers
    }

    var isDrained: Bool { queue.isEmpty && inFlight.isEmpty && passing.isEmpty }

    /// - Returns: Whether the broker still has our session.
    mutating func connect() -> Bool {
        isConnected = true
        sentCount = 0
        defer { hasSession = true }
        return hasSession
    }

    /// - Returns: The QoS 0 messages that are lost by it.
    mutating func disconnect() -> [Int] {
        isConnected = false
        defer { passing = [] }
        return passing
    }

    /// Forgets the session, as a broker without persistence does when it is restarted.
    ///
    /// - Returns: The messages that are lost by it.
    mutating func loseSession() -> [Int] {
        let lost = inFlight.map(\.message) + queue + disconnect()
        queue = []
        inFlight = []
        hasSession = false
        lastIdentifier = 0
        return lost
    }

    /// Takes a message from a publisher.
    ///
    /// - Returns: False where it is of QoS 0 and nobody is there to take it.
    mutating func publish(_ message: Int, isAtMostOnce: Bool) -> Bool {
        if isAtMostOnce {
            guard isConnected else { return false }
            passing.append(message)
        } else {
            queue.append(message)
        }
        return true
    }

    /// What the connection brings next.
    mutating func read(limit: Int) -> [Delivery] {
        guard isConnected else { return [] }
        var read: [Delivery] = []
        while read.count < limit, let message = passing.first {
            passing.removeFirst()
            read.append(Delivery(broker: index, packetIdentifier: 0, message: message))
        }
        while read.count < limit {
            if sentCount == inFlight.count {
                guard inFlight.count < window, !queue.isEmpty else { break }
                let message = queue.removeFirst()
                inFlight.append(
                    Delivery(broker: index, packetIdentifier: nextIdentifier(), message: message))
            }
            read.append(inFlight[sentCount])
            sentCount += 1
        }
        return read
    }

    /// Takes the acknowledgement of the message that has been under way longest.
    mutating func acknowledge(_ packetIdentifier: UInt16) {
        guard let place = inFlight.firstIndex(where: { $0.packetIdentifier == packetIdentifier })
        else { return }
        inFlight.remove(at: place)
        sentCount -= 1
    }

    private mutating func nextIdentifier() -> UInt16 {
        repeat {
            lastIdentifier = lastIdentifier % packetIdentifiers + 1
        } while inFlight.contains { Int($0.packetIdentifier) == lastIdentifier }
        return UInt16(truncatingIfNeeded: lastIdentifier)
    }
}
