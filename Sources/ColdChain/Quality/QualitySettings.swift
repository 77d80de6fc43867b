/// What the readings of one channel are judged by, and the version that stands in each result.
///
/// Two settings that differ anywhere have different versions: whoever keeps them counts.
package struct QualitySettings: Equatable, Sendable {
    package var version: UInt32
    /// How long a channel may be silent, in milliseconds: values that are further apart say nothing
    /// of each other.
    package var maximumGap: Int64
    /// How far ahead of its receipt a time of measurement may lie, in milliseconds.
    package var futureTolerance: Int64
    /// How long before its receipt, in milliseconds.
    package var oldestReading: Int64
    package var grossRange: GrossRange?
    package var expected: ExpectedBands
    package var spike: SpikeLimits
    package var rate: RateLimits
    package var flat: FlatLimits
    package var attenuation: AttenuationLimits
    package var sentinels: SensorSentinels

    /// Heights in the quantity's unit; only more than that stands out.
    package struct SpikeLimits: Equatable, Sendable {
        package var suspect: Double
        package var bad: Double

        package init(suspect: Double, bad: Double) {
            self.suspect = suspect
            self.bad = bad
        }
    }

    /// In the quantity's unit a minute; only more than that is too fast.
    package struct RateLimits: Equatable, Sendable {
        package var suspect: Double
        package var bad: Double

        package init(suspect: Double, bad: Double) {
            self.suspect = suspect
            self.bad = bad
        }
    }

    package struct FlatLimits: Equatable, Sendable {
        /// In milliseconds.
        package var suspect: Int64
        /// In milliseconds.
        package var bad: Int64
        /// In the quantity's unit, itself still flat. Not below the sensor's resolution, or a step
        /// of it ends every stretch.
        package var tolerance: Double

        package init(suspect: Int64, bad: Int64, tolerance: Double) {
            self.suspect = suspect
            self.bad = bad
            self.tolerance = tolerance
        }
    }

    package struct AttenuationLimits: Equatable, Sendable {
        /// In milliseconds.
        package var period: Int64
        /// In the quantity's unit; a smaller range is suspect.
        package var suspect: Double
        package var bad: Double

        package init(period: Int64, suspect: Double, bad: Double) {
            self.period = period
            self.suspect = suspect
            self.bad = bad
        }
    }

    /// The defaults for a temperature in a bag; our own choice, as no source decides.
    ///
    /// - Parameters:
    ///   - foodClass: Of the order the bag carries; nil where it carries none.
    ///   - interval: How often the sensor measures, in milliseconds, as far as it is known.
    ///   - resolution: The sensor's step, in °C, as far as it is known.
    package init(
        version: UInt32 = 1, foodClass: FoodClass?, interval: Int64 = 60_000,
        resolution: Double = 0
    ) {
        self.version = version
        let threefold = interval.multipliedReportingOverflow(by: 3)
        maximumGap = max(threefold.overflow ? .max : threefold.partialValue, 300_000)
        futureTolerance = 60_000
        oldestReading = 90 * 86_400_000
        let sensorSpan = -40.0...85.0
        let plausibleSpan = ExpectedBands.span(of: foodClass)
        // A hot bag may hold what its sensor cannot measure.
        grossRange = GrossRange(
            sensorSpan: sensorSpan, plausibleSpan: plausibleSpan.clamped(to: sensorSpan))
        expected = ExpectedBands(foodClass: foodClass)
        spike = SpikeLimits(suspect: 2, bad: 5)
        rate = RateLimits(suspect: 2, bad: 5)
        flat = FlatLimits(
            suspect: 1_800_000, bad: 3_600_000, tolerance: max(resolution, 0.05))
        attenuation = AttenuationLimits(period: 1_800_000, suspect: 0.1, bad: 0.02)
        sentinels = []
    }

    /// How far apart in time two readings can be and one still matter to the flags of the other, in
    /// milliseconds, for each of the tests that look further than to a neighbour.
    package var reach: Int64 {
        let longest = max(flat.bad, flat.suspect, attenuation.period, 0)
        let (sum, overflow) = longest.addingReportingOverflow(max(maximumGap, 0))
        return overflow ? .max : sum
    }

    /// The range up to which a stretch counts as quiet for any of the tests.
    var quietRange: Double { max(flat.tolerance, attenuation.suspect, attenuation.bad) }
}

/// Where a bag is in its work.
package enum BagPhase: UInt8, CaseIterable, Sendable {
    case empty = 1
    /// Being brought to its temperature before it is loaded.
    case preparing = 2
    case loaded = 3
    /// Loaded and moving.
    case underWay = 4

    package var name: String {
        switch self {
        case .empty: "empty"
        case .preparing: "preparing"
        case .loaded: "loaded"
        case .underWay: "under_way"
        }
    }
}

/// The temperatures that are expected of a bag's air in each phase, both ends included, in °C; nil
/// where nothing is expected.
package struct ExpectedBands: Equatable, Sendable {
    package var empty: ClosedRange<Double>?
    package var preparing: ClosedRange<Double>?
    package var loaded: ClosedRange<Double>?

    /// Empty, what surrounds a bag; loaded, what the class is carried at; on the way from one to the
    /// other, both.
    package init(foodClass: FoodClass?) {
        let surroundings = Self.span(of: nil)
        empty = surroundings
        loaded = foodClass.map(Self.span)
        preparing = loaded.map {
            min(
                $0.lowerBound, surroundings.lowerBound)...max(
                    $0.upperBound, surroundings.upperBound)
        }
    }

    /// What is plausible in a bag that carries a class; nil stands for none.
    static func span(of foodClass: FoodClass?) -> ClosedRange<Double> {
        switch foodClass {
        case .hot: 20...95
        case .cold: -10...25
        case .frozen: -40...0
        case .ambient, nil: -10...50
        }
    }

    func finding(for value: Double, in phase: BagPhase?) -> QualityFinding {
        let band =
            switch phase {
            case .empty: empty
            case .preparing: preparing
            case .loaded, .underWay: loaded
            case nil: ClosedRange<Double>?.none
            }
        guard let band else { return QualityFinding(.notEvaluated, .phaseUnknown) }
        return band.contains(value) ? .good : QualityFinding(.suspect, .unexpectedInPhase)
    }
}
