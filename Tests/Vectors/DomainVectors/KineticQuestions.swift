import ColdChain
import Foundation
import QualityVectors

/// The rate at which a body of known ends cools: `A + B*exp(-k*t)` with numbers for A and B.
struct CoolingRateQuestion: Question {
    var time_min: [Double]
    var temp_f: [Double]?
    var temp_c: [Double]?
    var model: String

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        guard let values = temp_f ?? temp_c else {
            throw InputError(description: "there are no temperatures")
        }
        let text = model.filter { $0 != " " }
        guard let bracket = text.range(of: "*exp("),
            case let numbers = Self.terms(text[..<bracket.lowerBound]), numbers.count == 2
        else { throw InputError(description: "'\(model)' is not A + B*exp(-k*t)") }
        let form = ExponentialFit.Form.knownEnds(start: numbers[0] + numbers[1], end: numbers[0])
        guard let fit = ExponentialFit(form, x: time_min, y: values) else {
            throw InputError(description: "no curve fits")
        }
        // Each source has its own k and rss, such as k_published.
        var members: [String: Answer] = [:]
        for name in expected.names {
            if name.hasPrefix("k_stderr") {
                members[name] = .number(fit.rateError)
            } else if name == "k" || name.hasPrefix("k_") {
                members[name] = .number(fit.rate)
            } else if name.hasPrefix("rss") {
                members[name] = .number(fit.squaredResiduals)
            }
        }
        return .members(members)
    }

    /// The numbers of a sum, such as `60+70` or `98.6-20`.
    private static func terms(_ sum: Substring) -> [Double] {
        var terms: [String] = []
        for character in sum where character != "(" && character != ")" {
            if character == "+" || character == "-" || terms.isEmpty { terms.append("") }
            terms[terms.count - 1].append(character)
        }
        let numbers = terms.compactMap { Double($0) }
        return numbers.count == terms.count ? numbers : []
    }
}

/// A curve that rises from 0: `b1*(1-exp(-b2*x))`.
struct ExponentialRiseQuestion: Question {
    var x: [Double]
    var y: [Double]

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        guard let fit = ExponentialFit(.knownStart(0), x: x, y: y) else {
            throw InputError(description: "no curve fits")
        }
        return .members([
            "b1": .number(fit.end), "b2": .number(fit.rate), "sd_b1": .number(fit.endError),
            "sd_b2": .number(fit.rateError), "rss": .number(fit.squaredResiduals),
        ])
    }
}

/// In how many minutes a limit is reached.
struct BreachQuestion: Question {
    var temp_now_c: Double
    var ambient_c: Double
    var k_per_min: Double
    var limit_c: Double

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        Answer(
            TimeToBreach.minutes(
                from: temp_now_c, to: limit_c, ambient: ambient_c, ratePerMinute: k_per_min))
    }
}

/// An organism's rate at temperatures, as a share of its fastest.
struct GrowthRateQuestion: Question {
    var temp_c: [Double]
    var tmin_c: Double
    var topt_c: Double
    var tmax_c: Double
    var n: Int?

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        guard
            let model = GrowthModel(
                name: topic, minimum: tmin_c, optimum: topt_c, maximum: tmax_c, fastestRate: 1,
                order: n ?? 2, source: topic)
        else { throw InputError(description: "these are no cardinal temperatures") }
        return Answer(temp_c.map { model.gamma($0) })
    }
}

/// The growth along a course of temperatures up to several hours, in powers of ten.
struct GrowthQuestion: Question {
    var profile_h: [Double]
    var profile_c: [Double]
    var eval_h: [Double]
    var mu_opt_ln_per_h: Double
    var tmin_c: Double
    var topt_c: Double
    var tmax_c: Double
    var n: Int?
    var log10_N0: Double?
    var log10_Nmax: Double?

    func answer(_ topic: String, expecting expected: Answer) throws -> Answer {
        var settings = GrowthSettings()
        settings.isEnabled = true
        settings.maximumGap = .max
        settings.model = GrowthModel(
            name: topic, minimum: tmin_c, optimum: topt_c, maximum: tmax_c,
            fastestRate: mu_opt_ln_per_h, order: n ?? 2, source: topic)
        if let log10_N0, let log10_Nmax {
            settings.population = .init(initial: log10_N0, maximum: log10_Nmax)
        }
        guard settings.model != nil, profile_h.count == profile_c.count else {
            throw InputError(description: "this is no model, or no course of temperatures")
        }
        return Answer(
            try eval_h.map { hour in
                // Before anything could grow, nothing has; a trace of one reading has no time.
                guard hour > profile_h.first ?? 0 else { return 0 }
                return GrowthEstimate(of: try course(until: hour), settings)?.log10Increase
            })
    }

    /// The course up to an hour, with what lies between its readings there.
    private func course(until hour: Double) throws -> [TemperaturePoint] {
        var points = try zip(profile_h, profile_c).filter { $0.0 < hour }.map {
            try Self.point(atHour: $0.0, $0.1)
        }
        if let next = profile_h.firstIndex(where: { $0 >= hour }), next > 0 {
            let share = (hour - profile_h[next - 1]) / (profile_h[next] - profile_h[next - 1])
            let celsius = profile_c[next - 1] + share * (profile_c[next] - profile_c[next - 1])
            points.append(try Self.point(atHour: hour, celsius))
        }
        return points
    }

    private static func point(atHour hour: Double, _ celsius: Double) throws -> TemperaturePoint {
        guard
            let point = TemperaturePoint(
                celsius: celsius, measuredAt: try TimeInRangeQuestion.instant(hour * 3_600))
        else { throw InputError(description: "\(celsius) °C is no temperature") }
        return point
    }
}
