extension Configuration {
    /// When a sensor of a bag that carries an order counts as silent, and how often that is told. No
    /// source fixes these numbers: the defaults are decisions of this program.
    package struct Silence: Equatable, Sendable {
        package var after = Duration.seconds(300)
        package var firstRepeat = Duration.seconds(900)
        package var longestRepeat = Duration.seconds(14_400)
        package var startPause = Duration.seconds(30)

        package init() {}
    }
}

extension Configuration.Silence: Section {
    private static let repeats = Duration.seconds(1) ... .seconds(7 * 86_400)

    static let keys: [Key<Self>] = [
        Key(
            "after", \.after, .duration(.seconds(1) ... .seconds(7 * 86_400)), isReloadable: true,
            "So long after the last receipt of something new a sensor is silent; for a device with an expected interval at least three of those."
        ),
        Key(
            "first_repeat", \.firstRepeat, .duration(repeats), isReloadable: true,
            "From the first notice of a silence to the second; each further wait is twice as long."
        ),
        Key(
            "longest_repeat", \.longestRepeat, .duration(repeats), isReloadable: true,
            "The longest wait between two notices; not less than the first."),
        Key(
            "start_pause", \.startPause, .duration(.zero ... .seconds(3600)), isReloadable: true,
            "So long after a start no sensor is called silent, as the brokers first deliver what they have kept."
        ),
    ]
}
