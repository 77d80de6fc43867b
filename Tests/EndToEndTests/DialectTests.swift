import TestSupport
import Testing

/// The dialects besides that of WIA, over WebSockets of a client we did not write.
@Suite struct DialectTests {
    private struct Tracked: Decodable {
        struct Data: Decodable {
            struct Driver: Decodable {
                struct Location: Decodable {
                    var lat: Double
                    var lng: Double
                }
                var location: Location
                var speed: Double?
            }
            var driver: Driver?
            var distance: Double?
            var status: String?
            var state: String?
            var code: String?
            var recovered: Bool?
        }
        var event: String
        var orderId: String?
        var data: Data
        var id: String?
    }

    private struct Booked: Decodable {
        var type: String
        var booking_id: String?
        var lat: Double?
        var speed_kmh: Double?
        var state: String?
        var status: String?
        var code: String?
        var message_id: String?
    }

    private let broker: Mosquitto
    private let daemon: Freshwire
    private let customer: String

    init() throws {
        broker = try Mosquitto()
        daemon = try Freshwire(brokerPort: broker.port)
        customer = try daemon.token(role: "client", subject: "anna")
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000),
            fields:
                #","customerId":"anna","driverId":"dirk","vehicleId":"CAR-1","status":"in_transit""#
        )
    }

    private func first<Message: Decodable>(
        of client: RealtimeClient, _ isMeant: (Message) -> Bool
    ) throws -> Message? {
        var found: Message?
        _ = try eventually(within: .seconds(30)) {
            found = try client.lines.map { try decode($0) as Message }.first(where: isMeant)
            return found != nil
        }
        return found
    }

    private func move(to latitude: Double) throws {
        try broker.publish(
            #"{"lat":\#(latitude),"lon":-122.4194,"speed":36}"#, to: "vehicles/CAR-1/location")
    }

    @Test("Q-10: /tracking tells the customer of a breach, and what was missed")
    func tracking() throws {
        let client = try RealtimeClient(daemon, path: "/tracking", token: customer)
        #expect(client.announcement.hasPrefix("open"))
        try client.send(#"{"action":"subscribe","orderId":"ORD-1","userId":"eve"}"#)
        let denied: Tracked? = try first(of: client) { $0.event == "error" }
        #expect(denied?.data.code == "ACCESS_DENIED")
        try client.send(#"{"action":"subscribe","orderId":"ORD-1","userId":"anna"}"#)
        let answer: Tracked? = try first(of: client) { $0.event == "subscribed" }
        #expect(answer?.orderId == "ORD-1")
        let instant = now()
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: instant - 30_000)
        let breach: Tracked? = try first(of: client) { $0.event == "temperature_alert" }
        #expect(breach?.data.state == "opened")
        try move(to: 37.7749)
        let position: Tracked? = try first(of: client) { $0.event == "location_update" }
        #expect(position?.data.driver?.location.lat == 37.7749)
        #expect(position?.data.driver?.speed == 36)
        #expect(position?.data.status == "in_transit")
        #expect(position?.data.distance == nil)
        try client.send("close")
        _ = client.end()
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 29_000)
        #expect(try eventually { try daemon.metric("freshwire_excursions_closed_total") == 1 })
        let again = try RealtimeClient(
            daemon, path: "/tracking?token=\(customer)", token: "")
        try again.send(
            #"{"action":"subscribe","orderId":"ORD-1","lastMessageId":"\#(breach?.id ?? "")"}"#)
        let missed: Tracked? = try first(of: again) { $0.event == "temperature_alert" }
        #expect(missed?.data.state == "closed")
        let resumed: Tracked? = try first(of: again) { $0.event == "subscribed" }
        #expect(resumed?.data.recovered == true)
    }

    @Test("K-1, K-4: /realtime tells the customer of a breach on the user's channel")
    func booking() throws {
        let client = try RealtimeClient(
            daemon, path: "/realtime?access_token=\(customer)", token: "")
        #expect(client.announcement.hasPrefix("open"))
        try client.send(#"{"type":"subscribe","channel":"user.anna.events"}"#)
        try client.send(#"{"type":"subscribe","channel":"booking.ORD-1.tracking"}"#)
        try client.send(#"{"type":"subscribe","channel":"user.eve.events"}"#)
        let denied: Booked? = try first(of: client) { $0.type == "error" }
        #expect(denied?.code == "ACCESS_DENIED")
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: now() - 30_000)
        let breach: Booked? = try first(of: client) { $0.type == "temperature_alert" }
        #expect(breach?.booking_id == "ORD-1")
        #expect(breach?.state == "opened")
        try move(to: 37.7749)
        let position: Booked? = try first(of: client) { $0.type == "driver_location_update" }
        #expect(position?.lat == 37.7749)
        #expect(position?.speed_kmh == 36)
        // The first is given at once; of these ten the one that is newest when the next is due.
        for step in 1...10 { try move(to: 37.78 + Double(step) / 100) }
        let newest: Booked? = try first(of: client) { $0.lat == 37.88 }
        #expect(newest != nil)
        let positions = try client.lines.map { try decode($0) as Booked }
            .filter { $0.type == "driver_location_update" }
        #expect(positions.count <= 5, "\(positions.count)")
        let patched = try daemon.request(
            "/v1/orders/ORD-1", method: "PATCH", token: try daemon.token(),
            body: #"{"status":"delivered"}"#)
        #expect(patched.status == 200)
        let change: Booked? = try first(of: client) { $0.type == "booking_status_changed" }
        #expect(change?.status == "delivered")
        #expect(!daemon.allLogs.contains(customer))
    }

    @Test(
        "A connection without a token is refused, in every dialect",
        arguments: ["/tracking", "/realtime", "/tracking?token=x", "/realtime?access_token="])
    func refusals(path: String) throws {
        #expect(try RealtimeClient(daemon, path: path, token: "").announcement == "refused 401")
    }
}
