import ColdChain
import Testing

private let hot = CriticalLimit(minimum: 57)
private let cold = CriticalLimit(maximum: 5)

private func trace(_ minutes: [Double], _ celsius: [Double]) -> [TemperaturePoint] {
    points(zip(minutes, celsius).map { ($0 * 60, $1) })
}

/// A bag that cools to 57 °C and beyond, read once a minute by a sensor with 0.1 K of noise and
/// steps of 0.0625 K.
private struct Study {
    var ambient: Double
    var rate: Double

    /// Without noise.
    func celsius(minutesToLimit minutes: Double) -> Double {
        // Cooled backwards from 57 °C: e^x by its series, which is exact enough over half an hour.
        let x = rate * minutes
        var term = 1.0
        var sum = 1.0
        for power in 1...20 {
            term *= x / Double(power)
            sum += term
        }
        return ambient + (57 - ambient) * sum
    }

    func readings(_ count: Int, ahead: Double, _ noise: inout NoiseSource) -> [TemperaturePoint] {
        let minutes = (0..<count).map(Double.init)
        return trace(
            minutes,
            minutes.map { minute in
                let truth = celsius(minutesToLimit: ahead + Double(count - 1) - minute)
                return ((truth + noise.normal(0.1)) / 0.0625).rounded() * 0.0625
            })
    }
}

@Suite("Time to breach")
struct BreachForecastTests {
    /// The closed form, computed with mpmath 1.4.1 at 50 digits.
    @Test(
        "of a known curve it is the closed form",
        arguments: [
            ("ttb-hot-1", 65, 20, 0.012, 57, 16.312_048_094),
            ("ttb-cold-1", 2, 25, 0.004, 5, 34.940_485_594),
            ("ttb-hot-2", 72, 5, 0.02, 57, 12.672_445_04),
        ] as [(String, Double, Double, Double, Double, Double)])
    func closedForm(
        id: String, now: Double, ambient: Double, rate: Double, limit: Double, expected: Double
    ) throws {
        let minutes = try #require(
            TimeToBreach.minutes(from: now, to: limit, ambient: ambient, ratePerMinute: rate))
        #expect(abs(minutes - expected) <= 1e-6, "\(id)")
    }

    @Test(
        "a limit that is never reached has no time",
        arguments: [
            (65, 60, 0.01, 57), (65, 57, 0.01, 57), (65, 20, 0, 57), (65, 20, -0.01, 57),
            (50, 20, 0.01, 57), (.nan, 20, 0.01, 57), (65, 20, .nan, 57), (.infinity, 20, 0.01, 57),
        ] as [(Double, Double, Double, Double)])
    func never(now: Double, ambient: Double, rate: Double, limit: Double) {
        #expect(
            TimeToBreach.minutes(from: now, to: limit, ambient: ambient, ratePerMinute: rate)
                == nil)
    }

    struct Row: Sendable {
        var samples: Int
        var isAmbientKnown: Bool
        var rate: Double
        /// The study's 5 % and 95 % of the error, in minutes, and what its unstated choice of
        /// start and rate is allowed to make of it.
        var errors: (Double, Double)
        var allowance: Double
    }

    /// 60 s samples, σ 0.1 °C, steps of 0.0625 °C, the breach 9 to 12 min ahead, 400 runs.
    @Test(
        "the study's error bounds hold",
        arguments: [
            Row(
                samples: 5, isAmbientKnown: true, rate: 0.012, errors: (-1.2, 1.5), allowance: 0.2),
            Row(
                samples: 8, isAmbientKnown: true, rate: 0.012, errors: (-0.6, 0.6), allowance: 0.2),
            Row(
                samples: 12, isAmbientKnown: true, rate: 0.012, errors: (-0.3, 0.3), allowance: 0.2),
            Row(
                samples: 12, isAmbientKnown: false, rate: 0.025, errors: (-0.5, 1.3),
                allowance: 0.5),
        ])
    func study(row: Row) {
        let (errors, tooLate, _) = run(row)
        #expect(errors.count > 380)
        #expect(errors[errors.count / 20] >= row.errors.0 - row.allowance, "\(errors)")
        #expect(errors[errors.count * 19 / 20] <= row.errors.1 + row.allowance, "\(errors)")
        // The early edge is later than the truth one time in ten, and not much more often.
        #expect(Double(tooLate) <= 0.14 * Double(errors.count), "\(tooLate)")
    }

    @Test("with few samples and surroundings that nobody measures, the study's errors are minutes")
    func fewSamples() {
        for samples in [5, 8] {
            let row = Row(
                samples: samples, isAmbientKnown: false, rate: 0.025, errors: (0, 0), allowance: 0)
            let (errors, _, unanswered) = run(row)
            let isUseless = unanswered > 100 || errors[errors.count * 19 / 20] > 2
            #expect(isUseless, "\(samples): \(unanswered) unanswered, \(errors)")
        }
    }

    /// The errors in minutes in their order, how often the early edge was later than the truth, and
    /// how often there was no answer.
    private func run(_ row: Row) -> (errors: [Double], tooLate: Int, unanswered: Int) {
        var noise = NoiseSource(seed: UInt64(row.samples))
        var settings = BreachForecast.Settings()
        settings.minimumSamplesFittedAmbient = 5
        var errors: [Double] = []
        var tooLate = 0
        let study = Study(ambient: 20, rate: row.rate)
        for _ in 0..<400 {
            let ahead = noise.uniform(9...12)
            let readings = study.readings(row.samples, ahead: ahead, &noise)
            let forecast = BreachForecast(
                readings, limit: hot, ambient: row.isAmbientKnown ? 20 : nil, settings: settings)
            guard case .breach(let found) = forecast, let expected = found.expected else {
                continue
            }
            errors.append(Double(expected) / 60_000_000 - ahead)
            if Double(found.early) / 60_000_000 > ahead { tooLate += 1 }
        }
        return (errors.sorted(), tooLate, 400 - errors.count)
    }

    @Test("what is published is in order: the early edge, the answer, the late end")
    func order() throws {
        var noise = NoiseSource(seed: 7)
        let readings = Study(ambient: 20, rate: 0.02).readings(12, ahead: 10, &noise)
        for ambient in [20, nil] as [Double?] {
            guard case .breach(let found) = BreachForecast(readings, limit: hot, ambient: ambient)
            else {
                Issue.record("no forecast")
                continue
            }
            let expected = try #require(found.expected)
            #expect(found.interval.from <= found.early && found.early <= expected)
            #expect(expected <= (found.interval.to ?? .max))
            #expect(found.isAmbientFitted == (ambient == nil))
            #expect(found.sampleCount == 12)
        }
    }

    private static let minutes = (0..<12).map(Double.init)
    private static let falling = minutes.map { 65 - 0.5 * $0 + 0.004 * $0 * $0 }

    @Test("each refusal has its reason")
    func refusals() {
        let falling = trace(Self.minutes, Self.falling)
        func refusal(
            _ trace: [TemperaturePoint], ambient: Double? = nil, openedAt: Timestamp? = nil,
            isTrusted: Bool = true
        ) -> BreachForecast {
            BreachForecast(
                trace, limit: hot, ambient: ambient, openedAt: openedAt, isTrusted: isTrusted)
        }
        #expect(refusal([]) == .refused(.tooFewSamples))
        #expect(refusal(trace([0, 1, 2], [65, 64, 63]), ambient: 20) == .refused(.tooFewSamples))
        #expect(
            refusal(trace(Array(Self.minutes.prefix(11)), Array(Self.falling.prefix(11))))
                == .refused(.tooFewSamples))
        let opened = Timestamp(milliseconds: 8 * 60_000)
        #expect(refusal(falling, ambient: 20, openedAt: opened) == .refused(.tooFewSamples))
        #expect(refusal(falling, isTrusted: false) == .refused(.windowNotTrusted))
        let steady = trace(Self.minutes, Self.minutes.map { 65 - 0.02 * $0 })
        #expect(refusal(steady, ambient: 20) == .refused(.changeTooSmall))
        #expect(refusal(falling, ambient: 60) == .refused(.nearAmbient))
        #expect(refusal(falling, ambient: .nan) == .refused(.noFit))
        let rising = trace(Self.minutes, Self.minutes.map { 65 + 0.2 * $0 })
        #expect(refusal(rising, ambient: 20) == .refused(.rateUncertain))
        let jumping = trace(
            Self.minutes, Self.minutes.map { Int($0) % 2 == 0 ? 66 - 0.1 * $0 : 62 - 0.1 * $0 })
        #expect(refusal(jumping) == .refused(.rateUncertain))
        #expect(
            BreachForecast(trace(Self.minutes, Self.minutes.map { 58 - 0.2 * $0 }), limit: hot)
                == .outsideAlready)
    }

    @Test("a window does not reach across a gap, nor back before the lid was open")
    func window() {
        let late = trace(Self.minutes.map { $0 < 8 ? $0 : $0 + 10 }, Self.falling)
        #expect(BreachForecast(late, limit: hot, ambient: 20) == .refused(.tooFewSamples))
    }

    @Test("a body that is not one lump is refused: Rumford's cannon")
    func cannon() {
        let data = ExponentialFitTests.rumford
        let celsius = data.fahrenheit.map { ($0 - 32) * 5 / 9 }
        var settings = BreachForecast.Settings()
        settings.windowSamples = 13
        let limit = CriticalLimit(minimum: 40)
        let forecast = BreachForecast(
            trace(data.minutes, celsius), limit: limit, ambient: (60 - 32) * 5 / 9,
            settings: settings)
        #expect(forecast == .refused(.notOneBody))
    }

    @Test("a bag that ends inside its limit, or leaves it much later, is not said to breach")
    func beyond() {
        let y = Self.minutes.map { 65 - 0.05 * $0 }
        #expect(BreachForecast(trace(Self.minutes, y), limit: hot, ambient: 58) == .beyondHorizon)
        let slow = Self.minutes.map { 3 + 0.03 * $0 }
        #expect(
            BreachForecast(
                trace(Self.minutes, slow), limit: CriticalLimit(maximum: 20), ambient: 25)
                == .beyondHorizon)
        // Cold food that gets colder leaves no maximum.
        let falling = Self.minutes.map { 4 - 0.05 * $0 }
        #expect(
            BreachForecast(trace(Self.minutes, falling), limit: cold, ambient: 0) == .beyondHorizon)
    }
}
