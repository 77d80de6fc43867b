// What each test makes of a reading by the settings.

extension QualitySettings {
    func eventTimeFinding(for reading: ChannelReading) -> QualityFinding {
        let age = reading.receivedAt.milliseconds(since: reading.measuredAt)
        if age < -futureTolerance { return QualityFinding(.bad, .futureTime) }
        return age > oldestReading ? QualityFinding(.bad, .tooOld) : .good
    }

    /// - Parameter silence: In milliseconds; nil at the first reading.
    func gapFinding(after silence: Int64?) -> QualityFinding {
        guard let silence else { return QualityFinding(.notEvaluated, .firstReading) }
        return silence > maximumGap ? QualityFinding(.suspect, .afterGap) : .good
    }

    static func grossRangeFinding(for value: Double, in range: GrossRange?) -> QualityFinding {
        // No sensor measures what is infinite, whatever is known of it.
        guard value.isFinite else { return QualityFinding(.bad, .impossibleValue) }
        switch range?.flag(for: value) {
        case .bad: return QualityFinding(.bad, .impossibleValue)
        case .suspect: return QualityFinding(.suspect, .implausibleValue)
        case nil: return QualityFinding(.notEvaluated, .rangeUnknown)
        case .some(let flag): return QualityFinding(flag)
        }
    }

    /// The smaller of the two jumps, where they go opposite ways: the neighbours of a spike are no
    /// spikes.
    func spikeFinding(
        of value: Double, between before: Double, _ after: Double
    ) -> QualityFinding {
        let (rise, fall) = (value - before, after - value)
        let height = rise * fall >= 0 ? 0 : min(rise.magnitude, fall.magnitude)
        if height > spike.bad { return QualityFinding(.bad, .standsOut) }
        return height > spike.suspect ? QualityFinding(.suspect, .standsOut) : .good
    }

    /// - Parameter interval: In milliseconds, above 0.
    func rateFinding(of change: Double, in interval: Int64) -> QualityFinding {
        let rate = change.magnitude * 60_000 / Double(interval)
        if rate > self.rate.bad { return QualityFinding(.bad, .changedTooFast) }
        return rate > self.rate.suspect ? QualityFinding(.suspect, .changedTooFast) : .good
    }

    func flatFinding(of stretch: SteadyStretch, at time: Timestamp) -> QualityFinding {
        let tolerance = flat.tolerance
        guard let step = stretch.longest(where: { $0 <= tolerance }) else { return .good }
        let duration = time.milliseconds(since: step.start)
        if duration >= flat.bad { return QualityFinding(.bad, .unchangedTooLong) }
        return duration >= flat.suspect ? QualityFinding(.suspect, .unchangedTooLong) : .good
    }

    /// Of the window that ends with the reading and begins just after the period before it.
    func attenuationFinding(
        of stretch: SteadyStretch, at time: Timestamp, underWaySince: Timestamp?
    ) -> QualityFinding {
        guard let underWaySince,
            time.milliseconds(since: underWaySince) >= attenuation.period
        else { return QualityFinding(.notEvaluated, .notUnderWay) }
        let start = time.advanced(byMilliseconds: -attenuation.period)
        func isWithin(_ range: Double) -> Bool {
            guard let step = stretch.longest(where: { $0 < range }) else { return false }
            return step.before.map { $0 <= start } ?? true
        }
        if isWithin(attenuation.bad) { return QualityFinding(.bad, .variesTooLittle) }
        return isWithin(attenuation.suspect) ? QualityFinding(.suspect, .variesTooLittle) : .good
    }
}
