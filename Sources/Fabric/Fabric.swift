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
    /// Nil where every frame goes as it is.
    let compression: FrameCompression?

    /// - Parameters:
    ///   - epoch: names the log's history; another epoch means that positions of this one are void.
    ///   - lastNumber: the number of the newest event in the log.
    ///   - journalFloor: every record after this number can be asked of the journal.
    ///   - positions: writes where messages stand.
    ///   - fields: reads what records say, for dialects that say it in other words.
    ///   - catalogue: says who may publish what, and what each dialect calls it.
    ///   - compression: makes the compressed form of frames, for readers that agreed to it.
    ///   - now: dates this run, to tell its messages from those of an earlier run.
    package init(
        epoch: String, lastNumber: UInt64, journalFloor: UInt64? = nil,
        limits: FabricLimits = FabricLimits(), positions: PositionCoding, fields: RecordFields,
        catalogue: MessageCatalogue = .empty, compression: FrameCompression? = nil, now: Moment
    ) {
        self.compression = compression
        self.limits = limits
        confirmations = ConfirmationBook(limits.confirmation)
        uptime = now.uptime
        self.lastNumber = lastNumber
        run = UInt64(clamping: now.wall.milliseconds)
        texts = DialectTexts(
            ids: MessageIDText(epoch: epoch, run: run, coding: positions), fields: fields,
            catalogue: catalogue, orders: OrderDirectory(limit: limits.orders), run: run)
        jitter = SplitMix64(state: run)
        history = RecordHistory(after: lastNumber)
        self.journalFloor = journalFloor ?? lastNumber
    }

    /// Makes orders of earlier runs known, so that their parties may subscribe.
    package mutating func restore(_ orders: [Order]) {
        for order in orders { texts.orders.note(order) }
    }

    /// Exchanges what is to be done for `effects`, which the host has worked off.
    package mutating func takeEffects(into effects: inout FabricEffects) {
        effects.removeAll()
        swap(&effects, &self.effects)
    }

    // MARK: Connections

    /// Takes a connection whose token was verified, or asks for its end.
    package mutating func connect(
        _ connection: ConnectionNumber, identity: Identity, in dialect: Dialect, now: Moment
    ) {
        disconnect(connection)
        if let refusal = refusal(of: identity, in: dialect, now: now) {
            if refusal == .tokenExpired, dialect == .tableTap {
                return turnAway(connection, in: dialect, now: now)
            }
            effects.closings.append(Closing(connection: connection, code: refusal))
            return
        }
        add(connection, identity, dialect, now: now)
        if dialect == .tableTap { greetTableTap(connection, now: now) }
    }

    mutating func add(
        _ connection: ConnectionNumber, _ identity: Identity, _ dialect: Dialect, now: Moment
    ) {
        let clients = limits.clients(of: dialect)
        let rate = RateBucket(clients.messages, uptime: now.uptime)
        let identity = identity.renewed(within: clients.tokenRenewal, from: now.wall)
        connections.add(
            connection,
            Peer(
                identity: identity, dialect: dialect, rate: rate, heardAt: now.uptime,
                pace: dialect == .booking ? Pace(interval: limits.locationInterval) : nil))
    }

    func refusal(of identity: Identity, in dialect: Dialect, now: Moment) -> CloseCode? {
        let clients = limits.clients(of: dialect)
        guard identity.holds(at: now.wall) else { return .tokenExpired }
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

    /// Asks for the end of every connection.
    package mutating func closeAll(_ code: CloseCode) {
        for place in connections.peers.indices where connections.peers[place] != nil {
            close(place, code)
        }
    }

    /// Asks for the end of a connection; nothing is published to it any more.
    mutating func close(_ place: Int, _ code: CloseCode) {
        guard connections.isOpen(place) else { return }
        release(place)
        connections.peers[place]?.isClosing = true
        // What was missed is not told to its end, and nothing may look as if it were.
        connections.peers[place]?.catchUp = nil
        if code.discardsAnswers {
            controlBytes -= connections.outboxes[place].control.count
            connections.outboxes[place].removeControl()
        }
        let connection = connections.outboxes[place].connection
        effects.closings.append(Closing(connection: connection, code: code))
        statistics.count(code)
    }

    /// Takes the connection out of everything it takes part in; answers stay.
    private mutating func release(_ place: Int) {
        guard connections.isOpen(place) else { return }
        connections.releaseCounts(of: place)
        while let subscription = connections.peers[place]?.subscriptions.last {
            leave(Int(subscription.channel), place)
        }
        releaseEvents(of: place)
    }
}
