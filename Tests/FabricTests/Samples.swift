import ColdChain
import Fabric

/// Instants, orders and events for the tests.
enum Sample {
    static let at = Timestamp(milliseconds: Room.start)

    static func order(
        _ id: String, _ status: OrderStatus = .inTransit, customer: String? = "anna",
        driver: String? = "dirk", restaurant: String? = "trattoria", cafe: String? = nil
    ) -> Order {
        Order(
            number: OrderNumber(1), id: id, foodClass: .hot, status: status, customer: customer,
            driver: driver, restaurant: restaurant, cafe: cafe, createdAt: at, updatedAt: at)
    }

    static func change(_ order: Order, from previous: OrderStatus? = .ready) -> Event {
        .order(OrderChange(order: order, previousStatus: previous))
    }

    static func temperature(
        _ celsius: Double, order: String? = "O1", bag: String = "B1", humidity: Double? = nil,
        isWithinLimit: Bool? = nil
    ) -> Event {
        .temperature(
            TemperatureUpdate(
                order: order, bag: bag, device: "S1", celsius: celsius, humidity: humidity,
                measuredAt: at, receivedAt: at.advanced(byMilliseconds: 412), quality: .good,
                isWithinLimit: isWithinLimit))
    }

    static func location(
        _ latitude: Double, order: String? = "O1", driver: String? = "dirk",
        vehicle: String = "V1", speed: Double? = nil, heading: Double? = nil,
        accuracy: Double? = nil
    ) -> Event {
        let position = Position(
            latitude: latitude, longitude: -73.9851, speed: speed, heading: heading,
            accuracy: accuracy)
        return .location(
            LocationUpdate(
                order: order, driver: driver, vehicle: vehicle, position: position,
                measuredAt: at, quality: .good))
    }

    static func alert(
        _ state: TemperatureAlert.State = .opened, order: String = "O1", bag: String = "B1",
        celsius: Double = 48.5
    ) -> Event {
        .alert(temperatureAlert(state, order: order, bag: bag, celsius: celsius))
    }

    /// Of a bag without a known sensor, or the return of one that is known.
    static func silence(isBack: Bool = false) -> Event {
        .silence(
            SilenceNotice(
                order: "O1", bag: "B1", device: isBack ? "D1" : nil, probe: isBack ? 1 : nil,
                lastHeard: isBack ? at.advanced(byMilliseconds: -120_000) : nil,
                since: at.advanced(byMilliseconds: -60_000), number: 2,
                returnedAt: isBack ? at : nil, toldAt: at))
    }

    static func temperatureAlert(
        _ state: TemperatureAlert.State, order: String = "O1", bag: String = "B1",
        celsius: Double = 48.5
    ) -> TemperatureAlert {
        let excursion = Excursion(
            number: 7, order: OrderNumber(1), source: SourceNumber(3), foodClass: .hot,
            limit: CriticalLimit(minimum: 57), limitProfile: "us-fda-2022",
            judged: JudgedExcursion(
                state: state == .closed ? .closed : .active,
                startedAt: TraceTime(at.advanced(byMilliseconds: -60_000)),
                activatedAt: TraceTime(at.advanced(byMilliseconds: -30_000)), cause: .grace,
                closedAt: state == .closed ? TraceTime(at) : nil,
                closeReason: state == .closed ? .cleared : nil, peak: 44.25,
                outside: 60_000_000, nanoDegreeSeconds: 500_000_000_000))
        return TemperatureAlert(
            state: state, excursion: excursion, order: order, bag: bag, device: "S1",
            celsius: celsius, measuredAt: at, toldAt: at)
    }
}

extension Sample {
    /// What is particular to the types that the tests tell: which matter most, and which members are
    /// for their recipient only.
    static func catalogue() throws -> MessageCatalogue {
        let critical = [
            "order_created", "order_status_changed", "order_ready", "order_completed", "alert",
        ].map {
            MessageType(
                name: $0, summary: $0, effect: .own, isCritical: true, forms: [.tableTap: $0])
        }
        let payment = MessageType(
            name: "payment_processed", summary: "A payment was made.", effect: .own,
            fields: [
                MessageField("orderId", .identifier), MessageField("status", .text(bytes: 64)),
                MessageField("transactionId", .text(bytes: 64), isSensitive: true),
                MessageField("amount", .number(0...1e9), isSensitive: true),
                MessageField("method", .text(bytes: 64), isSensitive: true),
            ])
        return try MessageCatalogue(critical + [payment])
    }
}
