internal import Bridge
internal import ColdChain

/// The newest temperature of each channel that waits for the next one to show whether it was a spike,
/// as far as it was recorded since the store was opened: one entry for each channel that was heard.
struct ChannelEnds {
    private struct End {
        var id: Int64
        var measuredAt: Timestamp
        var receivedAt: Timestamp
        var value: Double
    }

    /// By source and probe.
    private var ends: [UInt64: End] = [:]

    private static func channel(_ source: SourceNumber, _ probe: UInt8) -> UInt64 {
        UInt64(source.rawValue) << 8 | UInt64(probe)
    }

    /// Notes a reading that got this number, where it is such a temperature.
    mutating func note(_ reading: Reading, id: Int64) {
        guard reading.isWaitingForNeighbour else { return }
        let channel = Self.channel(reading.source, reading.measurement.probe)
        if let end = ends[channel], end.measuredAt >= reading.measuredAt { return }
        ends[channel] = End(
            id: id, measuredAt: reading.measuredAt, receivedAt: reading.receivedAt,
            value: reading.measurement.value)
    }

    /// Forgets what is known of the channel of a reading.
    mutating func forget(channelOf reading: Reading) {
        ends[Self.channel(reading.source, reading.measurement.probe)] = nil
    }

    /// The number of the reading that a revision is of; nil where that has to be looked up. A second
    /// time it is not answered.
    mutating func take(_ revision: RevisedQuality) -> Int64? {
        let channel = Self.channel(revision.source, revision.probe)
        guard revision.quantity == .temperature, let end = ends[channel],
            end.measuredAt == revision.measuredAt, end.receivedAt == revision.receivedAt,
            end.value == revision.value
        else { return nil }
        ends[channel] = nil
        return end.id
    }
}

extension Reading {
    /// A time that cannot be is no place in the channel.
    fileprivate var isWaitingForNeighbour: Bool {
        measurement.quantity == .temperature && !measurement.value.isNaN
            && quality.packed & SpikeSettlement.mask == SpikeSettlement.waitingFlag
            && reasons & SpikeSettlement.mask == SpikeSettlement.waitingReason
            && quality[.eventTime] != .bad
    }
}
