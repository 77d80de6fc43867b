/// Where the daemon judges otherwise than `ioos_qc` 3.0.0, and why.
///
/// The list is closed: a difference that is not in it is a defect. Each has a test that shows both
/// sides of it.
package enum IntendedDifference: String, CaseIterable, Sendable {
    case nullIsland = "null_island"
    case backwardsTime = "backwards_time"
    case visibleUnknown = "visible_unknown"
    case rateAfterMissing = "rate_after_missing"
    case rateInRealTime = "rate_in_real_time"
    case rateOfFirst = "rate_of_first"
    case rateOfDuplicates = "rate_of_duplicates"
    case flatLineAcrossGap = "flat_line_across_gap"
    case flatLineExactRepeats = "flat_line_exact_repeats"
    case gapIsSuspect = "gap_is_suspect"
    case differentialSpike = "differential_spike"
    case displacementFromLastGood = "displacement_from_last_good"
    case flatLineByTime = "flat_line_by_time"

    /// The test of the package that it differs from.
    package var test: String {
        switch self {
        case .nullIsland: "location_test"
        case .backwardsTime, .gapIsSuspect: "time_gap_test"
        case .visibleUnknown: "qartod_compare"
        case .rateAfterMissing, .rateInRealTime, .rateOfFirst, .rateOfDuplicates:
            "rate_of_change_test"
        case .flatLineAcrossGap, .flatLineExactRepeats, .flatLineByTime: "flat_line_test"
        case .differentialSpike: "spike_test"
        case .displacementFromLastGood: "speed_test"
        }
    }

    package var reason: String {
        switch self {
        case .nullIsland:
            "0°, 0° is what a receiver without a fix sends: it is bad and not good"
        case .backwardsTime:
            "a time that goes back is a late reading: the log around it is judged anew"
        case .visibleUnknown:
            "not evaluated and good roll up to good, but each test's own flag stays visible"
        case .rateAfterMissing:
            "a value after a missing one is compared with the last number within the maximum gap; "
                + "further apart it is not evaluated, and neither passes unseen"
        case .rateInRealTime:
            "the interval is taken as it is and not cut to whole seconds"
        case .rateOfFirst:
            "the first value has nothing to be compared with: it is not evaluated and not good"
        case .rateOfDuplicates:
            "two values for one time contradict each other: both are suspect, and not good"
        case .flatLineAcrossGap:
            "nobody knows what a value did in a gap: a flat stretch starts anew after it"
        case .flatLineExactRepeats:
            "a range equal to the tolerance is flat, so that a tolerance of 0 finds repeated values"
        case .gapIsSuspect:
            "after a gap the value itself is fine: it is suspect and not bad, and the first reading "
                + "is not evaluated instead of sharing the second one's flag"
        case .differentialSpike:
            "by the average the good neighbours of a spike fail with it; and a neighbour beyond the "
                + "maximum gap is none"
        case .displacementFromLastGood:
            "measured from the last good fix a jump away and back fails once and not twice"
        case .flatLineByTime:
            "a stretch is flat for as long as it lasted and not for a number of readings that the "
                + "median interval makes of it, so that irregular series are judged rightly"
        }
    }
}
