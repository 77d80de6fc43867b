package import ColdChain

/// Messages as they came, kept so that they can be decoded again.
///
/// Messages received together are one row of the log: a block. They stand in it one behind the other
/// in a packed form, which the journal keeps without looking into it:
///
///     body    = version (1 byte, 1) message…
///     message = flags (1 byte: 1 retained, 2 a broker's name follows)
///               [length of the name (1 byte) name]     otherwise it is that of the message before
///               length of the topic (2 bytes) length of the payload (4 bytes) topic payload
///
/// Numbers are little-endian.
package struct RawMessages: Equatable, Sendable {
    /// One row.
    package struct Block: Equatable, Sendable {
        /// Counted from 1 over the life of the log.
        package var number: UInt64
        /// When all of its messages were received.
        package var receivedAt: Timestamp
        package var count: Int
        /// The row's body, as a range of `bytes`.
        package var body: Range<Int>
    }

    package private(set) var blocks: [Block] = []
    /// The bodies of all blocks, one behind the other.
    package private(set) var bytes: [UInt8] = []
    /// Whose name was written last in the newest block.
    private var broker = -1

    static let version: UInt8 = 1
    static let retainedFlag: UInt8 = 1
    static let brokerFlag: UInt8 = 2
    /// An index takes 16 bits.
    private static let messagesMaximum = 1 << 16

    package init() {}

    package static func == (one: RawMessages, other: RawMessages) -> Bool {
        one.blocks == other.blocks && one.bytes == other.bytes
    }

    package mutating func removeAll() {
        blocks.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        broker = -1
    }

    /// Appends a message. A new block begins where there is none of that time, and the number of
    /// the last block is counted up.
    package mutating func append(
        _ topic: Span<UInt8>, _ payload: Span<UInt8>, arrival: Arrival, brokers: [String],
        lastBlock: inout UInt64
    ) -> MessageNumber {
        if let last = blocks.last, last.receivedAt == arrival.receivedAt,
            last.count < Self.messagesMaximum
        {
            // The block goes on.
        } else {
            lastBlock += 1
            blocks.append(
                Block(
                    number: lastBlock, receivedAt: arrival.receivedAt, count: 0,
                    body: bytes.count..<bytes.count))
            bytes.append(Self.version)
            broker = -1
        }
        let retained = arrival.isRetained ? Self.retainedFlag : 0
        if broker == arrival.broker {
            bytes.append(retained)
        } else {
            broker = arrival.broker
            bytes.append(retained | Self.brokerFlag)
            let name = brokers[broker].utf8.prefix(Int(UInt8.max))
            bytes.append(UInt8(truncatingIfNeeded: name.count))
            bytes.append(contentsOf: name)
        }
        // No topic of MQTT is longer.
        let topic = topic.extracting(first: Int(UInt16.max))
        append(UInt64(topic.count), bytes: 2)
        append(UInt64(payload.count), bytes: 4)
        append(topic)
        append(payload)
        let newest = blocks.count - 1
        let index = blocks[newest].count
        blocks[newest].count += 1
        blocks[newest].body = blocks[newest].body.lowerBound..<bytes.count
        return MessageNumber(row: lastBlock, index: UInt16(truncatingIfNeeded: index))
    }

    private mutating func append(_ number: UInt64, bytes count: Int) {
        for place in 0..<count {
            bytes.append(UInt8(truncatingIfNeeded: number >> (UInt64(place) * 8)))
        }
    }

    private mutating func append(_ span: Span<UInt8>) {
        unsafe span.withUnsafeBufferPointer { unsafe bytes.append(contentsOf: $0) }
    }
}

/// A message as it came.
package struct RawMessage: Equatable, Sendable {
    package var number: MessageNumber
    package var receivedAt: Timestamp
    /// The broker's name in the configuration.
    package var broker: String
    package var isRetained: Bool
    package var topic: [UInt8]
    package var payload: [UInt8]

    package init(
        number: MessageNumber, receivedAt: Timestamp, broker: String, isRetained: Bool,
        topic: [UInt8], payload: [UInt8]
    ) {
        self.number = number
        self.receivedAt = receivedAt
        self.broker = broker
        self.isRetained = isRetained
        self.topic = topic
        self.payload = payload
    }
}

extension RawMessage {
    /// Unpacks the body of a row; nil where it is not in the form of `RawMessages`.
    package static func unpack(
        _ body: [UInt8], row: UInt64, receivedAt: Timestamp
    ) -> [RawMessage]? {
        var reader = Reader(bytes: body)
        guard reader.number(bytes: 1) == Int(RawMessages.version) else { return nil }
        var messages: [RawMessage] = []
        var broker: String?
        while reader.place < body.count {
            guard let flags = reader.number(bytes: 1), messages.count <= Int(UInt16.max) else {
                return nil
            }
            if flags & Int(RawMessages.brokerFlag) != 0 {
                guard let count = reader.number(bytes: 1), let name = reader.take(count) else {
                    return nil
                }
                broker = String(decoding: name, as: UTF8.self)
            }
            guard let broker, let topicCount = reader.number(bytes: 2),
                let payloadCount = reader.number(bytes: 4), let topic = reader.take(topicCount),
                let payload = reader.take(payloadCount)
            else { return nil }
            let index = UInt16(truncatingIfNeeded: messages.count)
            messages.append(
                RawMessage(
                    number: MessageNumber(row: row, index: index), receivedAt: receivedAt,
                    broker: broker, isRetained: flags & Int(RawMessages.retainedFlag) != 0,
                    topic: Array(topic), payload: Array(payload)))
        }
        return messages
    }

    private struct Reader {
        let bytes: [UInt8]
        var place = 0

        mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
            guard count <= bytes.count - place else { return nil }
            defer { place += count }
            return bytes[place..<place + count]
        }

        mutating func number(bytes count: Int) -> Int? {
            guard let digits = take(count) else { return nil }
            return digits.reversed().reduce(0) { $0 << 8 | Int($1) }
        }
    }
}
