import Bridge
import ColdChain
import Configuration

extension ReadingChecks {
    init(_ quality: Configuration.Quality) {
        self.init()
        extent =
            switch quality.checks {
            case .all: .all
            case .grossRange: .grossRange
            }
        withoutOrder = QualitySettings(quality, foodClass: nil)
        withOrder = FoodClass.allCases.map { QualitySettings(quality, foodClass: $0) }
        pair = SensorPair.Limits(
            difference: quality.pairDifference, duration: quality.pairDuration.wholeMilliseconds)
        displacement =
            switch quality.vehicle {
            case .bicycle: .bicycle
            case .scooter: .scooter
            case .car: .car
            }
    }
}

extension QualitySettings {
    init(_ quality: Configuration.Quality, foodClass: FoodClass?) {
        self.init(version: UInt32(clamping: quality.version), foodClass: foodClass)
        let surroundings = Self.span(quality, of: nil)
        let span = Self.span(quality, of: foodClass)
        let sensorSpan = grossRange?.sensorSpan ?? span
        grossRange = GrossRange(
            sensorSpan: sensorSpan, plausibleSpan: span.clamped(to: sensorSpan))
        expected.empty = surroundings
        expected.loaded = foodClass.map { _ in span }
        expected.preparing = foodClass.map { _ in
            min(
                span.lowerBound, surroundings.lowerBound)...max(
                    span.upperBound, surroundings.upperBound)
        }
        maximumGap = quality.maximumGap.wholeMilliseconds
        spike = SpikeLimits(suspect: quality.spikeSuspect, bad: quality.spikeBad)
        rate = RateLimits(suspect: quality.rateSuspect, bad: quality.rateBad)
        flat = FlatLimits(
            suspect: quality.flatSuspect.wholeMilliseconds, bad: quality.flatBad.wholeMilliseconds,
            tolerance: quality.flatTolerance)
        attenuation = AttenuationLimits(
            period: quality.attenuationPeriod.wholeMilliseconds,
            suspect: quality.attenuationSuspect, bad: quality.attenuationBad)
    }

    /// What is plausible in a bag that carries a class; nil stands for none. Bounds that are the wrong
    /// way round are refused when the configuration is read.
    private static func span(
        _ quality: Configuration.Quality, of foodClass: FoodClass?
    ) -> ClosedRange<Double> {
        let (low, high) =
            switch foodClass {
            case .hot: (quality.hotLowest, quality.hotHighest)
            case .cold: (quality.coldLowest, quality.coldHighest)
            case .frozen: (quality.frozenLowest, quality.frozenHighest)
            case .ambient, nil: (quality.ambientLowest, quality.ambientHighest)
            }
        return min(low, high)...max(low, high)
    }
}
