extension Fabric {
    /// Moves what waits for a connection to the end of `bytes`, in the frames of its dialect.
    ///
    /// A frame is never cut: `limit` bytes are exceeded by answers, which go out whole, and by a
    /// single frame that is larger than the limit. Records of at most `compressibleBytes` go in
    /// their compressed form, where they have one; zero stands for a reader without. To be called when the socket takes bytes, so
    /// that a slow reader's backlog stays here, where it is bounded and conflated.
    package mutating func fill(
        _ connection: ConnectionNumber, into bytes: inout [UInt8], limit: Int,
        compressibleBytes: Int = 0
    ) -> FillResult {
        guard let place = connections.place(of: connection) else { return .drained }
        let start = bytes.count
        controlBytes -= connections.outboxes[place].control.count
        connections.outboxes[place].takeControl(into: &bytes)
        while let frame = connections.outboxes[place].records.first {
            let size = frames.byteCount(frame)
            let written = bytes.count - start
            guard written == 0 || written + size <= limit else { return .more }
            if connections.outboxes[place].encoding == .messagePack {
                appendPacked(record: frame, of: place, to: &bytes)
            } else {
                appendRecord(frame, to: &bytes, compressibleBytes: compressibleBytes)
            }
            if connections.outboxes[place].mayOweConfirmations,
                let record = frames.entries[Int(frame)].critical
            {
                noteTold(record, to: place, isResumed: false)
            }
            connections.outboxes[place].removeFirstRecord(bytes: size)
            frames.removeReader(of: frame)
        }
        let missed = bytes.count
        let result = catchUp(place, into: &bytes, from: start, limit: limit)
        pack(&bytes, from: missed, for: place)
        switch result {
        case .done: break
        case .more: return .more
        case .waiting:
            // States stay behind what was missed; the answer announces the connection again.
            connections.outboxes[place].markDrained()
            return .drained
        }
        return drainStates(place, into: &bytes, from: start, limit: limit)
    }

    private mutating func appendRecord(
        _ frame: Int32, to bytes: inout [UInt8], compressibleBytes: Int
    ) {
        if let compression, frames.byteCount(frame) <= compressibleBytes,
            let compressed = frames.compressed(frame, by: compression)
        {
            bytes.append(contentsOf: compressed)
        } else {
            bytes.append(contentsOf: frames.entries[Int(frame)].bytes)
        }
    }

    private mutating func appendPacked(
        record frame: Int32, of place: Int, to bytes: inout [UInt8]
    ) {
        guard let dialect = connections.peers[place]?.dialect else { return }
        bytes.append(contentsOf: frames.packed(frame, by: packing, in: dialect))
    }

    private mutating func drainStates(
        _ place: Int, into bytes: inout [UInt8], from start: Int, limit: Int
    ) -> FillResult {
        guard !connections.outboxes[place].states.isEmpty, !isResting(place),
            let dialect = connections.peers[place]?.dialect
        else {
            connections.outboxes[place].markDrained()
            return .drained
        }
        if connections.peers[place]?.shape != nil {
            return drainShapedStates(place, into: &bytes, from: start, limit: limit)
        }
        while let state = connections.outboxes[place].states.first {
            // The connection has every record by now: all waiting ones went before.
            states.bringForward(Int(state), after: lastNumber)
            _ = states.writeFrame(Int(state), in: dialect, with: &texts)
            let frame =
                connections.outboxes[place].encoding == .messagePack
                ? states.packedFrame(Int(state), in: dialect, by: packing)
                : states.frame(Int(state), in: dialect)
            let written = bytes.count - start
            guard written == 0 || written + frame.count <= limit else { return .more }
            bytes.append(contentsOf: frame)
            connections.outboxes[place].removeFirstState()
            states.removeReader(of: Int(state))
        }
        beginRest(place)
        connections.outboxes[place].markDrained()
        return .drained
    }

    /// Throws away the events that wait for a connection.
    mutating func releaseEvents(of place: Int) {
        withdrawRecords(from: place) { _ in true }
        withdrawStates(from: place) { _ in true }
    }

    /// Takes back what waits for a connection because of a channel it has left, except what it
    /// also follows over another one.
    mutating func withdraw(_ channel: ChannelReference, from place: Int) {
        guard let peer = connections.peers[place] else { return }
        let followed = peer.subscriptions.map { channels.reference(Int($0.channel)) }
        let isLeft = { (event: EventChannels) in
            event.contains(channel) && !followed.contains { event.contains($0) }
        }
        withdrawRecords(from: place) { isLeft($0.channels) }
        withdrawStates(from: place) { isLeft($0.channels) }
    }

    private mutating func withdrawRecords(
        from place: Int, where isWithdrawn: (FrameStore.Entry) -> Bool
    ) {
        let withdrawn = connections.outboxes[place].takeRecords(
            of: frames.entries, where: isWithdrawn)
        for frame in withdrawn {
            connections.outboxes[place].subtract(recordBytes: frames.byteCount(frame))
        }
        for frame in withdrawn { frames.removeReader(of: frame) }
    }

    /// Takes back the records that wait and can be told from the history.
    mutating func withdrawRecordsOfHistory(from place: Int) {
        withdrawRecords(from: place) { $0.isInHistory }
    }

    /// Takes back the waiting states for which `isWithdrawn` holds.
    mutating func withdrawStates(
        from place: Int, where isWithdrawn: (RetainedStates.Entry) -> Bool
    ) {
        let withdrawn = connections.outboxes[place].takeStates(
            of: states.entries, where: isWithdrawn)
        for state in withdrawn { states.removeReader(of: Int(state)) }
    }
}
