extension Configuration {
    /// Critical messages that clients have to confirm. The seeds ask for confirmations and fix no
    /// numbers: these are decisions of this program.
    package struct Confirmation: Equatable, Sendable {
        package var firstRepeat = Duration.seconds(5)
        package var longestRepeat = Duration.seconds(60)
        package var repeats = 3
        package var perUser = 100
        package var maximum = 100_000

        package init() {}
    }
}

extension Configuration.Confirmation: Section {
    private static let waits = Duration.milliseconds(100) ... .seconds(3_600)

    static let keys: [Key<Self>] = [
        Key(
            "first_repeat", \.firstRepeat, .duration(waits),
            """
            So long after a critical message was told and not confirmed it is told again; each further \
            wait is twice as long.
            """),
        Key(
            "longest_repeat", \.longestRepeat, .duration(waits),
            "The longest of these waits; not less than the first."),
        Key(
            "repeats", \.repeats, .integer(0...20),
            "How often it is told again; a wait after the last, it is reported as unconfirmed."),
        Key(
            "per_user", \.perUser, .integer(1...10_000),
            """
            How many unconfirmed messages of one user are kept; when there are more, the oldest is \
            reported as unconfirmed.
            """),
        Key(
            "maximum", \.maximum, .integer(1...10_000_000),
            "How many are kept of all users; of what comes beyond, none is told again."),
    ]
}
