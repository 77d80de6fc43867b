import ColdChain
import Testing

@Suite("Exponential fits")
struct ExponentialFitTests {
    struct Certified: Sendable {
        var name: String
        var x: [Double]
        var y: [Double]
        var b1: Double
        var b2: Double
        var sd1: Double
        var sd2: Double
        var rss: Double
    }

    /// NIST StRD's certified values, public domain. y = b1·(1 − e^(−b2·x)).
    @Test(
        "NIST's certified values are met to eight digits",
        arguments: [
            Certified(
                name: "BoxBOD", x: [1, 2, 3, 5, 7, 10], y: [109, 149, 149, 191, 213, 224],
                b1: 213.80940889, b2: 0.54723748542, sd1: 12.354515176, sd2: 0.10455993237,
                rss: 1168.0088766),
            Certified(
                name: "Misra1a",
                x: [
                    77.6, 114.9, 141.1, 190.8, 239.9, 289, 332.8, 378.4, 434.8, 477.3, 536.8, 593.1,
                    689.1, 760,
                ],
                y: [
                    10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02, 44.82, 50.76, 55.05, 61.01,
                    66.4, 75.47, 81.78,
                ],
                b1: 238.94212918, b2: 0.00055015643181, sd1: 2.7070075241, sd2: 7.2668688436e-06,
                rss: 0.12455138894),
        ])
    func certified(data: Certified) throws {
        let fit = try #require(ExponentialFit(.knownStart(0), x: data.x, y: data.y))
        for (found, expected) in [
            (fit.end, data.b1), (-fit.reach, data.b1), (fit.rate, data.b2),
            (fit.squaredResiduals, data.rss), (fit.rateError, data.sd2), (fit.endError, data.sd1),
        ] {
            #expect(abs(found / expected - 1) <= 1e-8, "\(data.name): \(found) for \(expected)")
        }
    }

    /// Count Rumford's cannon of 1798, in Bates and Watts 1988, A1.2; °F over minutes.
    static let rumford: (minutes: [Double], fahrenheit: [Double]) = (
        [4, 5, 7, 12, 14, 16, 20, 24, 28, 31, 34, 37.5, 41],
        [126, 125, 123, 120, 119, 118, 116, 115, 114, 113, 112, 111, 110]
    )

    @Test("Rumford's cannon cools as published, and is visibly no single body")
    func cannon() throws {
        let fit = try #require(
            ExponentialFit(
                .knownEnds(start: 130, end: 60), x: Self.rumford.minutes,
                y: Self.rumford.fahrenheit))
        #expect(abs(fit.rate - 0.00942) <= 5e-6)
        #expect(abs(fit.rate - 0.009415497) <= 1e-9)
        #expect(abs(fit.squaredResiduals - 44.2) <= 0.05)
        #expect(abs(fit.rateError - 0.000420087) <= 1e-8)
        #expect(SignRuns(fit.residuals).probability < 0.01)
    }

    @Test(
        "points that determine no curve have none",
        arguments: [
            ([], []), ([1], [1]), ([1, 2, 3], [1, 2, 3]), ([1, 1, 1, 1, 1], [1, 2, 3, 4, 5]),
            ([1, 2, 3, 4, .nan], [1, 2, 3, 4, 5]), ([1, 2, 3, 4, 5], [1, 2, 3, .infinity, 5]),
            ([1, 2, 3, 4, 5], [7, 7, 7, 7, 7]), ([1, 2, 3, 4], [1, 2, 3]),
        ] as [([Double], [Double])])
    func none(x: [Double], y: [Double]) {
        #expect(ExponentialFit(.free, x: x, y: y) == nil)
    }

    @Test("a curve without noise is found, whatever is known of it")
    func exact() throws {
        let x = (0..<12).map(Double.init)
        let truth = try #require(
            ExponentialFit(.knownEnds(start: 65, end: 20), x: [0, 1, 2], y: [65, 64, 63]))
        let y = x.map(truth.value)
        for form in [
            ExponentialFit.Form.free, .knownEnd(20), .knownStart(65),
            .knownEnds(start: 65, end: 20),
        ] {
            let fit = try #require(ExponentialFit(form, x: x, y: y), "\(form)")
            #expect(abs(fit.rate / truth.rate - 1) < 1e-6, "\(form)")
            #expect(abs(fit.end - 20) < 1e-4, "\(form)")
        }
    }

    @Test(
        "the runs of signs are as likely as counting says",
        arguments: [
            ([1, -1], 1), ([1, 1, -1, -1], 1 / 3.0), ([1, -1, 1, -1], 1),
            ([1, 1, 1, -1, -1, -1], 0.1), ([1, 0, 1, -1, 0, -1], 1 / 3.0),
            ([1, 1, 1, 1, 1], 1 / 16.0), ([], 1),
        ] as [([Double], Double)])
    func runs(residuals: [Double], probability: Double) {
        #expect(abs(SignRuns(residuals).probability - probability) < 1e-12)
    }
}
