import ColdChain
import Testing
import Wire

/// One order's readings, and all else that a track is told, as a seed makes them.
private struct Shift {
    var window: TransitWindow
    var limit: CriticalLimit
    var settings = ExcursionSettings()
    var points: [TemperaturePoint] = []
    var givenUp: Timestamp?
    let now = instant(30_000)

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let from = Int64.random(in: 0...900, using: &random)
        let until: Int64? =
            Bool.random(using: &random) ? Int64.random(in: 0...9_000, using: &random) : nil
        window = TransitWindow(from: instant(from), until: until.map(instant))
        limit =
            [
                CriticalLimit(maximum: 5), CriticalLimit(minimum: 2),
                CriticalLimit(minimum: 3, maximum: 5),
            ][Int.random(in: 0..<3, using: &random)]
        settings.grace = Int64.random(in: 0...400, using: &random) * 1_000_000
        settings.clearDelay = Int64.random(in: 0...200, using: &random) * 1_000_000
        settings.maximumGap = Int64.random(in: 60...600, using: &random) * 1_000_000
        var at = Int64(0)
        var celsius = 4.0
        for _ in 0..<Int.random(in: 0...150, using: &random) {
            at += Int64.random(in: 1...100, using: &random) * 1_000
            if Int.random(in: 0..<15, using: &random) == 0 { at += 900_000 }
            celsius += Double.random(in: -1.2...1.2, using: &random)
            if Int.random(in: 0..<30, using: &random) == 0 { celsius += 9 }
            celsius = min(max(celsius, -2), 20)
            add(at, (celsius * 16).rounded() / 16, &random)
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            givenUp = Timestamp(milliseconds: Int64.random(in: 0...(at + 1), using: &random))
        }
    }

    private mutating func add(
        _ milliseconds: Int64, _ celsius: Double, _ random: inout SplitMix64
    ) {
        let at = Timestamp(milliseconds: milliseconds)
        func append(_ celsius: Double, version: UInt16 = 0) {
            let isSuspect = Int.random(in: 0..<9, using: &random) == 0
            if let point = TemperaturePoint(
                celsius: celsius, measuredAt: at, isSuspect: isSuspect, version: version)
            {
                points.append(point)
            }
        }
        append(celsius)
        switch Int.random(in: 0..<25, using: &random) {
        case 0: append(celsius)
        case 1: append(celsius + 1)
        case 2: append(celsius - 2, version: 1)
        case 3:
            append(celsius + 2, version: 1)
            if let point = TemperaturePoint(withdrawnAt: at, version: 2) { points.append(point) }
        default: break
        }
    }

    func track(_ effects: inout [ExcursionEffect]) -> ExcursionTrack {
        ExcursionTrack(
            window: window, limit: limit, settings: settings, now: instant(0), into: &effects)
    }

    /// All in order and at once.
    var judged: ExcursionJudgement {
        var effects: [ExcursionEffect] = []
        var track = track(&effects)
        if let givenUp { track.giveUpSensor(at: givenUp, now: instant(0), into: &effects) }
        track.take(points.sorted { $0.moment < $1.moment }, now: now, into: &effects)
        return track.judgement
    }
}

/// Somebody who writes down what is told, and takes back what is corrected.
private struct Listener {
    var told: [UInt32: ToldExcursion] = [:]
    var losses: [TraceTime: DataLoss] = [:]
    var mistakes: [String] = []

    mutating func hear(_ effects: [ExcursionEffect]) {
        for effect in effects {
            switch effect {
            case .told(let excursion, _):
                if (told[excursion.ordinal]?.revision ?? 0) + 1 != excursion.revision {
                    mistakes.append("revision \(TrackDialogue.words(effect))")
                }
                if excursion.supersedes != told[excursion.ordinal]?.revision {
                    mistakes.append("supersedes \(TrackDialogue.words(effect))")
                }
                told[excursion.ordinal] = excursion
            case .corrected(let correction):
                if told[correction.ordinal]?.revision != correction.supersedes
                    || told[correction.ordinal]?.excursion != correction.was
                {
                    mistakes.append("correction \(TrackDialogue.words(effect))")
                }
                told[correction.ordinal] = correction.now.map {
                    ToldExcursion(
                        ordinal: correction.ordinal, revision: correction.revision, excursion: $0)
                }
            case .dataLost(let loss), .dataReturned(let loss): losses[loss.from] = loss
            case .dataRecovered(let loss):
                if losses.removeValue(forKey: loss.from) == nil { mistakes.append("recovered") }
            case .needsLog: mistakes.append("needs log")
            }
        }
    }

    /// What was told, in order of time: state, start and alarm; all of it where it is over.
    var excursions: [JudgedExcursion] {
        told.values.map(\.excursion).sorted { $0.startedAt < $1.startedAt }
    }

    func agrees(with judged: ExcursionJudgement) -> Bool {
        let judgedToBeTold = judged.excursions.filter { $0.isAlarm || $0.closedAt != nil }
        guard excursions.count == judgedToBeTold.count else { return false }
        for (told, judged) in zip(excursions, judgedToBeTold) {
            guard told.state == judged.state, told.startedAt == judged.startedAt,
                told.activatedAt == judged.activatedAt, judged.closedAt == nil || told == judged
            else { return false }
        }
        return losses.values.sorted { $0.from < $1.from } == judged.losses
    }
}

@Suite("Whatever order and batches readings come in, the judgement is the same (B-9)")
struct ExcursionOrderTests {
    @Test(
        "shuffled, chunked, with timers in between: 1,500 seeds, 15 at a time", arguments: 0..<100)
    func anyOrder(group: UInt64) {
        for seed in (group * 15)..<(group * 15 + 15) {
            let shift = Shift(seed: seed)
            let expected = shift.judged
            #expect(
                expected.timeInRange.total
                    == expected.timeInRange.safe + expected.timeInRange.unsafe
                    + expected.timeInRange.unknown)
            for variant in UInt64(0)..<2 { check(shift, expected, seed: seed, variant: variant) }
        }
    }

    private func check(
        _ shift: Shift, _ expected: ExcursionJudgement, seed: UInt64, variant: UInt64
    ) {
        var random = SplitMix64(seed: seed * 31 + variant + 7)
        var points = shift.points.shuffled(using: &random)
        if variant == 1 { points = nearlyInOrder(shift.points, &random) }
        var effects: [ExcursionEffect] = []
        var track = shift.track(&effects)
        var listener = Listener()
        let signedAfter = Int.random(in: 0...points.count, using: &random)
        var now: Int64 = 0
        var taken = 0
        while taken < points.count {
            let size = Int.random(in: 1...min(40, points.count - taken), using: &random)
            let batch = Array(points[taken..<taken + size])
            taken += size
            now += Int64.random(in: 0...60, using: &random)
            if size == 1 {
                track.take(batch[0], now: instant(now), into: &effects)
            } else {
                track.take(batch, now: instant(now), into: &effects)
            }
            if Bool.random(using: &random) {
                now += Int64.random(in: 0...200, using: &random)
                track.advance(to: instant(now), into: &effects)
            }
            if taken >= signedAfter, let givenUp = shift.givenUp {
                track.giveUpSensor(at: givenUp, now: instant(now), into: &effects)
            }
            listener.hear(effects)
            effects.removeAll()
        }
        if let givenUp = shift.givenUp {
            track.giveUpSensor(at: givenUp, now: instant(now), into: &effects)
        }
        track.advance(to: shift.now, into: &effects)
        listener.hear(effects)
        #expect(track.judgement == expected, "seed \(seed).\(variant)")
        #expect(listener.mistakes == [], "seed \(seed).\(variant)")
        #expect(listener.agrees(with: expected), "seed \(seed).\(variant)")
        restart(track, listener, shift, seed: seed)
    }

    /// A restart in the middle of it tells nothing twice.
    private func restart(
        _ track: ExcursionTrack, _ listener: Listener, _ shift: Shift, seed: UInt64
    ) {
        guard shift.givenUp == nil else { return }
        var effects: [ExcursionEffect] = []
        let again = ExcursionTrack(
            window: shift.window, limit: shift.limit, settings: shift.settings,
            told: Array(listener.told.values), toldLosses: Array(listener.losses.values),
            readings: shift.points, now: shift.now, into: &effects)
        #expect(effects == [], "seed \(seed)")
        #expect(again.judgement == track.judgement, "seed \(seed)")
    }

    private func nearlyInOrder(
        _ points: [TemperaturePoint], _ random: inout SplitMix64
    ) -> [TemperaturePoint] {
        let keyed = points.enumerated().map { index, point in
            (Double(index) + Double.random(in: 0...6, using: &random), point)
        }
        return keyed.sorted { $0.0 < $1.0 }.map(\.1)
    }

    @Test("an order whose end is told later is judged as if it had been known", arguments: 0..<50)
    func laterWindow(seed: UInt64) {
        var shift = Shift(seed: seed)
        shift.givenUp = nil
        var effects: [ExcursionEffect] = []
        var track = ExcursionTrack(
            window: TransitWindow(from: shift.window.from.timestamp), limit: shift.limit,
            settings: shift.settings, now: instant(0), into: &effects)
        track.take(shift.points, now: instant(20_000), into: &effects)
        track.change(window: shift.window, now: shift.now, into: &effects)
        var listener = Listener()
        listener.hear(effects)
        // Readings before the order were passed over: making it wider asks for the log.
        #expect(track.judgement == shift.judged)
        #expect(listener.mistakes == [])
        #expect(listener.agrees(with: shift.judged))
    }

    @Test("an order that turns out to have begun earlier asks for the log's readings of then")
    func widerWindow() throws {
        var effects: [ExcursionEffect] = []
        var track = ExcursionTrack(
            window: TransitWindow(from: instant(3_600)), limit: CriticalLimit(maximum: 5),
            settings: ExcursionSettings(), now: instant(0), into: &effects)
        let readings = try (0..<80).map {
            try #require(TemperaturePoint(celsius: 6, measuredAt: instant($0 * 60)))
        }
        var listener = Listener()
        track.take(readings, now: instant(4_800), into: &effects)
        listener.hear(effects)
        effects.removeAll()
        let earlier = TransitWindow(from: instant(600))
        track.change(window: earlier, now: instant(4_800), into: &effects)
        #expect(effects.first == .needsLog(from: instant(600)))
        listener.hear(Array(effects.dropFirst()))
        effects.removeAll()
        track.judgeAgain(
            readings, told: Array(listener.told.values), toldLosses: [], now: instant(4_800),
            into: &effects)
        listener.hear(effects)
        #expect(listener.mistakes == [])
        var none: [ExcursionEffect] = []
        let whole = ExcursionTrack(
            window: earlier, limit: CriticalLimit(maximum: 5), settings: ExcursionSettings(),
            readings: readings, now: instant(4_800), into: &none)
        #expect(track.judgement == whole.judgement)
        #expect(listener.agrees(with: whole.judgement))
    }

    @Test("what is older than the readings kept is asked from the log, and judged with it")
    func beyondReach() throws {
        var settings = ExcursionSettings()
        settings.readingsKept = 256
        var effects: [ExcursionEffect] = []
        var track = ExcursionTrack(
            window: TransitWindow(from: instant(0)), limit: CriticalLimit(maximum: 5),
            settings: settings, now: instant(0), into: &effects)
        var log: [TemperaturePoint] = []
        func point(_ seconds: Int64) -> TemperaturePoint? {
            TemperaturePoint(
                celsius: (seconds / 1_200) % 2 == 1 ? 7 : 4, measuredAt: instant(seconds))
        }
        for seconds in stride(from: Int64(0), to: 60_000, by: 30)
        where !(6_000..<7_100).contains(seconds) {
            let point = try #require(point(seconds))
            log.append(point)
            track.take(point, now: instant(seconds), into: &effects)
        }
        let missed = try stride(from: Int64(6_000), to: 7_100, by: 30).map {
            try #require(point($0))
        }
        var listener = Listener()
        listener.hear(effects)
        effects.removeAll()
        track.take(missed, now: instant(60_000), into: &effects)
        #expect(effects == [.needsLog(from: instant(6_000))])
        effects.removeAll()
        track.judgeAgain(
            log + missed, told: Array(listener.told.values),
            toldLosses: Array(listener.losses.values), now: instant(60_000), into: &effects)
        listener.hear(effects)
        #expect(listener.mistakes == [])
        settings.readingsKept = 100_000
        var none: [ExcursionEffect] = []
        let whole = ExcursionTrack(
            window: TransitWindow(from: instant(0)), limit: CriticalLimit(maximum: 5),
            settings: settings, readings: log + missed, now: instant(60_000), into: &none
        ).judgement
        #expect(listener.agrees(with: whole))
        #expect(track.judgement.timeInRange == whole.timeInRange)
        #expect(track.judgement.alarms == whole.alarms && whole.alarms == 25)
        #expect(
            track.judgement.excursions.count < whole.excursions.count, "settled ones are let go")
    }
}
