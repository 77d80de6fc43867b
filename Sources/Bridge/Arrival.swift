package import ColdChain
import Wire

/// How a message came: what does not stand in its payload.
package struct Arrival: Equatable, Sendable {
    /// Index in `BridgeSettings.brokers`.
    package var broker: Int
    package var receivedAt: Timestamp
    /// Whether the broker kept the message for whoever subscribes: it says nothing of when it was
    /// published.
    package var isRetained: Bool
    /// 0 for a message at QoS 0, which no broker delivers a second time.
    package var packetIdentifier: UInt16

    package init(
        broker: Int, receivedAt: Timestamp, isRetained: Bool, packetIdentifier: UInt16
    ) {
        self.broker = broker
        self.receivedAt = receivedAt
        self.isRetained = isRetained
        self.packetIdentifier = packetIdentifier
    }

    var mayComeAgain: Bool { packetIdentifier != 0 }
}

extension DeliveryFingerprint {
    /// A hash (FNV-1a) of what stays the same when the broker delivers a message again: 55 bits,
    /// below the broker's mark in the uppermost eight.
    ///
    /// Nil for packet identifier 0, which is QoS 0: two such messages that say the same are two.
    init?(
        brokerMark: UInt8, packetIdentifier: UInt16, topic: Span<UInt8>, payload: Span<UInt8>
    ) {
        guard packetIdentifier != 0 else { return nil }
        var hash = FNV1a()
        hash.mix(UInt8(truncatingIfNeeded: packetIdentifier))
        hash.mix(UInt8(truncatingIfNeeded: packetIdentifier >> 8))
        for index in topic.indices { hash.mix(topic[index]) }
        hash.mix(0)
        for index in payload.indices { hash.mix(payload[index]) }
        self.init(hash.value >> 9 | UInt64(brokerMark) << 56)
    }

    /// No message, but how many messages the broker had sent when it stood in the list.
    init(milestone: UInt64, brokerMark: UInt8) {
        self.init(
            milestone & (Self.milestoneBit - 1) | Self.milestoneBit | UInt64(brokerMark) << 56)
    }

    /// The count where this is a milestone.
    var milestone: UInt64? {
        rawValue & Self.milestoneBit == 0 ? nil : rawValue & (Self.milestoneBit - 1)
    }

    static func brokerMark(_ broker: String) -> UInt8 {
        var hash = FNV1a()
        for byte in broker.utf8 { hash.mix(byte) }
        return UInt8(truncatingIfNeeded: hash.value ^ hash.value >> 32)
    }

    var brokerMark: UInt8 { UInt8(truncatingIfNeeded: rawValue >> 56) }

    private static let milestoneBit: UInt64 = 1 << 55
}
