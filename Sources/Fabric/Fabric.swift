package import ColdChain

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
    var directory: OrderDirectory
    var texts: DialectTexts
    var history: RecordHistory
    var socketIO = SocketIOMemberships()
    /// The journal has every record after this number.
    var journalFloor: UInt64
    /// The highest number of a published event of the log.
    var lastNumber: UInt64
    /// Messages outside the log since the start.
    var passingMessages: UInt64 = 0
    /// Counts published events, so that an outbox knows one again.
    var eventSerial: UInt64 = 0
    /// Bytes of answers that wait, over all connections.
    var controlBytes = 0
    var effects = FabricEffects()

    /// - Parameters:
    ///   - epoch: names the log's history; another epoch means that positions of this one are void.
    ///   - lastNumber: the number of the newest event in the log.
    ///   - journalFloor: every record after this number can be asked of the journal.
    ///   - fields: reads what records say, for dialects that say it in other words.
    ///   - now: dates this run, to tell its messages from those of an earlier run.
    package init(
        epoch: String, lastNumber: UInt64, journalFloor: UInt64? = nil,
        limits: FabricLimits = FabricLimits(), fields: RecordFields, now: Moment
    ) {
        self.limits = limits
        self.lastNumber = lastNumber
        directory = OrderDirectory(limit: limits.orders)
        let run = UInt64(clamping: now.wall.milliseconds)
        texts = DialectTexts(ids: MessageIDText(epoch: epoch, run: run), fields: fields)
        history = RecordHistory(after: lastNumber)
        self.journalFloor = journalFloor ?? lastNumber
    }

    /// Makes orders of earlier runs known, so that their parties may subscribe.
    package mutating func restore(_ orders: [Order]) {
        for order in orders { directory.note(order) }
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
        if let refusal = refusal(of: identity, now: now) {
            effects.closings.append(Closing(connection: connection, code: refusal))
            return
        }
        let rate = RateBucket(limits: limits, uptime: now.uptime)
        connections.add(
            connection,
            Peer(identity: identity, dialect: dialect, rate: rate, heardAt: now.uptime))
    }

    func refusal(of identity: Identity, now: Moment) -> CloseCode? {
        guard identity.holds(at: now.wall) else { return .tokenExpired }
        guard connections.count < limits.connections else { return .serverFull }
        guard connections.connections(of: identity.subject) < limits.connectionsPerSubject else {
            return .connectionLimit
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
        for place in connections.peers.indices {
            guard let peer = connections.peers[place], !peer.isClosing else { continue }
            if !peer.identity.holds(at: now.wall) {
                close(place, .tokenExpired)
            } else if now.uptime - peer.heardAt > limits.silence {
                close(place, .silent)
            } else {
                connections.outboxes[place].shrinkIfIdle()
            }
        }
        forgetOldStates(now: now)
        history.forget(
            before: now.wall.advanced(byMilliseconds: -limits.historyRetention),
            limit: limits.historyBytes)
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
        connections.releaseSubject(of: place)
        while let subscription = connections.peers[place]?.subscriptions.last {
            leave(Int(subscription.channel), place)
        }
        releaseEvents(of: place)
    }
}
