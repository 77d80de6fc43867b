// What packets of either transport mean.
extension EngineIO {
    /// Takes a packet of a session's transport. False where a client may not send it.
    mutating func take(_ packet: EngineIOPacket, at place: Int, now: Int64) -> Bool {
        guard let session = sessions[place] else { return true }
        switch packet {
        case .message(let message):
            effects.events.append(.message(session.number, message))
        case .pong:
            sessions[place]?.heartbeat = .pingAt(now + settings.pingInterval)
            effects.heard.append(session.number)
        case .close:
            releasePoll(at: place)
            end(place, .transportClose)
        case .noop: break
        case .open, .ping, .upgrade: return false
        }
        return true
    }

    /// Puts messages into the queue of a session. Its own packets leave before its events. A
    /// client that lets too many wait is closed.
    package mutating func send(_ messages: [EngineIOMessage], to session: ConnectionNumber) {
        guard let place = sessions.place(of: session) else { return }
        for message in messages { send(OutgoingPacket(message), to: place) }
    }

    mutating func send(_ packet: OutgoingPacket, to place: Int) {
        guard let session = sessions[place], !session.isClosing else { return }
        guard session.queuedBytes + packet.byteCount <= settings.bufferedBytes else {
            sessions[place]?.dropQueue()
            end(place, .slowReader)
            return
        }
        sessions[place]?.append(packet)
        sessions.flows[place].hasPackets = true
        name(place)
    }

    /// Events wait for a session where none did: they are pulled when its transport takes them.
    package mutating func noteEvents(for session: ConnectionNumber) {
        guard let place = sessions.place(of: session) else { return }
        sessions.flows[place].eventsWait = true
        name(place)
    }

    /// Tells the host that something waits for a session that takes it now.
    mutating func name(_ place: Int) {
        guard !sessions.flows[place].isNamed else { return }
        switch sessions.flows[place].transport {
        case .polling:
            guard sessions[place]?.poll != nil else { return }
            effects.answerable.append(sessions.flows[place].number)
        case .socket(let socket): effects.fillable.append(socket)
        }
        sessions.flows[place].isNamed = true
    }

    /// Whether what is sent now leaves at once: what may be dropped is better not sent otherwise.
    package func isWritable(_ session: ConnectionNumber) -> Bool {
        guard let place = sessions.place(of: session), let session = sessions[place],
            !session.isClosing
        else { return false }
        return sessions.flows[place].transport == .polling
            ? session.poll != nil
            : !sessions.flows[place].isNamed && !sessions.flows[place].hasSomething
    }

    /// The session's number of the WebSocket that is its transport.
    package func session(ofSocket socket: ConnectionNumber) -> ConnectionNumber? {
        guard case .transport(let place) = sockets[socket] else { return nil }
        return sessions[place]?.number
    }
}
