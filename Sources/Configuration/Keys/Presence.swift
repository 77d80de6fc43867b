extension Configuration {
    /// Presence of drivers. No source fixes these numbers: the interval is that of connections, and
    /// a minute and a half is longer than a tunnel or a change of networks takes.
    package struct Presence: Equatable, Sendable {
        package var heartbeatInterval = Duration.seconds(30)
        package var heartbeatMisses = 3
        package var driversMaximum = 100_000

        package init() {}
    }
}

extension Configuration.Presence: Section {
    static let keys: [Key<Self>] = [
        Key(
            "heartbeat_interval", \.heartbeatInterval, .duration(.seconds(1) ... .seconds(3_600)),
            isReloadable: true,
            """
            How often the program of a driver who is available, or has an order under way, is expected to \
            say something.
            """),
        Key(
            "heartbeat_misses", \.heartbeatMisses, .integer(1...100), isReloadable: true,
            "After so many intervals without a word the driver is offline."),
        Key(
            "drivers_maximum", \.driversMaximum, .integer(100...1_000_000), isReloadable: true,
            """
            How many drivers are kept; beyond it those heard longest ago are forgotten, first those of whom \
            nothing is expected.
            """),
    ]
}
