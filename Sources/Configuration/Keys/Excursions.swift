extension Configuration {
    /// How patiently the critical limits are watched. No source fixes these numbers: the defaults are
    /// decisions of this program.
    package struct Excursions: Equatable, Sendable {
        package var grace = Duration.seconds(300)
        package var criticalMarginKelvin = 5.0
        package var criticalGrace = Duration.seconds(60)
        package var hysteresisKelvin = 0.5
        package var clearDelay = Duration.seconds(120)
        package var maximumGap = Duration.seconds(300)
        package var backlogPause = Duration.seconds(5)

        package init() {}
    }
}

extension Configuration.Excursions: Section {
    private static let patience = Duration.zero ... .seconds(86_400)

    static let keys: [Key<Self>] = [
        Key(
            "grace", \.grace, .duration(patience), isReloadable: true,
            "How long food may be known to be outside its limit before that is an alarm."),
        Key(
            "critical_margin_kelvin", \.criticalMarginKelvin, .number(0...50),
            isReloadable: true,
            "How far outside its limit, in kelvin, food is in danger sooner."),
        Key(
            "critical_grace", \.criticalGrace, .duration(patience), isReloadable: true,
            "How long food may be known to be beyond that margin before it is an alarm."),
        Key(
            "hysteresis_kelvin", \.hysteresisKelvin, .number(0...10), isReloadable: true,
            "How far inside the limit, in kelvin, the temperature must be to count as back."),
        Key(
            "clear_delay", \.clearDelay, .duration(patience), isReloadable: true,
            "How long food must be known to be back inside before the excursion is over."),
        Key(
            "maximum_gap", \.maximumGap, .duration(.seconds(1) ... .seconds(86_400)),
            isReloadable: true,
            "Readings further apart than this leave the time between unknown; for a device with an expected interval at least three of those."
        ),
        Key(
            "backlog_pause", \.backlogPause, .duration(.zero ... .seconds(3600)),
            isReloadable: true,
            "While a device sends what it has stored, silence is told only when nothing came for so long."
        ),
    ]
}
