extension Configuration {
    /// The critical limits of food, and what time a reading may have.
    package struct Limits: Equatable, Sendable {
        /// The name of the set that comes with Freshwire: the FDA Food Code 2022.
        package static let foodCodeProfile = "us-fda-2022"

        package var profile = foodCodeProfile
        package var hotMinimumCelsius = 57.0
        package var coldMaximumCelsius = 5.0
        package var frozenMaximumCelsius: Double?
        package var futureTolerance = Duration.seconds(60)
        package var oldestReading = Duration.seconds(90 * 86_400)

        package init() {}
    }
}

extension Configuration.Limits: Section {
    static let keys: [Key<Self>] = [
        Key(
            "profile", \.profile, .label, isReloadable: true,
            "The name of this set, recorded with each alert; own limits need a name of their own."
        ),
        Key(
            "hot_minimum_celsius", \.hotMinimumCelsius, .number(40...100), isReloadable: true,
            "The lowest temperature of hot food in °C (Food Code 3-501.16: 57)."),
        Key(
            "cold_maximum_celsius", \.coldMaximumCelsius, .number(-5...15), isReloadable: true,
            "The highest temperature of cold food in °C (Food Code 3-501.16: 5)."),
        Key(
            "frozen_maximum_celsius", \.frozenMaximumCelsius, .number(-40...0), example: -18,
            isReloadable: true,
            "The highest temperature of frozen food in °C; the Food Code gives no number."
        ),
        Key(
            "future_tolerance", \.futureTolerance, .duration(.zero ... .seconds(3600)),
            isReloadable: true,
            "How far ahead of this machine's clock a device's time may be before it is flagged."),
        Key(
            "oldest_reading", \.oldestReading,
            .duration(.seconds(3600) ... .seconds(3650 * 86_400)),
            isReloadable: true,
            "How old a reading may be by the device's own time before it is flagged."),
    ]
}
