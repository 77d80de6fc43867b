extension Configuration {
    /// What is offered to restaurants and drivers. No source but the minute of a restaurant fixes these
    /// numbers: the other defaults are decisions of this program.
    package struct Offers: Equatable, Sendable {
        package var timer = Duration.seconds(60)
        package var radiusMetres = 3_000
        package var positionAge = Duration.seconds(120)
        package var driversMaximum = 50
        package var maximum = 20_000

        package init() {}
    }
}

extension Configuration.Offers: Section {
    static let keys: [Key<Self>] = [
        Key(
            "timer", \.timer, .duration(.seconds(1) ... .seconds(3_600)), isReloadable: true,
            "How long an offer can be taken where its publisher does not say."),
        Key(
            "radius_metres", \.radiusMetres, .integer(1...100_000), isReloadable: true,
            """
            How far from the pickup a driver may be to be asked, in metres, where neither a driver nor a \
            radius is named.
            """),
        Key(
            "position_age", \.positionAge, .duration(.seconds(1) ... .seconds(86_400)),
            isReloadable: true,
            "So long after it was measured a driver's position counts; later the driver is nowhere."
        ),
        Key(
            "drivers_maximum", \.driversMaximum, .integer(1...1_000), isReloadable: true,
            "How many drivers are asked at once, the nearest ones."),
        Key(
            "maximum", \.maximum, .integer(100...1_000_000), isReloadable: true,
            """
            How many offers are kept in memory; beyond it those that were over first are forgotten, and where \
            all are open none is taken.
            """),
    ]
}
