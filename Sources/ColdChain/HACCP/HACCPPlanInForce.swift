/// A HACCP plan with what it leaves to others: the limits, how readings are watched and judged, and
/// how long records are kept, all as they are in force.
package struct HACCPPlanInForce: Equatable, Sendable {
    /// How readings of a sensor are watched; the same for every control point with a sensor, but for
    /// what is plausible of a class.
    package struct Watching: Equatable, Sendable {
        package var excursions: ExcursionSettings
        /// While a device sends what it has stored, silence is told only when nothing came for so
        /// long, in milliseconds.
        package var backlogPause: Int64
        /// Whether all tests are applied, or only those that look at one value by itself.
        package var appliesAllTests: Bool
        /// The tests of readings in a bag that carries the class.
        package var tests: [FoodClass: QualitySettings]
        package var pair: SensorPair.Limits

        package init(
            excursions: ExcursionSettings, backlogPause: Int64, appliesAllTests: Bool,
            tests: [FoodClass: QualitySettings], pair: SensorPair.Limits
        ) {
            self.excursions = excursions
            self.backlogPause = backlogPause
            self.appliesAllTests = appliesAllTests
            self.tests = tests
            self.pair = pair
        }
    }

    /// How long records are kept, in days.
    package struct Retention: Equatable, Sendable {
        package var temperatureDays: Int
        package var locationDays: Int
        package var messageDays: Int

        package init(temperatureDays: Int, locationDays: Int, messageDays: Int) {
            self.temperatureDays = temperatureDays
            self.locationDays = locationDays
            self.messageDays = messageDays
        }

        /// Nil where a record is kept as long as the log is.
        package func days(_ retention: HACCPPlan.Record.Retention) -> Int? {
            switch retention {
            case .temperature: temperatureDays
            case .location: locationDays
            case .messages: messageDays
            case .log: nil
            }
        }
    }

    package var plan: HACCPPlan
    package var profile: JurisdictionProfile
    package var watching: Watching
    package var retention: Retention

    package init(
        plan: HACCPPlan, profile: JurisdictionProfile, watching: Watching, retention: Retention
    ) {
        self.plan = plan
        self.profile = profile
        self.watching = watching
        self.retention = retention
    }

    /// The critical limits of a control point, one for each of its classes. A class for which the
    /// rules give no number has one without ends.
    package func limits(of point: HACCPPlan.ControlPoint) -> [LimitSnapshot] {
        point.foodClasses.map { profile.snapshot(for: $0) }
    }
}
