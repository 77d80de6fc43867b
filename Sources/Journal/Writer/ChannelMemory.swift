internal import Bridge
internal import ColdChain

/// The newest stretches of channels that the bridge has asked for, in memory.
///
/// A channel with late readings is asked for again and again: a device whose clock lags, a backlog in
/// many messages. Each time its last hours would be read from the log, row by row, at several
/// microseconds each. So what was read is kept, and what is recorded of the channel is added to it,
/// until the channel is no longer asked for. What it answers is what the log would answer; where it
/// does not reach far enough back it answers nothing.
struct ChannelMemory {
    /// Of all channels together, some 150 bytes each.
    private let mostReadings: Int
    /// A channel is forgotten when it was not asked for while so many readings more than it had before
    /// were recorded, each with one revision: later it is asked for by others, mostly.
    fileprivate static let patience = 256

    private var channels: [UInt64: Channel] = [:]
    private var kept = 0
    /// Counts what was asked, so that it is known which channel was asked for last.
    private var recalls: UInt64 = 0

    fileprivate struct Channel {
        /// All of the log from the first of them on, in the order of the log's answer.
        var readings: [Reading]
        /// Whether the log has none before.
        var isWhole: Bool
        /// What was recorded since, in the order of the log.
        var added: [Reading] = []
        var revised: [RevisedQuality] = []
        var earliestReceipt: Timestamp
        var lastRecall: UInt64

        var count: Int { readings.count + added.count + revised.count }

        var isIdle: Bool {
            added.count + revised.count > 2 * (readings.count + ChannelMemory.patience)
        }
    }

    init(mostReadings: Int) {
        self.mostReadings = max(mostReadings, 0)
    }

    private static func key(_ source: SourceNumber, _ quantity: Quantity, _ probe: UInt8) -> UInt64
    {
        UInt64(source.rawValue) << 16 | UInt64(quantity.rawValue) << 8 | UInt64(probe)
    }

    private static func key(of recall: ChannelRecall) -> UInt64 {
        key(recall.source, recall.quantity, recall.probe)
    }

    private static func key(of reading: Reading) -> UInt64 {
        key(reading.source, reading.measurement.quantity, reading.measurement.probe)
    }

    // MARK: What is recorded

    /// A reading that the log did not have became its newest row.
    mutating func add(_ reading: Reading) {
        guard !channels.isEmpty, let place = channels.index(forKey: Self.key(of: reading)),
            // As the log does, it passes over what has no place in the channel.
            reading.quality[.eventTime] != .bad
        else { return }
        channels.values[place].added.append(reading)
        channels.values[place].earliestReceipt = min(
            channels.values[place].earliestReceipt, reading.receivedAt)
        noteGrowth(at: place)
    }

    /// What is said of a reading was recorded anew.
    mutating func revise(_ revision: RevisedQuality) {
        guard !channels.isEmpty else { return }
        let key = Self.key(revision.source, revision.quantity, revision.probe)
        guard let place = channels.index(forKey: key) else { return }
        channels.values[place].revised.append(revision)
        noteGrowth(at: place)
    }

    private mutating func noteGrowth(at place: Dictionary<UInt64, Channel>.Index) {
        kept += 1
        if channels.values[place].isIdle {
            kept -= channels.values[place].count
            channels.remove(at: place)
        } else if kept > 2 * mostReadings {
            forgetAll()
        }
    }

    // MARK: What is forgotten

    mutating func forgetAll() {
        channels.removeAll()
        kept = 0
    }

    /// Of a channel something was recorded that is not known here.
    mutating func forget(channelOf reading: Reading) {
        forget(Self.key(of: reading))
    }

    /// Readings that were received before an instant are being erased.
    mutating func forget(receivedBefore cutoff: Timestamp) {
        for (key, channel) in channels where channel.earliestReceipt < cutoff { forget(key) }
    }

    private mutating func forget(_ key: UInt64) {
        if let channel = channels.removeValue(forKey: key) { kept -= channel.count }
    }

    private mutating func makeRoom() {
        guard kept > mostReadings else { return }
        for (key, _) in channels.sorted(by: { $0.value.lastRecall < $1.value.lastRecall }) {
            // With some room to spare, so that not every recall has to make it.
            guard kept > mostReadings / 4 * 3 else { return }
            forget(key)
        }
    }

    // MARK: What is asked

    /// Keeps what the log answered, where that is the channel's newest stretch.
    ///
    /// - Parameter reachesStart: Whether the log has no reading before those of the answer.
    mutating func keep(_ stretch: ChannelStretch, of recall: ChannelRecall, reachesStart: Bool) {
        forget(Self.key(of: recall))
        guard stretch.reachesEnd, stretch.readings.count <= mostReadings / 4,
            let earliest = stretch.readings.lazy.map(\.receivedAt).min()
        else { return }
        recalls += 1
        channels[Self.key(of: recall)] = Channel(
            readings: stretch.readings, isWhole: reachesStart, earliestReceipt: earliest,
            lastRecall: recalls)
        kept += stretch.readings.count
        makeRoom()
    }

    /// What the log would answer; nil where only the log can tell.
    mutating func answer(_ recall: ChannelRecall) -> ChannelStretch? {
        guard let place = channels.index(forKey: Self.key(of: recall)) else { return nil }
        recalls += 1
        let before = channels.values[place].count
        channels.values[place].lastRecall = recalls
        let answer = channels.values[place].answer(recall.stretch.read)
        kept += channels.values[place].count - before
        return answer
    }
}

extension ChannelMemory.Channel {
    fileprivate mutating func answer(_ asked: ClosedRange<Timestamp>) -> ChannelStretch? {
        takeAdded()
        takeRevised()
        let first = readings.firstPlace { $0.measuredAt >= asked.lowerBound }
        let end = readings.firstPlace { $0.measuredAt > asked.upperBound }
        guard first > 0 || isWhole else { return nil }
        let start = first > 0 ? firstPlace(ofInstantAt: first - 1) : 0
        var times = 0
        var last = end
        while last < readings.count, times < 2 {
            let instant = readings[last].measuredAt
            times += 1
            while last < readings.count, readings[last].measuredAt == instant { last += 1 }
        }
        let answer = ChannelStretch(
            readings: Array(readings[start..<last]), reachesEnd: times < 2)
        trim(before: start, keeping: last - start)
        return answer
    }

    /// The first reading of the instant that the one at this place is of.
    private func firstPlace(ofInstantAt place: Int) -> Int {
        let instant = readings[place].measuredAt
        return readings.firstPlace { $0.measuredAt >= instant }
    }

    /// Lets go of the oldest, where there is far more before what was asked for than what was asked
    /// for: later it is asked for later readings, mostly.
    private mutating func trim(before start: Int, keeping count: Int) {
        guard start > 2 * count + ChannelMemory.patience else { return }
        readings.removeFirst(firstPlace(ofInstantAt: start - count))
        isWhole = false
    }

    /// Puts what was recorded since in its place: behind what was received before it, and at one
    /// receipt behind what was recorded before it.
    private mutating func takeAdded() {
        guard !added.isEmpty else { return }
        // Before the first that is known there may be others.
        let from = isWhole ? nil : readings.first?.measuredAt
        let new = added.indices.filter { place in from.map { added[place].measuredAt >= $0 } ?? true
        }
        .sorted {
            (added[$0].measuredAt, added[$0].receivedAt, $0)
                < (added[$1].measuredAt, added[$1].receivedAt, $1)
        }.map { added[$0] }
        added.removeAll(keepingCapacity: true)
        guard let earliest = new.first else { return }
        let first = readings.firstPlace { earliest.precedes($0) }
        var later = Array(readings[first...])[...]
        readings.removeSubrange(first...)
        for reading in new {
            let end = later.firstIndex { reading.precedes($0) } ?? later.endIndex
            readings.append(contentsOf: later[..<end])
            later = later[end...]
            readings.append(reading)
        }
        readings.append(contentsOf: later)
    }

    private mutating func takeRevised() {
        for revision in revised {
            var place = readings.firstPlace { $0.measuredAt >= revision.measuredAt }
            while place < readings.count, readings[place].measuredAt == revision.measuredAt {
                if revision.isOf(readings[place]) {
                    readings[place].quality = revision.quality.flags
                    readings[place].reasons = revision.quality.packedReasons
                    readings[place].qualityVersion = revision.quality.parametersVersion
                    break
                }
                place += 1
            }
        }
        revised.removeAll(keepingCapacity: true)
    }
}

extension Reading {
    /// Whether it stands before an earlier row in the log's answer.
    fileprivate func precedes(_ earlier: Reading) -> Bool {
        (measuredAt, receivedAt) < (earlier.measuredAt, earlier.receivedAt)
    }
}

extension RevisedQuality {
    /// Whether it is of this reading of its channel, as the log finds it.
    fileprivate func isOf(_ reading: Reading) -> Bool {
        guard value.isNaN else { return reading.measurement.value == value }
        return reading.measurement.value.isNaN && reading.receivedAt == receivedAt
    }
}

extension [Reading] {
    /// The first place from which on all are `late`; they must be in order.
    fileprivate func firstPlace(where isLate: (Reading) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if isLate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
