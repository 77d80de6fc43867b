/// What the readings of one sensor say of the food beside it, within one bag's custody.
package struct ChannelAssessment: Equatable, Sendable {
    package let channel: SensorChannel
    package let judgement: ExcursionJudgement
    package let freshness: Freshness
    /// The newest usable reading of the order's time.
    package let last: TemperaturePoint?
    /// In °C; nil where it means nothing for food of that class, or nothing was measured.
    package let meanKinetic: Double?
    /// Time between cold and hot, in this custody.
    package let danger: ZoneBalance
    /// Nil for an order that is over.
    package let forecast: BreachForecast?
    /// In use, in microseconds.
    package let maximumGap: Int64
    /// The newest reading with a guard band; nil where its uncertainty is not known.
    package let guardBand: GuardBandStatement?

    /// Of one instant one, in order of time.
    let points: [TemperaturePoint]

    init(
        _ channel: SensorChannel, within window: TransitWindow, of time: OrderTime,
        foodClass: FoodClass, limit: CriticalLimit, rules: OrderRules, now: Timestamp,
        uncertainty: MeasurementUncertainty? = nil
    ) {
        self.channel = channel
        maximumGap = channel.maximumGap(rules.excursions)
        points = channel.readings.compactMap(\.point).mergedByInstant(by: limit)
        var settings = rules.excursions
        settings.maximumGap = maximumGap
        settings.readingsKept = max(points.count, settings.readingsKept)
        var effects: [ExcursionEffect] = []
        judgement =
            ExcursionTrack(
                window: window, limit: limit, settings: settings, readings: points, now: now,
                into: &effects
            ).judgement
        freshness = Freshness(judgement, limit: limit, settings: rules.freshness)
        let inside = points.filter { window.covers($0.moment) }
        last = inside.last
        meanKinetic = judgement.timeInRange.meanKineticTemperature(for: foodClass)
        danger = Self.danger(points, window, rules.profile.dangerZone, maximumGap, now)
        forecast = time.isLive ? Self.forecast(inside, channel, limit, maximumGap) : nil
        guardBand = uncertainty.flatMap { uncertainty in
            inside.last.flatMap {
                limit.statement(on: $0.celsius, guardBand: uncertainty.expanded)
            }
        }
    }

    private static func danger(
        _ points: [TemperaturePoint], _ window: TransitWindow, _ zone: TemperatureZone,
        _ maximumGap: Int64, _ now: Timestamp
    ) -> ZoneBalance {
        guard
            let clock = ZoneClock(
                zone: zone, from: window.from.timestamp, to: window.until?.timestamp,
                maximumGap: maximumGap, readings: points)
        else { return ZoneBalance() }
        return clock.balance(at: max(now, points.last?.measuredAt ?? now))
    }

    private static func forecast(
        _ points: [TemperaturePoint], _ channel: SensorChannel, _ limit: CriticalLimit,
        _ maximumGap: Int64
    ) -> BreachForecast {
        var settings = BreachForecast.Settings()
        settings.maximumGap = maximumGap
        if let resolution = channel.resolution, resolution > 0 { settings.resolution = resolution }
        // Only what the window can hold is looked at: the newest readings.
        let newest = channel.readings.suffix(settings.windowMaximum)
        let begin = points.last.map {
            $0.measuredAt.advanced(byMilliseconds: -settings.window / 1_000)
        }
        let isTrusted = !newest.contains { reading in
            reading.isUnsteady && begin.map { reading.measuredAt >= $0 } ?? true
        }
        return BreachForecast(points, limit: limit, isTrusted: isTrusted, settings: settings)
    }
}
