import ColdChain
import Testing

/// The expected numbers were computed with biogrowth 1.0.8's CPM_model and dBaranyi, and deSolve
/// 1.34 under R 4.2.2, from published parameters; only the numbers are used here.
@Suite("The growth model, for advice")
struct GrowthModelTests {
    private static let chicken = GrowthModel(
        name: "RC", minimum: 8.8, optimum: 46.4, maximum: 51.5, fastestRate: 6.06, source: "test")
    private static let beef = GrowthModel(
        name: "BB", minimum: 10.3, optimum: 43.5, maximum: 53.4, fastestRate: 5.64, source: "test")

    @Test(
        "γ is Rosso's cardinal temperature model",
        arguments: [
            (
                "growth-gamma-BB", beef,
                [
                    0, 0, 0, 0.004_800_068_170_07, 0.147_078_540_708_09, 0.536_781_885_578_34,
                    0.947_931_937_559_06, 0.948_082_233_010_43, 0.668_129_841_994_02,
                    0.438_606_874_672_25, 0.341_403_700_283_96,
                ]
            ),
            (
                "growth-gamma-RC", chicken,
                [
                    0, 0, 0.001_336_586_469_09, 0.009_483_608_513_04, 0.114_836_700_872_16,
                    0.400_851_037_280_5, 0.810_981_857_633_66, 1, 0.727_201_688_966_88, 0, 0,
                ]
            ),
        ] as [(String, GrowthModel?, [Double])])
    func gamma(id: String, model: GrowthModel?, expected: [Double]) throws {
        let model = try #require(model)
        let celsius = [5.0, 8.8, 10, 12, 20, 30, 40, 46.4, 50, 51.5, 52]
        for (celsius, expected) in zip(celsius, expected) {
            #expect(abs(model.gamma(celsius) - expected) <= 1e-9, "\(id) at \(celsius) °C")
        }
        #expect(model.gamma(.nan) == 0 && model.gamma(.infinity) == 0)
    }

    struct Course: Sendable {
        var id: String
        var model: GrowthModel?
        /// Temperatures at hours, and the increase at others.
        var hours: [Double]
        var celsius: [Double]
        var evaluated: [Double]
        var expected: [Double]
    }

    @Test(
        "without lag, growth along a course of temperatures is the differential equation's",
        arguments: [
            Course(
                id: "growth-foodcode-cooling-RC", model: chicken, hours: [0, 2, 6],
                celsius: [57, 21, 5], evaluated: [0, 1, 2, 3, 4, 6],
                expected: [0, 1.567212, 2.668801, 2.922998, 3.019518, 3.034567]),
            Course(
                id: "growth-cold-4C-RC", model: chicken, hours: [0, 6], celsius: [4, 4],
                evaluated: [0, 6], expected: [0, 0]),
            Course(
                id: "growth-hot-ok-BB", model: beef, hours: [0, 1], celsius: [62, 57],
                evaluated: [0, 1], expected: [0, 0]),
            Course(
                id: "growth-iso-40-RC", model: chicken, hours: [0, 4], celsius: [40, 40],
                evaluated: [0, 1, 2], expected: [0, 2.134361, 4.268643]),
            Course(
                id: "growth-bag-hot-decay-RC", model: chicken, hours: [0, 0.5, 1, 2],
                celsius: [60, 50, 45, 40], evaluated: [0, 0.5, 1, 1.5, 2],
                expected: [0, 0.087838, 1.332726, 2.583772, 3.717802]),
            Course(
                id: "growth-hot-ok-RC", model: chicken, hours: [0, 1], celsius: [62, 57],
                evaluated: [0, 1], expected: [0, 0]),
        ])
    func courses(course: Course) throws {
        for (hour, expected) in zip(course.evaluated, course.expected) {
            let samples = zip(course.hours, course.celsius).map { ($0, $1) }
            guard hour > 0 else { continue }
            var kept = samples.filter { $0.0 < hour }
            kept.append((hour, Self.celsius(at: hour, samples)))
            let points = points(kept.map { ($0.0 * 3_600, $0.1) })
            let found = try #require(GrowthEstimate(of: points, Self.settings(course.model)))
            #expect(abs(found.log10Increase - expected) <= 0.001, "\(course.id) at \(hour) h")
            #expect(found.unknown == 0)
        }
    }

    private static func celsius(at hour: Double, _ samples: [(Double, Double)]) -> Double {
        for (first, second) in zip(samples, samples.dropFirst()) where hour <= second.0 {
            let share = (hour - first.0) / (second.0 - first.0)
            return first.1 + share * (second.1 - first.1)
        }
        return samples.last?.1 ?? .nan
    }

    private static func settings(_ model: GrowthModel?) -> GrowthSettings {
        var settings = GrowthSettings()
        settings.isEnabled = true
        settings.model = model
        settings.maximumGap = .max
        settings.population = .init(initial: 1, maximum: 9)
        return settings
    }

    private static let warmHour = points([(0, 40), (3_600, 40), (36_000, 40)])

    @Test("estimates are off unless asked for")
    func off() {
        #expect(!GrowthSettings().isEnabled)
        var settings = Self.settings(Self.chicken)
        #expect(GrowthEstimate(of: Self.warmHour, settings) != nil)
        settings.isEnabled = false
        #expect(GrowthEstimate(of: Self.warmHour, settings) == nil)
        settings.isEnabled = true
        settings.model = nil
        #expect(GrowthEstimate(of: Self.warmHour, settings) == nil)
    }

    @Test("no more grows than can be there, however long it lasts")
    func ceiling() throws {
        let full = try #require(GrowthEstimate(of: Self.warmHour, Self.settings(Self.chicken)))
        #expect(abs(full.log10Increase - 8) < 1e-3)
        var settings = Self.settings(Self.chicken)
        settings.population = nil
        let free = try #require(GrowthEstimate(of: Self.warmHour, settings))
        #expect(abs(free.log10Increase - 10 * 2.134361) < 1e-2)
    }

    @Test("what lies in a gap is told as unknown, not as growth")
    func gap() throws {
        var settings = Self.settings(Self.chicken)
        settings.maximumGap = 3_600_000_000
        let found = try #require(GrowthEstimate(of: Self.warmHour, settings))
        #expect(abs(found.log10Increase - 2.134361) < 1e-3)
        #expect(found.unknown == 32_400_000_000)
    }

    @Test("of two temperatures of one instant the one at which more grows counts")
    func twoOfOneInstant() throws {
        let settings = Self.settings(Self.chicken)
        let expected = try #require(GrowthEstimate(of: points([(0, 46), (60, 46)]), settings))
        let found = try #require(
            GrowthEstimate(of: points([(60, 46), (0, 51), (0, 46), (0, 20)]), settings))
        #expect(found == expected && found.log10Increase > 0)
        #expect(GrowthEstimate(of: points([(0, 51), (0, 46)]), settings) == nil)
    }

    @Test("outside what the parameters were measured for there is no estimate")
    func validity() {
        let model = GrowthModel(
            name: "bounded", minimum: 8.8, optimum: 46.4, maximum: 51.5, fastestRate: 6.06,
            validity: 10...39.9, source: "test")
        #expect(model != nil)
        #expect(GrowthEstimate(of: Self.warmHour, Self.settings(model)) == nil)
    }

    @Test(
        "parameters that are none are refused",
        arguments: [
            (46.4, 8.8, 51.5, 6.0), (8.8, 46.4, 46.4, 6), (8.8, 46.4, 51.5, -1),
            (.nan, 46.4, 51.5, 6), (8.8, 46.4, .infinity, 6), (8.8, 46.4, 51.5, .infinity),
            // A pole between the minimum and the maximum.
            (0, 10, 50, 6),
        ] as [(Double, Double, Double, Double)])
    func refused(minimum: Double, optimum: Double, maximum: Double, rate: Double) {
        #expect(
            GrowthModel(
                name: "x", minimum: minimum, optimum: optimum, maximum: maximum,
                fastestRate: rate, source: "test") == nil)
    }

    @Test("the published models are there")
    func published() {
        #expect(GrowthModel.published.map(\.fastestRate) == [6.06, 5.64])
    }
}
