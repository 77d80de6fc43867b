import ColdChain
import Testing

@Suite("Clocks, pairs of sensors, silence and fixes")
struct DeviceQualityTests {
    private func offset(_ delays: [Double]) -> ClockOffset {
        var offset = ClockOffset()
        for (index, delay) in delays.enumerated() {
            let measured = Channel.time(Double(index) * 60)
            offset.observe(
                measuredAt: measured,
                receivedAt: measured.advanced(byMilliseconds: Int64(delay * 1000)))
        }
        return offset
    }

    @Test("a clock is judged by the median: a delay now and then does not make it wrong")
    func clock() {
        #expect(offset([]).finding == QualityFinding(.notEvaluated, .clockUnknown))
        #expect(offset([900, 900]).finding.flag == .notEvaluated)
        #expect(offset([1, 900, 2, 900, 1]).finding == .good)
        #expect(offset([120, 120, 120]).finding == .good)
        #expect(offset([120.001, 300, 121]).finding == QualityFinding(.suspect, .clockSkew))
        #expect(offset([-200, -201, -199]).finding.flag == .suspect)
        // Only the last fifteen count.
        #expect(
            offset(Array(repeating: 900, count: 40) + Array(repeating: 1, count: 8)).finding
                == .good)
    }

    @Test("two sensors of a bag that differ for too long are both suspect")
    func pair() {
        var pair = SensorPair()
        func take(_ value: Double, _ seconds: Double, _ side: SensorPair.Side) -> SensorPair
            .Verdict?
        {
            pair.take(
                value, at: Channel.time(seconds), from: side, limits: SensorPair.Limits(),
                maximumGap: 300_000)
        }
        #expect(take(4, 0, .first)?.finding.flag == .notEvaluated)
        #expect(take(8, 10, .second)?.finding.flag == .good)
        for minute in 1...5 {
            #expect(take(4, Double(minute) * 60, .first)?.finding.flag == .good)
            #expect(take(8, Double(minute) * 60 + 10, .second)?.finding.flag == .good)
        }
        let verdict = take(4, 311, .first)
        #expect(verdict?.finding == QualityFinding(.suspect, .pairDisagrees))
        #expect(verdict?.sharedBy == Channel.time(310))
        #expect(take(6.9, 320, .second)?.finding.flag == .good)
        #expect(take(9, 319, .first) == nil)
        #expect(take(9, 700, .first)?.finding == QualityFinding(.notEvaluated, .pairSilent))
    }

    @Test("a channel that is not heard for longer than the maximum gap is missing")
    func reception() {
        func flag(_ newest: Timestamp?, _ now: Double) -> QualityFlag {
            DataReception.flag(
                newestMeasuredAt: newest, now: Channel.time(now), maximumGap: 300_000)
        }
        #expect(flag(nil, 0) == .notEvaluated)
        #expect(flag(Channel.time(0), 300) == .good)
        #expect(flag(Channel.time(0), 300.001) == .missing)
        #expect(flag(Channel.time(9), 0) == .good)
    }

    @Test("where a fix cannot be it is bad; at null island too")
    func places() {
        func flag(_ latitude: Double, _ longitude: Double) -> QualityFlag {
            FixDisplacement.placeFlag(of: Coordinate(latitude: latitude, longitude: longitude))
        }
        #expect(flag(37, -122) == .good)
        #expect(flag(90.1, 0) == .bad)
        #expect(flag(0, 180.1) == .bad)
        #expect(flag(0, 0) == .bad)
        #expect(flag(0.00009, -0.00009) == .bad)
        #expect(flag(0.0001, 0) == .good)
        #expect(flag(.nan, 1) == .bad)
        #expect(flag(.nan, .nan) == .missing)
        #expect(flag(.infinity, 1) == .bad)
    }

    private func displacements(_ fixes: [(Double, Double, Double)]) -> [UInt8] {
        var displacement = FixDisplacement()
        return fixes.map { seconds, latitude, longitude in
            displacement.take(
                Coordinate(latitude: latitude, longitude: longitude), at: Channel.time(seconds),
                limits: .car
            ).flag.rawValue
        }
    }

    @Test("a jump away and back fails once; a move in earnest is believed when fixes agree on it")
    func displacement() {
        #expect(
            displacements([
                (0, 37, -122), (8, 37.0005, -122), (16, 37.9, -122), (24, 37.001, -122),
            ]) == [2, 1, 4, 1])
        #expect(
            displacements([
                (0, 37, -122), (10, 38, -122), (20, 38, -122), (30, 38, -122), (40, 38, -122),
            ]) == [2, 4, 4, 4, 1])
        // Too soon, not later, too late, nowhere.
        #expect(
            displacements([
                (0, 37, -122), (0.5, 38, -122), (-9, 37, -122), (601, 38, -122), (602, 0, 0),
                (603, 38, -122),
            ]) == [2, 2, 2, 2, 2, 1])
    }

    @Test("distances: local and geodesic agree, across the date line, and to nowhere there is none")
    func distances() {
        let near = Coordinate(latitude: 60, longitude: 179.99)
            .distance(to: Coordinate(latitude: 60.01, longitude: -179.99))
        let geodesic = Geodesic.distance(
            from: Coordinate(latitude: 60, longitude: 179.99),
            to: Coordinate(latitude: 60.01, longitude: -179.99))
        #expect(abs(near - geodesic) < 0.001)
        let antipodes = Geodesic.distance(
            from: Coordinate(latitude: 0, longitude: 0), to: Coordinate(latitude: 0, longitude: 180)
        )
        #expect(abs(antipodes - 20_003_931.458_625_4) < 1e-6)
        let poles = Geodesic.distance(
            from: Coordinate(latitude: 90, longitude: 7),
            to: Coordinate(latitude: -90, longitude: 9))
        #expect(abs(poles - 20_003_931.458_625_4) < 1e-6)
        let here = Coordinate(latitude: 37, longitude: -122)
        #expect(here.distance(to: here) == 0)
        #expect(Geodesic.distance(from: here, to: here) == 0)
        #expect(here.distance(to: Coordinate(latitude: 90.5, longitude: 0)).isNaN)
        #expect(here.distance(to: Coordinate(latitude: 1, longitude: .infinity)).isNaN)
    }
}
