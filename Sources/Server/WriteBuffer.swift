/// What a connection is to be sent in one write. It is handed empty to the source of its frames.
package struct WriteBuffer {
    package var bytes: [UInt8] = []
    /// A source stops adding frames once the buffer holds this many bytes.
    package let capacity: Int
    /// The longest message that this connection can be sent in its compressed form; zero where
    /// it did not agree to any.
    package internal(set) var compressibleBytes = 0

    init(capacity: Int) {
        self.capacity = capacity
        bytes.reserveCapacity(capacity)
    }

    package var isFull: Bool { bytes.count >= capacity }

    /// Appends a complete frame, header and payload, as `ServerFrame` makes it.
    package mutating func append(_ frame: [UInt8]) {
        bytes.append(contentsOf: frame)
    }
}

/// Whoever keeps the outboxes of the connections.
package protocol FrameSource {
    /// Moves complete frames of a connection into the buffer, until the buffer is full or the outbox
    /// is empty. Says whether more is waiting: then it is asked again when there is room.
    mutating func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool
}
