import Wire

extension Fabric {
    /// Puts an answer into the control lane; a reader that leaves its answers unread is closed.
    mutating func send(_ payload: [UInt8], to place: Int) {
        if !offer(control: payload, to: place) { close(place, .slowReader) }
        keepBudget()
    }

    /// - Returns: False where there is no room.
    mutating func offer(control payload: [UInt8], to place: Int) -> Bool {
        guard connections.isOpen(place), let dialect = connections.peers[place]?.dialect else {
            return false
        }
        let isPacked = connections.outboxes[place].encoding == .messagePack
        let packed = isPacked ? packing.packed(payload[...], in: dialect) : nil
        let before = connections.outboxes[place].control.count
        let offer = connections.outboxes[place].offer(
            control: packed ?? payload, as: packed == nil ? .text : .binary, in: dialect,
            limit: limits.clients(of: dialect).controlBytes)
        controlBytes += connections.outboxes[place].control.count - before
        switch offer {
        case .takenFirst:
            effects.ready.append(connections.outboxes[place].connection)
            return true
        case .taken: return true
        case .merged, .full: return false
        }
    }
}
