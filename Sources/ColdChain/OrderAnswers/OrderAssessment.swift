/// What an order's bags say of its food, as far as their air tells.
package struct OrderAssessment: Equatable, Sendable {
    /// One bag's custody, and each sensor in it.
    package struct Stretch: Equatable, Sendable {
        package let custody: Custody
        /// The part of it in the order's time; nil where there is none.
        package let window: TransitWindow?
        package let channels: [ChannelAssessment]
    }

    package let evaluatedAt: Timestamp
    /// Nil where nothing says when the order began.
    package let time: OrderTime?
    package let snapshot: LimitSnapshot
    package let stretches: [Stretch]
    package let age: PreparedAge
    /// Nil where the class has no such rule.
    package let ageMaximum: Int64?
    package let freshness: OrderFreshness
    /// Time out of temperature control over the order and what came before it.
    package let danger: CumulativeTime

    /// - Parameters:
    ///   - opening: How long the food had been in danger before the order.
    ///   - probes: Temperatures of the food's core, measured by hand.
    package init(
        _ order: Order, stretches logged: [CustodyStretch], probes: [CoreTemperature] = [],
        opening: OpeningBalance = .unknown, rules: OrderRules, now: Timestamp
    ) {
        evaluatedAt = now
        let snapshot = rules.profile.snapshot(for: order.foodClass)
        self.snapshot = snapshot
        let time = OrderTime(of: order, custody: logged.map(\.custody), now: now)
        self.time = time
        let stretches = logged.map { stretch -> Stretch in
            guard let time, let window = time.part(of: stretch.custody) else {
                return Stretch(custody: stretch.custody, window: nil, channels: [])
            }
            return Stretch(
                custody: stretch.custody, window: window,
                channels: stretch.channels.map {
                    ChannelAssessment(
                        $0, within: window, of: time, foodClass: order.foodClass,
                        limit: snapshot.limit, rules: rules, now: now)
                })
        }
        self.stretches = stretches
        ageMaximum = rules.profile.ageMaximum(of: order.foodClass)
        age = PreparedAge(
            preparedAt: nil, pickedUpAt: order.pickedUpAt,
            end: order.deliveredAt ?? time?.reached.timestamp ?? now,
            maximum: ageMaximum ?? PreparedAge.usualMaximum)
        let legs = time.map { OrderLegs(stretches, of: $0, limit: snapshot.limit, now: now) }
        danger = CumulativeTime(opening: opening, leg: legs?.danger(of: stretches) ?? ZoneBalance())
        var broken: [OrderFreshness.Reason] = []
        if ageMaximum != nil, age.finding == .exceeded { broken.append(.ageExceeded) }
        if let rule = CumulativeRule(rules.profile), rule.stage(of: danger.atLeast) == .discard {
            broken.append(.dangerTimeExceeded)
        }
        freshness = OrderFreshness(
            order, time: time, stretches: stretches, legs: legs, limit: snapshot.limit,
            probes: probes, broken: broken, settings: rules.freshness)
    }

    package var channels: [ChannelAssessment] { stretches.flatMap(\.channels) }

    /// Excursions that became alarms, over all sensors; nil where no sensor spoke.
    package var violations: Int? {
        let channels = channels.filter { $0.judgement.timeInRange.readings > 0 }
        return channels.isEmpty ? nil : channels.reduce(0) { $0 + $1.judgement.alarms }
    }
}

/// A temperature of the food's core, measured by hand at a checkpoint.
package struct CoreTemperature: Equatable, Sendable {
    package var at: Timestamp
    package var celsius: Double
    /// Whether it was measured at delivery, after which nothing happens to the food any more.
    package var isAtDelivery: Bool

    package init(at: Timestamp, celsius: Double, isAtDelivery: Bool) {
        self.at = at
        self.celsius = celsius
        self.isAtDelivery = isAtDelivery
    }
}
