/// How long food had been in danger before this leg. Not told is unknown, and never nothing.
package enum OpeningBalance: Equatable, Sendable {
    case unknown
    case known(microseconds: Int64)

    /// `priorDangerMinutes` as it is handed over; unknown where it is absent or cannot be.
    package init(priorDangerMinutes: Double?) {
        guard let minutes = priorDangerMinutes, minutes >= 0,
            let microseconds = Int64(exactly: (minutes * 60_000_000).rounded())
        else {
            self = .unknown
            return
        }
        self = .known(microseconds: microseconds)
    }
}

/// Time in danger over every leg so far, in microseconds.
package struct CumulativeTime: Equatable, Sendable {
    package let atLeast: Int64
    /// Nil while the opening balance is unknown: there is no upper bound then.
    package let atMost: Int64?

    package init(opening: OpeningBalance, leg: ZoneBalance) {
        switch opening {
        case .unknown:
            atLeast = leg.inside
            atMost = nil
        case .known(let before):
            let before = max(before, 0)
            atLeast = saturatingSum(before, leg.inside)
            atMost = saturatingSum(before, leg.insidePossible)
        }
    }

    /// What is handed over to the next leg: the most it can have been, or unknown.
    package var closing: OpeningBalance { atMost.map { .known(microseconds: $0) } ?? .unknown }
}

/// Australia's rule of 2 hours and 4 hours (FSANZ 3.2.2), summed over receipt, preparation,
/// storage, transport and display.
package struct CumulativeRule: Equatable, Sendable {
    package enum Stage: Int, Comparable, Sendable {
        case useOrRechill
        /// It may be used, and not be chilled again.
        case useOnly
        case discard

        package static func < (earlier: Self, later: Self) -> Bool {
            earlier.rawValue < later.rawValue
        }
    }

    /// What can be said for sure.
    package struct Standing: Equatable, Sendable {
        package var atLeast: Stage
        /// Nil where there is no upper bound.
        package var atMost: Stage?

        /// The stage, where what is unknown makes no difference to it.
        package var certain: Stage? {
            atLeast == .discard || atLeast == atMost ? atLeast : nil
        }
    }

    /// In microseconds; 2 h.
    package let rechillBefore: Int64
    /// In microseconds; 4 h. Publishers differ on whether 4 h sharp is still good; here it is not.
    package let discardFrom: Int64

    /// Nil where the profile has no such rule.
    package init?(_ profile: JurisdictionProfile) {
        guard let rechillBefore = profile.microseconds(.cumulativeRechillBefore),
            let discardFrom = profile.microseconds(.cumulativeDiscardFrom)
        else { return nil }
        self.rechillBefore = rechillBefore
        self.discardFrom = discardFrom
    }

    package func stage(of microseconds: Int64) -> Stage {
        if microseconds >= discardFrom { return .discard }
        return microseconds >= rechillBefore ? .useOnly : .useOrRechill
    }

    package func standing(of time: CumulativeTime) -> Standing {
        Standing(atLeast: stage(of: time.atLeast), atMost: time.atMost.map(stage))
    }
}

/// The United Kingdom's two numbers: how long food was over 8 °C (or hot food under 63 °C), and
/// how long at a stretch. Whether one of the defences holds is for people to say, never for this.
package struct DisplayTime: Equatable, Sendable {
    /// In minutes, as far as known: `minutesOver8`.
    package let minutesOutside: Double
    /// `longestContinuousOver8`.
    package let longestContinuous: Double
    /// The same if all unknown time was outside.
    package let minutesOutsidePossible: Double
    package let longestContinuousPossible: Double

    /// - Parameter balance: Of the zone outside the limit; see `zone(outside:of:)`.
    package init(_ balance: ZoneBalance) {
        minutesOutside = Double(balance.inside) / 60_000_000
        longestContinuous = Double(balance.longest) / 60_000_000
        minutesOutsidePossible = Double(balance.insidePossible) / 60_000_000
        longestContinuousPossible = Double(balance.longestPossible) / 60_000_000
    }

    /// Where food of a class is outside its limit: above the cold maximum, below the hot minimum.
    package static func zone(
        outside foodClass: FoodClass, of profile: JurisdictionProfile
    ) -> TemperatureZone? {
        let limit = profile.criticalLimits[foodClass]
        return limit.isBound ? TemperatureZone(above: limit.maximum, below: limit.minimum) : nil
    }
}
