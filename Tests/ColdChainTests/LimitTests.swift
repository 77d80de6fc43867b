import ColdChain
import Testing

@Suite("Critical limits (Q-4)")
struct LimitTests {
    @Test(
        "the limit itself is safe: 57 °C hot, 5 °C cold",
        arguments: [
            (.hot, 57.0, true, 0), (.hot, 56.999, false, 0.001), (.hot, 100, true, 0),
            (.hot, 50, false, 7), (.hot, -.infinity, false, .infinity),
            (.cold, 5.0, true, 0), (.cold, 5.001, false, 0.001), (.cold, -20, true, 0),
            (.cold, 12, false, 7), (.cold, .infinity, false, .infinity),
            (.frozen, 30, true, 0), (.ambient, -30, true, 0),
        ] as [(FoodClass, Double, Bool, Double)])
    func foodCode(foodClass: FoodClass, celsius: Double, isKept: Bool, deviation: Double) {
        let limit = CriticalLimits.foodCode2022[foodClass]
        #expect(limit.isKept(by: celsius) == isKept)
        let found = limit.deviation(of: celsius)
        #expect(found == deviation || abs(found - deviation) < 1e-9)
    }

    @Test("a band has two ends, both safe")
    func band() {
        let band = CriticalLimit(minimum: 2, maximum: 8)
        #expect([2.0, 5, 8].allSatisfy(band.isKept))
        #expect(!band.isKept(by: 1.9) && !band.isKept(by: 8.1))
        #expect(band.deviation(of: 0) == 2)
        #expect(band.deviation(of: 11) == 3)
    }

    @Test(
        "what is no number keeps no limit",
        arguments: [CriticalLimit(minimum: 57), CriticalLimit(maximum: 5)])
    func noNumber(limit: CriticalLimit) {
        #expect(!limit.isKept(by: .nan))
    }
}

@Suite("Custody")
struct CustodyTests {
    @Test(
        "a bag carries an order from the first instant on, until just before the last",
        arguments: [
            (99, false, false), (100, true, true), (150, true, true), (199, true, true),
            (200, false, true), (.max, false, true),
        ] as [(Int64, Bool, Bool)])
    func covers(milliseconds: Int64, whenEnded: Bool, whileItHolds: Bool) {
        let instant = Timestamp(milliseconds: milliseconds)
        var custody = Custody(
            bag: "b", order: OrderNumber(1), from: Timestamp(milliseconds: 100))
        #expect(custody.covers(instant) == whileItHolds)
        custody.until = Timestamp(milliseconds: 200)
        #expect(custody.covers(instant) == whenEnded)
        custody.until = custody.from
        #expect(!custody.covers(instant))
    }
}
