import Bridge
import ColdChain
import Testing

@Suite("What later readings make of earlier ones")
struct QualityTests {
    private static var settings: BridgeSettings { Engine.settings(checks: .all) }

    /// What was revised: seconds, and the flag of each test that is neither good nor open.
    private func revisions(_ engine: Engine) -> [String] {
        engine.effects.records.qualityRevisions.map { revision in
            let tests = QualityTest.allCases.filter {
                [.suspect, .bad].contains(revision.quality.flags[$0])
            }
            return "\(engine.seconds(revision.measuredAt)) \(tests.map(\.name))"
        }
    }

    @Test(
        "B-4: a reading is recorded with its flags, their reasons and the version of the settings")
    func recorded() throws {
        var engine = Engine(QualityTests.settings)
        engine.receive([Engine.Row(0, 4)])
        engine.receive([Engine.Row(60, 12)])
        let reading = try #require(engine.effects.records.readings.last)
        let quality = ReadingQuality(
            flags: reading.quality, packedReasons: reading.reasons, parametersVersion: 1)
        #expect(quality[.rateOfChange] == QualityFinding(.bad, .changedTooFast))
        #expect(quality[.spike] == QualityFinding(.notEvaluated, .lacksNeighbour))
        #expect(reading.qualityVersion == 1)
    }

    @Test("B-4: a spike is told of the reading before when the next one comes")
    func spike() {
        var engine = Engine(QualityTests.settings)
        for (step, celsius) in [4.0, 4.1, 14, 4.1].enumerated() {
            engine.receive([Engine.Row(Int64(step) * 60, celsius)])
        }
        #expect(revisions(engine) == ["60 []", "120 [\"spike\", \"rate_of_change\"]"])
    }

    @Test(
        "B-4: a late reading is recorded at once, and its stretch of the log asked for once a turn")
    func late() throws {
        var engine = Engine(QualityTests.settings)
        for step in [0, 60, 300, 360] as [Int64] { engine.receive([Engine.Row(step, 4)]) }
        for step in [120, 180] as [Int64] { engine.receive([Engine.Row(step, 4)], at: 400) }
        let late = try #require(engine.effects.records.readings.last)
        #expect(late.quality[.grossRange] == .good && late.quality[.gap] == .notEvaluated)
        #expect(engine.effects.channelRecalls.isEmpty)
        _ = engine.bridge.wake(at: Engine.instant(400), effects: &engine.effects)
        #expect(engine.effects.channelRecalls.count == 1)
        let before = engine.effects.records.qualityRevisions.count
        engine.answerChannelRecalls()
        let late1 = engine.effects.records.qualityRevisions[before...].first {
            $0.measuredAt == Engine.instant(120)
        }
        #expect(late1?.quality.flags[.gap] == .good && late1?.quality.flags[.spike] == .good)
        engine.receive([Engine.Row(420, 4)])
        #expect(engine.effects.records.readings.last?.quality[.gap] == .good)
    }

    @Test("B-4: after a restart a channel is made from the log, with its first reading and once")
    func restart() {
        var engine = Engine(QualityTests.settings)
        for step in 0..<70 { engine.receive([Engine.Row(Int64(step) * 60, 4)]) }
        #expect(engine.effects.records.readings.last?.quality[.flatLine] == .bad)
        engine.restart()
        engine.receive([Engine.Row(4_200, 4)])
        #expect(engine.effects.records.readings.last?.quality[.flatLine] == .notEvaluated)
        _ = engine.bridge.wake(at: Engine.instant(4_200), effects: &engine.effects)
        #expect(engine.effects.channelRecalls.count == 1)
        engine.answerChannelRecalls()
        let said = engine.effects.records.qualityRevisions.last
        #expect(said?.measuredAt == Engine.instant(4_200))
        #expect(said?.quality.flags[.flatLine] == .bad)
        engine.receive([Engine.Row(4_260, 4)])
        _ = engine.bridge.wake(at: Engine.instant(4_260), effects: &engine.effects)
        #expect(engine.effects.channelRecalls.isEmpty)
        #expect(engine.effects.records.readings.last?.quality[.flatLine] == .bad)
    }

    @Test("B-4: after a restart no turn asks for more channels than it may")
    func restartOfMany() {
        var settings = QualityTests.settings
        settings.checks.channelsRestoredATurn = 2
        var engine = Engine(settings)
        for bag in 0..<5 { engine.receive([Engine.Row(0, 4)], from: "bag-\(bag)") }
        engine.restart()
        for bag in 0..<5 { engine.receive([Engine.Row(60, 4)], from: "bag-\(bag)") }
        var asked: [Int] = []
        for _ in 0..<4 {
            let due = engine.bridge.wake(at: Engine.instant(60), effects: &engine.effects)
            asked.append(engine.effects.channelRecalls.count)
            #expect((due == Engine.instant(60)) == (asked.reduce(0, +) < 5))
            engine.answerChannelRecalls()
        }
        #expect(asked == [2, 2, 1, 0])
    }

    @Test("B-4: two sensors of one bag that differ for long are both suspect")
    func pair() {
        var engine = Engine(QualityTests.settings)
        for step in 0..<8 { engine.receive([Engine.Row(Int64(step) * 60, 4, 9)]) }
        let flags = engine.effects.records.readings.suffix(2).map { $0.quality[.sensorPair] }
        #expect(flags == [.suspect, .suspect])
        #expect(revisions(engine).contains("360 [\"sensor_pair\"]"))
    }

    @Test("B-9: two sensors of one bag are compared whichever of them is late")
    func latePair() {
        var live = Engine(QualityTests.settings)
        var late = Engine(QualityTests.settings)
        func celsius(_ step: Int) -> Double { step < 4 || step > 11 ? 4 : 9 }
        for step in 0..<16 {
            let row = Engine.Row(Int64(step) * 60, 4)
            live.receive([row])
            late.receive([row])
            live.receive([Engine.Row(Int64(step) * 60 + 20, celsius(step))], profile: 2)
        }
        let kept = (0..<16).map { Engine.Row(Int64($0) * 60 + 20, celsius($0)) }
        late.receive(kept, at: 1_000, profile: 2)
        for step in 0..<1_000 where step % 60 == 0 { live.settle(at: Int64(step)) }
        late.settle(at: 1_000)
        #expect(late.pairFlags == live.pairFlags)
        #expect(
            late.pairFlags.contains("620 2 suspect") && late.pairFlags.contains("600 0 suspect"))
    }

    @Test("B-4: a device whose messages are told to be minutes old has a clock that is off")
    func clock() {
        var engine = Engine(QualityTests.settings)
        for step in 0..<6 {
            engine.receive([Engine.Row(Int64(step) * 60, 4)], at: Int64(step) * 60 + 200)
        }
        let flags = engine.effects.records.readings.map { $0.quality[.clockOffset] }
        #expect(flags.first == .notEvaluated && flags.last == .suspect)
    }

    @Test("B-5: a fix that no vehicle can have come to is bad, and nobody is led there")
    func displacement() {
        var engine = Engine(QualityTests.settings)
        for (step, latitude) in [52.0, 52.0001, 53, 52.0002].enumerated() {
            let position = Position(latitude: latitude, longitude: 13)
            engine.receive(
                [Engine.Row(Int64(step) * 10, position: position)], from: "van-1", profile: 1)
        }
        let flags = engine.effects.records.fixes.map { $0.quality[.displacement] }
        #expect(flags == [.notEvaluated, .good, .bad, .good])
        #expect(engine.locations.map(\.position.latitude) == [52.0, 52.0001, 52.0002])
    }

    @Test("B-9: an alarm by a reading that turns out to be wrong is corrected")
    func judgedAgain() {
        var settings = QualityTests.settings
        settings.excursions.grace = 0
        settings.excursions.criticalGrace = 0
        var engine = Engine(settings)
        engine.makeOrder("o-1", .cold)
        for step in 0..<3 { engine.receive([Engine.Row(Int64(step) * 60, 4)]) }
        // Each step is slow enough to be suspect only; the peak stands out.
        engine.receive([Engine.Row(300, 11)])
        #expect(engine.alerts.map(\.state) == [.opened])
        engine.receive([Engine.Row(420, 4)])
        #expect(engine.alerts.map(\.state) == [.opened, .corrected])
    }

    @Test("B-9: a reading that was found to be wrong is not used when it comes a second time")
    func wrongAgain() {
        var settings = QualityTests.settings
        settings.excursions.criticalGrace = 0
        var engine = Engine(settings)
        engine.makeOrder("o-1", .cold)
        for step in 0..<3 { engine.receive([Engine.Row(Int64(step) * 60, 4)]) }
        engine.receive([Engine.Row(300, 11)])
        engine.receive([Engine.Row(420, 4)])
        #expect(engine.alerts.map(\.state) == [.opened, .corrected])
        engine.receive([Engine.Row(300, 11)], at: 430)
        engine.settle(at: 430)
        #expect(engine.excursions.isEmpty)
    }

    @Test("B-9: what is said of the newest reading holds when it comes a second time")
    func newestAgain() {
        var engine = Engine(QualityTests.settings)
        engine.makeOrder("o-1", .cold)
        for step in 0..<80 {
            for _ in 0..<2 { engine.receive([Engine.Row(Int64(step) * 60, 6)]) }
        }
        engine.settle(at: 4_750)
        #expect(
            engine.effects.records.dataGaps.map { engine.seconds($0.loss.from.timestamp) } == [
                3_540
            ])
    }

    @Test("B-4: what is told late of an order changes what was expected of its bag's air")
    func lateOrder() {
        var engine = Engine(QualityTests.settings)
        for step in 0..<4 { engine.receive([Engine.Row(Int64(step) * 60, 55)]) }
        #expect(engine.effects.records.readings.last?.quality[.climatology] == .suspect)
        engine.makeOrder("o-1", .hot, from: 90, at: 200)
        engine.settle(at: 200)
        #expect(revisions(engine).suffix(2) == ["120 []", "180 []"])
    }

    @Test("the air of an opened bag, which changes faster than a sensor should, is judged")
    func fastChange() {
        var settings = QualityTests.settings
        settings.excursions.grace = 0
        var engine = Engine(settings)
        engine.makeOrder("o-1", .hot)
        for (step, celsius) in [70.0, 70, 56, 42, 30].enumerated() {
            engine.receive([Engine.Row(Int64(step) * 60, celsius)])
        }
        #expect(engine.effects.records.readings.last?.quality[.rateOfChange] == .bad)
        #expect(engine.alerts.map(\.state) == [.opened])
        #expect(engine.excursions == ["115…open 56.0"])
    }
}

extension Engine {
    /// Ends a turn: what it asks of the log is answered.
    mutating func settle(at seconds: Int64) {
        _ = bridge.wake(at: Engine.instant(seconds), effects: &effects)
        answerChannelRecalls()
        answerPairRecalls()
        answerRecalls()
    }

    mutating func answerPairRecalls() {
        let recalls = effects.pairRecalls
        effects.pairRecalls.removeAll()
        for recall in recalls {
            let (first, second) = (answer(recall.first), answer(recall.second))
            bridge.recalledPair(
                first.readings, second.readings, reachesEnd: first.reachesEnd && second.reachesEnd,
                for: recall, at: recall.first.stretch.read.upperBound, effects: &effects)
        }
    }

    /// Answers the recalls of channels from the readings recorded so far, as the log does.
    mutating func answerChannelRecalls() {
        let recalls = effects.channelRecalls
        effects.channelRecalls.removeAll()
        for recall in recalls {
            let answer = answer(recall)
            bridge.recalledChannel(
                answer.readings, reachesEnd: answer.reachesEnd, for: recall,
                at: recall.stretch.read.upperBound, effects: &effects)
        }
    }

    private func answer(_ recall: ChannelRecall) -> (readings: [Reading], reachesEnd: Bool) {
        var channel = effects.records.readings.filter {
            $0.source == recall.source && $0.measurement.quantity == recall.quantity
                && $0.measurement.probe == recall.probe && $0.quality[.eventTime] != .bad
        }
        channel.sort { ($0.measuredAt, $0.receivedAt) < ($1.measuredAt, $1.receivedAt) }
        revise(&channel)
        let read = recall.stretch.read
        let before = channel.last { $0.measuredAt < read.lowerBound }?.measuredAt
        let times = Set(channel.map(\.measuredAt)).filter { $0 > read.upperBound }.sorted()
        let last = times.dropFirst().first ?? times.first ?? read.upperBound
        let answer = channel.filter {
            $0.measuredAt >= before ?? read.lowerBound && $0.measuredAt <= last
        }
        return (answer, times.count < 2)
    }

    /// The times of all readings in seconds, their profiles' sources, and what is said last of the pair.
    fileprivate var pairFlags: Set<String> {
        var readings = effects.records.readings
        revise(&readings)
        let profiles = Dictionary(
            uniqueKeysWithValues: effects.records.sources.map { ($0.number, $0.profile) })
        return Set(
            readings.map { reading in
                let place = profiles[reading.source] == "ruuvi/ruuvitag@2" ? 2 : 0
                return "\(seconds(reading.measuredAt)) \(place) \(reading.quality[.sensorPair])"
            })
    }
}
