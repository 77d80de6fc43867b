import ColdChain
import Testing

@Suite("The quality of a channel's readings (B-4, B-6)")
struct ChannelQualityTests {
    private let channel = Channel()

    @Test("each result names its flag, its reason and the version of the parameters")
    func results() throws {
        let judged = channel.judged(Channel.readings([4, 4.1, 200]))
        let last = try #require(judged[2])
        #expect(last.parametersVersion == 7)
        #expect(last[.grossRange] == QualityFinding(.bad, .impossibleValue))
        #expect(last[.rateOfChange] == QualityFinding(.bad, .changedTooFast))
        #expect(last[.gap] == .good)
        #expect(last.flags.rollup == .bad)
    }

    @Test("a reason belongs to the test of its number, and all names differ")
    func reasons() {
        for reason in QualityReason.allCases {
            #expect(reason.test != nil)
            var quality = ReadingQuality(parametersVersion: 1)
            guard let test = reason.test else { continue }
            quality[test] = QualityFinding(.suspect, reason)
            #expect(quality[test] == QualityFinding(.suspect, reason))
            #expect(quality.flags.rollup == .suspect)
        }
        #expect(Set(QualityReason.allCases.map(\.name)).count == QualityReason.allCases.count)
    }

    @Test("a reading after a gap is suspect, exactly the gap is none, the first is not evaluated")
    func gap() {
        let readings = [0, 60, 360, 660.001, 720].map { Channel.reading(4, at: $0) }
        #expect(channel.flags(.gap, readings) == [2, 1, 1, 3, 1])
    }

    @Test("a spike is told when the next reading comes, and its neighbours are none")
    func spike() {
        var state = ChannelQuality()
        var said: [UInt8] = []
        var revised: [UInt8?] = []
        for reading in Channel.readings([4, 4.1, 19, 4.2, 4.3, 6.4, 4.2]) {
            guard
                case .judged(let quality, let revision) = state.take(
                    reading, by: channel.settings)
            else { continue }
            said.append(quality.flags[.spike].rawValue)
            revised.append(revision?.quality.flags[.spike].rawValue)
        }
        #expect(said == [2, 2, 2, 2, 2, 2, 2])
        #expect(revised == [nil, nil, 1, 4, 1, 1, 3])
    }

    @Test("a spike needs both neighbours: none beyond a gap, none that is missing")
    func spikeNeighbours() {
        let apart = [(4, 0), (19, 60), (4, 361), (19, 400), (4, 460)].map {
            Channel.reading($0.0, at: $0.1)
        }
        #expect(channel.flags(.spike, apart) == [2, 2, 2, 4, 2])
        #expect(
            channel.flags(.spike, Channel.readings([4, 4, .nan, 19, 4, 4])) == [2, 2, 2, 2, 1, 2])
    }

    @Test("the rate of change is by real time, against the last number within the maximum gap")
    func rate() {
        let readings = [(4, 0), (6.1, 60), (.nan, 120), (8, 180), (9, 181.9), (9.5, 500)].map {
            Channel.reading($0.0, at: $0.1)
        }
        #expect(channel.flags(.rateOfChange, readings) == [2, 3, 2, 1, 4, 2])
    }

    @Test("a value is flat when its range stays within the tolerance, from the first to the last")
    func flatLine() {
        var channel = channel
        channel.settings.flat = .init(suspect: 180_000, bad: 300_000, tolerance: 0.05)
        let values = [4, 4.0625, 4.0625, 4.0625, 4.0625, 4.0625, 4.0625, 4.5]
        #expect(channel.flags(.flatLine, Channel.readings(values)) == [1, 1, 1, 1, 3, 3, 4, 1])
        // The tolerance itself is flat; two steps of it are not.
        channel.settings.flat.tolerance = 0.0625
        #expect(channel.flags(.flatLine, Channel.readings(values)) == [1, 1, 1, 3, 3, 4, 4, 1])
    }

    @Test("a gap begins a flat stretch anew")
    func flatAcrossGap() {
        var channel = channel
        channel.settings.flat = .init(suspect: 120_000, bad: 300_000, tolerance: 0)
        let times: [Double] = [0, 60, 120, 180, 3600, 3660, 3720, 3780]
        let readings = times.map { Channel.reading(5, at: $0) }
        #expect(channel.flags(.flatLine, readings) == [1, 1, 3, 3, 1, 1, 3, 3])
    }

    @Test("a signal is attenuated only where the bag was under way for the whole window")
    func attenuation() {
        var channel = channel
        channel.settings.attenuation = .init(period: 180_000, suspect: 0.1, bad: 0.02)
        let values = [4, 4, 4, 4, 4.05, 4.05, 4.05, 4.2]
        let moving = Channel.readings(values, phase: .underWay)
        #expect(channel.flags(.attenuatedSignal, moving) == [2, 2, 2, 4, 3, 3, 4, 1])
        #expect(
            channel.flags(.attenuatedSignal, Channel.readings(values))
                == [2, 2, 2, 2, 2, 2, 2, 2])
    }

    @Test(
        "a value is expected or not by the class and the phase",
        arguments: [
            (.cold, .loaded, 26, .suspect), (.cold, .loaded, 25, .good),
            (.hot, .loaded, 10, .suspect),
            (.hot, .preparing, 10, .good), (.hot, .empty, 60, .suspect),
            (.frozen, .underWay, 1, .suspect), (.ambient, nil, 20, .notEvaluated),
        ] as [(FoodClass, BagPhase?, Double, QualityFlag)])
    func climatology(foodClass: FoodClass, phase: BagPhase?, value: Double, flag: QualityFlag) {
        let channel = Channel(settings: QualitySettings(foodClass: foodClass))
        let reading = Channel.reading(value, at: 0, phase: phase)
        #expect(channel.flags(.climatology, [reading]) == [flag.rawValue])
    }

    @Test("a marker is missing and is no neighbour; an infinite number is bad")
    func noNumber() throws {
        let judged = channel.judged(Channel.readings([.nan, .infinity, -.infinity, 4]))
        #expect(try #require(judged[0]).flags.rollup == .missing)
        #expect(judged[1]?.flags[.grossRange] == .bad)
        #expect(judged[2]?.flags[.grossRange] == .bad)
        #expect(judged[3]?[.rateOfChange] == QualityFinding(.notEvaluated, .nothingToCompare))
    }

    @Test("times in the future and before the log's reach are bad and stay out of the series")
    func impossibleTimes() {
        var state = ChannelQuality()
        func take(_ reading: ChannelReading) -> QualityFinding? {
            guard case .judged(let quality, _) = state.take(reading, by: channel.settings) else {
                return nil
            }
            return quality[.eventTime]
        }
        let day = 86_400.0
        #expect(take(Channel.reading(4, at: 60, delay: -60)) == .good)
        #expect(
            take(Channel.reading(4, at: 120, delay: -60.001)) == QualityFinding(.bad, .futureTime))
        #expect(
            take(Channel.reading(4, at: -90 * day, delay: 90 * day + 1))
                == QualityFinding(.bad, .tooOld))
        #expect(
            take(Channel.reading(4, at: -3650 * day, delay: 3650 * day))
                == QualityFinding(.bad, .tooOld))
        #expect(state.newestMeasuredAt == Channel.time(60))
        let end = Timestamp(milliseconds: .max)
        let far = ChannelReading(measuredAt: end, receivedAt: Channel.start, value: 4)
        #expect(take(far) == QualityFinding(.bad, .futureTime))
        let begin = Timestamp(milliseconds: .min)
        let old = ChannelReading(measuredAt: begin, receivedAt: end, value: 4)
        #expect(take(old) == QualityFinding(.bad, .tooOld))
    }

    @Test("the same value for the same time came again; another makes both suspect")
    func duplicates() throws {
        var state = ChannelQuality()
        let first = Channel.reading(4, at: 0)
        _ = state.take(first, by: channel.settings)
        let again = Channel.reading(4, at: 0, delay: 9)
        #expect(state.take(again, by: channel.settings) == .redelivered)
        let other = Channel.reading(5, at: 0, delay: 10)
        guard case .judged(let quality, let revision) = state.take(other, by: channel.settings)
        else {
            Issue.record("not judged")
            return
        }
        let conflict = QualityFinding(.suspect, .conflictingValue)
        #expect(quality[.duplicate] == conflict)
        #expect(quality.flags[.rateOfChange] == .notEvaluated)
        let revised = try #require(revision)
        #expect(revised.receivedAt == first.receivedAt)
        #expect(revised.quality[.duplicate] == conflict)
        #expect(state.take(other, by: channel.settings) == .redelivered)
        // The first received is the one that the next is compared with.
        guard
            case .judged(let next, _) = state.take(
                Channel.reading(5, at: 60), by: channel.settings)
        else { return }
        #expect(next.flags[.rateOfChange] == .good)
    }

    @Test("a reading older than the newest is late and changes nothing")
    func late() {
        var state = ChannelQuality()
        for reading in Channel.readings([4, 4.1, 4.2]) {
            _ = state.take(reading, by: channel.settings)
        }
        let before = state
        #expect(state.take(Channel.reading(9, at: 90), by: channel.settings) == .late)
        #expect(state == before)
    }

    @Test("a calibration that is overdue is suspect, one that is not known is not evaluated")
    func calibration() {
        var reading = Channel.reading(4, at: 60)
        #expect(channel.flags(.calibration, [reading]) == [2])
        reading.calibrationDue = Channel.time(60)
        #expect(channel.flags(.calibration, [reading]) == [1])
        reading.calibrationDue = Channel.time(59)
        #expect(channel.flags(.calibration, [reading]) == [3])
    }

    @Test("the steps that a channel keeps are bounded, whatever it is sent")
    func bounded() {
        var settings = channel.settings
        settings.attenuation.suspect = 1
        var state = ChannelQuality()
        for index in 0..<5000 {
            // Swings that grow from nothing, so that each is a step of its own when seen from behind.
            let swing = Double(5000 - index) / 10_000
            let value = index.isMultiple(of: 2) ? 4 + swing : 4 - swing
            _ = state.take(Channel.reading(value, at: Double(index)), by: settings)
        }
        #expect(state.keptSteps <= 64)
    }
}
