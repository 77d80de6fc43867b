import Wire

// Opening, reading, keeping alive and closing WebSockets.
extension WebServer {
    /// Opens the WebSocket. `subprotocol` counts only where the client offered it. Nothing happens
    /// where the request is over; otherwise `.closed` will come for the connection.
    ///
    /// - Returns: Whether the connection is open.
    @discardableResult
    package func accept(_ token: RequestToken, subprotocol: String? = nil) -> Bool {
        guard let slot = waiting(token), let head = connections[slot].exchange?.head,
            Handshake.isRequested(by: head), let key = head.upgrade.key
        else { return false }
        let offered = subprotocol.flatMap { name in
            head.upgrade.subprotocols.first { $0 == name }
        }
        connections[slot].exchange = nil
        connections[slot].phase = .open
        connections[slot].owesClosed = true
        connections[slot].heardAt = now
        connections[slot].pingAt = firstPing(slot)
        let compression = agreedCompression(head)
        connections[slot].reader = FrameReader(takesCompressed: compression != nil)
        connections[slot].compressibleBytes = compression?.compressibleBytes ?? 0
        var answer = Handshake.acceptance(
            key: key, subprotocol: offered, compression: compression)
        guard write(&answer, to: slot) else { return false }
        if !connections[slot].isChoked { allowInput(slot, true) }
        let early = connections[slot].input
        connections[slot].input = []
        if !early.isEmpty { readFrames(early.span, at: slot) }
        return true
    }

    /// Answers an upgrade request with a status other than 101.
    package func refuse(_ token: RequestToken, _ response: HTTPResponse) {
        guard let slot = waiting(token) else { return }
        connections[slot].exchange?.closesAfterwards = true
        respond(to: token, response)
    }

    /// Ends a WebSocket: what its outbox holds is sent, then a close frame. `.closed` follows when
    /// the peer has answered, or has taken too long. A stream ends behind what its outbox holds; its
    /// client is not told the code.
    package func close(_ connection: ConnectionID, _ code: CloseCode, reason: String = "") {
        guard let slot = slot(of: connection) else { return }
        requestClose(slot, code, reason: reason)
    }

    /// Whether the WebSocket is open and no close of it under way.
    package func isOpen(_ connection: ConnectionID) -> Bool {
        guard let slot = slot(of: connection) else { return false }
        return connections[slot].phase == .open && connections[slot].closeFrame.isEmpty
    }

    func requestClose(_ slot: Int, _ code: CloseCode, reason: String) {
        if connections[slot].phase == .streaming { requestEnd(ofStream: slot) }
        guard connections[slot].phase == .open, connections[slot].closeFrame.isEmpty else { return }
        connections[slot].closeFrame = ServerFrame.close(code.rawValue, reason: reason)
        connections[slot].deadline = now + intervals.close
        enqueue(slot)
    }

    /// Reads frames, with what an earlier read left over before them.
    func readFrames(_ bytes: Span<UInt8>, at slot: Int) {
        guard !connections[slot].input.isEmpty else {
            let taken = readAllFrames(bytes, at: slot)
            guard taken < bytes.count, isReading(slot) else { return }
            connections[slot].input.append(bytes.extracting(taken...))
            return
        }
        var input = connections[slot].input
        connections[slot].input = []
        input.append(bytes)
        let taken = readAllFrames(input.span, at: slot)
        guard taken < input.count, isReading(slot) else { return }
        input.removeSubrange(..<taken)
        connections[slot].input = input
    }

    private func isReading(_ slot: Int) -> Bool {
        connections[slot].phase == .open || connections[slot].phase == .closing
    }

    /// The number of bytes taken. What is to be answered is sent in one write at the end.
    private func readAllFrames(_ bytes: Span<UInt8>, at slot: Int) -> Int {
        var position = 0
        let most = next.payloads.count + inflatedMaximum(ofRead: bytes.count)
        while isReading(slot) {
            let outcome = connections[slot].reader.read(
                bytes, at: &position, limits: settings.limits, payloads: &next.payloads)
            switch outcome {
            case .needsMore:
                sendControlFrames(slot)
                return position
            case .message(let kind, let range):
                guard connections[slot].phase == .open else { continue }
                next.events.append(.message(identity(of: slot), kind, range))
            case .compressedMessage(let kind, let range):
                guard connections[slot].phase == .open else { continue }
                didReceive(compressed: kind, range, at: slot, mostPayloads: most)
            case .ping(let range):
                guard connections[slot].phase == .open else { continue }
                ServerFrame.append(.pong, payload: next.payloads[range], to: &controlFrames)
                next.events.append(.heard(identity(of: slot)))
            case .pong:
                next.events.append(.heard(identity(of: slot)))
            case .close(let code):
                didReceiveClose(code, at: slot)
            case .violation(let code, let reason):
                fail(slot, code, reason: reason.text.description)
            }
        }
        controlFrames.removeAll(keepingCapacity: true)
        return bytes.count
    }

    private func sendControlFrames(_ slot: Int) {
        guard !controlFrames.isEmpty else { return }
        write(&controlFrames, to: slot)
        controlFrames.removeAll(keepingCapacity: true)
    }

    private func didReceiveClose(_ code: UInt16?, at slot: Int) {
        if connections[slot].phase == .open {
            controlFrames.append(
                contentsOf: code.map { ServerFrame.close($0) } ?? Self.emptyClose)
            sendControlFrames(slot)
        }
        linger(slot, .byPeer(code: code))
    }

    /// The answer to a close frame without a code.
    private static let emptyClose: [UInt8] = [0x88, 0]

    /// Ends a WebSocket whose peer broke the rules.
    func fail(_ slot: Int, _ code: UInt16, reason: String) {
        sendControlFrames(slot)
        guard connections[slot].phase == .open else {
            if connections[slot].phase == .closing { linger(slot, .violation(code: code)) }
            return
        }
        connections[slot].phase = .failing
        connections[slot].closure = .violation(code: code)
        connections[slot].closeFrame = ServerFrame.close(code, reason: reason)
        connections[slot].deadline = now + intervals.close
        enqueue(slot)
    }

    // MARK: - Keeping alive

    /// Spreads the pings of connections that came together, as after a restart they do.
    private func firstPing(_ slot: Int) -> Int64 {
        let part = Int64(slot &* 7919 % 64)
        return now + intervals.ping / 2 + intervals.ping * part / 128
    }

    /// Pings a WebSocket when its time has come, and gives up one that is not heard or does not read.
    func checkLife(_ slot: Int) {
        // A choked peer is not read, so it cannot be heard; it has its deadline.
        let isSilent =
            !connections[slot].isChoked && now - connections[slot].heardAt >= 2 * intervals.ping
        guard !isSilent, now < connections[slot].deadline else {
            end(slot, connections[slot].closeFrame.isEmpty ? .unresponsive : .byServer)
            return
        }
        guard now >= connections[slot].pingAt, !connections[slot].isChoked else { return }
        connections[slot].pingAt = now + intervals.ping
        controlFrames.append(contentsOf: ServerFrame.ping)
        sendControlFrames(slot)
    }
}
