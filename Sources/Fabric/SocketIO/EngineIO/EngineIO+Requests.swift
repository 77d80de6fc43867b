import Wire

// Requests: who may come in, and what they are about.
extension EngineIO {
    /// Takes an HTTP request or a request to open a WebSocket, which will be answered by an action:
    /// at once, or for a poll when there is something to say.
    ///
    /// - Parameters:
    ///   - now: milliseconds of a clock that is never set.
    ///   - random: makes session identifiers, so it must not be predictable.
    package mutating func receive(
        _ request: EngineIORequest, body: ArraySlice<UInt8> = [], now: Int64,
        random: inout some RandomNumberGenerator
    ) {
        if request.method == .options, case .allowed = origins.verdict(on: request.headers) {
            answer(request, origins.preflightAnswer())
            return
        }
        do throws(EngineIORefusal) {
            guard let place = try session(of: request) else {
                try checkHandshake(request)
                open(request, now: now, random: &random)
                return
            }
            serve(request, body: body, at: place, now: now)
        } catch {
            refuse(request, error)
        }
    }

    /// The place of the session that a request names, or nil where it asks for a new one.
    private func session(of request: EngineIORequest) throws(EngineIORefusal) -> Int? {
        let transport = request.query["transport"]
        guard transport == "polling" || transport == "websocket" else {
            throw .unknownTransport
        }
        let origin = origins.verdict(on: request.headers)
        guard origin != .malformed else { throw .badRequest }
        guard let sid = request.query["sid"] else { return nil }
        guard let place = sessions.place(ofSecret: sid), let session = sessions[place],
            !session.isClosing || (request.method == .get && !request.isUpgrade)
        else { throw .unknownSession }
        let fits =
            request.isUpgrade
            ? transport == "websocket"
            : transport == "polling" && sessions.flows[place].transport == .polling
        guard fits else { throw .badRequest }
        guard origin != .refused else { throw .forbidden }
        return place
    }

    private func checkHandshake(_ request: EngineIORequest) throws(EngineIORefusal) {
        guard request.method == .get else { throw .wrongMethod }
        let isSocket = request.query["transport"] == "websocket"
        guard isSocket == request.isUpgrade else { throw .badRequest }
        guard origins.verdict(on: request.headers) != .refused else { throw .forbidden }
        guard request.query["EIO"] == Self.version else { throw .unsupportedVersion }
        guard sessions.count < settings.sessions,
            sessions.sessions(of: request.clientAddress) < settings.sessionsPerAddress ?? .max
        else { throw .tooManySessions }
    }

    private mutating func open(
        _ request: EngineIORequest, now: Int64, random: inout some RandomNumberGenerator
    ) {
        let number = ConnectionNumber(nextSession)
        nextSession &+= 1
        let socket = request.exchange.connection
        let session = EngineIOSession(
            number: number, sid: secrets.next(from: &random),
            clientAddress: request.clientAddress, firstPing: now + settings.pingInterval)
        let place = sessions.add(session, by: request.isUpgrade ? .socket(socket) : .polling)
        let opening = OutgoingPacket.text(
            openPacket(sid: session.sid, mayUpgrade: !request.isUpgrade))
        effects.events.append(
            .opened(
                number,
                EngineIOHandshake(
                    query: request.query, headers: request.headers,
                    clientAddress: request.clientAddress)))
        guard request.isUpgrade else {
            var payload = PollingPayload()
            payload.append(opening)
            answer(request, .packets(payload))
            return
        }
        effects.actions.append(.accept(request.exchange))
        sockets[socket] = .transport(place)
        send(opening, to: place)
    }

    private func openPacket(sid: String, mayUpgrade: Bool) -> [UInt8] {
        var json = JSONWriter(capacity: 128)
        json.object { json in
            json.member("sid", sid)
            json.name("upgrades")
            json.array { json in
                if mayUpgrade { json.value("websocket") }
            }
            json.member("pingInterval", settings.pingInterval)
            json.member("pingTimeout", settings.pingTimeout)
            json.member("maxPayload", Int64(settings.maxPayload))
        }
        return [EngineIOPacketKind.open.rawValue] + json.bytes
    }

    private mutating func serve(
        _ request: EngineIORequest, body: ArraySlice<UInt8>, at place: Int, now: Int64
    ) {
        guard !request.isUpgrade else {
            tryUpgrade(request, at: place, now: now)
            return
        }
        switch request.method {
        case .get: poll(request, at: place)
        case .post: post(request, body: body, at: place, now: now)
        case .options, .other: refuse(request, .badRequest)
        }
    }
}
