import InteropSupport
import TestSupport
import Testing

/// Clients of the Socket.IO dialect, by a program that we did not write.
@Suite struct SocketIOTests {
    @Test(
        "S-1, S-2: a breach is seen once and in order, by whoever was away when it ended",
        arguments: ["websocket", "polling", "polling,websocket"])
    func acrossReconnect(transports: String) throws {
        let (broker, daemon) = try Freshwire.ready()
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000),
            fields: #","customerId":"CUS-1""#)
        let token = try daemon.token(role: "customer", subject: "CUS-1")
        let client = try SocketIOClient(daemon, token: token, transports: transports)
        try #require(client.announcement == "open")
        try client.send("join order_ORD-1")
        #expect(
            client.events("ack", atLeast: 1) == [
                #"["ack", {"status": "ok", "room": "order_ORD-1"}]"#
            ])
        #expect(client.events("session:ready").count == 1)

        let instant = now()
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: instant - 30_000)
        #expect(client.events("order:temperature_alert", atLeast: 1).count == 1)
        try client.send("away")
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 29_000)
        #expect(try eventually { try daemon.metric("freshwire_excursions_closed_total") == 1 })
        try client.send("return")
        #expect(client.events("order:temperature_alert", atLeast: 2).count == 2)
        #expect(try client.values("recovered", of: "session:ready").last == "1")

        // Another run of the daemon does not know the session, but the history and the rooms.
        try client.send("away")
        #expect(try daemon.stop(atMost: .seconds(10)) == .exit(0))
        let port = daemon.port
        daemon.settings.environment["FRESHWIRE_SERVER_PORT"] = "\(port)"
        try daemon.start()
        try #require(eventually { daemon.isReady })
        try broker.publish(temperature: 9.5, ofBag: "BAG-1", at: instant - 28_000)
        #expect(try eventually { try daemon.metric("freshwire_alerts_total") == 1 })
        try client.send("return")
        #expect(client.events("order:temperature_alert", atLeast: 3).count == 3)
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 27_000)
        #expect(client.events("order:temperature_alert", atLeast: 4).count == 4)
        #expect(
            try client.values("state", of: "order:temperature_alert")
                == ["opened", "closed", "opened", "closed"])
        #expect(!daemon.allLogs.contains(token))
    }

    @Test("S-2, S-4: rooms by role, status of the order, the room of somebody else's order")
    func rooms() throws {
        let (broker, daemon) = try Freshwire.ready()
        let token = try daemon.token(role: "customer", subject: "CUS-1")
        let customer = try SocketIOClient(daemon, token: token, isTokenInQuery: true)
        let staff = try SocketIOClient(daemon, token: try daemon.token(role: "admin"))
        #expect(try eventually { try customer.values("rooms", of: "session:ready").count == 1 })
        #expect(customer.events("session:ready").first?.contains("customer_CUS-1") == true)
        #expect(staff.events("session:ready", atLeast: 1).first?.contains("admin_updates") == true)

        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000),
            fields: #","customerId":"CUS-1","vehicleId":"CAR-1""#)
        try daemon.createOrder("ORD-2", foodClass: "cold", bags: [])
        let changed = try daemon.request(
            "/v1/orders/ORD-1", method: "PATCH", token: try daemon.token(),
            body: #"{"status":"preparing"}"#)
        #expect(changed.status == 200)
        #expect(
            try eventually {
                try customer.values("status", of: "order:status_update").last == "preparing"
            })
        #expect(try Set(customer.values("order_id", of: "order:status_update")) == ["ORD-1"])

        try customer.send("join order_ORD-2")
        try customer.send("join order_ORD-1")
        #expect(customer.events("ack", atLeast: 2).count == 2)
        #expect(try customer.values("status", of: "ack") == ["error", "ok"])
        #expect(try customer.values("code", of: "ack").first == "ACCESS_DENIED")
        try broker.publish(
            #"{"t":\#(now()),"lat":12.9716,"lon":77.5946,"speed":36,"heading":90}"#,
            to: "vehicles/CAR-1/location")
        #expect(customer.events("order:driver_location", atLeast: 1).count == 1)
        #expect(try customer.values("lat", of: "order:driver_location") == ["12.9716"])
        #expect(try customer.values("speed", of: "order:driver_location") == ["36"])

        try broker.publish(temperature: 9, ofBag: "BAG-1", at: now() - 30_000)
        #expect(staff.events("order:temperature_alert", atLeast: 1).count == 1)
        #expect(customer.events("order:temperature_alert", atLeast: 1).count == 1)
        #expect(!daemon.allLogs.contains(token))
    }

    @Test("S-1: without a token that holds nobody is let in", arguments: ["websocket", "polling"])
    func unauthorized(transports: String) throws {
        let (_, daemon) = try Freshwire.ready()
        let stranger = try SocketIOClient(daemon, token: "nonsense", transports: transports)
        #expect(
            stranger.announcement
                == #"refused [{"message": "Unauthorized", "data": {"status": 401}}]"#)
    }
}
