import Mathematics

/// When a bag that warms or cools towards what is around it will leave its limit.
package struct TimeToBreach: Equatable, Sendable {
    /// From the last reading, in microseconds; the fit's best answer. Nil where that is later than
    /// `BreachForecast.Settings.horizon`, and only the early edge is not.
    package let expected: Int64?
    /// One time in ten it happens earlier than this: when to warn.
    package let early: Int64
    /// With 90 % it happens between these two; no end where it is beyond the horizon.
    package let interval: (from: Int64, to: Int64?)
    /// k, in 1/min.
    package let rate: Double
    /// In °C.
    package let ambient: Double
    package let isAmbientFitted: Bool
    package let sampleCount: Int

    /// t* = ln((T0 − Ta) / (L − Ta)) / k, in minutes: when a body at T0 in surroundings at Ta
    /// reaches L. Nil where it never does: it moves away from the limit, or ends before it.
    package static func minutes(
        from celsius: Double, to limit: Double, ambient: Double, ratePerMinute rate: Double
    ) -> Double? {
        guard rate > 0, rate.isFinite else { return nil }
        let ratio = (celsius - ambient) / (limit - ambient)
        guard ratio >= 1, ratio.isFinite else { return nil }
        return naturalLogarithm(ratio) / rate
    }

    package static func == (first: Self, second: Self) -> Bool {
        first.expected == second.expected && first.early == second.early
            && first.interval == second.interval && first.rate == second.rate
            && first.ambient == second.ambient
            && first.isAmbientFitted == second.isAmbientFitted
            && first.sampleCount == second.sampleCount
    }
}

/// What can be said of the time to breach.
package enum BreachForecast: Equatable, Sendable {
    case breach(TimeToBreach)
    /// Not within the horizon.
    case beyondHorizon
    case outsideAlready
    case refused(Refusal)

    /// Why nothing is said.
    package enum Refusal: String, Error, Sendable {
        case tooFewSamples = "too_few_samples"
        /// A reading of the window failed a test of its rate or as a spike.
        case windowNotTrusted = "window_not_trusted"
        /// Less than five steps of the sensor.
        case changeTooSmall = "change_too_small"
        case noFit = "no_fit"
        case rateUncertain = "rate_uncertain"
        /// What is around the bag is too near to its temperature.
        case nearAmbient = "near_ambient"
        /// The fitted surroundings lie on either side of the limit.
        case ambientUncertain = "ambient_uncertain"
        /// The residuals are not noise: the bag does not behave as one body.
        case notOneBody = "not_one_body"
    }

    package struct Settings: Equatable, Sendable {
        /// The window is this many readings, or this much time, whichever holds more.
        package var windowSamples = 12
        package var window: Int64 = 720_000_000
        /// A bound on the work for sensors that send every second.
        package var windowMaximum = 240
        package var minimumSamplesKnownAmbient = 5
        package var minimumSamplesFittedAmbient = 12
        /// The sensor's step in kelvin; a DS18B20's.
        package var resolution = 0.0625
        package var minimumChangeInSteps = 5.0
        /// k has to be more than this many standard errors.
        package var minimumRateInErrors = 2.0
        /// In kelvin.
        package var minimumDistanceFromAmbient = 1.0
        /// Residuals whose runs of signs are less likely than this are no noise.
        package var runsSignificance = 0.01
        /// In microseconds, 4 h; nothing is said of what lies beyond.
        package var horizon: Int64 = 14_400_000_000
        /// A window does not reach across a longer gap, in microseconds.
        package var maximumGap = Walk.usualMaximumGap

        package init() {}
    }

    /// Looks ahead from the last reading.
    ///
    /// - Parameters:
    ///   - points: In any order; of one instant the one furthest outside counts.
    ///   - ambient: What is around the bag, in °C; nil where nothing measures it. Then it is
    ///     fitted, which takes more readings.
    ///   - openedAt: When the bag was opened last; nothing before it is used.
    ///   - isTrusted: False where a reading of the window failed a test of its rate or as a spike.
    package init(
        _ points: [TemperaturePoint], limit: CriticalLimit, ambient: Double? = nil,
        openedAt: Timestamp? = nil, isTrusted: Bool = true, settings: Settings = Settings()
    ) {
        let points = points.usable(by: limit)
        if let last = points.last, !limit.isKept(by: last.celsius) {
            self = .outsideAlready
            return
        }
        do throws(Refusal) {
            let window = BreachWindow(points, after: openedAt, settings)
            try window.check(ambient, isTrusted: isTrusted, settings)
            let estimate = try BreachEstimate(window, ambient, settings)
            self = try estimate.forecast(limit)
        } catch {
            self = .refused(error)
        }
    }
}

/// The readings that a forecast is made of, in order of time; x in minutes, 0 at the last.
private struct BreachWindow {
    var x: [Double] = []
    var y: [Double] = []

    init(
        _ points: [TemperaturePoint], after opening: Timestamp?, _ settings: BreachForecast.Settings
    ) {
        guard let last = points.last else { return }
        var later = last
        for point in points.reversed() {
            let age = last.moment.microseconds(since: point.moment)
            guard opening.map({ point.measuredAt >= $0 }) ?? true,
                later.moment.microseconds(since: point.moment) <= settings.maximumGap,
                x.count < settings.windowSamples || age <= settings.window,
                x.count < settings.windowMaximum
            else { break }
            x.append(-Double(age) / 60_000_000)
            y.append(point.celsius)
            later = point
        }
        x.reverse()
        y.reverse()
    }

    func check(
        _ ambient: Double?, isTrusted: Bool, _ settings: BreachForecast.Settings
    ) throws(BreachForecast.Refusal) {
        let needed =
            ambient == nil
            ? settings.minimumSamplesFittedAmbient : settings.minimumSamplesKnownAmbient
        guard x.count >= needed, let first = y.first, let last = y.last else {
            throw .tooFewSamples
        }
        guard isTrusted else { throw .windowNotTrusted }
        guard (last - first).magnitude >= settings.minimumChangeInSteps * settings.resolution
        else { throw .changeTooSmall }
        if let ambient {
            guard ambient.isFinite else { throw .noFit }
            guard (last - ambient).magnitude >= settings.minimumDistanceFromAmbient else {
                throw .nearAmbient
            }
        }
    }
}

/// A curve fitted to a window, and how sure it is.
private struct BreachEstimate {
    let fit: ExponentialFit
    let line: StraightLine
    let isAmbientFitted: Bool
    let sampleCount: Int
    /// Of a point: as the residuals show it, and not less than the sensor's steps allow.
    let variance: Double
    let settings: BreachForecast.Settings

    init(
        _ window: BreachWindow, _ ambient: Double?, _ settings: BreachForecast.Settings
    ) throws(BreachForecast.Refusal) {
        let form = ambient.map { ExponentialFit.Form.knownEnd($0) } ?? .free
        guard let fit = ExponentialFit(form, x: window.x, y: window.y),
            let line = StraightLine(x: window.x, y: window.y)
        else { throw .noFit }
        self.fit = fit
        self.line = line
        self.settings = settings
        isAmbientFitted = ambient == nil
        sampleCount = window.x.count
        variance = max(fit.variance, settings.resolution * settings.resolution / 12)
        let rateError = (variance * fit.inverse[0, 0]).squareRoot()
        guard fit.rate > settings.minimumRateInErrors * rateError else { throw .rateUncertain }
        guard fit.reach.magnitude >= settings.minimumDistanceFromAmbient else {
            throw .nearAmbient
        }
        guard SignRuns(fit.residuals).probability >= settings.runsSignificance else {
            throw .notOneBody
        }
    }

    func forecast(_ limit: CriticalLimit) throws(BreachForecast.Refusal) -> BreachForecast {
        // Falling towards the minimum, or rising towards the maximum.
        guard let end = fit.reach > 0 ? limit.minimum : limit.maximum else { return .beyondHorizon }
        if isAmbientFitted {
            let error = (variance * fit.inverse[2, 2]).squareRoot()
            guard (end - fit.end).magnitude > 2 * error else { throw .ambientUncertain }
        }
        let distance = end - fit.end
        guard distance * fit.reach > 0 else { return .beyondHorizon }
        // Noise can put the fitted temperature beyond the limit already: then it is now.
        let minutes = max(naturalLogarithm(fit.reach / distance) / fit.rate, 0)
        let error =
            (variance
            * fit.inverse.form([
                -minutes / fit.rate, 1 / (fit.reach * fit.rate), 1 / (distance * fit.rate),
            ])).squareRoot()
        return forecast(minutes, error, end)
    }

    private func forecast(_ minutes: Double, _ error: Double, _ end: Double) -> BreachForecast {
        let quantiles = StudentQuantiles(freedom: fit.freedom)
        /// The time is skewed to the late side, its logarithm is not.
        func edge(_ errors: Double) -> Double {
            minutes > 0 ? minutes * exponential(errors * error / minutes) : 0
        }
        var early = edge(-quantiles.upper10)
        var from = edge(-quantiles.upper5)
        if isAmbientFitted, let soonest = line.earliest(end, quantiles.upper10, variance) {
            // A curve flattens and a straight line does not: noise that looks like flattening must
            // not put the warning off.
            early = min(early, soonest)
            from = min(from, early)
        }
        guard let early = microseconds(early) else { return .beyondHorizon }
        return .breach(
            TimeToBreach(
                expected: microseconds(minutes), early: early,
                interval: (microseconds(from) ?? early, microseconds(edge(quantiles.upper5))),
                rate: fit.rate, ambient: fit.end, isAmbientFitted: isAmbientFitted,
                sampleCount: sampleCount))
    }

    /// Nil beyond the horizon.
    private func microseconds(_ minutes: Double) -> Int64? {
        let microseconds = (minutes * 60_000_000).rounded()
        guard microseconds <= Double(settings.horizon) else { return nil }
        return Int64(exactly: microseconds)
    }
}

/// A straight line through points, by least squares.
private struct StraightLine {
    /// At x = 0.
    let value: Double
    let slope: Double
    private let mean: Double
    private let square: Double
    private let count: Double

    init?(x: [Double], y: [Double]) {
        count = Double(x.count)
        mean = x.reduce(0, +) / count
        let meanY = y.reduce(0, +) / count
        var square = 0.0
        var product = 0.0
        for (x, y) in zip(x, y) {
            square += (x - mean) * (x - mean)
            product += (x - mean) * (y - meanY)
        }
        guard square > 0 else { return nil }
        self.square = square
        slope = product / square
        value = meanY - slope * mean
    }

    /// When the line reaches a limit, less so many standard errors; nil where it moves away.
    func earliest(_ limit: Double, _ errors: Double, _ variance: Double) -> Double? {
        guard slope != 0 else { return nil }
        let time = (limit - value) / slope
        guard time >= 0 else { return nil }
        // The variance of the line at the crossing, by its distance from the middle of the points.
        let spread = variance * (1 / count + (time - mean) * (time - mean) / square)
        return max(time - errors * spread.squareRoot() / slope.magnitude, 0)
    }
}
