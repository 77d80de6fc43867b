import ColdChain
import Testing

@Suite("Quality flags (B-6)")
struct QualityTests {
    @Test(
        "the worst flag counts: missing, not evaluated, good, suspect, bad",
        arguments: [
            (nil, nil, .notEvaluated), (.good, nil, .good), (nil, .good, .good),
            (.good, .good, .good), (.missing, .notEvaluated, .notEvaluated),
            (.missing, .missing, .missing), (.notEvaluated, .notEvaluated, .notEvaluated),
            (.missing, .good, .good), (.notEvaluated, .good, .good),
            (.good, .suspect, .suspect), (.suspect, .good, .suspect), (.suspect, .bad, .bad),
            (.bad, .good, .bad), (.notEvaluated, .bad, .bad), (.missing, .bad, .bad),
        ] as [(QualityFlag?, QualityFlag?, QualityFlag)])
    func precedence(range: QualityFlag?, time: QualityFlag?, rollup: QualityFlag) {
        var flags = QualityFlags()
        if let range { flags[.grossRange] = range }
        if let time { flags[.eventTime] = time }
        #expect(flags.rollup == rollup)
    }

    @Test("each test has a place of its own, and one that was not applied is not evaluated")
    func places() {
        var flags = QualityFlags()
        flags[.grossRange] = .missing
        flags[.eventTime] = .bad
        flags[.grossRange] = .suspect
        #expect(flags[.grossRange] == .suspect)
        #expect(flags[.eventTime] == .bad)
        #expect(QualityFlags()[.eventTime] == .notEvaluated)
        #expect(QualityFlags(packed: flags.packed) == flags)
    }

    @Test("bits that mean no flag are passed over")
    func unknownBits() {
        #expect(QualityFlags(packed: 0x5).rollup == .missing)
        #expect(QualityFlags(packed: 0x35)[.grossRange] == .notEvaluated)
        #expect(QualityFlags(packed: 0x35).rollup == .suspect)
    }

    @Test(
        "both ends of a span lie inside it",
        arguments: [
            (-40, .suspect), (-40.001, .bad), (125, .suspect), (125.001, .bad), (-30, .good),
            (-30.01, .suspect), (85, .good), (85.01, .suspect), (20, .good),
            (.infinity, .bad), (-.infinity, .bad), (.nan, .missing),
        ] as [(Double, QualityFlag)])
    func grossRange(value: Double, flag: QualityFlag) {
        #expect(
            GrossRange(sensorSpan: -40...125, plausibleSpan: -30...85)?.flag(for: value) == flag)
    }

    @Test("without a plausible span whatever the sensor can measure is good")
    func noPlausibleSpan() {
        #expect(GrossRange(sensorSpan: 0...100).flag(for: 100) == .good)
        #expect(GrossRange(sensorSpan: 0...100).flag(for: 100.5) == .bad)
    }
}

@Suite("Instants")
struct TimestampTests {
    @Test("arithmetic stays at the ends of time")
    func ends() {
        let last = Timestamp(milliseconds: .max)
        let first = Timestamp(milliseconds: .min)
        #expect(last.advanced(byMilliseconds: 1) == last)
        #expect(first.advanced(byMilliseconds: -1) == first)
        #expect(last.milliseconds(since: first) == .max)
        #expect(first.milliseconds(since: last) == .min)
        #expect(first < last)
        #expect(Timestamp(milliseconds: 5).advanced(byMilliseconds: -7).milliseconds == -2)
        #expect(Timestamp(milliseconds: 5).milliseconds(since: Timestamp(milliseconds: 7)) == -2)
    }
}

@Suite("Names in the log and in the API")
struct NameTests {
    @Test("each status, food class and quantity is found by its own name, and only by that")
    func roundTrip() {
        for status in OrderStatus.allCases { #expect(OrderStatus(name: status.name) == status) }
        for foodClass in FoodClass.allCases {
            #expect(FoodClass(name: foodClass.name) == foodClass)
        }
        for quantity in Quantity.allCases { #expect(Quantity(name: quantity.name) == quantity) }
        #expect(OrderStatus(name: "Delivered") == nil)
        #expect(FoodClass(name: "") == nil)
        #expect(Quantity(name: "temp") == nil)
    }

    @Test("an order is final when it is delivered or cancelled (Q-11)")
    func final() {
        let final = OrderStatus.allCases.filter(\.isFinal)
        #expect(final == [.delivered, .cancelled])
    }

    @Test("the driver stands in for a vehicle that was not told")
    func carriedBy() {
        let now = Timestamp(milliseconds: 0)
        var order = Order(
            number: OrderNumber(1), id: "a", foodClass: .hot, createdAt: now, updatedAt: now)
        #expect(order.carriedBy == nil)
        order.driver = "driver-1"
        #expect(order.carriedBy == "driver-1")
        order.vehicle = "van-2"
        #expect(order.carriedBy == "van-2")
    }
}
