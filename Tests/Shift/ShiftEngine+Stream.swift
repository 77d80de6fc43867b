package import Bridge
import ColdChain

/// One bag that measures once a second, for measuring what its readings cost.
extension ShiftEngine {
    private static let start = Timestamp(milliseconds: 1_795_176_000_000)

    private static func instant(_ second: Int) -> Timestamp {
        start.advanced(byMilliseconds: Int64(second) * 1000)
    }

    /// An engine with a bag that carries an order of cold food.
    package static func carrying(
        _ settings: BridgeSettings, bag: String
    ) throws -> ShiftEngine {
        let engine = try ShiftEngine(settings, at: start)
        var fields = OrderFields()
        fields.id = "order"
        fields.foodClass = .cold
        fields.status = .pickedUp
        engine.perform(.createOrder(fields), at: start)
        engine.perform(.bindBag(order: "order", bag: bag, from: nil), at: start)
        try engine.turn(at: start)
        return engine
    }

    /// Takes each reading in a message and a turn of its own.
    package func receive(seconds: Range<Int>, ofBag bag: String) throws {
        for second in seconds {
            receive([Self.reading(second)], ofBag: bag, at: Self.instant(second))
            try turn(at: Self.instant(second))
        }
    }

    /// Takes all readings in one message.
    package func receive(late seconds: Range<Int>, ofBag bag: String, at second: Int) throws {
        receive(seconds.map(Self.reading), ofBag: bag, at: Self.instant(second))
        try turn(at: Self.instant(second))
    }

    /// Slowly up and down around the limit, with a sensor's noise.
    private static func reading(_ second: Int) -> (at: Timestamp, celsius: Double) {
        let slope = Double(second % 3_000 - 1_500) / 500
        let noise = Double(second * 7_919 % 17 - 8) / 100
        return (instant(second), 6 + slope.magnitude + noise)
    }
}
