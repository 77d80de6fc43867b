extension Configuration {
    /// The tests that readings are put to. No source decides the numbers; they are our own choice.
    package struct Quality: Equatable, Sendable {
        package enum Checks: String, CaseIterable, Sendable {
            case all
            case grossRange = "gross_range"
        }

        package enum Vehicle: String, CaseIterable, Sendable {
            case bicycle, scooter, car
        }

        package var checks = Checks.all
        package var version = 1
        package var maximumGap = Duration.seconds(300)
        package var hotLowest = 20.0
        package var hotHighest = 95.0
        package var coldLowest = -10.0
        package var coldHighest = 25.0
        package var frozenLowest = -40.0
        package var frozenHighest = 0.0
        package var ambientLowest = -10.0
        package var ambientHighest = 50.0
        package var spikeSuspect = 2.0
        package var spikeBad = 5.0
        package var rateSuspect = 2.0
        package var rateBad = 5.0
        package var flatSuspect = Duration.seconds(1800)
        package var flatBad = Duration.seconds(3600)
        package var flatTolerance = 0.05
        package var attenuationPeriod = Duration.seconds(1800)
        package var attenuationSuspect = 0.1
        package var attenuationBad = 0.02
        package var pairDifference = 3.0
        package var pairDuration = Duration.seconds(300)
        package var vehicle = Vehicle.scooter

        package init() {}
    }
}

extension Configuration.Quality.Checks: Choice {}
extension Configuration.Quality.Vehicle: Choice {}

extension Configuration.Quality: Section {
    static let keys: [Key<Self>] = general + spans + courses

    private static let general: [Key<Self>] = [
        Key(
            "checks", \.checks, .choice, isReloadable: true,
            """
            Which tests readings are put to: all, or gross_range for those that look at one value \
            by itself.
            """),
        Key(
            "version", \.version, .integer(1...65_535), isReloadable: true,
            "A number of these settings, kept with each flag: raise it with every change here."),
        Key(
            "maximum_gap", \.maximumGap, .duration(.seconds(1) ... .seconds(86_400)),
            isReloadable: true,
            """
            How far apart readings of a sensor say nothing of each other; three times the \
            device's interval where that is longer.
            """),
        Key(
            "vehicle", \.vehicle, .choice, isReloadable: true,
            "What vehicles are: how fast one can have come from its last good fix to the next."),
    ]

    private static let spans: [Key<Self>] = [
        Key(
            "hot_lowest", \.hotLowest, .number(-100...200), isReloadable: true,
            "The lowest plausible temperature in a bag with hot food, in °C."),
        Key(
            "hot_highest", \.hotHighest, .number(-100...200), isReloadable: true,
            "The highest plausible temperature in a bag with hot food, in °C."),
        Key(
            "cold_lowest", \.coldLowest, .number(-100...200), isReloadable: true,
            "The lowest plausible temperature in a bag with cold food, in °C."),
        Key(
            "cold_highest", \.coldHighest, .number(-100...200), isReloadable: true,
            "The highest plausible temperature in a bag with cold food, in °C."),
        Key(
            "frozen_lowest", \.frozenLowest, .number(-100...200), isReloadable: true,
            "The lowest plausible temperature in a bag with frozen food, in °C."),
        Key(
            "frozen_highest", \.frozenHighest, .number(-100...200), isReloadable: true,
            "The highest plausible temperature in a bag with frozen food, in °C."),
        Key(
            "ambient_lowest", \.ambientLowest, .number(-100...200), isReloadable: true,
            "The lowest plausible temperature in a bag with other food, or none, in °C."),
        Key(
            "ambient_highest", \.ambientHighest, .number(-100...200), isReloadable: true,
            "The highest plausible temperature in a bag with other food, or none, in °C."),
    ]

    private static let courses: [Key<Self>] = [
        Key(
            "spike_suspect", \.spikeSuspect, .number(0...100), isReloadable: true,
            "By how many °C a value may stand out from both its neighbours before it is suspect."),
        Key(
            "spike_bad", \.spikeBad, .number(0...100), isReloadable: true,
            "By how many °C a value may stand out from both its neighbours before it is bad."),
        Key(
            "rate_suspect", \.rateSuspect, .number(0...1_000), isReloadable: true,
            "How fast a temperature may change before it is suspect, in °C a minute."),
        Key(
            "rate_bad", \.rateBad, .number(0...1_000), isReloadable: true,
            "How fast a temperature may change before it is bad, in °C a minute."),
        Key(
            "flat_suspect", \.flatSuspect, .duration(.seconds(60) ... .seconds(86_400)),
            isReloadable: true,
            "How long a temperature may stay the same before it is suspect."),
        Key(
            "flat_bad", \.flatBad, .duration(.seconds(60) ... .seconds(86_400)),
            isReloadable: true,
            "How long a temperature may stay the same before it is bad."),
        Key(
            "flat_tolerance", \.flatTolerance, .number(0...10), isReloadable: true,
            """
            What counts as the same, in °C; not less than the step that sensors measure in.
            """),
        Key(
            "attenuation_period", \.attenuationPeriod,
            .duration(.seconds(60) ... .seconds(86_400)), isReloadable: true,
            "Over how long a bag on its way is to show that its temperature varies."),
        Key(
            "attenuation_suspect", \.attenuationSuspect, .number(0...10), isReloadable: true,
            "A smaller range than this in that time is suspect, in °C."),
        Key(
            "attenuation_bad", \.attenuationBad, .number(0...10), isReloadable: true,
            "A smaller range than this in that time is bad, in °C."),
        Key(
            "pair_difference", \.pairDifference, .number(0...100), isReloadable: true,
            "By how many °C two sensors of one bag may differ."),
        Key(
            "pair_duration", \.pairDuration, .duration(.zero ... .seconds(86_400)),
            isReloadable: true,
            "How long they may differ by more before both are suspect."),
    ]
}
