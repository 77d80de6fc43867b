import Bridge
import ColdChain
import Journal
import Testing

/// A bridge on a store, turned as the engine turns them.
private final class Daemon {
    let scratch: Scratch
    private var open: Journal?
    private var bridge: Bridge
    private var effects = Effects()
    private var packetIdentifier: UInt16 = 0

    static var settings: BridgeSettings {
        BridgeSettings(
            brokers: ["north"],
            profiles: [
                ProfileTraits(
                    name: "generic/bag@1", carrier: .bag,
                    ranges: GrossRanges(temperature: GrossRange(sensorSpan: -40...125)))
            ])
    }

    init() throws {
        scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        open = journal
        let restored = try journal.restore(now: at(0))
        bridge = Bridge(settings: Daemon.settings, restored: restored, seed: 1, effects: &effects)
    }

    func restart() throws {
        // The store is locked by the one that has it.
        open = nil
        let journal = try Journal(scratch.settings)
        open = journal
        effects = Effects()
        bridge = Bridge(
            settings: Daemon.settings, restored: try journal.restore(now: at(0)), seed: 2,
            effects: &effects)
    }

    private var journal: Journal {
        get throws { try #require(open) }
    }

    func take(_ rows: [(at: Int64, celsius: Double)], from bag: String, receivedAt: Int64) {
        var batch = SampleBatch()
        for row in rows {
            batch.measurements.append(
                row.celsius.isNaN
                    ? Measurement(quantity: .temperature, marker: .probeAbsent)
                    : Measurement(quantity: .temperature, value: row.celsius))
            let last = batch.measurements.count
            batch.samples.append(
                Sample(measuredAt: at(row.at * 1000), measurements: last - 1..<last))
        }
        packetIdentifier &+= 1
        let topic = Array("bags/\(bag)".utf8)
        bridge.receive(
            batch, profile: ProfileNumber(rawValue: 0), naming: .carrier(.bag, 5..<topic.count),
            topic: topic.span, payload: topic.span,
            arrival: Arrival(
                broker: 0, receivedAt: at(receivedAt * 1000), isRetained: false,
                packetIdentifier: packetIdentifier),
            effects: &effects)
    }

    /// - Parameter isCut: Whether the process ends after the readings are durable, before what they
    ///   revise is.
    func settle(now: Int64, isCut: Bool = false) throws {
        _ = bridge.wake(at: at(now * 1000), effects: &effects)
        while true {
            let batch = effects.records
            _ = try journal.commit { $0 = batch }
            effects.records.removeAll()
            if isCut { return }
            let recalls = effects.channelRecalls
            effects.channelRecalls.removeAll()
            if recalls.isEmpty { return }
            for recall in recalls {
                let stretch = try journal.channelStretch(recall)
                bridge.recalledChannel(
                    stretch.readings, reachesEnd: stretch.reachesEnd, for: recall,
                    at: at(now * 1000),
                    effects: &effects)
            }
        }
    }

    func tidy(now: Timestamp) throws {
        while try journal.tidy(now: now, milliseconds: 1_000).isMoreDue {}
    }

    /// The log, as its readers see it.
    func log(of bag: String) throws -> [LoggedReading] {
        try allReadings(scratch).filter { $0.source.carrier == .bag(bag) }.sorted {
            ($0.reading.measuredAt, $0.reading.receivedAt, $0.id)
                < ($1.reading.measuredAt, $1.reading.receivedAt, $1.id)
        }
    }

    /// What the whole log should say, judged at once.
    func judged(_ log: [LoggedReading]) -> [ReadingQuality?] {
        var settings = QualitySettings(foodClass: nil)
        settings.grossRange = GrossRange(sensorSpan: -40...125)
        let series = log.map {
            ChannelReading(
                measuredAt: $0.reading.measuredAt, receivedAt: $0.reading.receivedAt,
                value: $0.reading.measurement.value, phase: .empty)
        }
        return ChannelQuality.judged(series, by: settings).qualities
    }

    /// Rows whose newest flags are not those of the whole log.
    func differences(of bag: String) throws -> [String] {
        let log = try log(of: bag)
        return zip(log, judged(log)).compactMap { row, judged in
            guard let judged else { return nil }
            // What is said of the sample as a whole is no part of the channel.
            let told = ReadingQuality(
                flags: row.reading.quality, packedReasons: row.reading.reasons,
                parametersVersion: row.reading.qualityVersion ?? 0)
            let kept = judged.taking(.besideChannel, from: told)
            guard kept != told else { return nil }
            let tests = QualityTest.allCases.filter { kept[$0] != told[$0] }
            return "\(row.reading.measuredAt) \(row.reading.measurement.value): "
                + tests.map { "\($0) \(told[$0]) for \(kept[$0])" }.joined(separator: ", ")
        }
    }
}

@Suite("The newest flags in the log")
struct QualityTests {
    @Test(
        "B-4: whatever order, batching and restarts, they are those of the whole series at once",
        arguments: 1...24)
    func anyOrder(seed: Int) throws {
        var random = Lehmer(seed: UInt64(seed))
        let daemon = try Daemon()
        let series = makeSeries(&random)
        var order = Array(series.indices)
        // Mostly in order, with parts that come late.
        for place in order.indices where random.next(4) == 0 {
            let other = min(place + Int(random.next(40)), order.count - 1)
            order.swapAt(place, other)
        }
        var now: Int64 = 100_000
        var next = 0
        while next < order.count {
            let end = min(next + 1 + Int(random.next(12)), order.count)
            now += Int64(random.next(20))
            for place in order[next..<end] {
                daemon.take([series[place]], from: "bag-1", receivedAt: now)
                // What was sent before may come again.
                if random.next(10) == 0 {
                    daemon.take(
                        [series[order[Int(random.next(UInt32(end)))]]], from: "bag-1",
                        receivedAt: now)
                }
            }
            let isCut = random.next(12) == 0
            try daemon.settle(now: now, isCut: isCut)
            if isCut || random.next(15) == 0 { try daemon.restart() }
            if isCut {
                // Nothing was acknowledged: the broker delivers it again.
                for place in order[next..<end] {
                    daemon.take([series[place]], from: "bag-1", receivedAt: now)
                }
                try daemon.settle(now: now)
            }
            next = end
        }
        #expect(try daemon.differences(of: "bag-1") == [])
        #expect(try JournalReader(path: daemon.scratch.path).proveLog { _ in }.altered == 0)
    }

    /// Stretches that are flat, that vary, jump and are silent, with markers and conflicts.
    private func makeSeries(_ random: inout Lehmer) -> [(at: Int64, celsius: Double)] {
        var series: [(at: Int64, celsius: Double)] = []
        var time: Int64 = 0
        var celsius = 4.0
        for _ in 0..<260 {
            time += 30 + Int64(random.next(60))
            if random.next(60) == 0 { time += 400 + Int64(random.next(8_000)) }
            if random.next(4) == 0 { celsius += (Double(random.next(9)) - 4) / 10 }
            var value = (celsius * 100).rounded() / 100
            if random.next(25) == 0 { value += 8 }
            if random.next(40) == 0 { value = .nan }
            series.append((time, value))
            if random.next(30) == 0 { series.append((time, value.isNaN ? 4 : value + 1)) }
        }
        return series
    }

    @Test("B-4: a spike is revised when the next reading comes, and the first row stays as it was")
    func spike() throws {
        let daemon = try Daemon()
        for (step, celsius) in [4.0, 4.1, 14, 4.2, 4.1].enumerated() {
            daemon.take([(Int64(step) * 60, celsius)], from: "bag-1", receivedAt: Int64(step) * 60)
            try daemon.settle(now: Int64(step) * 60)
        }
        let spikes = try daemon.log(of: "bag-1").map { $0.reading.quality[.spike] }
        #expect(spikes == [.notEvaluated, .good, .bad, .good, .notEvaluated])
        let shown = try sqlite3(
            daemon.scratch.path,
            "SELECT quality, reasons FROM temperature_log WHERE value = 14")
        #expect(shown.count == 1)
        #expect(shown[0].hasPrefix("bad|") && shown[0].contains("stands_out"))
        let first = try sqlite3(
            daemon.scratch.path,
            "SELECT (test_flags >> 28) & 15 FROM readings WHERE value = 14")
        #expect(first == ["2"])
    }

    @Test("B-4: retention takes what was said of a reading with it, and the log stays proven")
    func retention() throws {
        let daemon = try Daemon()
        for step in 0..<50 {
            daemon.take(
                [(Int64(step) * 60, Double(step % 3) + (step % 4 == 0 ? 9 : 0))], from: "bag-1",
                receivedAt: Int64(step) * 60)
        }
        try daemon.settle(now: 3_000)
        #expect(
            try sqlite3(daemon.scratch.path, "SELECT count(*) > 10 FROM quality_revisions") == ["1"]
        )
        #expect(
            try sqlite3(daemon.scratch.path, "SELECT count(settles) > 10 FROM readings") == ["1"])
        try daemon.tidy(now: at(200 * 86_400_000))
        #expect(try sqlite3(daemon.scratch.path, "SELECT count(*) FROM quality_revisions") == ["0"])
        let proof = try JournalReader(path: daemon.scratch.path).proveLog { _ in }
        #expect(proof.altered == 0 && proof.missing == 0 && proof.purged > 60)
    }
}
