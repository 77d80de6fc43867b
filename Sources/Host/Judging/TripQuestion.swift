package import ColdChain

/// How the readings of a trip are to be judged.
package struct TripQuestion: Sendable {
    /// Nil where it is not known: then there is no limit, and no verdict.
    package var foodClass: FoodClass?
    package var profile: JurisdictionProfile
    /// What the profile may have overrides for.
    package var product: String?
    package var site: String?
    /// In place of the profile's limit for the class, in °C.
    package var ownLimit: CriticalLimit?
    /// From pick-up to delivery; nil for the first and the last reading.
    package var from: Timestamp?
    package var until: Timestamp?
    package var preparedAt: Timestamp?
    /// How long the food had been in danger before, as it is handed over; nil for unknown.
    package var priorDangerMinutes: Double?
    /// How often the sensor measures, in milliseconds.
    package var interval: Int64 = 60_000
    /// The sensor's step, in °C; 0 where it is not known.
    package var resolution = 0.0
    package var sentinels: SensorSentinels = []
    package var freshness: FreshnessSettings
    /// When it is asked: a reading from later than that has an impossible time.
    package var now: Timestamp

    package init(
        foodClass: FoodClass?, profile: JurisdictionProfile, freshness: FreshnessSettings,
        now: Timestamp
    ) {
        self.foodClass = foodClass
        self.profile = profile
        self.freshness = freshness
        self.now = now
    }

    /// What the profile says; nil without a class, and where a limit of one's own holds.
    var snapshot: LimitSnapshot? {
        guard ownLimit == nil else { return nil }
        return foodClass.map { profile.snapshot(for: $0, product: product, site: site) }
    }

    /// None without a class.
    var limit: CriticalLimit { ownLimit ?? snapshot?.limit ?? CriticalLimit() }

    package var quality: QualitySettings {
        var settings = QualitySettings(
            foodClass: foodClass, interval: interval, resolution: resolution)
        settings.sentinels = sentinels
        return settings
    }

    /// - Parameter readings: How many are judged: all of them are kept.
    func excursions(of readings: Int) -> ExcursionSettings {
        var settings = ExcursionSettings()
        settings.maximumGap = ExcursionSettings.maximumGap(
            expectedInterval: interval.multipliedReportingOverflow(by: 1_000).partialValue)
        settings.readingsKept = max(settings.readingsKept, readings)
        return settings
    }
}
