import Wire

// WebSockets: as the transport of a session, and tried in place of polling.
extension EngineIO {
    /// Takes a text message of a WebSocket; UTF-8.
    package mutating func receive(
        text: ArraySlice<UInt8>, on socket: ConnectionNumber, now: Int64
    ) {
        guard text.count <= settings.maxPayload else {
            end(socket: socket, .transportError)
            return
        }
        receive(EngineIOPacket(text: text), on: socket, now: now)
    }

    /// Takes a binary message of a WebSocket.
    package mutating func receive(
        binary: ArraySlice<UInt8>, on socket: ConnectionNumber, now: Int64
    ) {
        guard binary.count <= settings.maxPayload else {
            end(socket: socket, .transportError)
            return
        }
        receive(.message(.binary(Array(binary))), on: socket, now: now)
    }

    private mutating func receive(
        _ packet: EngineIOPacket?, on socket: ConnectionNumber, now: Int64
    ) {
        switch sockets[socket] {
        case .transport(let place):
            guard let packet, take(packet, at: place, now: now) else {
                end(place, .parseError)
                return
            }
        case .probe(let place): takeProbing(packet, at: place, now: now)
        case .ending, nil: break
        }
    }

    private mutating func end(socket: ConnectionNumber, _ reason: EngineIOClosure) {
        switch sockets[socket] {
        case .transport(let place): end(place, reason)
        case .probe(let place): dropProbe(at: place, code: reason.closeCode)
        case .ending, nil: break
        }
    }

    /// The WebSocket is gone, or could not be opened.
    package mutating func socketClosed(_ socket: ConnectionNumber) {
        switch sockets.removeValue(forKey: socket) {
        case .transport(let place): end(place, .transportClose)
        case .probe(let place): sessions[place]?.probe = nil
        case .ending, nil: break
        }
    }

    /// Moves what waits for a WebSocket to the end of `bytes`, as frames: the session's own packets
    /// whole, then events as far as `limit` allows.
    package mutating func fill(
        _ socket: ConnectionNumber, into bytes: inout [UInt8], limit: Int,
        from events: EventSource
    ) -> FillResult {
        switch sockets[socket] {
        case .transport(let place):
            return fill(place, into: &bytes, limit: limit, from: events)
        case .probe(let place):
            bytes.append(contentsOf: sessions[place]?.probe?.frames ?? [])
            sessions[place]?.probe?.frames = []
        case .ending(let frames):
            bytes.append(contentsOf: frames)
            sockets[socket] = .ending([])
        case nil: break
        }
        return .drained
    }

    private mutating func fill(
        _ place: Int, into bytes: inout [UInt8], limit: Int, from events: EventSource
    ) -> FillResult {
        let start = bytes.count
        appendOwnFrames(of: place, to: &bytes)
        if sessions.flows[place].eventsWait {
            let room = limit - (bytes.count - start)
            guard room > 0, events(&bytes, room) == .drained else { return .more }
            sessions.flows[place].eventsWait = false
        }
        sessions.flows[place].isNamed = false
        return .drained
    }

    mutating func appendOwnFrames(of place: Int, to bytes: inout [UInt8]) {
        guard sessions.flows[place].hasPackets else { return }
        sessions.flows[place].hasPackets = false
        bytes.append(contentsOf: sessions[place]?.frames ?? [])
        sessions[place]?.frames = []
        for packet in sessions[place]?.takeQueue() ?? [] { packet.appendFrame(to: &bytes) }
    }

    // MARK: The change from polling

    /// A WebSocket for a session that has one, or is trying one, is opened and closed.
    mutating func tryUpgrade(_ request: EngineIORequest, at place: Int, now: Int64) {
        effects.actions.append(.accept(request.exchange))
        let socket = request.exchange.connection
        guard let session = sessions[place], sessions.flows[place].transport == .polling,
            session.probe == nil
        else {
            closeSocket(socket, code: EngineIOClosure.forcedClose.closeCode)
            return
        }
        sockets[socket] = .probe(place)
        sessions[place]?.probe = EngineIOSession.Probe(
            socket: socket, deadline: now + settings.upgradeTimeout)
        sessions.schedule(place)
    }

    /// Closes a WebSocket after `frames`.
    mutating func closeSocket(_ socket: ConnectionNumber, code: UInt16, frames: [UInt8] = []) {
        sockets[socket] = .ending(frames)
        effects.actions.append(.close(socket, code: code))
    }

    private mutating func takeProbing(_ packet: EngineIOPacket?, at place: Int, now: Int64) {
        switch packet {
        case .ping(isProbe: true): answerProbe(at: place, now: now)
        case .upgrade: completeUpgrade(at: place)
        default: dropProbe(at: place, code: EngineIOClosure.parseError.closeCode)
        }
    }

    private mutating func answerProbe(at place: Int, now: Int64) {
        guard let probe = sessions[place]?.probe else { return }
        guard probe.releaseAt == nil else {
            dropProbe(at: place, code: EngineIOClosure.parseError.closeCode)
            return
        }
        sessions[place]?.probe?.frames = ServerFrame.text(Array("3probe".utf8))
        sessions[place]?.probe?.releaseAt = now + settings.probeInterval
        sessions.schedule(place)
        effects.fillable.append(probe.socket)
    }

    /// The WebSocket becomes the transport; what waits leaves by it.
    private mutating func completeUpgrade(at place: Int) {
        guard let probe = sessions[place]?.probe else { return }
        releasePoll(at: place)
        sessions[place]?.probe = nil
        sessions[place]?.frames = probe.frames
        if !probe.frames.isEmpty { sessions.flows[place].hasPackets = true }
        sessions.flows[place].transport = .socket(probe.socket)
        sessions[place]?.told = nil
        sessions.flows[place].isNamed = false
        sockets[probe.socket] = .transport(place)
        if sessions.flows[place].hasSomething { name(place) }
    }

    /// Gives the WebSocket up; the session goes on by polling.
    mutating func dropProbe(at place: Int, code: UInt16) {
        guard let probe = sessions[place]?.probe else { return }
        sessions[place]?.probe = nil
        closeSocket(probe.socket, code: code, frames: probe.frames)
    }
}
