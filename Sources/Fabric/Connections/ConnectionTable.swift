import ColdChain

/// A connection's part in one channel.
struct Subscription {
    /// The channel's place in the channel table.
    var channel: Int32
    /// The connection's position among the channel's subscribers.
    var position: Int32
}

/// What is known of a connection apart from what waits for it.
struct Peer {
    var identity: Identity
    let dialect: Dialect
    let platform: Platform
    let connectedAt: Timestamp
    var encoding = MessageEncoding.json
    var subscriptions: [Subscription] = []
    var rate: RateBucket
    /// When anything was last heard, by the uptime clock.
    var heardAt: Int64
    /// Heartbeats that were missed since, as far as they were counted.
    var missedHeartbeats: Int64 = 0
    /// Of a connection that only listens.
    var lease: StreamLease?
    /// Of one that is given positions no faster than it can use them.
    var pace: Pace?
    /// Of one that asked for states in a form of its own.
    var shape: StateShape?
    /// What it is given of what it missed; nil where it has all.
    var catchUp: CatchUp?
    /// Where to answer for tokens that the host still verifies.
    var renewals: [ReplyAddress] = []
    /// Orders whose conversations it has begun to follow, and is to be given.
    var conversations: [String] = []
    /// Submissions whose answer is awaited.
    var submitted = 0
    var isWarnedOfExpiry = false
    /// Whether the client has said that it confirms critical messages.
    var confirms = false
    var audited = AuditedChannels()
    /// The end was asked for: nothing is taken from it or published to it any more.
    var isClosing = false

    var kind: ClientKind { ClientKind(dialect: dialect, role: identity.role, platform: platform) }

    fileprivate var counted: [ConnectionTable.Counted] {
        var counted = [
            ConnectionTable.Counted.dialect(dialect), .subject(identity.subject, dialect),
        ]
        if let site = identity.site { counted.append(.site(site, dialect)) }
        return counted
    }
}

/// What a client's message is answered under.
struct ReplyAddress: Equatable {
    var messageID: String?
    var correlationID: String?
}

/// The live connections. What the fan-out touches (`outboxes`) lies apart from the rest (`peers`),
/// both at the same place, so that publishing to many stays in few cache lines.
struct ConnectionTable {
    var outboxes: [Outbox] = []
    var peers: [Peer?] = []
    private var index: [ConnectionNumber: Int32] = [:]
    private var free: [Int32] = []
    private var counts: [Counted: Int32] = [:]
    /// Connections of each kind that are not about to be ended.
    private(set) var census: [ClientKind: Int] = [:]
    /// Subscriptions of all of them.
    var subscriptions = 0

    /// What connections are counted by, each dialect for itself.
    enum Counted: Hashable {
        case dialect(Dialect)
        case subject(String, Dialect)
        case site(String, Dialect)
    }

    var count: Int { index.count }

    /// Every connection, in no order.
    var numbers: [ConnectionNumber] { Array(index.keys) }

    func place(of connection: ConnectionNumber) -> Int? {
        index[connection].map { Int($0) }
    }

    /// Whether the connection is live and not about to be ended.
    func isOpen(_ place: Int) -> Bool { peers[place]?.isClosing == false }

    /// The places of the channels that a connection follows.
    func followed(by place: Int) -> [Int] {
        peers[place]?.subscriptions.map { Int($0.channel) } ?? []
    }

    func count(_ counted: Counted) -> Int { Int(counts[counted] ?? 0) }

    /// - Returns: The connection's place.
    mutating func add(_ connection: ConnectionNumber, _ peer: Peer) -> Int {
        for counted in peer.counted { counts[counted, default: 0] += 1 }
        census[peer.kind, default: 0] += 1
        if let place = free.popLast() {
            index[connection] = place
            outboxes[Int(place)] = Outbox(connection: connection)
            outboxes[Int(place)].encoding = peer.encoding
            peers[Int(place)] = peer
            return Int(place)
        }
        index[connection] = Int32(truncatingIfNeeded: peers.count)
        outboxes.append(Outbox(connection: connection))
        outboxes[peers.count].encoding = peer.encoding
        peers.append(peer)
        return peers.count - 1
    }

    /// Makes an offer to the outbox of every subscriber, and gives how many took it. Those drained
    /// before are added to `ready`, the places of those without room to `tooSlow`.
    @inline(__always)
    mutating func offer(
        to subscribers: [Subscriber], ready: inout [ConnectionNumber], tooSlow: inout [Int],
        _ offer: (inout Outbox, Subscriber) -> Outbox.Offer
    ) -> Int {
        var taken = 0
        var outboxes = outboxes.mutableSpan
        for subscriber in subscribers {
            let place = Int(subscriber.connection)
            switch offer(&outboxes[place], subscriber) {
            case .takenFirst:
                taken += 1
                ready.append(outboxes[place].connection)
            case .taken: taken += 1
            case .merged: break
            case .full: tooSlow.append(place)
            }
        }
        return taken
    }

    /// The user may open another connection in this one's stead.
    mutating func releaseCounts(of place: Int) {
        for counted in peers[place]?.counted ?? [] {
            let others = (counts[counted] ?? 1) - 1
            counts[counted] = others > 0 ? others : nil
        }
        if let kind = peers[place]?.kind { census[kind, default: 0] -= 1 }
    }

    /// Frees the place of a connection that holds nothing any more.
    mutating func remove(at place: Int) {
        index[outboxes[place].connection] = nil
        peers[place] = nil
        outboxes[place] = Outbox(connection: outboxes[place].connection)
        free.append(Int32(truncatingIfNeeded: place))
    }
}
