/// One client's session, which outlives its requests and changes its transport once at most.
struct EngineIOSession {
    enum Heartbeat: Equatable {
        case pingAt(Int64)
        case pongBy(Int64)
    }

    /// A poll that waits, and what its answer has to say to the page it came from.
    struct Poll {
        let exchange: Exchange
        let fields: [EngineIOAnswer.Field]
        /// What the client tells its polls apart by, the parameter `t`; nil where it does not.
        let mark: String?
    }

    /// What the last poll was told, for a client whose HTTP stack sends the same request once more.
    struct Told {
        let mark: String
        /// By which connection it went out. On the same one the next poll is another one, whatever
        /// its mark: the answers of a connection come in order.
        let connection: ConnectionNumber
        let payload: PollingPayload
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
    var probe: Probe?
    /// The poll that waits for something to say.
    var poll: Poll?
    /// Nil where its poll had no mark, and on a WebSocket.
    var told: Told?
    /// Whether the answer to a POST is still on its way out of here.
    var isPosting = false
    var heartbeat: Heartbeat
    /// Set when the session has ended but for its close packet, which waits for a poll till then.
    var closingUntil: Int64?
    /// Frames that go out before anything else on the WebSocket.
    var frames: [UInt8] = []
    private(set) var queue: [OutgoingPacket] = []
    private(set) var queuedBytes = 0

    init(number: ConnectionNumber, sid: String, clientAddress: String, firstPing: Int64) {
        self.number = number
        self.sid = sid
        self.clientAddress = clientAddress
        heartbeat = .pingAt(firstPing)
    }

    var isClosing: Bool { closingUntil != nil }

    /// When time brings something next.
    var dueAt: Int64 {
        if let closingUntil { return closingUntil }
        let beat =
            switch heartbeat {
            case .pingAt(let due), .pongBy(let due): due
            }
        guard let probe else { return beat }
        return min(beat, probe.deadline, probe.releaseAt ?? .max)
    }

    mutating func append(_ packet: OutgoingPacket) {
        queue.append(packet)
        queuedBytes += packet.byteCount
    }

    mutating func takeQueue(most: Int = .max) -> [OutgoingPacket] {
        guard queue.count > most else {
            defer { dropQueue() }
            return queue
        }
        let taken = Array(queue.prefix(most))
        queue.removeFirst(most)
        for packet in taken { queuedBytes -= packet.byteCount }
        return taken
    }

    mutating func dropQueue() {
        queue = []
        queuedBytes = 0
    }
}

/// What of a session every event touches: plain numbers, with nothing to count references of.
struct SessionFlow {
    enum Transport: Equatable {
        case polling
        /// A WebSocket, by the name of its connection.
        case socket(ConnectionNumber)
    }

    let number: ConnectionNumber
    var transport: Transport
    /// Whether packets of the session's own wait.
    var hasPackets = false
    /// Whether events wait outside, to be pulled when the transport takes them.
    var eventsWait = false
    /// Whether the host has been told to take what waits.
    var isNamed = false

    var hasSomething: Bool { hasPackets || eventsWait }
}

/// The live sessions, found by number or identifier. What every event touches (`flows`) lies apart
/// from the rest, both at the same place.
struct EngineIOSessionTable {
    /// Places without a session are nil.
    private(set) var entries: [EngineIOSession?] = []
    /// At places without a session they mean nothing.
    var flows: [SessionFlow] = []
    /// No later than when time brings something to the session at the place; apart from the
    /// sessions, because all of these are looked at every tick.
    private(set) var dueAt: [Int64] = []
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
    subscript(_ place: Int) -> EngineIOSession? {
        _read { yield entries[place] }
        _modify { yield &entries[place] }
    }

    mutating func add(_ session: EngineIOSession, by transport: SessionFlow.Transport) -> Int {
        let flow = SessionFlow(number: session.number, transport: transport)
        let place: Int
        if let spare = free.popLast() {
            place = spare
            entries[place] = session
            flows[place] = flow
        } else {
            place = entries.count
            entries.append(session)
            flows.append(flow)
            dueAt.append(.max)
        }
        schedule(place)
        places[session.number] = place
        placesOfSecrets[session.sid] = place
        sessionsOfAddress[session.clientAddress, default: 0] += 1
        return place
    }

    /// To be called when something is due to a session earlier than before.
    mutating func schedule(_ place: Int) {
        dueAt[place] = entries[place]?.dueAt ?? .max
    }

    @discardableResult
    mutating func remove(at place: Int) -> EngineIOSession? {
        guard let session = entries[place] else { return nil }
        entries[place] = nil
        dueAt[place] = .max
        free.append(place)
        places[session.number] = nil
        placesOfSecrets[session.sid] = nil
        let others = sessions(of: session.clientAddress) - 1
        sessionsOfAddress[session.clientAddress] = others > 0 ? others : nil
        return session
    }
}
