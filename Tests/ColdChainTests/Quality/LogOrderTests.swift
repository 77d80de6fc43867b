import ColdChain
import Testing

/// A log that judges what comes in, and judges anew around what comes late, as the daemon does.
private struct JudgingLog {
    var settings: QualitySettings
    private(set) var readings: [ChannelReading] = []
    private(set) var qualities: [ReadingQuality] = []
    private(set) var state = ChannelQuality()

    init(settings: QualitySettings) {
        self.settings = settings
    }

    mutating func take(_ batch: [ChannelReading]) {
        var late: [ChannelReading] = []
        for reading in batch {
            switch state.take(reading, by: settings) {
            case .judged(let quality, let revision):
                if let revision, let index = place(of: revision) {
                    qualities[index] = revision.quality
                }
                insert(reading, quality)
            case .redelivered: break
            case .late:
                let isKnown = readings.contains {
                    $0.measuredAt == reading.measuredAt
                        && $0.value.bitPattern == reading.value.bitPattern
                }
                if isKnown { continue }
                late.append(reading)
                insert(reading, ReadingQuality(parametersVersion: settings.version))
            }
        }
        let times = late.map(\.measuredAt)
        if let first = times.min(), let last = times.max() { reassess(first...last) }
    }

    private mutating func insert(_ reading: ChannelReading, _ quality: ReadingQuality) {
        let key = (reading.measuredAt, reading.receivedAt)
        let index = readings.firstIndex { ($0.measuredAt, $0.receivedAt) > key } ?? readings.count
        readings.insert(reading, at: index)
        qualities.insert(quality, at: index)
    }

    private func place(of revision: QualityRevision) -> Int? {
        readings.firstIndex {
            $0.measuredAt == revision.measuredAt && $0.receivedAt == revision.receivedAt
        }
    }

    private mutating func reassess(_ late: ClosedRange<Timestamp>) {
        let plan = ChannelQuality.reassessment(for: late, by: settings)
        let first = readings.firstIndex { $0.measuredAt >= plan.read.lowerBound } ?? 0
        let after = readings.first { $0.measuredAt > plan.read.upperBound }?.measuredAt
        let next = readings.first { $0.measuredAt > after ?? plan.read.upperBound }?.measuredAt
        let end = next.flatMap { next in readings.firstIndex { $0.measuredAt > next } }
        let part = max(first - 1, 0)..<(end ?? readings.count)
        let judged = ChannelQuality.judged(readings[part], by: settings)
        for (index, quality) in zip(part, judged.qualities) {
            let time = readings[index].measuredAt
            guard let quality, plan.settled.contains(time) || time == after else { continue }
            qualities[index] = quality
        }
        if part.upperBound == readings.count { state = judged.state }
    }
}

@Suite("Readings that come late and in any order (B-9)")
struct LogOrderTests {
    private static let intervals: [Double] = [1, 60, 60, 60, 60, 61.5, 299, 300, 301, 5000]
    private static let changes: [Double] = [0, 0, 0, 0, 0.0625, -0.0625, 0.01, 3, -3]

    private static func series(_ random: inout SeededGenerator) -> [ChannelReading] {
        var time = 0.0
        var value = 4.0
        var readings: [ChannelReading] = []
        for index in 0..<Int.random(in: 2...150, using: &random) {
            time += intervals.randomElement(using: &random) ?? 60
            value += changes.randomElement(using: &random) ?? 0
            let odd: [Double] = [.nan, 400, value + 9, -127]
            let isOdd = Int.random(in: 0..<3, using: &random) == 0
            let shown = isOdd ? odd.randomElement(using: &random) ?? value : value
            let phase = BagPhase(rawValue: UInt8(index / 40 % 5))
            readings.append(Channel.reading(shown, at: time, phase: phase))
            if Int.random(in: 0..<12, using: &random) == 0 {
                readings.append(Channel.reading(value + 0.5, at: time, phase: phase, delay: 2))
            }
        }
        return readings
    }

    @Test(
        "the last word on each reading is the same in whatever order and batches they come",
        arguments: 0..<60 as Range<UInt64>)
    func anyOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var settings = QualitySettings(version: 3, foodClass: .cold)
        settings.flat = .init(suspect: 300_000, bad: 600_000, tolerance: 0.05)
        settings.attenuation.period = 400_000
        settings.sentinels = [.oneWire]
        let readings = Self.series(&random)
        var inOrder = JudgingLog(settings: settings)
        for reading in readings { inOrder.take([reading]) }
        let whole = ChannelQuality.judged(inOrder.readings, by: settings)
        #expect(whole.qualities == inOrder.qualities)
        #expect(whole.state == inOrder.state)

        for _ in 0..<4 {
            var shuffled = readings
            // Wholly, or only here and there, as when one message overtakes another.
            if Bool.random(using: &random) {
                shuffled.shuffle(using: &random)
            } else {
                for index in shuffled.indices.dropLast()
                where Int.random(in: 0..<4, using: &random) == 0 {
                    shuffled.swapAt(index, index + 1)
                }
            }
            var log = JudgingLog(settings: settings)
            while !shuffled.isEmpty {
                let count = Int.random(in: 1...shuffled.count, using: &random)
                log.take(Array(shuffled.prefix(count)))
                shuffled.removeFirst(count)
            }
            #expect(log.readings == inOrder.readings)
            #expect(log.qualities == inOrder.qualities)
            #expect(log.state == inOrder.state)
        }
    }
}
