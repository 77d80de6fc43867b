/// The last messages without an identity of their own, so that a redelivery is known again (B-2).
///
/// Packet identifiers come round after 65,535 messages of a session, whether or not those are kept
/// here. So the age of an entry is counted in messages of its broker, and an entry out of reach is
/// a stranger: its packet identifier may belong to a second message that says the same, which must
/// not be lost. The count is written among the fingerprints as milestones, so that it outlives a
/// restart.
///
/// Each broker has a memory of its own: one that is away with messages under way is not forgotten
/// while the others are busy.
struct RecentDeliveries: Sendable {
    private struct Entry: Sendable {
        var fingerprint: DeliveryFingerprint
        var message: UInt64
    }

    /// What one broker has sent.
    private struct Memory: Sendable {
        var ring: [Entry] = []
        var oldest = 0
        var messages: UInt64 = 0
        /// The last milestone that was recorded.
        var milestone: UInt64 = 0
        /// The count at which the last fingerprint was recorded.
        var lastFingerprint: UInt64?
    }

    /// The broker's count at which each was recorded.
    private var known: [DeliveryFingerprint: UInt64] = [:]
    /// By the broker's mark.
    private var memories = [Memory](repeating: Memory(), count: 256)
    /// Fingerprints of one broker at most.
    private let capacity: Int
    /// In messages of the broker.
    private let reach: UInt64
    private let stride: UInt64

    init(capacity: Int, reach: Int, restored: [DeliveryFingerprint]) {
        self.capacity = max(capacity, 1)
        self.reach = UInt64(max(reach, 1))
        stride = max(self.reach / 16, 1)
        for fingerprint in restored {
            if let milestone = fingerprint.milestone {
                let mark = Int(fingerprint.brokerMark)
                memories[mark].messages = max(memories[mark].messages, milestone)
                memories[mark].milestone = memories[mark].messages
            } else {
                remember(fingerprint)
            }
        }
    }

    /// Fingerprints in memory.
    var count: Int { memories.reduce(0) { $0 + $1.ring.count } }

    /// Counts a message of a broker.
    ///
    /// - Returns: A milestone to be recorded, where one is due.
    mutating func countMessage(ofBroker mark: UInt8) -> DeliveryFingerprint? {
        memories[Int(mark)].messages += 1
        let memory = memories[Int(mark)]
        // Where no fingerprint is in reach, nothing depends on the count.
        guard memory.messages - memory.milestone >= stride, let last = memory.lastFingerprint,
            memory.messages - last <= reach + stride
        else { return nil }
        return setMilestone(ofBroker: mark)
    }

    func contains(_ fingerprint: DeliveryFingerprint) -> Bool {
        guard let message = known[fingerprint] else { return false }
        return memories[Int(fingerprint.brokerMark)].messages - message <= reach
    }

    /// Remembers the message, and forgets the oldest where the memory is full. One that was known
    /// is remembered anew: the broker still has it under way.
    ///
    /// - Parameter records: Filled with what must be durable for the message to be known again.
    /// - Returns: False where it was known already.
    mutating func insert(
        _ fingerprint: DeliveryFingerprint, records: inout [DeliveryFingerprint]
    ) -> Bool {
        let isNew = !contains(fingerprint)
        let memory = memories[Int(fingerprint.brokerMark)]
        if memory.messages - memory.milestone >= stride {
            records.append(setMilestone(ofBroker: fingerprint.brokerMark))
        }
        remember(fingerprint)
        records.append(fingerprint)
        return isNew
    }

    /// Puts everything that came by one broker out of reach: it has lost the session and can
    /// deliver nothing again, and its packet identifiers begin anew.
    ///
    /// - Returns: The milestone to be recorded.
    mutating func removeAll(ofBroker mark: UInt8) -> DeliveryFingerprint {
        memories[Int(mark)].messages += reach + 1
        return setMilestone(ofBroker: mark)
    }

    private mutating func setMilestone(ofBroker mark: UInt8) -> DeliveryFingerprint {
        memories[Int(mark)].milestone = memories[Int(mark)].messages
        return DeliveryFingerprint(milestone: memories[Int(mark)].messages, brokerMark: mark)
    }

    private mutating func remember(_ fingerprint: DeliveryFingerprint) {
        let mark = Int(fingerprint.brokerMark)
        let entry = Entry(fingerprint: fingerprint, message: memories[mark].messages)
        memories[mark].lastFingerprint = entry.message
        if memories[mark].ring.count < capacity {
            memories[mark].ring.append(entry)
        } else {
            let oldest = memories[mark].oldest
            let evicted = memories[mark].ring[oldest]
            // One that came again stands in the ring twice.
            if known[evicted.fingerprint] == evicted.message { known[evicted.fingerprint] = nil }
            memories[mark].ring[oldest] = entry
            memories[mark].oldest = (oldest + 1) % capacity
        }
        known[fingerprint] = entry.message
    }
}
