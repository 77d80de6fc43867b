import ColdChain
import Testing

@Suite("The guard band")
struct GuardBandTests {
    private static let hot = CriticalLimit(minimum: 57)
    private static let cold = CriticalLimit(maximum: 5)
    private static let band = CriticalLimit(minimum: 2, maximum: 8)

    @Test(
        "four statements, by how far inside or outside a reading lies",
        arguments: [
            (hot, 57.3, .pass), (hot, 57.299, .conditionalPass), (hot, 57, .conditionalPass),
            (hot, 56.999, .conditionalFail), (hot, 56.7, .conditionalFail), (hot, 56.699, .fail),
            (cold, 4.7, .pass), (cold, 5, .conditionalPass), (cold, 5.3, .conditionalFail),
            (cold, 5.301, .fail), (band, 5, .pass), (band, 2, .conditionalPass),
            (band, 8.1, .conditionalFail), (band, 1, .fail),
            (hot, .nan, nil), (hot, .infinity, nil), (CriticalLimit(), 5, nil),
        ] as [(CriticalLimit, Double, GuardBandStatement?)])
    func statements(limit: CriticalLimit, celsius: Double, expected: GuardBandStatement?) {
        #expect(limit.statement(on: celsius, guardBand: 0.3) == expected)
    }

    @Test("without a band there are two statements, and a band that is none has none")
    func noBand() {
        #expect(Self.hot.statement(on: 57, guardBand: 0) == .pass)
        #expect(Self.hot.statement(on: 56.999, guardBand: 0) == .fail)
        for none in [-1, Double.nan, .infinity] {
            #expect(Self.hot.statement(on: 57, guardBand: none) == nil)
        }
    }

    @Test("the parts of the uncertainty add up as squares, a step as a rectangle")
    func uncertainty() throws {
        let found = try #require(
            MeasurementUncertainty(
                calibration: 0.3, resolutionStep: 0.0625, drift: 0.1, position: 0.2))
        let square = 0.09 + 0.0625 * 0.0625 / 12 + 0.01 + 0.04
        #expect(abs(found.standard * found.standard - square) < 1e-12)
        #expect(found.expanded == 2 * found.standard)
        for bad in [-0.1, .nan, .infinity] {
            #expect(
                MeasurementUncertainty(
                    calibration: bad, resolutionStep: 0, drift: 0, position: 0) == nil)
        }
    }
}
