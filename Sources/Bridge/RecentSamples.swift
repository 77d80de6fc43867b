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
        var shape: UInt32
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

    /// Sixteen cover 20 s of a device that advertises every 1.3 s, by any number of gateways.
    private struct Memory: Sendable {
        var sightings = InlineArray<16, Entry>(repeating: Entry())
        var next = 0
    }

    fileprivate struct Entry: Sendable {
        var sequence: Int64 = 0
        var time: Int64 = .min
        var content: UInt64 = 0
        var message: UInt64 = 0
        var shape: UInt32 = 0
        var hasSequence = false
        var isDeviceTime = false
        var isUsed = false
    }

    private var memories: [Memory] = []

    /// Compares with what the source said before, and remembers what is not the same.
    ///
    /// - Parameters:
    ///   - memory: Where it is remembered; made with the first sighting of a source.
    ///   - window: In milliseconds.
    mutating func hear(
        _ sighting: Sighting, memory: inout Int?, window: Int64
    ) -> Verdict {
        let place = memory ?? memories.count
        if memory == nil {
            memories.append(Memory())
            memory = place
        }
        var verdict = Verdict.new
        for index in memories[place].sightings.indices {
            let entry = memories[place].sightings[index]
            guard entry.isUsed, entry.shape == sighting.shape,
                entry.hasSequence == (sighting.sequence != nil),
                entry.sequence == sighting.sequence ?? 0,
                entry.isNear(sighting, window: window)
            else { continue }
            if entry.content == sighting.content { return .again }
            if entry.hasSequence && entry.message != sighting.message { verdict = .conflict }
        }
        let next = memories[place].next
        memories[place].sightings[next] = Entry(sighting)
        memories[place].next = (next + 1) % memories[place].sightings.count
        return verdict
    }
}

extension RecentSamples.Entry {
    fileprivate init(_ sighting: RecentSamples.Sighting) {
        self.init(
            sequence: sighting.sequence ?? 0, time: sighting.time, content: sighting.content,
            message: sighting.message, shape: sighting.shape,
            hasSequence: sighting.sequence != nil, isDeviceTime: sighting.isDeviceTime,
            isUsed: true)
    }

    fileprivate func isNear(_ sighting: RecentSamples.Sighting, window: Int64) -> Bool {
        if isDeviceTime && sighting.isDeviceTime { return time == sighting.time }
        let (distance, overflow) = time.subtractingReportingOverflow(sighting.time)
        return !overflow && distance.magnitude <= UInt64(max(window, 0))
    }
}

extension RecentSamples.Sighting {
    init(
        _ sample: Sample, in batch: borrowing SampleBatch, measuredAt: Timestamp?,
        receivedAt: Timestamp, message: UInt64
    ) {
        var shape: UInt64 = sample.position == nil ? 1 : 2
        var content: UInt64 = 0
        func mix(_ hash: inout UInt64, _ bits: UInt64) {
            // FNV-1a's prime, a word at a time; the shift brings the upper bits back down.
            hash = (hash ^ bits) &* 1_099_511_628_211
            hash ^= hash >> 32
        }
        for index in sample.measurements {
            let measurement = batch.measurements[index]
            mix(&shape, UInt64(measurement.quantity.rawValue) << 8 | UInt64(measurement.probe))
            let marker = measurement.marker?.rawValue ?? 0
            mix(&content, marker == 0 ? measurement.value.bitPattern : UInt64(marker))
        }
        if let position = sample.position {
            mix(&content, position.latitude.bitPattern)
            mix(&content, position.longitude.bitPattern)
        }
        self.init(
            sequence: sample.sequence, time: (measuredAt ?? receivedAt).milliseconds,
            isDeviceTime: measuredAt != nil && sample.timeSource == .device,
            shape: UInt32(truncatingIfNeeded: shape ^ shape >> 32), content: content,
            message: message)
    }
}
