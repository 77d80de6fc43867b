package import ColdChain

/// What arrives on one topic and is of no known device or format.
package struct UnknownFrame: Equatable, Sendable {
    package var topic: [UInt8]
    /// How many came. A crash may lose what was counted in its last second.
    package var count: UInt64
    package var firstSeen: Timestamp
    package var lastSeen: Timestamp
    /// The beginning of the first payload that was refused for this reason.
    package var sample: [UInt8]
    /// That payload's whole length in bytes.
    package var sampleLength: Int
    /// As dead letters are counted by; `foreign_frames` for what was relayed beside sound frames.
    package var reason: String
    /// What it could be, in a few words.
    package var guess: String?
    /// The device, where it could be told.
    package var device: String?

    package init(
        topic: [UInt8], count: UInt64, firstSeen: Timestamp, lastSeen: Timestamp,
        sample: [UInt8], sampleLength: Int, reason: String, guess: String? = nil,
        device: String? = nil
    ) {
        self.topic = topic
        self.count = count
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.sample = sample
        self.sampleLength = sampleLength
        self.reason = reason
        self.guess = guess
        self.device = device
    }
}

/// A row of the list of unknown frames to be written, whole, or to be erased. Changes of one topic
/// come in order.
package enum UnknownFrameChange: Equatable, Sendable {
    case put(UnknownFrame)
    case remove(topic: [UInt8])
}
