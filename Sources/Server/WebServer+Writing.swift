// What goes out. Everything is handed to the library with one call a turn; what the kernel does not
// take the library keeps, and then the connection is left alone until that is gone.
extension WebServer {
    /// Has the outbox of a WebSocket or a stream asked for frames at the next flush. Asking twice is the same as
    /// asking once.
    package func requestWrite(_ connection: ConnectionID) {
        guard let slot = slot(of: connection), hasOutbox(slot) else { return }
        enqueue(slot)
    }

    /// Whether a slow reader's last write is still on its way, so that its outbox is not asked.
    package func isChoked(_ connection: ConnectionID) -> Bool {
        guard let slot = slot(of: connection) else { return false }
        return connections[slot].isChoked
    }

    /// Sends what the outboxes of the asked-for connections hold, one write each. One that does not
    /// take it all is asked again when it has.
    @inlinable
    package func flush<Source: FrameSource>(from source: inout Source) {
        var buffer = beginFlush()
        var position = 0
        while let connection = nextToFlush(&position, &buffer) {
            let hasMore = source.fill(connection, into: &buffer)
            send(&buffer, to: connection, hasMore: hasMore)
        }
        endFlush(buffer)
    }

    @usableFromInline
    package func beginFlush() -> WriteBuffer {
        swap(&queue, &flushing)
        var buffer = WriteBuffer(capacity: 0)
        swap(&buffer, &writeBuffer)
        return buffer
    }

    @usableFromInline
    package func nextToFlush(
        _ position: inout Int, _ buffer: inout WriteBuffer
    ) -> ConnectionID? {
        while position < flushing.count {
            let slot = flushing[position]
            position += 1
            guard connections[slot].isQueued, !connections[slot].isChoked, hasOutbox(slot)
            else { continue }
            buffer.compressibleBytes = connections[slot].compressibleBytes
            return identity(of: slot)
        }
        return nil
    }

    @usableFromInline
    package func send(
        _ buffer: inout WriteBuffer, to connection: ConnectionID, hasMore: Bool
    ) {
        let slot = Int(connection.slot)
        connections[slot].isQueued = false
        let closes = !hasMore && isClosing(slot)
        if connections[slot].isChunked { HTTPResponse.makeChunk(of: &buffer.bytes) }
        if closes { buffer.bytes.append(contentsOf: connections[slot].closeFrame) }
        if !buffer.bytes.isEmpty {
            let isAlive = write(&buffer.bytes, to: slot)
            buffer.bytes.removeAll(keepingCapacity: true)
            guard isAlive else { return }
        }
        if closes {
            didSendClose(slot)
        } else if hasMore {
            enqueue(slot)
        }
    }

    @usableFromInline
    package func endFlush(_ buffer: WriteBuffer) {
        writeBuffer = buffer
        // A single frame may be larger than the buffer; what it took is given back.
        if buffer.bytes.capacity > 4 * settings.limits.writeBytes {
            writeBuffer = WriteBuffer(capacity: settings.limits.writeBytes)
        }
        flushing.removeAll(keepingCapacity: true)
    }

    private func hasOutbox(_ slot: Int) -> Bool {
        switch connections[slot].phase {
        case .open, .failing, .streaming: true
        default: false
        }
    }

    /// Whether an end was asked for that is to follow what the outbox holds.
    func isClosing(_ slot: Int) -> Bool {
        !connections[slot].closeFrame.isEmpty || connections[slot].endsStream
    }

    private func didSendClose(_ slot: Int) {
        guard connections[slot].phase == .open else {
            linger(slot, .lost)
            return
        }
        connections[slot].closure = .byServer
        connections[slot].phase = .closing
        connections[slot].deadline = now + intervals.close
    }

    func enqueue(_ slot: Int) {
        guard !connections[slot].isQueued else { return }
        connections[slot].isQueued = true
        if !connections[slot].isChoked { queue.append(slot) }
    }

    /// Hands bytes to the library. False where the connection is broken; it is ended then.
    @discardableResult
    func write(_ bytes: inout [UInt8], to slot: Int) -> Bool {
        guard let library = connections[slot].library else { return false }
        bytesSent &+= UInt64(bytes.count)
        if settings.tls == nil, !connections[slot].isChoked {
            let taken = library.writeDirectly(bytes)
            guard taken < bytes.count else { return true }
            bytes.removeSubrange(..<taken)
        }
        guard library.write(&bytes) else {
            end(slot, .lost)
            return false
        }
        if library.isChoked { becomeChoked(slot) }
        return true
    }

    private func becomeChoked(_ slot: Int) {
        guard !connections[slot].isChoked else { return }
        connections[slot].isChoked = true
        // A peer that does not read is not read either: it gets no answers that could pile up, and
        // the library, which reads nothing while it holds bytes, is not woken for what came.
        allowInput(slot, false)
        guard hasOutbox(slot) else { return }
        // It has two ping intervals to make room, as long as one that is silent.
        connections[slot].deadline = min(connections[slot].deadline, now + 2 * intervals.ping)
    }
}
