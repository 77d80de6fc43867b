import ColdChain
import Fabric
import Testing
import Wire

@testable import Bridge

@Suite("Commands in JSON (Q-9, Q-11)")
struct CommandTextTests {
    private static let everything: JSON = [
        "id": "o-1", "foodClass": "cold", "status": "in_transit", "customerId": "c",
        "driverId": "d", "vehicleId": "v", "restaurantId": "r", "cafeId": "k",
        "promisedAt": "1970-01-01T00:00:01Z", "pickedUpAt": "1970-01-01T00:00:02Z",
        "deliveredAt": "1970-01-01T00:00:03Z",
        "pickupLocation": ["latitude": 1, "longitude": 2.5],
        "deliveryLocation": ["latitude": -90, "longitude": 180],
    ]

    @Test("every field of an order is understood")
    func fields() throws {
        let fields = try CommandText.orderFields(CommandTextTests.everything)
        #expect(fields.id == "o-1" && fields.foodClass == .cold && fields.status == .inTransit)
        #expect(fields.customer == "c" && fields.driver == "d" && fields.vehicle == "v")
        #expect(fields.restaurant == "r" && fields.cafe == "k")
        #expect(fields.promisedAt == Timestamp(milliseconds: 1_000))
        #expect(fields.pickedUpAt == Timestamp(milliseconds: 2_000))
        #expect(fields.deliveredAt == Timestamp(milliseconds: 3_000))
        #expect(fields.pickup == Place(latitude: 1, longitude: 2.5))
        #expect(fields.delivery == Place(latitude: -90, longitude: 180))
        #expect(try CommandText.orderFields([:]) == OrderFields())
    }

    @Test(
        "what is not understood is refused by name",
        arguments: [
            ([], "body"), ("x", "body"), (["idd": "a"], "idd"), (["id": 1], "id"),
            (["foodClass": "warm"], "foodClass"), (["foodClass": 1], "foodClass"),
            (["status": "lost"], "status"), (["status": nil], "status"),
            (["driverId": "a b"], "driverId"), (["customerId": ""], "customerId"),
            (["vehicleId": true], "vehicleId"), (["promisedAt": 5], "promisedAt"),
            (["promisedAt": "soon"], "promisedAt"),
            (["pickupLocation": ["latitude": 91, "longitude": 0]], "pickupLocation"),
            (["pickupLocation": ["latitude": 1]], "pickupLocation"),
            (["deliveryLocation": ["latitude": 0, "longitude": 180.1]], "deliveryLocation"),
            (.object([JSON.Member("id", "a"), JSON.Member("id", "a")]), "id"),
        ] as [(JSON, String)])
    func refusedFields(body: JSON, field: String) {
        #expect(CommandTextTests.field { _ = try CommandText.orderFields(body) } == field)
    }

    @Test(
        "a binding names a bag, and perhaps from when on",
        arguments: [
            (["bagId": "b"], nil), (["bagId": "b", "from": "1970-01-01T00:00:01Z"], 1_000),
        ] as [(JSON, Int64?)])
    func binding(body: JSON, from: Int64?) throws {
        #expect(
            try CommandText.binding(body, order: "o")
                == .bindBag(
                    order: "o", bag: "b", from: from.map(Timestamp.init(milliseconds:))))
    }

    @Test(
        "a binding that is not understood is refused by name",
        arguments: [
            ([:], "bagId"), (["bagId": 1], "bagId"), (["bagId": "b", "until": "x"], "until"),
            (["bagId": "b", "from": 0], "from"), (1, "body"),
            (.object([JSON.Member("bagId", "a"), JSON.Member("bagId", "b")]), "bagId"),
        ] as [(JSON, String)])
    func refusedBinding(body: JSON, field: String) {
        #expect(CommandTextTests.field { _ = try CommandText.binding(body, order: "o") } == field)
    }

    @Test("events of the topic are commands")
    func events() throws {
        var created = OrderFields()
        created.id = "o"
        created.foodClass = .hot
        #expect(
            try CommandText.event(
                ["event": "order.created", "data": ["foodClass": "hot"]], order: "o")
                == .createOrder(created))
        var changed = OrderFields()
        changed.driver = "d"
        #expect(
            try CommandText.event(
                ["event": "order.updated", "data": ["driverId": "d"]], order: "o")
                == .amendOrder(id: "o", changed))
        #expect(
            try CommandText.event(
                ["event": "order.bag_bound", "data": ["bagId": "b"]], order: "o")
                == .bindBag(order: "o", bag: "b", from: nil))
        for status in OrderStatus.allCases where status != .created {
            var fields = OrderFields()
            fields.status = status
            #expect(
                try CommandText.event(["event": .string("order.\(status.name)")], order: "o")
                    == .amendOrder(id: "o", fields))
        }
    }

    @Test(
        "an event that is not understood is refused by name",
        arguments: [
            ([:], "event"), (["event": 1], "event"), (["event": "delivered"], "event"),
            (["event": "order."], "event"), (["event": "order.temperature_alert"], "event"),
            (["event": "order.created", "data": ["id": "other"]], "id"),
            (["event": "order.updated", "data": [1]], "body"),
            (["event": "order.bag_bound"], "bagId"),
        ] as [(JSON, String)])
    func refusedEvent(body: JSON, field: String) {
        #expect(CommandTextTests.field { _ = try CommandText.event(body, order: "o") } == field)
    }

    /// The field at fault.
    private static func field(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            guard case .invalid(let field, _)? = error as? CommandRefusal else { return nil }
            return field
        }
    }
}
