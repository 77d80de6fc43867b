/// The last messages without an identity of their own, so that a redelivery is known again (B-2).
///
/// A broker delivers again only what it has sent and not seen acknowledged, which is far less than
/// this holds.
struct RecentDeliveries: Sendable {
    private var ring: [DeliveryFingerprint] = []
    private var known: Set<DeliveryFingerprint> = []
    private var oldest = 0
    private let capacity: Int

    init(capacity: Int, restored: [DeliveryFingerprint]) {
        self.capacity = max(capacity, 1)
        for fingerprint in restored.suffix(self.capacity) { _ = insert(fingerprint) }
    }

    func contains(_ fingerprint: DeliveryFingerprint) -> Bool { known.contains(fingerprint) }

    /// Remembers the message, and forgets the oldest where the memory is full.
    ///
    /// - Returns: False where it was known already.
    mutating func insert(_ fingerprint: DeliveryFingerprint) -> Bool {
        guard known.insert(fingerprint).inserted else { return false }
        if ring.count < capacity {
            ring.append(fingerprint)
        } else {
            known.remove(ring[oldest])
            ring[oldest] = fingerprint
            oldest = (oldest + 1) % capacity
        }
        return true
    }

    /// Forgets what came by one broker: for when that broker has lost the session and can deliver
    /// nothing again.
    mutating func removeAll(of broker: String) {
        let mark = DeliveryFingerprint.brokerMark(broker)
        let kept = (ring[oldest...] + ring[..<oldest]).filter { $0.brokerMark != mark }
        ring = Array(kept)
        known = Set(kept)
        oldest = 0
    }
}
