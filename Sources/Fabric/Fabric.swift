package import ColdChain
import Wire

/// Why a client's message could not even be read as JSON; found by the host.
package enum UndecodableMessage: Error, Equatable, Sendable {
    case notJSON
    /// A binary frame.
    case notText
}

/// Whether anything still waits after a `fill`.
package enum FillResult: Equatable, Sendable {
    case drained
    /// Fill again when the socket takes more; `ready` does not name the connection again.
    case more
}

/// The fan-out as one value: connections, subscriptions, access and what waits for whom.
///
/// The host gives it messages, events and the time, then takes `FabricEffects` once a turn, fills
/// and writes each connection that is ready and ends those that are to be closed. There is no
/// clock, no socket and no lock inside; one thread owns the value.
package struct Fabric: ~Copyable {
    package let limits: FabricLimits
    package internal(set) var statistics = FabricStatistics()

    var connections = ConnectionTable()
    var channels = ChannelTable()
    var frames = FrameStore()
    var states = RetainedStates()
    var directory: OrderDirectory { texts.orders }
    var texts: DialectTexts
    var history: RecordHistory
    var chats = ChatMemory()
    var socketIO = SocketIOMemberships()
    /// The journal has every record after this number.
    var journalFloor: UInt64
    /// The highest number of a published event of the log.
    var lastNumber: UInt64
    /// Messages outside the log since the start.
    var passingMessages: UInt64 = 0
    /// Counts published events, so that an outbox knows one again.
    var eventSerial: UInt64 = 0
    /// Counts connections, so that each can be given a name.
    var connectionSerial: UInt64 = 0
    /// Dates this run.
    let run: UInt64
    /// Bytes of answers that wait, over all connections.
    var controlBytes = 0
    var effects = FabricEffects()
    /// Spreads what would otherwise come at once. The same in each run that begins at the same time.
    var jitter: SplitMix64
    /// Places of connections that rest from positions.
    var resting: [Int] = []
    /// Messages of clients that are not answered yet.
    var submissions: [UInt64: PendingSubmission] = [:]
    var lastSubmission: UInt64 = 0
    /// What users still have to confirm.
    var confirmations: ConfirmationBook
    /// The newest time that was told.
    var uptime: Int64
    /// Counts messages that their publishers gave no name.
    var anonymousMessages: UInt64 = 0
    /// Set once the server ends.
    var draining: Drain?
    /// Nil where every frame goes as it is.
    let compression: FrameCompression?
    /// Nil where nothing is signed and nothing verified.
    let signing: MessageSigning?
    /// Nil where everything is told in clear.
    let sealing: FieldSealing?

    /// - Parameters:
    ///   - epoch: names the log's history; another epoch means that positions of this one are void.
    ///   - lastNumber: the number of the newest event in the log.
    ///   - journalFloor: every record after this number can be asked of the journal.
    ///   - positions: writes where messages stand.
    ///   - fields: reads what records say, for dialects that say it in other words.
    ///   - catalogue: says who may publish what, and what each dialect calls it.
    ///   - compression: makes the compressed form of frames, for readers that agreed to it.
    ///   - signing: signs messages and verifies what clients sign.
    ///   - sealing: encrypts what only its recipient may read.
    ///   - now: dates this run, to tell its messages from those of an earlier run.
    package init(
        epoch: String, lastNumber: UInt64, journalFloor: UInt64? = nil,
        limits: FabricLimits = FabricLimits(), positions: PositionCoding, fields: RecordFields,
        catalogue: MessageCatalogue = .empty, compression: FrameCompression? = nil,
        signing: MessageSigning? = nil, sealing: FieldSealing? = nil, now: Moment
    ) {
        self.compression = compression
        self.signing = signing
        self.sealing = sealing
        self.limits = limits
        confirmations = ConfirmationBook(limits.confirmation)
        uptime = now.uptime
        self.lastNumber = lastNumber
        run = UInt64(clamping: now.wall.milliseconds)
        texts = DialectTexts(
            ids: MessageIDText(epoch: epoch, run: run, coding: positions), fields: fields,
            catalogue: catalogue, orders: OrderDirectory(limit: limits.orders), signing: signing,
            run: run)
        jitter = SplitMix64(state: run)
        history = RecordHistory(after: lastNumber)
        self.journalFloor = journalFloor ?? lastNumber
    }

    /// Makes orders of earlier runs known, so that their parties may subscribe.
    ///
    /// - Parameter versions: The number of the newest message on the channel of each.
    package mutating func restore(_ orders: [Order], versions: [String: UInt64] = [:]) {
        for order in orders {
            texts.orders.note(order)
            if let version = versions[order.id] {
                texts.orders.note(version: version, of: order.id)
            }
        }
    }

    /// Exchanges what is to be done for `effects`, which the host has worked off.
    package mutating func takeEffects(into effects: inout FabricEffects) {
        effects.removeAll()
        swap(&effects, &self.effects)
    }

    // MARK: Connections

    /// Takes a connection whose token was verified, or asks for its end.
    package mutating func connect(
        _ connection: ConnectionNumber, identity: Identity, in dialect: Dialect,
        as encoding: MessageEncoding = .json, on platform: Platform = .unknown, now: Moment
    ) {
        disconnect(connection)
        if let refusal = refusal(of: identity, in: dialect, now: now) {
            noteTurnedAway(refusal, platform)
            if refusal == .tokenExpired, dialect == .tableTap {
                return turnAway(connection, in: dialect, now: now)
            }
            effects.closings.append(Closing(connection: connection, code: refusal))
            return
        }
        admit(connection, identity, dialect, as: encoding, platform, now: now)
        if dialect == .tableTap { greetTableTap(connection, now: now) }
    }

    mutating func add(
        _ connection: ConnectionNumber, _ identity: Identity, _ dialect: Dialect,
        as encoding: MessageEncoding = .json, _ platform: Platform, now: Moment
    ) {
        let clients = limits.clients(of: dialect)
        let rate = RateBucket(clients.messages, uptime: now.uptime)
        let identity = identity.renewed(within: clients.tokenRenewal, from: now.wall)
        let peer = Peer(
            identity: identity, dialect: dialect, platform: platform, connectedAt: now.wall,
            encoding: encoding, rate: rate, heardAt: now.uptime, pace: pace(of: dialect))
        judgeConfirming(connections.add(connection, peer))
    }

    private func pace(of dialect: Dialect) -> Pace? {
        let interval = max(
            dialect == .booking ? limits.locationInterval : 0, limits.updateInterval)
        return dialect == .booking || interval > 0 ? Pace(interval: interval) : nil
    }

    mutating func admit(
        _ connection: ConnectionNumber, _ identity: Identity, _ dialect: Dialect,
        as encoding: MessageEncoding = .json, _ platform: Platform, now: Moment
    ) {
        let kind = ClientKind(dialect: dialect, role: identity.role, platform: platform)
        statistics.accepted[kind, default: 0] += 1
        add(connection, identity, dialect, as: encoding, platform, now: now)
    }

    mutating func noteTurnedAway(_ code: CloseCode, _ platform: Platform) {
        statistics.turnedAway[TurnedAway(code: code, platform: platform), default: 0] += 1
    }

    func refusal(of identity: Identity, in dialect: Dialect, now: Moment) -> CloseCode? {
        let clients = limits.clients(of: dialect)
        guard identity.holds(at: now.wall) else { return .tokenExpired }
        guard !isDraining else { return .goingAway }
        guard connections.count < limits.connections,
            connections.count(.dialect(dialect)) < clients.connections
        else { return .serverFull }
        guard
            connections.count(.subject(identity.subject, dialect)) < clients.connectionsPerSubject
        else { return .connectionLimit }
        if let site = identity.site,
            connections.count(.site(site, dialect)) >= clients.connectionsPerSite
        {
            return .siteLimit
        }
        return nil
    }

    /// Forgets a connection whose socket is gone.
    package mutating func disconnect(_ connection: ConnectionNumber) {
        guard let place = connections.place(of: connection) else { return }
        release(place)
        // What was kept for the last write, where that did not come.
        releaseEvents(of: place)
        controlBytes -= connections.outboxes[place].control.count
        connections.remove(at: place)
    }

    /// Counts as hearing from the client, as a WebSocket pong does.
    package mutating func noteActivity(on connection: ConnectionNumber, now: Moment) {
        guard let place = connections.place(of: connection) else { return }
        connections.peers[place]?.heardAt = now.uptime
    }

    /// Ends what ran out: to be called about once a second.
    package mutating func tick(now: Moment) {
        uptime = now.uptime
        for place in connections.peers.indices {
            guard let peer = connections.peers[place], !peer.isClosing else { continue }
            if !peer.identity.holds(at: now.wall) {
                expire(place, now: now)
            } else if let lease = peer.lease {
                if now.uptime >= lease.endsAt {
                    close(place, .leaseEnded)
                } else {
                    keepAlive(place, now: now)
                    connections.outboxes[place].shrinkIfIdle()
                }
            } else if now.uptime - peer.heardAt > limits.silence {
                close(place, .silent)
            } else {
                connections.outboxes[place].shrinkIfIdle()
                countHeartbeats(place, silentFor: now.uptime - peer.heardAt)
                warnOfExpiry(place, now: now)
            }
        }
        repeatUnconfirmed(now: now)
        forgetOldStates(now: now)
        history.forget(
            before: now.wall.advanced(byMilliseconds: -limits.historyRetention),
            limit: limits.historyBytes)
        chats.forget(before: now.wall.advanced(byMilliseconds: -limits.historyRetention))
        keepBudget()
    }

    /// A heartbeat counts as missed half an interval after it was due, as for the end of who is
    /// silent.
    private mutating func countHeartbeats(_ place: Int, silentFor silence: Int64) {
        let missed = max(silence - limits.heartbeat / 2, 0) / max(limits.heartbeat, 1)
        let known = connections.peers[place]?.missedHeartbeats ?? 0
        guard missed != known else { return }
        if missed > known { statistics.missedHeartbeats += UInt64(missed - known) }
        connections.peers[place]?.missedHeartbeats = missed
    }

    /// Asks for the end of every connection.
    package mutating func closeAll(_ code: CloseCode) {
        for place in connections.peers.indices where connections.peers[place] != nil {
            close(place, code)
        }
    }

    /// Asks for the end of a connection; nothing is published to it any more.
    ///
    /// - Parameters:
    ///   - retry: When its client may come again, where that is said, in milliseconds.
    ///   - keepsRecords: Whether records that wait for it still go out.
    mutating func close(
        _ place: Int, _ code: CloseCode, retry: Int64? = nil, keepsRecords: Bool = false
    ) {
        guard connections.isOpen(place) else { return }
        release(place, keepsRecords: keepsRecords)
        connections.peers[place]?.isClosing = true
        // What was missed is not told to its end, and nothing may look as if it were.
        connections.peers[place]?.catchUp = nil
        if code.discardsAnswers {
            controlBytes -= connections.outboxes[place].control.count
            connections.outboxes[place].removeControl()
        }
        let connection = connections.outboxes[place].connection
        effects.closings.append(Closing(connection: connection, code: code, retry: retry))
        statistics.count(code)
    }

    /// Takes the connection out of everything it takes part in; answers stay.
    private mutating func release(_ place: Int, keepsRecords: Bool = false) {
        guard connections.isOpen(place) else { return }
        connections.releaseCounts(of: place)
        while let subscription = connections.peers[place]?.subscriptions.last {
            leave(Int(subscription.channel), place)
        }
        if keepsRecords {
            withdrawStates(from: place) { _ in true }
        } else {
            releaseEvents(of: place)
        }
    }
}
