import ColdChain
import Testing

/// Series whose division was computed by others: shapely 2.2.0 (GEOS) intersected the polyline with
/// the limit's half-plane, pandas 3.1.1 carried values forward. Computed for this program; no licence
/// of others applies.
@Suite("Time in range agrees with a geometry library's (Q-1)")
struct PublishedTimeInRangeTests {
    struct Series: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var seconds: [Int64]
        var celsius: [Double]
        var limit: CriticalLimit
        var maximumGap: Int64
        var course = Walk.Course.linear
        /// Seconds safe, unsafe, unknown.
        var parts: [Double]
        var degreeSeconds: Double?
    }

    static let series: [Series] = [
        Series(
            testDescription: "tir-cold-1: a gap is unknown, not interpolated",
            seconds: [0, 60, 180, 240, 900, 960], celsius: [4, 4.5, 6, 5.5, 5.0, 4.0],
            limit: CriticalLimit(maximum: 5), maximumGap: 300, parts: [160, 140, 660],
            degreeSeconds: 85),
        Series(
            testDescription: "tir-cold-2: the same data, the gap accepted",
            seconds: [0, 60, 180, 240, 900, 960], celsius: [4, 4.5, 6, 5.5, 5.0, 4.0],
            limit: CriticalLimit(maximum: 5), maximumGap: 900, parts: [160, 800, 0],
            degreeSeconds: 250),
        Series(
            testDescription: "tir-single-gap", seconds: [0, 1000], celsius: [3, 3],
            limit: CriticalLimit(maximum: 5), maximumGap: 300, parts: [0, 0, 1000],
            degreeSeconds: 0),
        Series(
            testDescription: "tir-band-1: a band has two ends",
            seconds: [0, 60, 120, 180, 240], celsius: [1, -1, 3, 6, 4],
            limit: CriticalLimit(minimum: 0, maximum: 5), maximumGap: 120, parts: [145, 95, 0],
            degreeSeconds: 47.5),
        Series(
            testDescription: "tir-hot-1-hold", seconds: [0, 120, 240, 360, 480, 600],
            celsius: [62, 59, 57, 55, 56, 58], limit: CriticalLimit(minimum: 57), maximumGap: 300,
            course: .stepHold, parts: [360, 240, 0]),
        Series(
            testDescription: "tir-cold-2-hold", seconds: [0, 60, 180, 240, 900, 960],
            celsius: [4, 4.5, 6, 5.5, 5.0, 4.0], limit: CriticalLimit(maximum: 5), maximumGap: 900,
            course: .stepHold, parts: [240, 720, 0]),
    ]

    @Test("safe, unsafe and unknown seconds and the area beyond", arguments: series)
    func division(series: Series) throws {
        let points = zip(series.seconds, series.celsius).compactMap {
            TemperaturePoint(celsius: $1, measuredAt: Timestamp(milliseconds: $0 * 1_000))
        }
        let end = Timestamp(milliseconds: try #require(series.seconds.last) * 1_000)
        let time = TimeInRange(
            points, within: TransitWindow(from: Timestamp(milliseconds: 0), until: end), now: end,
            limit: series.limit, maximumGap: series.maximumGap * 1_000_000, course: series.course)
        let parts = [time.safe, time.unsafe, time.unknown].map { Double($0) / 1e6 }
        for (found, expected) in zip(parts, series.parts) { #expect(abs(found - expected) < 1e-6) }
        #expect(time.total == end.milliseconds * 1_000)
        if let expected = series.degreeSeconds {
            #expect(abs(time.degreeSecondsOutside - expected) < 1e-6)
        }
    }
}
