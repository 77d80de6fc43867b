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
        let end = watch.hear(at: instant(60_000))
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

    @Test("what was stored and comes late ends a silence when it is received")
    func buffered() {
        var speech = ChannelSpeech()
        var watch = SilenceWatch(from: instant(0))
        #expect(watch.advance(to: instant(7_200), by: settings) != nil)
        speech.take(measuredAt: instant(3_600), receivedAt: instant(7_200))
        #expect(watch.hear(at: speech.heard ?? instant(0)) != nil)
        #expect(watch.nextTimer(by: settings) == Timestamp(milliseconds: 7_500_001))
    }

    @Test(
        "a reading that is not newer than those before is not heard, one that is far ahead counts once"
    )
    func speech() {
        var speech = ChannelSpeech()
        #expect(speech.heard == nil)
        speech.take(measuredAt: Timestamp(milliseconds: .max), receivedAt: instant(10))
        #expect(speech.newest == nil && speech.heard == instant(10))
        speech.take(measuredAt: Timestamp(milliseconds: .max), receivedAt: instant(11))
        #expect(speech.heard == instant(10))
        speech.take(measuredAt: instant(40), receivedAt: instant(20))
        #expect(speech.newest == instant(40) && speech.heard == instant(20))
        speech.take(measuredAt: instant(40), receivedAt: instant(25))
        speech.take(measuredAt: instant(5), receivedAt: instant(26))
        #expect(speech.heard == instant(20))
        speech.take(measuredAt: instant(41), receivedAt: instant(45))
        #expect(speech.newest == instant(41) && speech.heard == instant(45))
    }

    @Test("a watch that is made again from what was told says nothing twice, whatever the settings")
    func madeAgain() {
        var watch = SilenceWatch(from: instant(0))
        #expect(watch.advance(to: instant(1_500), by: settings) != nil)
        let longer = settings.expecting(interval: 1_000_000)
        #expect(longer.silentAfter == 3_000_000)
        var again = SilenceWatch(
            from: instant(0), silentSince: watch.silentSince, noticesTold: watch.noticesTold)
        #expect(again == watch)
        #expect(again.advance(to: instant(1_600), by: longer) == nil)
        #expect(again.nextTimer(by: longer) > instant(1_600))
        #expect(again.advance(to: instant(3_001), by: longer) != nil)
    }

    @Test(
        "three missing readings are silence, where that is longer than what is set",
        arguments: [
            (nil, 300_000), (0, 300_000), (60_000, 300_000), (600_000, 1_800_000),
            (Int64.max, 31_536_000_000), (-5, 300_000),
        ] as [(Int64?, Int64)])
    func expected(interval: Int64?, silentAfter: Int64) {
        #expect(settings.expecting(interval: interval).silentAfter == silentAfter)
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
