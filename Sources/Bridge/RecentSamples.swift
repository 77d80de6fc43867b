import ColdChain

/// What each source said last, so that the same reading that comes by two gateways is one.
///
/// A reading is the same where source, running number, quantities, probes and values are the same
/// within a window of time. Where both times are of the device's own clock they must be equal, as
/// stored readings of one upload may share a number. Without a running number only relayed adverts
/// are compared, within a much shorter window: a gateway's time is that of its own receipt.
///
/// The same number with other values of the same quantities, in another message, is a conflict: it
/// is recorded, and flagged. Other quantities under the same number are neither: devices send the
/// parts of one measurement in frames of several kinds. Rows of one message may share its number.
///
/// Kept in memory only: what comes twice around a restart is recorded twice.
struct RecentSamples: Sendable {
    /// A sample as it is compared.
    struct Sighting {
        /// Nil for an advert without one.
        var sequence: Int64?
        /// In milliseconds: of measurement, or of receipt where there is no time to use.
        var time: Int64
        var isDeviceTime: Bool
        /// Of which quantities and probes, and whether with a position.
        var shape: UInt64
        /// A hash of the values.
        var content: UInt64
        /// Tells the messages of a run apart.
        var message: UInt64
    }

    enum Verdict {
        case new
        /// The same reading, heard again.
        case again
        /// The number was used for other values before.
        case conflict
    }

    /// Sightings of one source: they cover 20 s of a device that advertises every 1.3 s, by any
    /// number of gateways.
    private static let depth = 16

    /// `depth` of each memory: of each sighting, what the same reading has in common. They are looked
    /// through before the rest, as nearly all that comes is new. Zero where there is none.
    private var keys: [UInt64] = []
    private var rests: [Rest] = []
    /// Of each memory, the place of the oldest sighting.
    private var oldest: [UInt8] = []

    private struct Rest: Sendable {
        var time: Int64 = 0
        var content: UInt64 = 0
        var message: UInt64 = 0
        var isDeviceTime = false

        func isNear(_ sighting: Sighting, window: Int64) -> Bool {
            if isDeviceTime && sighting.isDeviceTime { return time == sighting.time }
            let (distance, overflow) = time.subtractingReportingOverflow(sighting.time)
            return !overflow && distance.magnitude <= UInt64(max(window, 0))
        }
    }

    /// Compares with what the source said before, and remembers what is not the same.
    ///
    /// - Parameters:
    ///   - memory: Where it is remembered; made with the first sighting of a source.
    ///   - window: In milliseconds.
    mutating func hear(
        _ sighting: Sighting, memory: inout Int?, window: Int64
    ) -> Verdict {
        let number = memory ?? makeMemory()
        memory = number
        let first = number * Self.depth
        let key = sighting.key
        var verdict = Verdict.new
        for place in first..<first + Self.depth where keys[place] == key {
            let rest = rests[place]
            guard rest.isNear(sighting, window: window) else { continue }
            if rest.content == sighting.content { return .again }
            if sighting.sequence != nil && rest.message != sighting.message { verdict = .conflict }
        }
        let place = first + Int(oldest[number])
        oldest[number] = (oldest[number] + 1) % UInt8(Self.depth)
        keys[place] = key
        rests[place] = Rest(
            time: sighting.time, content: sighting.content, message: sighting.message,
            isDeviceTime: sighting.isDeviceTime)
        return verdict
    }

    private mutating func makeMemory() -> Int {
        keys.append(contentsOf: repeatElement(0, count: Self.depth))
        rests.append(contentsOf: repeatElement(Rest(), count: Self.depth))
        oldest.append(0)
        return oldest.count - 1
    }
}

extension RecentSamples.Sighting {
    /// A hash of the running number and the shape; never zero.
    fileprivate var key: UInt64 {
        var hash = UInt64(bitPattern: sequence ?? 0) &* 0x9e37_79b9_7f4a_7c15
        hash ^= hash >> 32
        return (hash ^ UInt64(shape) << 1 &* 0x100_0000_01b3) << 2 | (sequence == nil ? 2 : 3)
    }

    init(
        _ sample: Sample, in batch: borrowing SampleBatch, measuredAt: Timestamp?,
        receivedAt: Timestamp, message: UInt64
    ) {
        var shape: UInt64 = sample.position == nil ? 1 : 2
        var content: UInt64 = 0
        for index in sample.measurements {
            let measurement = batch.measurements[index]
            Self.mix(&shape, UInt64(measurement.quantity.rawValue) << 8 | UInt64(measurement.probe))
            let marker = measurement.marker?.rawValue ?? 0
            Self.mix(&content, marker == 0 ? measurement.value.bitPattern : UInt64(marker))
        }
        if let position = sample.position {
            Self.mix(&content, position.latitude.bitPattern)
            Self.mix(&content, position.longitude.bitPattern)
        }
        self.init(
            sequence: sample.sequence, time: (measuredAt ?? receivedAt).milliseconds,
            isDeviceTime: measuredAt != nil && sample.timeSource == .device,
            shape: shape, content: content,
            message: message)
    }

    private static func mix(_ hash: inout UInt64, _ bits: UInt64) {
        // FNV-1a's prime, a word at a time; the shift brings the upper bits back down.
        hash = (hash ^ bits) &* 1_099_511_628_211
        hash ^= hash >> 32
    }
}
