import ColdChain
import Testing

@Suite("Where the daemon judges otherwise than ioos_qc")
struct IntendedDifferenceTests {
    /// What the package says, and what the daemon says, of one series.
    private struct Both: Equatable {
        var theirs: [UInt8]
        var ours: [UInt8]

        init(_ theirs: [QualityFlag], _ ours: [UInt8]) {
            self.theirs = theirs.map(\.rawValue)
            self.ours = ours
        }

        init(_ theirs: [UInt8], _ ours: [UInt8]) {
            self.theirs = theirs
            self.ours = ours
        }
    }

    @Test(
        "each difference of the list is there, and is what its reason says",
        arguments: IntendedDifference.allCases)
    private func difference(_ difference: IntendedDifference) throws {
        let both = try both(difference)
        #expect(both == Self.expected[difference])
        #expect(both.theirs != both.ours)
        #expect(
            !difference.reason.isEmpty && difference.test.hasSuffix("_test")
                || difference == .visibleUnknown)
    }

    private static let expected: [IntendedDifference: Both] = [
        .nullIsland: Both([1], [4]),
        .backwardsTime: Both([1, 1, 1], [2, 1, 0]),
        .visibleUnknown: Both([1], [1, 1, 2]),
        .rateAfterMissing: Both([1, 9, 1], [2, 2, 4]),
        .rateInRealTime: Both([1, 3], [2, 1]),
        .rateOfFirst: Both([1, 1], [2, 1]),
        .rateOfDuplicates: Both([1, 1, 1], [3, 3, 1]),
        .flatLineAcrossGap: Both([1, 1, 3, 3, 3, 4, 4, 4], [1, 1, 3, 3, 1, 1, 3, 3]),
        .flatLineExactRepeats: Both([1, 1, 1, 1, 1, 1], [1, 1, 3, 3, 3, 4]),
        .gapIsSuspect: Both([1, 1, 4, 1], [2, 1, 3, 1]),
        .differentialSpike: Both([2, 4, 4, 4, 2], [2, 1, 4, 1, 2]),
        .displacementFromLastGood: Both([2, 1, 4, 4, 1], [2, 1, 4, 1, 1]),
        .flatLineByTime: Both([1, 1, 3, 3, 3, 4], [1, 1, 3, 3, 3, 3]),
    ]

    private func both(_ difference: IntendedDifference) throws -> Both {
        switch difference {
        case .nullIsland: try nullIsland()
        case .backwardsTime: try backwardsTime()
        case .visibleUnknown: try visibleUnknown()
        case .rateAfterMissing: try rate([5, .nan, 50], [0, 60, 120], perSecond: 0.1, bad: 0.2)
        case .rateInRealTime: try rate([5, 6.5], [0, 1.9], perSecond: 1)
        case .rateOfFirst: try rate([5, 6], [0, 60], perSecond: 1)
        case .rateOfDuplicates: try duplicates()
        case .flatLineAcrossGap:
            try flat(5, [0, 60, 120, 180, 3600, 3660, 3720, 3780], tolerance: 0.01)
        case .flatLineExactRepeats: try flat(5, [0, 60, 120, 180, 240, 300], tolerance: 0)
        case .gapIsSuspect: try gap()
        case .differentialSpike: try spike()
        case .displacementFromLastGood: try displacement()
        case .flatLineByTime:
            try flat(5, [0, 60, 120, 180, 181, 182], tolerance: 0.01)
        }
    }

    private func nanoseconds(_ seconds: [Double]) -> [Int64] {
        seconds.map { Int64($0 * 1e9) }
    }

    private func readings(_ values: [Double], _ times: [Double]) -> [ChannelReading] {
        zip(values, times).map { Channel.reading($0, at: $1) }
    }

    private func nullIsland() throws -> Both {
        Both(
            try QartodOracle.location(longitudes: [0], latitudes: [0]),
            [FixDisplacement.placeFlag(of: Coordinate(latitude: 0, longitude: 0)).rawValue])
    }

    private func backwardsTime() throws -> Both {
        let times: [Double] = [0, 60, 30]
        return Both(
            try QartodOracle.timeGap(nanoseconds(times), failSpanHours: 300 / 3600),
            Channel().flags(.gap, readings([4, 4, 4], times)))
    }

    private func visibleUnknown() throws -> Both {
        var quality = ReadingQuality(parametersVersion: 1)
        quality[.grossRange] = .good
        quality[.spike] = QualityFinding(.notEvaluated, .lacksNeighbour)
        let flags = quality.flags
        return Both(
            try QartodOracle.aggregate([[1], [2]]).map(\.rawValue),
            [flags.rollup, flags[.grossRange], flags[.spike]].map(\.rawValue))
    }

    private func rate(
        _ values: [Double], _ times: [Double], perSecond: Double, bad: Double = .infinity
    ) throws -> Both {
        var channel = Channel()
        channel.settings.rate = .init(suspect: perSecond * 60, bad: bad * 60)
        return Both(
            try QartodOracle.rateOfChange(
                values, times: nanoseconds(times), threshold: perSecond, failThreshold: bad),
            channel.flags(.rateOfChange, readings(values, times)))
    }

    private func duplicates() throws -> Both {
        var readings = readings([5, 6, 5], [0, 0, 1])
        readings[1].receivedAt = Channel.time(1.5)
        return Both(
            try QartodOracle.rateOfChange(
                [5, 6, 5], times: nanoseconds([0, 0, 1]), threshold: 1, failThreshold: 10),
            Channel().flags(.duplicate, readings))
    }

    private func flat(
        _ value: Double, _ times: [Double], tolerance: Double, suspect: Double = 120,
        bad: Double = 300
    ) throws -> Both {
        var channel = Channel()
        channel.settings.flat = .init(
            suspect: Int64(suspect) * 1000, bad: Int64(bad) * 1000, tolerance: tolerance)
        let values = times.map { _ in value }
        return Both(
            try QartodOracle.flatLine(
                values, times: nanoseconds(times), suspectThreshold: suspect, failThreshold: bad,
                tolerance: tolerance),
            channel.flags(.flatLine, readings(values, times)))
    }

    private func gap() throws -> Both {
        let times: [Double] = [0, 60, 480, 540]
        return Both(
            try QartodOracle.timeGap(nanoseconds(times), failSpanHours: 300 / 3600),
            Channel().flags(.gap, readings([4, 4, 4, 4], times)))
    }

    private func spike() throws -> Both {
        let values = [4.1, 4.2, 19.8, 4.3, 4.4]
        return Both(
            try QartodOracle.spike(
                values, suspectThreshold: 2, failThreshold: 5, method: .average),
            Channel().flags(.spike, Channel.readings(values)))
    }

    private func displacement() throws -> Both {
        let latitudes = [37.7749, 37.7755, 37.85, 37.7773, 37.7779]
        let longitudes = [-122.4194, -122.4188, -122.3, -122.417, -122.4164]
        let times: [Double] = [0, 8, 24, 32, 40]
        var state = FixDisplacement()
        let ours = zip(times, zip(latitudes, longitudes)).map { seconds, place in
            state.take(
                Coordinate(latitude: place.0, longitude: place.1), at: Channel.time(seconds),
                limits: .car
            ).flag.rawValue
        }
        return Both(
            try QartodOracle.speed(
                longitudes: longitudes, latitudes: latitudes, times: nanoseconds(times),
                suspectThreshold: 40, failThreshold: 60
            ).map(\.rawValue), ours)
    }
}
