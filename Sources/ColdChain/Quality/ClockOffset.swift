/// By how much a device's clock is off, as far as its readings' times tell.
///
/// Only messages that were sent at once say something of the clock; one that was kept until it could
/// be sent is old, not slow. Judged as messages come in, so that it says what was known then: it is
/// no part of what is judged anew.
package struct ClockOffset: Equatable, Sendable {
    /// In milliseconds; more than that, either way, is suspect.
    package static let tolerance: Int64 = 120_000
    /// Of how many messages the median is taken: odd, so that it is one of them.
    package static let window = 15
    /// Fewer than that say nothing.
    package static let fewest = 3

    /// How long after its measurement each message was received, in milliseconds.
    private var offsets: [Int64] = []
    private var place = 0

    package init() {}

    /// Takes a reading of a message that was sent at once.
    package mutating func observe(measuredAt: Timestamp, receivedAt: Timestamp) {
        let offset = receivedAt.milliseconds(since: measuredAt)
        if offsets.count < Self.window {
            if offsets.isEmpty { offsets.reserveCapacity(Self.window) }
            offsets.append(offset)
        } else {
            offsets[place] = offset
        }
        place = (place + 1) % Self.window
    }

    /// In milliseconds, positive where the clock is slow; nil where too little is known.
    package var median: Int64? {
        guard offsets.count >= Self.fewest else { return nil }
        // Of so few, the one that as many lie below as above is found by counting.
        let middle = (offsets.count - 1) / 2
        return offsets.first { candidate in
            let below = offsets.count { $0 < candidate }
            let equal = offsets.count { $0 == candidate }
            return below <= middle && middle < below + equal
        }
    }

    package var finding: QualityFinding {
        guard offsets.count >= Self.fewest else {
            return QualityFinding(.notEvaluated, .clockUnknown)
        }
        // The median lies beyond a bound where more than half of them do: no need to find it.
        let middle = (offsets.count - 1) / 2
        let slow = offsets.count { $0 > Self.tolerance }
        let fast = offsets.count { $0 < -Self.tolerance }
        return slow >= offsets.count - middle || fast > middle
            ? QualityFinding(.suspect, .clockSkew) : .good
    }
}
