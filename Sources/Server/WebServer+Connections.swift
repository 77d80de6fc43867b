// The life of a connection, from the library's adoption to its close.
extension WebServer {
    /// Gives a new connection a slot.
    func adopt(_ connection: LibraryConnection) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            slot = free
        } else {
            slot = connections.count
            connections.append(Connection())
        }
        readClock()
        connections[slot].library = connection
        connections[slot].phase = .head
        connections[slot].deadline = now + intervals.request
        connectionCount += 1
        if connectionCount > connectionLimit {
            end(slot, .lost)
        } else if connectionRate.isLimited {
            admit(slot)
        }
        return slot
    }

    /// Refuses a connection that is one too many of those that came at once.
    private func admit(_ slot: Int) {
        guard case .refused(let status) = connectionRate.take(clientAddress(slot), now: now) else {
            return
        }
        refusedConnections += 1
        guard settings.tls == nil else {
            end(slot, .lost)
            return
        }
        // Told at its first bytes, which are not read: who sends none is soon given up.
        connections[slot].refusal = UInt16(status)
        connections[slot].deadline = now + intervals.close
    }

    func didReceive(_ bytes: Span<UInt8>, at slot: Int) {
        readClock()
        bytesReceived &+= UInt64(bytes.count)
        switch connections[slot].phase {
        case .open, .closing:
            connections[slot].heardAt = now
            readFrames(bytes, at: slot)
        case .head where connections[slot].refusal != 0:
            answer(
                fault: RequestFault(
                    Int(connections[slot].refusal), "too many connections come at once"),
                at: slot)
        case .head, .body:
            if settings.tls != nil { connections[slot].library?.clearLibraryDeadline() }
            connections[slot].input.append(bytes)
            readRequests(at: slot)
        case .answering:
            connections[slot].input.append(bytes)
            // Requests that must wait for this one's answer stay with the kernel until then.
            if !readFollowing(at: slot) { allowInput(slot, false) }
        case .streaming:
            // A stream is the last answer of its connection. Its peer is read all the same, because
            // that is how its end is noticed.
            break
        case .free, .failing, .lingering, .ended:
            break
        }
    }

    /// The library has sent everything it held for the connection.
    func didBecomeWritable(_ slot: Int) {
        let wasChoked = connections[slot].isChoked
        connections[slot].isChoked = false
        if wasChoked { allowInput(slot, true) }
        switch connections[slot].phase {
        case .answering:
            sendAnswer(slot)
        case .open, .failing, .streaming:
            guard wasChoked else { return }
            connections[slot].heardAt = now
            if !isClosing(slot) { connections[slot].deadline = .max }
            if connections[slot].isQueued { queue.append(slot) }
        case .lingering:
            if wasChoked { shutLine(slot) }
        case .free, .head, .body, .closing, .ended:
            break
        }
    }

    /// The library's connection is gone.
    func didClose(_ slot: Int) {
        if connections[slot].phase != .ended { reportClosed(slot, .lost) }
        for exchange in connections[slot].exchanges where exchange.isOwed {
            next.events.append(.abandoned(token(of: exchange, at: slot)))
        }
        let generation = connections[slot].generation &+ 1
        connections[slot] = Connection()
        connections[slot].generation = generation
        connectionCount -= 1
        freeSlots.append(slot)
    }

    /// Has the connection destroyed at the end of the turn. Nothing more is read or sent.
    func end(_ slot: Int, _ closure: Closure) {
        guard connections[slot].phase != .ended, connections[slot].phase != .free else { return }
        reportClosed(slot, closure)
        connections[slot].phase = .ended
        ended.append(slot)
    }

    func destroyEnded() {
        while let slot = ended.popLast() {
            // The library may have closed it by itself since, and given the slot to another.
            guard connections[slot].phase == .ended else { continue }
            connections[slot].library?.destroy()
        }
    }

    private func reportClosed(_ slot: Int, _ closure: Closure) {
        guard connections[slot].owesClosed else { return }
        connections[slot].owesClosed = false
        next.events.append(.closed(identity(of: slot), connections[slot].closure ?? closure))
    }

    /// Tells the peer that nothing more comes, and waits a little for its end.
    func linger(_ slot: Int, _ closure: Closure) {
        reportClosed(slot, closure)
        connections[slot].phase = .lingering
        connections[slot].deadline = now + intervals.close
        connections[slot].input = []
        connections[slot].exchange = nil
        connections[slot].following = []
        if !connections[slot].isChoked { shutLine(slot) }
    }

    private func shutLine(_ slot: Int) {
        allowInput(slot, true)
        // Under TLS the line cannot be shut half-way from here: the peer has been told by a close
        // frame or a header field, and its end or the deadline is awaited all the same.
        if settings.tls == nil { connections[slot].library?.shutOutput() }
    }

    /// Lets the kernel hold the peer back while its bytes cannot be used.
    func allowInput(_ slot: Int, _ isAllowed: Bool) {
        guard connections[slot].isInputHeld == isAllowed else { return }
        connections[slot].isInputHeld = !isAllowed
        connections[slot].library?.allowInput(isAllowed)
    }

    func clientAddress(_ slot: Int) -> String {
        connections[slot].library?.peerAddress ?? ""
    }

    func identity(of slot: Int) -> ConnectionID {
        ConnectionID(
            slot: UInt32(truncatingIfNeeded: slot), generation: connections[slot].generation)
    }

    /// The slot of a connection, or nil where that connection is gone.
    func slot(of connection: ConnectionID) -> Int? {
        let slot = Int(connection.slot)
        guard slot < connections.count, connections[slot].generation == connection.generation,
            connections[slot].phase != .free
        else { return nil }
        return slot
    }

    /// Ends what has lasted too long, and pings.
    func sweep() {
        for slot in connections.indices {
            switch connections[slot].phase {
            case .free, .ended:
                continue
            case .open:
                checkLife(slot)
            case .head where now >= connections[slot].deadline:
                timeOutRequest(slot)
            case .body where now >= connections[slot].deadline:
                timeOutRequest(slot)
            default:
                if now >= connections[slot].deadline { end(slot, .unresponsive) }
            }
        }
    }
}
