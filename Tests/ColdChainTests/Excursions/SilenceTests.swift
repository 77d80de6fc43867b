import ColdChain
import Testing
import Wire

@Suite("Silence of a sensor's channel")
struct SilenceTests {
    let settings = SilenceSettings()

    @Test("it is told when it begins, then ever more seldom, and when it ends")
    func backOff() {
        var watch = SilenceWatch(from: instant(0))
        var told: [Int64] = []
        for second in stride(from: Int64(0), through: 60_000, by: 1) {
            let effect = watch.advance(to: instant(second), by: settings)
            if case .silent(let lastHeard, let since, _) = effect {
                told.append(second)
                #expect(lastHeard == instant(0))
                #expect(since == Timestamp(milliseconds: 300_001))
            }
        }
        // 15, 30, 60, 120 minutes, then every four hours.
        #expect(told == [301, 1_201, 3_001, 6_601, 13_801, 28_201, 42_601, 57_001])
        let end = watch.hear(measuredAt: instant(60_000), now: instant(60_001), by: settings)
        #expect(
            end
                == .heardAgain(
                    silentSince: Timestamp(milliseconds: 300_001), heard: instant(60_000)))
        #expect(watch.silentSince == nil)
    }

    @Test("how often time is told makes no difference to the notices' numbers")
    func cadence() {
        for seed in UInt64(0)..<100 {
            var random = SplitMix64(seed: seed)
            var often = SilenceWatch(from: instant(0))
            var seldom = often
            var last: SilenceWatch.Effect?
            let end = Int64.random(in: 400...1_000_000, using: &random)
            for second in stride(from: Int64(0), through: end, by: 97) {
                last = often.advance(to: instant(second), by: settings) ?? last
            }
            last = often.advance(to: instant(end), by: settings) ?? last
            #expect(seldom.advance(to: instant(end), by: settings) == last)
            #expect(often == seldom)
            let next = seldom.nextTimer(by: settings)
            #expect(
                seldom.advance(to: next.advanced(byMilliseconds: -1), by: settings) == nil)
            #expect(seldom.advance(to: next, by: settings) != nil)
        }
    }

    @Test("a buffered reading of long ago does not end a silence, a recent one does")
    func buffered() {
        var watch = SilenceWatch(from: instant(0))
        #expect(watch.advance(to: instant(7_200), by: settings) != nil)
        #expect(watch.hear(measuredAt: instant(3_600), now: instant(7_200), by: settings) == nil)
        #expect(watch.silentSince != nil)
        #expect(watch.hear(measuredAt: instant(6_900), now: instant(7_200), by: settings) != nil)
    }

    @Test("a reading from the future does not keep a dead sensor alive")
    func future() {
        var watch = SilenceWatch(from: instant(0))
        #expect(
            watch.hear(
                measuredAt: Timestamp(milliseconds: .max), now: instant(10), by: settings) == nil)
        #expect(watch.lastHeard == instant(10))
        #expect(watch.advance(to: instant(310), by: settings) == nil)
        #expect(watch.advance(to: instant(311), by: settings) != nil)
    }

    @Test("the end of time is one notice")
    func endOfTime() {
        var watch = SilenceWatch(from: Timestamp(milliseconds: .min))
        let settings = SilenceSettings(silentAfter: .min, firstRepeat: .max, longestRepeat: 0)
        #expect(watch.advance(to: Timestamp(milliseconds: .max), by: settings) != nil)
        #expect(watch.advance(to: Timestamp(milliseconds: .max), by: settings) == nil)
        #expect(settings.silentAfter == 1_000 && settings.longestRepeat == settings.firstRepeat)
    }
}
