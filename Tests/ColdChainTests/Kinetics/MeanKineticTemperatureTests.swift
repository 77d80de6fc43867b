import ColdChain
import Testing

@Suite("Mean kinetic temperature")
struct MeanKineticTemperatureTests {
    /// Computed with mpmath 1.4.1 at 50 digits from the formula and the constants of USP <1160>.
    @Test(
        "of single temperatures it is USP's formula",
        arguments: [
            ("mkt-const", [5, 5, 5, 5], nil, 5), ("mkt-w2", [60, 45], [1, 1], 54.802_416_25),
            ("mkt-w1", [4, 12, 5], [3600, 600, 1800], 5.515_102_331),
            ("mkt-1", [2, 4, 6, 8], nil, 5.302_088_397),
            ("mkt-3", [20, 22, 24, 30, 25, 21], nil, 24.294_692_082),
        ] as [(String, [Double], [Double]?, Double)])
    func vectors(id: String, celsius: [Double], weights: [Double]?, expected: Double) throws {
        let found = try #require(
            MeanKineticTemperature.celsius(of: celsius, weights: weights), "\(id)")
        #expect(abs(found - expected) <= 1e-6, "\(id)")
    }

    @Test(
        "what is no temperature has no mean",
        arguments: [
            ([], nil), ([5, .nan], nil), ([5, .infinity], nil), ([-300], nil), ([5], [0]),
            ([5], [-1]), ([5], [.nan]), ([5, 6], [1]),
        ] as [([Double], [Double]?)])
    func bad(celsius: [Double], weights: [Double]?) {
        #expect(MeanKineticTemperature.celsius(of: celsius, weights: weights) == nil)
    }

    @Test("extremes neither overflow nor vanish, in whatever order they come")
    func extremes() throws {
        for celsius in [[-270.0, 9000], [9000, -270]] {
            let found = try #require(MeanKineticTemperature.celsius(of: celsius))
            #expect(found.isFinite && found > 0 && found <= 9000)
        }
    }

    private static func time(_ series: [(minute: Double, celsius: Double)]) -> TimeInRange {
        let end = instant(Int64(series.map(\.minute).max() ?? 0) * 60)
        return TimeInRange(
            points(series.map { ($0.minute * 60, $0.celsius) }),
            within: TransitWindow(from: instant(0), until: end), now: end,
            limit: CriticalLimit(maximum: 8), maximumGap: Walk.usualMaximumGap)
    }

    private static func mean(_ series: [(minute: Double, celsius: Double)]) -> Double? {
        time(series).meanKineticTemperature(for: .cold)
    }

    @Test("over time, a warm minute counts a minute, and a gap nothing")
    func weighted() throws {
        #expect(abs(try #require(Self.mean([(0, 5), (1, 5), (5, 5)])) - 5) < 1e-9)
        let found = try #require(Self.mean([(0, 5), (5, 5), (6, 25), (7, 5), (12, 5)]))
        #expect(found > 5 + 20.0 / 12 && found < 25)
        // The hour between is not known; nothing of it is in the mean.
        let known = try #require(Self.mean([(0, 5), (1, 5), (61, 60), (62, 60)]))
        #expect(known > 50)
        #expect(try #require(Self.mean([(0, 5), (1, 5), (2, 60)])) < known)
    }

    /// The integral of a straight line from 2 °C to 20 °C, by the midpoint rule in 3,600 steps.
    @Test("within an order it is the integral over what is known, wherever the limit cuts it")
    func integral() throws {
        let steps = (0..<3_600).map { 2 + 18 * (Double($0) + 0.5) / 3_600 }
        let expected = try #require(MeanKineticTemperature.celsius(of: steps))
        let found = try #require(Self.mean([(0, 2), (5, 20), (10, 2)]))
        #expect(abs(found - expected) < 0.01)
        let alike = try #require(Self.mean([(0, 2), (2, 9.2), (5, 20), (9, 5.6), (10, 2)]))
        #expect(abs(alike - expected) < 0.01)
    }

    @Test("where nothing is known there is none, nor of hot and frozen food")
    func none() {
        #expect(Self.mean([]) == nil)
        #expect(Self.mean([(0, 5)]) == nil)
        #expect(Self.mean([(0, 5), (600, 5)]) == nil)
        let time = Self.time([(0, 5), (5, 5)])
        let shown = FoodClass.allCases.filter { time.meanKineticTemperature(for: $0) != nil }
        #expect(shown == [.cold, .ambient])
        #expect(time.coverage == 1)
    }

    @Test("it is shown of cold and ambient food only")
    func meaning() {
        #expect(
            FoodClass.allCases.filter(MeanKineticTemperature.isMeaningful) == [.cold, .ambient])
    }
}
