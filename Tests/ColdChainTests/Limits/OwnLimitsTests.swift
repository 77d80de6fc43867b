import ColdChain
import Testing

@Suite("Limits of one's own stand over a profile's")
struct OwnLimitsTests {
    private static func profile(
        _ unit: TemperatureUnit, hot: Double, cold: Double
    ) throws -> JurisdictionProfile {
        func provision(_ quantity: LimitQuantity, _ value: Double) -> Provision {
            Provision(
                quantity: quantity, amount: .temperature(value), rule: "r", source: "s",
                isVerified: true)
        }
        return try JurisdictionProfile(
            id: "house", version: 3, title: "t", edition: "e", unit: unit,
            provisions: [provision(.hotHoldMinimum, hot), provision(.coldHoldMaximum, cold)],
            overrides: [
                LimitOverride(
                    scope: .product("sushi"), foodClass: .cold, maximum: cold - 1, source: "c")
            ])
    }

    @Test("The classes that are given are replaced, the rest stays, and the identity says so")
    func replaced() throws {
        let profile = try Self.profile(.celsius, hot: 57, cold: 5)
        let own = OwnLimits(hotMinimum: 60, frozenMaximum: -18, source: "our plan")
        let inForce = try profile.replacing(own)
        #expect(inForce.identity == "house+own@3")
        #expect(inForce.criticalLimits.profile == "house+own")
        #expect(inForce.criticalLimits.hot == CriticalLimit(minimum: 60))
        #expect(inForce.criticalLimits.cold == CriticalLimit(maximum: 5))
        #expect(inForce.criticalLimits.frozen == CriticalLimit(maximum: -18))
        let snapshot = inForce.snapshot(for: .hot)
        #expect(snapshot.source == "our plan" && !snapshot.isVerified)
        #expect(inForce.snapshot(for: .cold).isVerified)
        #expect(inForce.snapshot(for: .cold, product: "sushi").limit.maximum == 4)
    }

    @Test("What is given as the profile has it changes nothing")
    func same() throws {
        let profile = try Self.profile(.celsius, hot: 57, cold: 5)
        let own = OwnLimits(hotMinimum: 57, coldMaximum: 5, source: "s")
        #expect(try profile.replacing(own) == profile)
        #expect(profile.loosened(by: own).isEmpty)
    }

    @Test(
        "A limit of one's own is compared with as it was given, whatever the unit of record",
        arguments: [57.3, 60, 57.222223, 63])
    func fahrenheit(celsius: Double) throws {
        let profile = try Self.profile(.fahrenheit, hot: 135, cold: 41)
        let inForce = try profile.replacing(OwnLimits(hotMinimum: celsius, source: "s"))
        #expect(inForce.criticalLimits.hot.minimum == celsius)
    }

    @Test("What contradicts the other limits is refused, and what is looser is named")
    func contradictions() throws {
        let profile = try Self.profile(.celsius, hot: 57, cold: 5)
        #expect(throws: LimitContradiction.self) {
            try profile.replacing(OwnLimits(frozenMaximum: 6, source: "s"))
        }
        #expect(throws: LimitContradiction.self) {
            try profile.replacing(OwnLimits(hotMinimum: 4, source: "s"))
        }
        #expect(throws: LimitContradiction.self) {
            try profile.replacing(OwnLimits(coldMaximum: .nan, source: "s"))
        }
        let looser = OwnLimits(hotMinimum: 50, coldMaximum: 8, frozenMaximum: 0, source: "s")
        #expect(profile.loosened(by: looser) == [.hotHoldMinimum, .coldHoldMaximum])
    }
}
