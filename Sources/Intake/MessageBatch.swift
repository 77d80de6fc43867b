/// The messages of one engine turn, in one arena that is filled and emptied over and over.
///
/// It is bounded twice. At its *limits* the sessions stop reading. But one read can bring a few
/// more than were asked for, because a TLS record may carry many; those find room in the
/// *reserve* beyond the limits, and beyond the reserve nothing is taken.
package struct MessageBatch: ~Copyable, Sendable {
    /// A message's place in the batch, and what was said about it beside topic and payload.
    package struct Entry: Equatable, Sendable {
        /// Which broker it came from, by the number its session was given.
        package let broker: UInt16
        /// Tells a redelivery from a second message that says the same; 0 at QoS 0.
        package let packetIdentifier: UInt16
        package let qos: UInt8
        /// It was kept by the broker from before we subscribed.
        package let isRetained: Bool
        /// The payload's length in bytes as it was published.
        package let payloadLength: Int

        fileprivate let start: Int
        fileprivate let topicCount: Int
        fileprivate let payloadCount: Int

        /// The payload was longer than the batch's limit, and its end is missing.
        package var isTruncated: Bool { payloadCount < payloadLength }
    }

    package static let defaultMessageLimit = 5_000
    package static let defaultByteLimit = 4 << 20
    /// Long enough for hours of buffered readings in one message, short enough that a window
    /// full of such messages does not exhaust a small machine.
    package static let defaultPayloadLimit = 1 << 20

    /// There are no more packet identifiers than this, so one broker cannot have more QoS 1
    /// messages on the way to us.
    private static let messageReserve = 65_535
    /// Beyond what one TLS record and the message that straddles its end can bring.
    private static let byteReserve = 16 << 20

    private let messageLimit: Int
    private let byteLimit: Int
    private let payloadLimit: Int
    private var bytes: [UInt8] = []
    private var entries: [Entry] = []

    /// - Parameters:
    ///   - messageLimit: as many messages are read in a turn.
    ///   - byteLimit: as many bytes of topics and payloads are read in a turn.
    ///   - payloadLimit: of a longer payload only as many bytes are kept, marked as truncated.
    package init(
        messageLimit: Int = defaultMessageLimit, byteLimit: Int = defaultByteLimit,
        payloadLimit: Int = defaultPayloadLimit
    ) {
        precondition(messageLimit >= 0 && byteLimit >= 0 && payloadLimit >= 0)
        self.messageLimit = messageLimit
        self.byteLimit = byteLimit
        self.payloadLimit = payloadLimit
        bytes.reserveCapacity(byteLimit)
        entries.reserveCapacity(messageLimit)
    }

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }
    /// Bytes of topics and payloads together.
    package var byteCount: Int { bytes.count }
    /// One of the limits is reached: commit and empty before reading on.
    package var isFull: Bool { entries.count >= messageLimit || bytes.count >= byteLimit }

    package subscript(index: Int) -> Entry { entries[index] }

    @_lifetime(borrow self)
    package func topic(at index: Int) -> Span<UInt8> {
        let entry = entries[index]
        return bytes.span.extracting(entry.start..<entry.start + entry.topicCount)
    }

    @_lifetime(borrow self)
    package func payload(at index: Int) -> Span<UInt8> {
        let entry = entries[index]
        let start = entry.start + entry.topicCount
        return bytes.span.extracting(start..<start + entry.payloadCount)
    }

    /// Empties the batch and keeps its memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        entries.removeAll(keepingCapacity: true)
    }

    /// Copies a message in; false where the reserve is used up and nothing was taken.
    package mutating func append(
        broker: UInt16, packetIdentifier: UInt16, qos: UInt8, isRetained: Bool,
        topic: Span<UInt8>, payload: Span<UInt8>
    ) -> Bool {
        let kept = payload.extracting(first: payloadLimit)
        guard entries.count < messageLimit + Self.messageReserve,
            bytes.count + topic.count + kept.count <= byteLimit + Self.byteReserve
        else { return false }
        entries.append(
            Entry(
                broker: broker, packetIdentifier: packetIdentifier, qos: qos,
                isRetained: isRetained, payloadLength: payload.count, start: bytes.count,
                topicCount: topic.count, payloadCount: kept.count))
        unsafe topic.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        unsafe kept.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
        return true
    }
}
