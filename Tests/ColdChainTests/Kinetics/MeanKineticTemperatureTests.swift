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

    private static func trace(_ points: [(minute: Int64, celsius: Double)]) -> TemperatureTrace {
        TemperatureTrace(
            points.map {
                TimedTemperature(
                    at: Timestamp(milliseconds: $0.minute * 60_000), celsius: $0.celsius)
            })
    }

    @Test("over time, a warm minute counts a minute, and a gap nothing")
    func weighted() throws {
        let even = MeanKineticTemperature(of: Self.trace([(0, 5), (1, 5), (5, 5)])).celsius
        #expect(abs(try #require(even) - 5) < 1e-9)
        let warm = Self.trace([(0, 5), (5, 5), (6, 25), (7, 5), (12, 5)])
        let found = try #require(MeanKineticTemperature(of: warm).celsius)
        #expect(found > 5 + 20.0 / 12 && found < 25)
        // The hour between is not known; nothing of it is in the mean.
        let gap = Self.trace([(0, 5), (1, 5), (61, 60), (62, 60)])
        let parts = Self.trace([(0, 5), (1, 5), (2, 60)])
        let known = try #require(MeanKineticTemperature(of: gap).celsius)
        #expect(known > 50)
        #expect(try #require(MeanKineticTemperature(of: parts).celsius) < known)
        #expect(MeanKineticTemperature(of: Self.trace([(0, 5)])).celsius == nil)
        #expect(MeanKineticTemperature(of: Self.trace([(0, 5), (600, 5)])).celsius == nil)
    }

    @Test("it is shown of cold and ambient food only")
    func meaning() {
        #expect(
            FoodClass.allCases.filter(MeanKineticTemperature.isMeaningful) == [.cold, .ambient])
    }
}
