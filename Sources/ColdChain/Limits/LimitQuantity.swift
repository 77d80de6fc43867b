/// What a number of a jurisdiction's rules is about.
///
/// The raw value is the number's key in the files under `Limits`.
package enum LimitQuantity: String, CaseIterable, Sendable {
    // Temperatures at which food is kept; the limit itself is safe.
    case hotHoldMinimum = "hot_hold_minimum"
    case roastHoldMinimum = "roast_hold_minimum"
    case coldHoldMaximum = "cold_hold_maximum"
    case frozenHoldMaximum = "frozen_hold_maximum"

    // Time as a public health control: food is out of control for a marked time (Food Code 3-501.19).
    case timeControlMaximum = "time_control_maximum"
    case timeControlColdMaximum = "time_control_cold_maximum"
    /// What food under `timeControlColdMaximum` must never exceed.
    case timeControlColdCeiling = "time_control_cold_ceiling"
    /// The highest temperature at which produce cut, or a can opened, at room temperature starts.
    case timeControlProduceCeiling = "time_control_produce_ceiling"

    // Time between cold and hot, summed over every leg (Australia).
    /// Below this the food may be chilled again.
    case cumulativeRechillBefore = "cumulative_rechill_before"
    /// From this on the food is thrown away.
    case cumulativeDiscardFrom = "cumulative_discard_from"

    // One period of service or display outside the limit (United Kingdom).
    case displayColdTolerance = "display_cold_tolerance"
    case displayHotTolerance = "display_hot_tolerance"

    /// How soon after cooking the food is to be eaten (Japan).
    case eatWithin = "eat_within"

    // Cooling in the kitchen (Food Code 3-501.14); kept as data, judged by nothing here.
    case coolingFirstStage = "cooling_first_stage"
    case coolingFirstStageTarget = "cooling_first_stage_target"
    case coolingTotal = "cooling_total"
    case coolingFromAmbient = "cooling_from_ambient"

    package enum Kind: Sendable {
        /// In the profile's unit of record.
        case temperature
        /// In microseconds.
        case duration
    }

    package var kind: Kind {
        switch self {
        case .hotHoldMinimum, .roastHoldMinimum, .coldHoldMaximum, .frozenHoldMaximum,
            .timeControlColdCeiling, .timeControlProduceCeiling, .coolingFirstStageTarget:
            .temperature
        case .timeControlMaximum, .timeControlColdMaximum, .cumulativeRechillBefore,
            .cumulativeDiscardFrom, .displayColdTolerance, .displayHotTolerance, .eatWithin,
            .coolingFirstStage, .coolingTotal, .coolingFromAmbient:
            .duration
        }
    }
}

/// One number of a jurisdiction's rules, with where it comes from.
package struct Provision: Equatable, Sendable {
    package enum Amount: Equatable, Sendable {
        /// In the profile's unit of record.
        case temperature(Double)
        case microseconds(Int64)
    }

    package var quantity: LimitQuantity
    package var amount: Amount
    /// The rule that prints the number, such as `Food Code 3-501.16(A)(1)`.
    package var rule: String
    /// Where that text was read.
    package var source: String
    /// Whether the text was read; what is only known by hearsay is not verified.
    package var isVerified: Bool
    /// What else the rule says that bears on the number.
    package var note: String?

    package init(
        quantity: LimitQuantity, amount: Amount, rule: String, source: String, isVerified: Bool,
        note: String? = nil
    ) {
        self.quantity = quantity
        self.amount = amount
        self.rule = rule
        self.source = source
        self.isVerified = isVerified
        self.note = note
    }
}
