// The end of sessions, and what time brings.
extension EngineIO {
    /// Ends a session after what waits in its queue. By polling the close packet waits for the
    /// next poll, where none is there to take it; the session counts as closed at once.
    package mutating func close(
        _ session: ConnectionNumber, _ reason: EngineIOClosure = .forcedClose, now: Int64
    ) {
        guard let place = sessions.place(of: session), let session = sessions[place],
            !session.isClosing
        else { return }
        guard sessions.flows[place].transport == .polling, session.poll == nil else {
            end(place, reason)
            return
        }
        dropProbe(at: place, code: reason.closeCode)
        sessions.flows[place].eventsWait = false
        sessions[place]?.closingUntil = now + settings.closeWait
        sessions.schedule(place)
        effects.events.append(.closed(session.number, reason))
    }

    /// Ends every session.
    package mutating func closeAll(now: Int64) {
        for session in sessions.entries.compactMap({ $0?.number }) { close(session, now: now) }
    }

    /// Ends a session because the server ends: behind the events that wait for it, and what it is
    /// told last. A close packet some clients take for a farewell, so a poll is answered without
    /// one: the next finds no session, and the client comes back as a new one.
    package mutating func part(
        with session: ConnectionNumber, farewell: [EngineIOMessage], from events: EventSource
    ) {
        guard let place = sessions.place(of: session), let session = sessions[place],
            !session.isClosing
        else { return }
        dropProbe(at: place, code: EngineIOClosure.serverShutDown.closeCode)
        switch sessions.flows[place].transport {
        case .polling: answerLastPoll(at: place, farewell, from: events)
        case .socket(let socket):
            // One that is gone has no role any more, and needs no closing.
            guard sockets[socket] != nil else { break }
            var frames: [UInt8] = []
            appendOwnFrames(of: place, to: &frames)
            _ = events(&frames, settings.pollBytes)
            for message in farewell { OutgoingPacket(message).appendFrame(to: &frames) }
            closeSocket(
                socket, code: EngineIOClosure.serverShutDown.closeCode, frames: frames)
        }
        sessions.remove(at: place)
        effects.events.append(.closed(session.number, .serverShutDown))
    }

    private mutating func answerLastPoll(
        at place: Int, _ farewell: [EngineIOMessage], from events: EventSource
    ) {
        guard sessions[place]?.poll != nil else { return }
        var payload = queuedPayload(at: place, most: settings.packetsPerPoll)
        _ = pull(events, into: &payload)
        for message in farewell where payload.packets < settings.packetsPerPoll {
            payload.append(OutgoingPacket(message))
        }
        answerPoll(at: place, payload)
    }

    /// Lets every waiting poll go because the server ends. It is told as a failure of the transport,
    /// after which clients come back; a close packet some take for a farewell.
    package mutating func releasePolls() {
        for place in polls.values.sorted() {
            guard let poll = sessions[place]?.poll else { continue }
            sessions[place]?.poll = nil
            sessions.flows[place].isNamed = false
            effects.actions.append(.answer(poll.exchange, EngineIOAnswer(status: 503)))
        }
        polls.removeAll()
    }

    /// Ends a session and forgets it.
    mutating func end(_ place: Int, _ reason: EngineIOClosure) {
        guard let session = sessions[place] else { return }
        dropProbe(at: place, code: reason.closeCode)
        switch sessions.flows[place].transport {
        case .polling: answerWithClose(at: place)
        case .socket(let socket): closeTransport(socket, at: place, reason)
        }
        sessions.remove(at: place)
        if !session.isClosing { effects.events.append(.closed(session.number, reason)) }
    }

    private mutating func closeTransport(
        _ socket: ConnectionNumber, at place: Int, _ reason: EngineIOClosure
    ) {
        // One that is gone has no role any more, and needs no closing.
        guard sockets[socket] != nil else { return }
        var frames: [UInt8] = []
        appendOwnFrames(of: place, to: &frames)
        closeSocket(socket, code: reason.closeCode, frames: frames)
    }

    private mutating func answerWithClose(at place: Int) {
        guard sessions[place]?.poll != nil else { return }
        var payload = queuedPayload(at: place)
        payload.append(OutgoingPacket(.close))
        answerPoll(at: place, payload)
    }

    /// Sends pings and ends what ran out: to be called every `probeInterval` or so.
    package mutating func tick(now: Int64) {
        for place in sessions.dueAt.indices where sessions.dueAt[place] <= now {
            if sessions[place]?.isClosing == true {
                endClosing(place, now: now)
            } else {
                beat(place, now: now)
                watchProbe(place, now: now)
            }
            sessions.schedule(place)
        }
    }

    private mutating func endClosing(_ place: Int, now: Int64) {
        guard let deadline = sessions[place]?.closingUntil, now >= deadline else { return }
        end(place, .forcedClose)
    }

    private mutating func beat(_ place: Int, now: Int64) {
        switch sessions[place]?.heartbeat {
        case .pingAt(let due) where now >= due:
            sessions[place]?.heartbeat = .pongBy(now + settings.pingTimeout)
            send(OutgoingPacket(.ping), to: place)
        case .pongBy(let due) where now >= due: end(place, .pingTimeout)
        default: break
        }
    }

    private mutating func watchProbe(_ place: Int, now: Int64) {
        guard let probe = sessions[place]?.probe else { return }
        if now >= probe.deadline {
            dropProbe(at: place, code: EngineIOClosure.forcedClose.closeCode)
        } else if let release = probe.releaseAt, now >= release {
            sessions[place]?.probe?.releaseAt = now + settings.probeInterval
            releasePoll(at: place)
        }
    }
}
