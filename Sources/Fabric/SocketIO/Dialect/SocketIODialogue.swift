import ColdChain
package import Wire

/// The names of a new Socket.IO session; the host makes them, so that they cannot be guessed.
package struct SocketIONames: Equatable, Sendable {
    /// Public.
    package var sid: String
    /// Private: whoever knows it, and has a token of the same user, may recover the session.
    package var pid: String

    package init(sid: String, pid: String) {
        self.sid = sid
        self.pid = pid
    }
}

/// What a client that was let in is told.
package struct SocketIOWelcome: Equatable, Sendable {
    /// Of the earlier session where that goes on.
    package var names: SocketIONames
    /// The arguments of the event `session:ready`, which follows.
    package var ready: [JSON]
}

/// Why a client is not let in.
package struct SocketIORefusal: Error, Equatable, Sendable {
    package var code: CloseCode
}

extension Fabric {
    /// Takes a Socket.IO client whose token was verified: it is in its rooms at once (S-2), and
    /// one that was here before gets what it missed (connection state recovery), where the
    /// history reaches back and every room is still open to it.
    ///
    /// - Parameter auth: What the client sent with its request: `rooms` are joined, and `offset` is
    ///   where it was in an earlier session that this server does not know any more.
    package mutating func connect(
        _ connection: ConnectionNumber, identity: Identity, names: SocketIONames, auth: JSON?,
        recovery: RecoveryRequest?, on platform: Platform = .unknown, now: Moment
    ) throws(SocketIORefusal) -> SocketIOWelcome {
        disconnect(connection)
        let known = earlier(recovery, of: identity, now: now)
        if let code = refusal(of: identity, in: .socketIO, now: now) {
            noteTurnedAway(code, platform)
            throw SocketIORefusal(code: code)
        }
        admit(connection, identity, .socketIO, platform, now: now)
        guard let place = connections.place(of: connection) else {
            throw SocketIORefusal(code: .serverFull)
        }
        let wanted = known?.rooms ?? rooms(in: auth)
        let outcome = enter(wanted, of: identity, place)
        var isWhole = false
        if known != nil || !wanted.isEmpty, outcome.refused.isEmpty,
            let offset = recovery?.offset ?? auth?["offset"]?.string
        {
            isWhole = resume([], after: offset, place).isWhole
        }
        for room in outcome.entered { offerLastKnownStates(of: room, place) }
        var names = names
        if let known, isWhole, let session = recovery?.session {
            names = SocketIONames(sid: known.sid, pid: session)
        }
        socketIO.add(
            SocketIOMemberships.Membership(
                connection: connection, subject: identity.subject, sid: names.sid,
                rooms: outcome.entered.map(\.name)),
            session: names.pid)
        return SocketIOWelcome(names: names, ready: ready(outcome, isWhole: isWhole))
    }

    /// What is known of the session that a client had before, which ends with this.
    private mutating func earlier(
        _ recovery: RecoveryRequest?, of identity: Identity, now: Moment
    ) -> SocketIOMemberships.Membership? {
        guard let recovery else { return nil }
        let known = socketIO.take(recovery.session, of: identity.subject, now: now.uptime)
        if let known, let place = connections.place(of: known.connection) {
            // The client knows that its earlier line is dead before this side does.
            close(place, .silent)
        }
        return known
    }

    private func rooms(in auth: JSON?) -> [String] {
        (auth?["rooms"]?.array ?? []).prefix(limits.subscriptions).compactMap(\.string)
    }

    private struct Entering {
        var entered: [SocketIORoom] = []
        var refused: [(name: String, error: SocketIOError)] = []
    }

    /// Puts a client into the rooms of its role, which need not be asked for, and into others.
    private mutating func enter(
        _ wanted: [String], of identity: Identity, _ place: Int
    ) -> Entering {
        var outcome = Entering()
        let own = SocketIORoom.name(of: identity).map { [$0] } ?? []
        for name in own + wanted
        where !outcome.entered.contains(where: { $0.name == name }) {
            do throws(SocketIOFault) {
                outcome.entered.append(try enter(name, place))
            } catch {
                outcome.refused.append((name, error.error))
            }
        }
        return outcome
    }

    /// What a client is told behind its welcome. The identifier, from which it may go on, is left
    /// out where what it missed is still to come.
    private mutating func ready(_ outcome: Entering, isWhole: Bool) -> [JSON] {
        let rooms = outcome.entered.map { JSON.string($0.name) }
        let refused = outcome.refused.map { refused -> JSON in
            ["room": .string(refused.name), "code": .string(refused.error.rawValue)]
        }
        let event: JSON = [
            "recovered": .bool(isWhole), "rooms": .array(rooms), "refused": .array(refused),
        ]
        return isWhole ? [event] : [event, .string(texts.socketIO.offset(nextPassingID()))]
    }

    /// Follows all channels of a room, or none.
    private mutating func enter(_ name: String, _ place: Int) throws(SocketIOFault) -> SocketIORoom
    {
        guard let room = SocketIORoom(name: name, limits: limits) else {
            throw SocketIOFault(.unknownRoom)
        }
        guard let identity = connections.peers[place]?.identity, room.isOpen(to: identity) else {
            throw SocketIOFault(.accessDenied)
        }
        var followed: [Channel] = []
        for channel in room.channels {
            if let refusal = follow(channel, place) {
                for channel in followed { unfollow(channel, place) }
                throw SocketIOFault(SocketIOError(refusal))
            }
            followed.append(channel)
        }
        return room
    }

    private mutating func offerLastKnownStates(of room: SocketIORoom, _ place: Int) {
        for channel in room.channels where channel.kind == .order {
            offerLastKnownStates(of: channel, to: place)
        }
    }

    /// Forgets a Socket.IO client.
    ///
    /// - Parameter isRecoverable: Whether it may come back as the same session.
    package mutating func disconnect(
        socketIO connection: ConnectionNumber, isRecoverable: Bool, now: Moment
    ) {
        socketIO.lose(connection, isRecoverable: isRecoverable, now: now.uptime)
        disconnect(connection)
    }

    // MARK: What clients send

    /// Takes an event of a Socket.IO client.
    ///
    /// - Returns: The argument of the acknowledgement, `{status,…}`; nil where the client is being
    ///   closed, or is answered later by `FabricEffects.acknowledgements`.
    package mutating func receive(
        event name: String, _ arguments: [JSON], acknowledgement: UInt64? = nil,
        on connection: ConnectionNumber, now: Moment
    ) -> JSON? {
        guard let admission = admitMessage(on: connection, now: now) else { return nil }
        do throws(SocketIOFault) {
            guard admission.isWithinRate else { throw SocketIOFault(.tooManyMessages) }
            if let type = texts.catalogue.type(accepted: name, in: .socketIO) {
                publish(
                    type, name, arguments.first, acknowledgement, admission.place, now: now)
                return nil
            }
            return try perform(name, arguments, connection, admission.place)
        } catch {
            statistics.refusedClientMessages += 1
            return [
                "status": "error", "event": .string(name),
                "code": .string(error.error.rawValue), "message": .string(error.error.message),
            ]
        }
    }

    private mutating func perform(
        _ name: String, _ arguments: [JSON], _ connection: ConnectionNumber, _ place: Int
    ) throws(SocketIOFault) -> JSON {
        switch name {
        case "join", "subscribe":
            let room = try enter(try self.room(in: arguments), place)
            socketIO.enter(room.name, connection)
            offerLastKnownStates(of: room, place)
            return ["status": "ok", "room": .string(room.name)]
        case "leave", "unsubscribe":
            let name = try self.room(in: arguments)
            guard let room = SocketIORoom(name: name, limits: limits) else {
                throw SocketIOFault(.unknownRoom)
            }
            for channel in room.channels { unfollow(channel, place) }
            socketIO.leave(name, connection)
            return ["status": "ok", "room": .string(name)]
        case "authenticate":
            let first = arguments.first
            guard let token = first?.string ?? first?["token"]?.string, !token.isEmpty else {
                throw SocketIOFault(.wrongArguments)
            }
            offer(token: token, place)
            // Whether it is accepted is told by an event: the host has yet to verify it.
            return ["status": "pending"]
        case "driver:location_update": throw SocketIOFault(.notSupported)
        default: throw SocketIOFault(.unknownEvent)
        }
    }

    /// `"order_17"` or `{"room":"order_17"}`.
    private func room(in arguments: [JSON]) throws(SocketIOFault) -> String {
        guard let first = arguments.first, let name = first.string ?? first["room"]?.string else {
            throw SocketIOFault(.wrongArguments)
        }
        return name
    }

    mutating func tellSocketIO(_ notice: TokenNotice, _ place: Int, now: Moment) {
        switch notice {
        case .expiring(let end):
            let left = TokenNotice.secondsLeft(until: end, at: now.wall)
            let event: JSON = [
                "expires_at": .string(RFC3339.text(end.milliseconds)),
                "expires_in": .integer(left), "action": "authenticate",
            ]
            send(SocketIOText.notice("token:expiring", event), to: place)
        case .renewed(let end):
            let members = end.map { JSON.string(RFC3339.text($0.milliseconds)) }
            send(
                SocketIOText.notice("token:renewed", ["expires_at": members ?? .null]), to: place)
        case .refused:
            statistics.refusedClientMessages += 1
            let error = SocketIOError.authenticationFailed
            let event: JSON = [
                "status": "error", "event": "authenticate", "code": .string(error.rawValue),
                "message": .string(error.message),
            ]
            send(SocketIOText.notice("error", event), to: place)
        case .expired: break
        }
    }

    /// Tells a client once that a room is no longer open to it, and takes it out of all of it.
    mutating func tellSocketIORevoked(_ channel: Channel, _ place: Int) {
        guard let name = SocketIORoom.name(of: channel),
            socketIO.leave(name, connections.outboxes[place].connection)
        else { return }
        for other in SocketIORoom(name: name, limits: limits)?.channels ?? [] {
            unfollow(other, place)
        }
        send(SocketIOText.notice("room:revoked", ["room": .string(name)]), to: place)
    }
}

private struct SocketIOFault: Error {
    let error: SocketIOError

    init(_ error: SocketIOError) {
        self.error = error
    }
}
