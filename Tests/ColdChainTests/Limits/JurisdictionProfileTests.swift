import ColdChain
import Testing

private func provision(
    _ quantity: LimitQuantity, _ value: Double, isVerified: Bool = true
) -> Provision {
    let amount: Provision.Amount =
        quantity.kind == .temperature ? .temperature(value) : .microseconds(Int64(value))
    return Provision(
        quantity: quantity, amount: amount, rule: quantity.rawValue, source: "test",
        isVerified: isVerified)
}

private func profile(
    _ numbers: [(LimitQuantity, Double)], unit: TemperatureUnit = .celsius,
    overrides: [LimitOverride] = []
) throws(LimitContradiction) -> JurisdictionProfile {
    try JurisdictionProfile(
        id: "test", version: 3, title: "Test", edition: "2022", unit: unit,
        provisions: numbers.map { provision($0.0, $0.1) }, overrides: overrides)
}

@Suite("Limits of a jurisdiction (Q-4)")
struct JurisdictionProfileTests {
    /// Computed with pint 0.25.3.
    @Test(
        "°F are converted to the millionth of a °C",
        arguments: [
            ("unit-130F", 130, 54.444444), ("unit-70F", 70, 21.111111), ("unit-45F", 45, 7.222222),
            ("unit-135F", 135, 57.222222), ("unit-0F", 0, -17.777778), ("unit-41F", 41, 5),
            ("unit-165F", 165, 73.888889),
        ] as [(String, Double, Double)])
    func fahrenheit(id: String, fahrenheit: Double, celsius: Double) {
        #expect(abs(TemperatureUnit.fahrenheit.celsius(fahrenheit) - celsius) <= 1e-6, "\(id)")
        #expect(TemperatureUnit.celsius.celsius(fahrenheit) == fahrenheit)
    }

    @Test("what a thermometer says in °F is judged by the number in °F, tenth by tenth")
    func strict() throws {
        let limits = try profile(
            [(.hotHoldMinimum, 135), (.coldHoldMaximum, 41)], unit: .fahrenheit
        ).criticalLimits
        for tenths in -400...2120 {
            let celsius = TemperatureUnit.fahrenheit.celsius(Double(tenths) / 10)
            #expect(limits.hot.isKept(by: celsius) == (tenths >= 1350))
            #expect(limits.cold.isKept(by: celsius) == (tenths <= 410))
        }
        // The trap: printed °C are a little lower.
        #expect(!limits.hot.isKept(by: 57.1) && !limits.hot.isKept(by: 57.2))
        #expect(limits.hot.isKept(by: 57.3))
    }

    @Test("a class without a number has no limit")
    func classes() throws {
        let limits = try profile([(.hotHoldMinimum, 57), (.coldHoldMaximum, 5)]).criticalLimits
        #expect(
            limits
                == .init(
                    profile: "test", hot: CriticalLimit(minimum: 57),
                    cold: CriticalLimit(maximum: 5),
                    frozen: CriticalLimit(), ambient: CriticalLimit()))
    }

    @Test(
        "limits that contradict each other are refused, and say which",
        arguments: [
            ([(.coldHoldMaximum, 5)], .profile), ([(.hotHoldMinimum, 57)], .profile),
            (
                [(.hotHoldMinimum, 5), (.coldHoldMaximum, 5)], .quantity(.coldHoldMaximum)
            ),
            (
                [(.hotHoldMinimum, 57), (.coldHoldMaximum, 60)], .quantity(.coldHoldMaximum)
            ),
            (
                [(.hotHoldMinimum, 57), (.coldHoldMaximum, 5), (.coldHoldMaximum, 4)],
                .quantity(.coldHoldMaximum)
            ),
            (
                [(.hotHoldMinimum, 57), (.coldHoldMaximum, 5), (.roastHoldMinimum, 58)],
                .quantity(.roastHoldMinimum)
            ),
            (
                [(.hotHoldMinimum, 57), (.coldHoldMaximum, 5), (.frozenHoldMaximum, 6)],
                .quantity(.frozenHoldMaximum)
            ),
            (
                [(.hotHoldMinimum, 57), (.coldHoldMaximum, 5), (.timeControlColdMaximum, 1)],
                .quantity(.timeControlColdMaximum)
            ),
            (
                [
                    (.hotHoldMinimum, 57), (.coldHoldMaximum, 5), (.timeControlMaximum, 4),
                    (.timeControlColdMaximum, 3), (.timeControlColdCeiling, 21),
                ], .quantity(.timeControlMaximum)
            ),
            (
                [
                    (.hotHoldMinimum, 57), (.coldHoldMaximum, 5), (.cumulativeRechillBefore, 4),
                    (.cumulativeDiscardFrom, 4),
                ], .quantity(.cumulativeRechillBefore)
            ),
            (
                [(.hotHoldMinimum, 57), (.coldHoldMaximum, 5), (.cumulativeDiscardFrom, 4)],
                .quantity(.cumulativeDiscardFrom)
            ),
            (
                [(.hotHoldMinimum, 57), (.coldHoldMaximum, 5), (.eatWithin, 0)],
                .quantity(.eatWithin)
            ),
            (
                [(.hotHoldMinimum, 57), (.coldHoldMaximum, 5), (.eatWithin, 1e16)],
                .quantity(.eatWithin)
            ),
            ([(.hotHoldMinimum, .nan), (.coldHoldMaximum, 5)], .quantity(.hotHoldMinimum)),
            ([(.hotHoldMinimum, .infinity), (.coldHoldMaximum, 5)], .quantity(.hotHoldMinimum)),
            ([(.hotHoldMinimum, 570), (.coldHoldMaximum, 5)], .quantity(.hotHoldMinimum)),
        ] as [([(LimitQuantity, Double)], LimitContradiction.Place)])
    func contradictions(numbers: [(LimitQuantity, Double)], place: LimitContradiction.Place) {
        let error = #expect(throws: LimitContradiction.self) { try profile(numbers) }
        #expect(error?.place == place)
        #expect(error?.message.isEmpty == false)
    }

    private static let base: [(LimitQuantity, Double)] = [
        (.hotHoldMinimum, 135), (.coldHoldMaximum, 41),
    ]

    @Test("a product's override comes before a site's, and that before the profile")
    func overrides() throws {
        let profile = try profile(
            Self.base, unit: .fahrenheit,
            overrides: [
                LimitOverride(
                    scope: .site("kitchen-7"), foodClass: .hot, minimum: 140, source: "plan"),
                LimitOverride(
                    scope: .product("roast"), foodClass: .hot, minimum: 130, source: "roasts"),
                LimitOverride(
                    scope: .product("sushi"), foodClass: .cold, minimum: 34, maximum: 39.2,
                    source: "contract"),
                LimitOverride(
                    scope: .site("kitchen-7"), foodClass: .frozen, maximum: 0, source: "plan"),
            ])
        func minimum(_ product: String?, _ site: String?) -> Double? {
            profile.snapshot(for: .hot, product: product, site: site).minimum
        }
        #expect(minimum(nil, nil) == 135)
        #expect(minimum("soup", "kitchen-8") == 135)
        #expect(minimum("soup", "kitchen-7") == 140)
        #expect(minimum("roast", "kitchen-7") == 130)
        // A name is looked for where it belongs.
        #expect(minimum("kitchen-7", "roast") == 135)
        let sushi = profile.snapshot(for: .cold, product: "sushi")
        #expect(sushi.limit == CriticalLimit(minimum: 1.111111, maximum: 4))
        #expect(!sushi.isLooser && sushi.source == "contract" && sushi.rule == nil)
        #expect(sushi.override == .product("sushi"))
        #expect(profile.snapshot(for: .hot, product: "roast").isLooser)
        #expect(!profile.snapshot(for: .hot, site: "kitchen-7").isLooser)
        #expect(!profile.snapshot(for: .frozen, site: "kitchen-7").isLooser)
    }

    @Test("a snapshot says all that a record needs: numbers, unit, edition, rule and source")
    func snapshot() throws {
        let profile = try JurisdictionProfile(
            id: "us", version: 2, title: "US", edition: "2022", unit: .fahrenheit,
            provisions: [
                provision(.hotHoldMinimum, 135), provision(.coldHoldMaximum, 41),
                provision(.frozenHoldMaximum, 0, isVerified: false),
            ])
        let hot = profile.snapshot(for: .hot)
        #expect(hot.profile == "us" && hot.profileVersion == 2 && hot.edition == "2022")
        #expect(hot.limit == CriticalLimit(minimum: 57.222222))
        #expect(hot.minimum == 135 && hot.maximum == nil && hot.unit == .fahrenheit)
        #expect(hot.rule == "hot_hold_minimum" && hot.source == "test" && hot.isVerified)
        #expect(hot.override == nil && hot.hasLimit)
        let frozen = profile.snapshot(for: .frozen)
        #expect(frozen.maximum == 0 && frozen.minimum == nil && !frozen.isVerified)
        let ambient = profile.snapshot(for: .ambient)
        #expect(!ambient.hasLimit && ambient.rule == nil && !ambient.isVerified)
    }

    @Test(
        "an override that no food could keep, or that limits nothing, is refused",
        arguments: [
            LimitOverride(
                scope: .product("a"), foodClass: .cold, minimum: 5, maximum: 4, source: "x"),
            LimitOverride(scope: .product("a"), foodClass: .cold, minimum: 1, source: "x"),
            LimitOverride(scope: .product("a"), foodClass: .hot, maximum: 80, source: "x"),
            LimitOverride(scope: .product("a"), foodClass: .frozen, minimum: -20, source: "x"),
            LimitOverride(scope: .site("a"), foodClass: .ambient, source: "x"),
            LimitOverride(scope: .site("a"), foodClass: .cold, maximum: .nan, source: "x"),
            LimitOverride(scope: .site("a"), foodClass: .cold, maximum: .infinity, source: "x"),
            // It is there already.
            LimitOverride(scope: .site("b"), foodClass: .cold, maximum: 3, source: "x"),
        ])
    func refusedOverrides(override: LimitOverride) {
        let first = LimitOverride(
            scope: .site("b"), foodClass: .cold, maximum: 4, source: "x")
        let error = #expect(throws: LimitContradiction.self) {
            try profile(
                [(.hotHoldMinimum, 57), (.coldHoldMaximum, 5)], overrides: [first, override])
        }
        #expect(error?.place == .override(1))
    }
}
