import ColdChain
import Testing
import Wire

/// Points as (seconds, °C).
func points(_ series: [(Double, Double)], suspect: Set<Int> = []) -> [TemperaturePoint] {
    series.enumerated().compactMap { index, entry in
        TemperaturePoint(
            celsius: entry.1, measuredAt: Timestamp(milliseconds: Int64(entry.0 * 1_000)),
            isSuspect: suspect.contains(index))
    }
}

func instant(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: seconds * 1_000) }

@Suite("Time in range (Q-1, §2.2)")
struct TimeInRangeTests {
    static let cold = CriticalLimit(maximum: 5)

    func time(
        _ series: [(Double, Double)], from: Int64 = 0, until: Int64?, now: Int64 = 100_000,
        limit: CriticalLimit = cold, maximumGap: Int64 = 300, suspect: Set<Int> = []
    ) -> TimeInRange {
        TimeInRange(
            points(series, suspect: suspect),
            within: TransitWindow(from: instant(from), until: until.map(instant)),
            now: instant(now), limit: limit, maximumGap: maximumGap * 1_000_000)
    }

    /// Seconds safe, unsafe, unknown.
    func parts(_ time: TimeInRange) -> [Int64] {
        [time.safe / 1_000_000, time.unsafe / 1_000_000, time.unknown / 1_000_000]
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var series: [(Double, Double)]
        var from: Int64 = 0
        var until: Int64? = 600
        var now: Int64 = 100_000
        var limit = TimeInRangeTests.cold
        var parts: [Int64]
    }

    static let cases: [Case] = [
        Case(
            testDescription: "a gap of exactly the maximum is known, one longer is not",
            series: [(0, 4), (300, 4), (600, 4)], parts: [600, 0, 0]),
        Case(
            testDescription: "a millisecond more is unknown",
            series: [(0, 4), (300.001, 4), (600, 4)], until: 600, parts: [299, 0, 300]),
        Case(
            testDescription: "head and tail are unknown",
            series: [(100, 4), (200, 4)], parts: [100, 0, 500]),
        Case(
            testDescription: "a reading before pick-up within the gap makes the head known",
            series: [(0, 4), (200, 4), (400, 4)], from: 100, until: 400, parts: [300, 0, 0]),
        Case(
            testDescription: "one further before does not",
            series: [(0, 4), (400, 4)], from: 100, until: 400, parts: [0, 0, 300]),
        Case(
            testDescription: "a reading after delivery within the gap makes the tail known",
            series: [(0, 4), (200, 4), (400, 6)], until: 300, parts: [300, 0, 0]),
        Case(
            testDescription: "the crossing of a clipped segment is where the whole one crosses",
            series: [(0, 4), (200, 8)], from: 25, until: 150, parts: [25, 100, 0]),
        Case(
            testDescription: "while the order is on its way the tail is unknown",
            series: [(0, 4), (200, 4)], until: nil, now: 260, parts: [200, 0, 60]),
        Case(
            testDescription: "a reading newer than the clock ends the order's time so far",
            series: [(0, 4), (200, 4)], until: nil, now: 150, parts: [200, 0, 0]),
        Case(
            testDescription: "lying on the limit is safe",
            series: [(0, 5), (300, 5), (600, 5)], parts: [600, 0, 0]),
        Case(
            testDescription: "a segment can cross both ends of a band",
            series: [(0, -2), (200, 8)], until: 200,
            limit: CriticalLimit(minimum: 0, maximum: 5), parts: [100, 100, 0]),
        Case(
            testDescription: "without a reading all is unknown", series: [], parts: [0, 0, 600]),
        Case(
            testDescription: "one reading divides nothing",
            series: [(300, 4)], parts: [0, 0, 600]),
        Case(
            testDescription: "ten years of silence are unknown",
            series: [(0, 4), (315_360_000, 4)], until: 315_360_000, now: 315_360_000,
            parts: [0, 0, 315_360_000]),
        Case(
            testDescription: "an order that ends before it begins has no time",
            series: [(0, 4), (200, 4)], from: 400, until: 100, parts: [0, 0, 0]),
        Case(
            testDescription: "an order that ends as it begins has no time",
            series: [(0, 4), (200, 4)], from: 100, until: 100, parts: [0, 0, 0]),
        Case(
            testDescription: "no temperature keeps limits that contradict each other",
            series: [(0, 4), (300, 4)], until: 300,
            limit: CriticalLimit(minimum: 10, maximum: 5), parts: [0, 300, 0]),
        Case(
            testDescription: "nor a limit that is no number",
            series: [(0, 4), (300, 4)], until: 300, limit: CriticalLimit(maximum: .nan),
            parts: [0, 300, 0]),
        Case(
            testDescription: "every temperature keeps a class without a limit",
            series: [(0, 40), (300, -40)], until: 300, limit: CriticalLimit(), parts: [300, 0, 0]),
        Case(
            testDescription: "what is no temperature is not used",
            series: [(0, 4), (100, .nan), (150, .infinity), (160, 1e300), (300, 4)], until: 300,
            parts: [300, 0, 0]),
        Case(
            testDescription: "of one instant the temperature furthest outside counts",
            series: [(0, 4), (100, 6), (100, 4), (200, 4)], until: 200, parts: [100, 100, 0]),
        Case(
            testDescription: "times that go back are put in order",
            series: [(200, 4), (0, 4), (100, 6)], until: 200, parts: [100, 100, 0]),
    ]

    @Test("seconds safe, unsafe and unknown", arguments: cases)
    func divided(tried: Case) {
        let time = time(
            tried.series, from: tried.from, until: tried.until, now: tried.now, limit: tried.limit)
        #expect(parts(time) == tried.parts)
        #expect(time.total == time.safe + time.unsafe + time.unknown)
    }

    @Test("lowest, highest, coverage, the longest time outside and how often")
    func summary() {
        let time = time(
            [(0, 4), (100, 6), (200, 4), (300, 7), (700, 7), (800, 7), (900, 4)], until: 1_000)
        #expect(time.minimum == 4 && time.maximum == 7)
        #expect(time.timesOutside == 3, "found outside after the gap is once more")
        #expect(time.longestOutside == 166_666_667)
        #expect(time.longestUnknown == 400_000_000)
        #expect(time.coverage == 0.5)
        #expect(time.readings == 7)
        #expect(TimeInRange().coverage == nil && TimeInRange().minimum == nil)
    }

    @Test("time beside a suspect reading is known, and summed as suspect")
    func suspect() {
        let time = time([(0, 4), (100, 4), (200, 6), (300, 4)], until: 300, suspect: [2])
        #expect(time.suspect == 200_000_000)
        #expect(time.unknown == 0)
    }

    @Test("a correction replaces what it corrects, whichever came first")
    func corrections() throws {
        let at = instant(100)
        let measured = try #require(TemperaturePoint(celsius: 9, measuredAt: at))
        let corrected = try #require(TemperaturePoint(celsius: 4, measuredAt: at, version: 1))
        let withdrawn = try #require(TemperaturePoint(withdrawnAt: at, version: 2))
        let others = points([(0, 4), (200, 4)])
        func safe(_ more: [TemperaturePoint]) -> [Int64] {
            [others + more, more.reversed() + others].map { points in
                TimeInRange(
                    points, within: TransitWindow(from: instant(0), until: instant(200)),
                    now: instant(200), limit: Self.cold, maximumGap: 150_000_000
                ).safe / 1_000_000
            }
        }
        #expect(safe([measured]) == [40, 40])
        #expect(safe([measured, corrected]) == [200, 200])
        #expect(safe([measured, corrected, withdrawn]) == [0, 0], "200 s without a reading")
    }

    @Test("a logged reading that is bad or a marker is not used, a suspect one is as suspect")
    func fromTheLog() {
        func reading(_ measurement: Measurement, _ flag: QualityFlag) -> Reading {
            var quality = QualityFlags()
            quality[measurement.marker == nil ? .grossRange : .sentinel] = flag
            return Reading(
                source: SourceNumber(1), measurement: measurement, measuredAt: instant(5),
                timeSource: .device, receivedAt: instant(6), sequence: nil, quality: quality,
                order: nil)
        }
        let warm = Measurement(quantity: .temperature, value: 9)
        #expect(TemperaturePoint(reading(warm, .good))?.isSuspect == false)
        #expect(TemperaturePoint(reading(warm, .notEvaluated))?.celsius == 9)
        #expect(TemperaturePoint(reading(warm, .suspect))?.isSuspect == true)
        #expect(TemperaturePoint(reading(warm, .bad)) == nil)
        #expect(TemperaturePoint(reading(warm, .bad), version: 1)?.isWithdrawn == true)
        let marker = Measurement(quantity: .temperature, marker: .notAvailable)
        #expect(TemperaturePoint(reading(marker, .missing)) == nil)
        let humidity = Measurement(quantity: .humidity, value: 50)
        #expect(TemperaturePoint(reading(humidity, .good)) == nil)
        #expect(
            TemperaturePoint(celsius: 4, measuredAt: Timestamp(milliseconds: -1)) == nil
                && TemperaturePoint(celsius: 4, measuredAt: Timestamp(milliseconds: .max)) == nil)
    }

    /// §2.2 by its formula, in real numbers.
    func byFormula(_ series: [(Double, Double)], _ limit: ClosedRange<Double>, gap: Double)
        -> [Double]
    {
        var safe = 0.0
        var unknown = 0.0
        for (start, end) in zip(series, series.dropFirst()) {
            let duration = end.0 - start.0
            if duration > gap {
                unknown += duration
                continue
            }
            if start.1 == end.1 {
                safe += limit.contains(start.1) ? duration : 0
                continue
            }
            let slope = end.1 - start.1
            let ends = [
                (limit.lowerBound - start.1) / slope, (limit.upperBound - start.1) / slope,
            ].sorted()
            safe += duration * max(0, min(ends[1], 1) - max(ends[0], 0))
        }
        let total = (series.last?.0 ?? 0) - (series.first?.0 ?? 0)
        return [safe, total - unknown - safe, unknown]
    }

    @Test("the parts are those of the formula for any series", arguments: 0..<200)
    func formula(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var at = 0.0
        var series: [(Double, Double)] = []
        for _ in 0..<Int.random(in: 2...60, using: &random) {
            series.append((at, (Double.random(in: -3...9, using: &random) * 4).rounded() / 4))
            at += Double(Int.random(in: 1...400, using: &random))
        }
        let end = Int64(series.last?.0 ?? 0)
        let time = time(
            series, until: end, limit: CriticalLimit(minimum: 0, maximum: 5))
        let expected = byFormula(series, 0...5, gap: 300)
        for (found, part) in zip([time.safe, time.unsafe, time.unknown], expected) {
            #expect(abs(Double(found) / 1e6 - part) < 1e-6 * Double(series.count))
        }
        #expect(time.total == end * 1_000_000)
    }
}

extension SplitMix64 {
    /// Small seeds that lie next to each other begin far apart.
    init(seed: UInt64) { self.init(state: seed &* 0x9e37_79b9_7f4a_7c15 &+ 0x1234_5678) }
}
