/// One client's session, which outlives its requests and changes its transport once at most.
struct EngineSession {
    enum Transport: Equatable {
        case polling
        /// A WebSocket, by the name of its connection.
        case socket(ConnectionNumber)
    }

    enum Heartbeat: Equatable {
        case pingAt(Int64)
        case pongBy(Int64)
    }

    /// A poll that waits, and what its answer has to say of the page it came from.
    struct Poll {
        let exchange: Exchange
        let headers: EngineRequest.Headers
    }

    /// A WebSocket that is being tried in place of polling.
    struct Probe {
        let socket: ConnectionNumber
        let deadline: Int64
        /// When a pending poll is let go next; nil until the client has probed.
        var releaseAt: Int64?
        /// The answer to the probe, until it is taken.
        var frames: [UInt8] = []
    }

    let number: ConnectionNumber
    let sid: String
    let clientAddress: String
    var transport: Transport
    var probe: Probe?
    /// The poll that waits for something to say.
    var poll: Poll?
    /// Whether the answer to a POST is still on its way out of here.
    var isPosting = false
    var heartbeat: Heartbeat
    /// Set when the session has ended but for its close packet, which waits for a poll till then.
    var closingUntil: Int64?
    /// Frames that go out before anything else on the WebSocket.
    var frames: [UInt8] = []
    private(set) var queue: [OutgoingPacket] = []
    private(set) var queuedBytes = 0
    /// Whether events wait outside, to be pulled when the transport takes them.
    var eventsWait = false
    /// Whether the host has been told to take what waits.
    var isNamed = false

    init(
        number: ConnectionNumber, sid: String, clientAddress: String, transport: Transport,
        firstPing: Int64
    ) {
        self.number = number
        self.sid = sid
        self.clientAddress = clientAddress
        self.transport = transport
        heartbeat = .pingAt(firstPing)
    }

    var isClosing: Bool { closingUntil != nil }

    var hasSomething: Bool { !queue.isEmpty || !frames.isEmpty || eventsWait }

    mutating func append(_ packet: OutgoingPacket) {
        queue.append(packet)
        queuedBytes += packet.byteCount
    }

    mutating func takeQueue() -> [OutgoingPacket] {
        defer { dropQueue() }
        return queue
    }

    mutating func dropQueue() {
        queue = []
        queuedBytes = 0
    }
}

/// The live sessions, found by number or identifier.
struct EngineSessionTable {
    /// Places without a session are nil.
    private(set) var entries: [EngineSession?] = []
    private var free: [Int] = []
    private var places: [ConnectionNumber: Int] = [:]
    private var placesOfSecrets: [String: Int] = [:]
    private var sessionsOfAddress: [String: Int] = [:]

    var count: Int { places.count }

    func place(of session: ConnectionNumber) -> Int? { places[session] }

    func place(ofSecret sid: String) -> Int? {
        guard sid.utf8.count == SessionSecret.letters else { return nil }
        return placesOfSecrets[sid]
    }

    func sessions(of address: String) -> Int { sessionsOfAddress[address] ?? 0 }

    /// The session at a place; nothing happens on writing to a place that has none.
    subscript(_ place: Int) -> EngineSession? {
        get { entries[place] }
        _modify { yield &entries[place] }
    }

    mutating func add(_ session: EngineSession) -> Int {
        let place: Int
        if let spare = free.popLast() {
            place = spare
            entries[place] = session
        } else {
            place = entries.count
            entries.append(session)
        }
        places[session.number] = place
        placesOfSecrets[session.sid] = place
        sessionsOfAddress[session.clientAddress, default: 0] += 1
        return place
    }

    @discardableResult
    mutating func remove(at place: Int) -> EngineSession? {
        guard let session = entries[place] else { return nil }
        entries[place] = nil
        free.append(place)
        places[session.number] = nil
        placesOfSecrets[session.sid] = nil
        let others = sessions(of: session.clientAddress) - 1
        sessionsOfAddress[session.clientAddress] = others > 0 ? others : nil
        return session
    }
}
