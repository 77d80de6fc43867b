package import ColdChain

/// What the time rules of a profile count on a trip, each only where the profile has it.
package struct TripClocks: Sendable {
    /// Between cold and hot, where bacteria grow; nil for food that is not held hot or cold.
    package let danger: ZoneBalance?
    /// With what was handed over, over all legs.
    package let cumulative: CumulativeTime?
    package let cumulativeStanding: CumulativeRule.Standing?
    /// How long food was outside its limit at a stretch, for the United Kingdom's defences.
    package let display: DisplayTime?
    /// Since it was prepared; nil where nobody told when.
    package let preparedAge: PreparedAge?
    /// By what it is held against, in microseconds.
    package let preparedMaximum: Int64

    init(
        _ points: [TemperaturePoint], _ question: TripQuestion, from: Timestamp, until: Timestamp,
        maximumGap: Int64
    ) {
        let profile = question.profile
        func balance(_ zone: TemperatureZone) -> ZoneBalance? {
            ZoneClock(
                zone: zone, from: from, to: until, maximumGap: maximumGap, readings: points
            )?.balance(at: until)
        }
        let isHeld = question.foodClass == .hot || question.foodClass == .cold
        danger = isHeld ? balance(profile.dangerZone) : nil
        let opening = OpeningBalance(priorDangerMinutes: question.priorDangerMinutes)
        cumulative = danger.map { CumulativeTime(opening: opening, leg: $0) }
        let rule = CumulativeRule(profile)
        cumulativeStanding = cumulative.flatMap { time in rule?.standing(of: time) }
        display = question.foodClass.flatMap { foodClass in
            let tolerance: LimitQuantity =
                foodClass == .hot ? .displayHotTolerance : .displayColdTolerance
            guard isHeld, profile[tolerance] != nil else { return nil }
            return DisplayTime.zone(outside: foodClass, of: profile).flatMap(balance)
                .map(DisplayTime.init)
        }
        let maximum = profile.microseconds(.eatWithin) ?? PreparedAge.usualMaximum
        preparedMaximum = maximum
        preparedAge = question.preparedAt.map { preparedAt in
            PreparedAge(preparedAt: preparedAt, pickedUpAt: nil, end: until, maximum: maximum)
        }
    }

    /// Nil where no rule applies, or none could be judged.
    var isTimeRuleBroken: Bool? {
        let isTooOld = preparedAge.map { $0.finding == .exceeded }
        let isDiscarded = cumulativeStanding.map { $0.atLeast == .discard }
        if isTooOld == true || isDiscarded == true { return true }
        return isTooOld ?? isDiscarded
    }
}
