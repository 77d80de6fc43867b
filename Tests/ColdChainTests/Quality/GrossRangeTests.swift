import ColdChain
import Testing

@Suite("The gross range test (B-4)")
struct GrossRangeTests {
    private static let probe = GrossRange(sensorSpan: -40...85, plausibleSpan: -40...80)

    @Test(
        "a value is good, suspect or bad by the span it lies in, ends included",
        arguments: [
            (4, .good), (-40, .good), (80, .good), (80.1, .suspect), (85, .suspect), (85.1, .bad),
            (-40.1, .bad), (.infinity, .bad), (-.infinity, .bad), (.nan, .missing),
        ] as [(Double, QualityFlag)])
    func flags(value: Double, expected: QualityFlag) throws {
        #expect(try #require(Self.probe).flag(for: value) == expected)
    }

    @Test("what the sensor cannot measure is not plausible")
    func spans() {
        #expect(GrossRange(sensorSpan: -40...85, plausibleSpan: -41...80) == nil)
        #expect(GrossRange(sensorSpan: -40...85, plausibleSpan: -40...86) == nil)
        #expect(GrossRange(sensorSpan: -40...85).plausibleSpan == -40...85)
    }

    @Test("a quantity without a range is not evaluated")
    func ranges() {
        var ranges = GrossRanges(temperature: Self.probe)
        #expect(ranges.flag(for: Measurement(quantity: .temperature, value: 90)) == .bad)
        #expect(ranges.flag(for: Measurement(quantity: .humidity, value: 900)) == .notEvaluated)
        ranges[.humidity] = GrossRange(sensorSpan: 0...100)
        #expect(ranges.flag(for: Measurement(quantity: .humidity, value: 900)) == .bad)
    }
}
