import Bridge
import ColdChain
import Journal
import Testing

/// Two stores that are given the same: one that remembers channels, and one that reads the log each
/// time.
private final class Twins {
    private let scratch: (one: Scratch, other: Scratch)
    private let remembering: Journal
    private let reading: Journal
    private(set) var answered = 0

    init(remembering most: Int) throws {
        scratch = (try Scratch(), try Scratch())
        var settings = scratch.one.settings
        settings.rememberedReadings = most
        remembering = try Journal(settings)
        settings = scratch.other.settings
        settings.rememberedReadings = 0
        reading = try Journal(settings)
    }

    func commit(_ fill: (inout RecordBatch) -> Void) throws {
        #expect(try remembering.commit(fill) == reading.commit(fill))
    }

    func tidyUp(now: Timestamp) throws {
        #expect(try remembering.tidyUp(now: now) == reading.tidyUp(now: now))
    }

    func expectEqualAnswers(_ source: UInt32, _ probe: UInt8, _ read: ClosedRange<Int64>) throws {
        let range = at(read.lowerBound)...at(read.upperBound)
        var stretch = ChannelQuality.reassessment(for: range, by: QualitySettings(foodClass: nil))
        stretch.read = range
        let recall = ChannelRecall(
            source: SourceNumber(source), quantity: .temperature, probe: probe, stretch: stretch)
        let expected = try reading.channelStretch(recall)
        let told = try remembering.channelStretch(recall)
        if !expected.readings.isEmpty { answered += 1 }
        #expect(told.reachesEnd == expected.reachesEnd)
        #expect(told.readings.count == expected.readings.count)
        let differing = zip(told.readings, expected.readings).first { !$0.isSame(as: $1) }
        #expect(differing.map { "\($0), not \($1)" } == nil)
    }
}

extension Reading {
    /// What is no number equals nothing, not even itself.
    fileprivate func isSame(as other: Reading) -> Bool {
        guard measurement.value.isNaN, other.measurement.value.isNaN else { return self == other }
        var (one, two) = (self, other)
        (one.measurement.value, two.measurement.value) = (0, 0)
        return one == two
    }
}

/// Readings of three channels, most of them in order: markers, values that contradict each other, times
/// that cannot be, what was sent before, and what is said anew of any of them.
private struct Course {
    private var random: Lehmer
    private(set) var newest: Int64 = 0
    private var told: [Reading] = []
    /// When what was measured that something was said of since it was recorded.
    private var revised: Set<Timestamp> = []

    init(seed: UInt64) { random = Lehmer(seed: seed) }

    mutating func next(_ bound: UInt32) -> Int64 { Int64(random.next(bound)) }

    mutating func batch() -> RecordBatch {
        var batch = RecordBatch()
        let isBlock = next(3) == 0
        for _ in 0..<(isBlock ? 20 : 1 + next(5)) {
            if next(12) == 0, !told.isEmpty {
                batch.readings.append(told[Int(next(UInt32(told.count)))])
            } else {
                append(to: &batch)
            }
        }
        told += batch.readings
        for _ in 0..<next(4) {
            let reading = told[Int(next(UInt32(told.count)))]
            revised.insert(reading.measuredAt)
            batch.qualityRevisions.append(revision(of: reading))
        }
        return batch
    }

    private mutating func append(to batch: inout RecordBatch) {
        let isLate = next(5) == 0
        if !isLate { newest += 1_000 * (1 + next(90)) + (next(40) == 0 ? 4_000_000 : 0) }
        let instant = isLate ? max(newest - 1_000 * next(6_000), 0) : newest
        let source = UInt32(1 + next(2))
        var new = next(15) == 0 ? silent(source, at: instant) : waiting(source, at: instant)
        if !new.measurement.value.isNaN { new.measurement.value = 4 + Double(next(3)) }
        if source == 1 { new.measurement.probe = UInt8(next(2)) }
        new.receivedAt = at(newest + 1_000 * next(3))
        if next(30) == 0 { new.quality[.eventTime] = .bad }
        // What is shown to be no spike by the next one stands in that one's row.
        if !isLate, let last = told.last(where: { $0.source == new.source }),
            last.measurement.probe == new.measurement.probe, !last.measurement.value.isNaN,
            !revised.contains(last.measuredAt)
        {
            var settled = settlement(
                source, of: last.measuredAt.milliseconds, last.measurement.value,
                by: batch.readings.count, at: instant)
            settled.probe = new.measurement.probe
            settled.receivedAt = last.receivedAt
            batch.qualityRevisions.append(settled)
        }
        batch.readings.append(new)
    }

    private mutating func revision(of reading: Reading) -> RevisedQuality {
        var flags = reading.quality
        flags[.spike] = next(2) == 0 ? .suspect : .good
        flags[.flatLine] = next(2) == 0 ? .suspect : .good
        return RevisedQuality(
            source: reading.source, quantity: .temperature, probe: reading.measurement.probe,
            measuredAt: reading.measuredAt, receivedAt: reading.receivedAt,
            value: reading.measurement.value,
            quality: ReadingQuality(flags: flags, packedReasons: 0, parametersVersion: 2),
            revisedAt: at(newest))
    }
}

@Suite("Channels that are remembered")
struct ChannelMemoryTests {
    @Test(
        "B-4: what is remembered of a channel is what the log has of it, however little that is",
        arguments: [160, 1_600, 131_072], 1...3)
    func equal(most: Int, seed: Int) throws {
        let twins = try Twins(remembering: most)
        var course = Course(seed: UInt64(seed))
        try twins.commit { $0.sources = sources() }
        for turn in 0..<240 {
            let batch = course.batch()
            try twins.commit { $0 = batch }
            // Now and then nobody asks for long.
            if turn % 60 < 15 { continue }
            for _ in 0..<course.next(4) {
                let source = UInt32(1 + course.next(2))
                let end = course.newest + 300_000 - 1_000 * course.next(6_000)
                let start = end - 1_000 * course.next(8_000)
                try twins.expectEqualAnswers(
                    source, source == 1 ? UInt8(course.next(2)) : 0, start...end)
            }
            if turn == 150 {
                try twins.tidyUp(now: at(90 * day + course.newest - 8_000_000))
            }
        }
        #expect(twins.answered > 100)
    }

    @Test("B-4: nor is anything remembered that was erased")
    func erased() throws {
        let twins = try Twins(remembering: 1_000)
        try twins.commit { batch in
            batch.sources = sources()
            batch.readings = (0..<100).map { reading(at: $0 * 60_000) }
        }
        try twins.expectEqualAnswers(1, 0, 0...6_000_000)
        try twins.tidyUp(now: at(90 * day + 3_000_000))
        try twins.expectEqualAnswers(1, 0, 0...6_000_000)
        try twins.tidyUp(now: at(91 * day))
        try twins.expectEqualAnswers(1, 0, 0...6_000_000)
        #expect(twins.answered == 2)
    }

    @Test("B-4: late readings that come backwards stand in the order of their times")
    func backwards() throws {
        let twins = try Twins(remembering: 100_000)
        try twins.commit { batch in
            batch.sources = sources()
            batch.readings = (0..<100).map { reading(at: $0 * 1_000) }
            batch.readings.append(reading(at: 9_000_000))
        }
        try twins.expectEqualAnswers(1, 0, 0...9_000_000)
        try twins.commit { batch in
            batch.readings = (1_000..<8_000).reversed().map { reading(at: $0 * 1_000) }
        }
        try twins.expectEqualAnswers(1, 0, 0...9_000_000)
        #expect(twins.answered == 2)
    }
}
