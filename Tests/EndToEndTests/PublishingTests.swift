import Foundation
import TestSupport
import Testing

/// Messages that somebody publishes, on their way to whoever follows.
@Suite struct PublishingTests {
    private struct Fate: Decodable {
        struct Refusal: Decodable {
            var code: String
            var field: String?
        }
        var id: String?
        var status: String?
        var messageId: String?
        var error: Refusal?
    }

    private struct Fates: Decodable {
        var events: [Fate]
    }

    /// What each dialect's envelope may have.
    private struct Told: Decodable {
        struct Data: Decodable {
            var newEta: String?
            var estimatedPreparation: String?
            var message: String?
            var messageId: String?
            var status: String?
            var code: String?
            var results: [Fate]?
            var channels: [String]?
            var location: Place?
            var error: Fate.Refusal?
        }
        struct Place: Decodable {
            var latitude: Double
        }
        var type: String?
        var event: String?
        var payload: Data?
        var data: Data?
        var id: String?
        var new_eta: String?
        var content: String?
        var from_role: String?
        var from_id: String?
        var message_id: String?
        var client_message_id: String?
        var code: String?
        var status: String?
        var lat: Double?
        var messageId: String?

        var name: String { type ?? event ?? "" }
    }

    private let broker: Mosquitto
    private let daemon: Freshwire

    init() throws {
        (broker, daemon) = try Freshwire.ready()
        try daemon.createOrder(
            "ORD-1", foodClass: "hot", bags: [],
            fields:
                #","customerId":"anna","driverId":"dirk","vehicleId":"CAR-1","status":"in_transit""#
        )
    }

    private func post(_ body: String, as role: String = "staff", _ subject: String? = nil) throws
        -> Answer
    {
        try daemon.request(
            "/v1/events", method: "POST", token: try daemon.token(role: role, subject: subject),
            body: body)
    }

    private func eta(_ id: String, _ newEta: String) -> String {
        #"{"id":"\#(id)","type":"eta_update","timestamp":"2026-01-15T12:28:00Z","data":"#
            + #"{"orderId":"ORD-1","newEta":"\#(newEta)","reason":"traffic_delay"}}"#
    }

    private func all(_ name: String, of client: RealtimeClient, atLeast count: Int) throws -> [Told]
    {
        var found: [Told] = []
        _ = try eventually(within: .seconds(30)) {
            found = try client.lines.map { try decode($0) as Told }.filter { $0.name == name }
            return found.count >= count
        }
        return found
    }

    @Test("W-7, T-6: POST /v1/events is seen by five dialects, once, in order, across a restart")
    func fiveDialects() throws {
        let anna = try daemon.token(role: "client", subject: "anna")
        let wia = try RealtimeClient(daemon, token: anna)
        try wia.subscribe(toOrder: "ORD-1")
        let tracking = try RealtimeClient(daemon, path: "/tracking", token: anna)
        try tracking.send(#"{"action":"subscribe","orderId":"ORD-1","userId":"anna"}"#)
        let booking = try RealtimeClient(daemon, path: "/realtime", token: anna)
        try booking.send(#"{"type":"subscribe","channel":"booking.ORD-1.tracking"}"#)
        let tableTap = try RealtimeClient(daemon, path: "/v1", token: anna)
        try tableTap.send(
            #"{"type":"subscribe","data":{"channels":["orders:customer:anna"]}}"#)
        let socketIO = try SocketIOClient(daemon, token: anna)
        try socketIO.send("join order_ORD-1")
        _ = socketIO.events("ack", atLeast: 1)
        _ = try all("subscribed", of: tracking, atLeast: 1)
        _ = try all("subscribed", of: booking, atLeast: 1)
        _ = try all("subscription_confirmed", of: tableTap, atLeast: 1)
        _ = try all("subscribe_ack", of: wia, atLeast: 1)

        let first = try post(eta("e-1", "2026-01-15T12:45:00Z"))
        #expect(first.status == 200, "\(first.body)")
        let fate: Fate = try first.decoded()
        #expect(fate.status == "accepted" && fate.id == "e-1")
        let ready =
            #"{"id":"r-1","type":"order_ready","data":{"orderId":"ORD-1","pickupCode":"1234"}}"#
        let many = try post(
            #"{"events":[\#(eta("e-2", "2026-01-15T12:50:00Z")),"#
                + #"{"id":"bad","type":"eta_update","data":{"orderId":"ORD-1"}},"#
                + #"{"id":"x","type":"nonsense","data":{}},\#(ready),"#
                + #"\#(eta("e-1", "2026-01-15T12:45:00Z"))]}"#)
        #expect(many.status == 200)
        let fates = try many.decoded(Fates.self).events
        #expect(
            fates.map(\.status) == ["accepted", "rejected", "rejected", "accepted", "duplicate"])
        #expect(fates[1].error?.field == "newEta" && fates[1].error?.code == "missing_field")
        #expect(fates[2].error?.code == "unknown_type")
        #expect(fates[4].messageId == fate.messageId)

        let etas = ["2026-01-15T12:45:00Z", "2026-01-15T12:50:00Z"]
        let seen = try all("eta_update", of: wia, atLeast: 2)
        #expect(seen.map { $0.payload?.newEta } == etas)
        #expect(seen.first?.id == fate.messageId)
        #expect(try all("eta_update", of: tracking, atLeast: 2).map { $0.data?.newEta } == etas)
        #expect(try all("eta_update", of: booking, atLeast: 2).map(\.new_eta) == etas)
        #expect(try all("order_ready", of: tableTap, atLeast: 1).count == 1)
        _ = socketIO.events("order:eta_update", atLeast: 2)
        #expect(try socketIO.values("new_eta", of: "order:eta_update") == etas)

        // What the first client misses is told to it after a restart; a repetition is known still.
        try wia.send("close")
        _ = wia.end()
        #expect(try post(eta("e-3", "2026-01-15T12:55:00Z")).status == 200)
        try daemon.kill()
        try daemon.start()
        try #require(eventually { daemon.isReady })
        let again = try post(eta("e-3", "2026-01-15T12:55:00Z"))
        #expect(try again.decoded(Fate.self).status == "duplicate")
        #expect(try post(eta("e-4", "2026-01-15T13:00:00Z")).status == 200)
        let back = try RealtimeClient(daemon, token: anna)
        try back.send(
            #"{"type":"reconnect","id":"b","payload":{"lastMessageId":"\#(seen[1].id ?? "")","#
                + #""subscriptions":["orders.ORD-1"]}}"#)
        let missed = try all("eta_update", of: back, atLeast: 2)
        #expect(
            missed.map { $0.payload?.newEta } == ["2026-01-15T12:55:00Z", "2026-01-15T13:00:00Z"])
    }

    @Test(
        "W-16: who may not publish is refused, by the catalogue",
        arguments: [
            ("customer", "anna", 403), ("driver", "eve", 403), ("driver", "dirk", 200),
        ])
    func roles(role: String, subject: String, status: Int) throws {
        let answer = try post(eta("e-1", "2026-01-15T12:45:00Z"), as: role, subject)
        #expect(answer.status == status, "\(answer.body)")
    }

    private struct Letter: Decodable {
        var reason: String
        var detail: String
    }

    @Test("MQTT: a message on fabric/{channel} is told; a bad one is a dead letter with its reason")
    func byMQTT() throws {
        let client = try RealtimeClient(daemon, token: try daemon.token())
        try client.subscribe(toOrder: "ORD-1")
        _ = try all("subscribe_ack", of: client, atLeast: 1)
        try broker.publish(eta("q-1", "2026-01-15T12:45:00Z"), to: "fabric/orders.ORD-1")
        try broker.publish(eta("q-1", "2026-01-15T12:45:00Z"), to: "fabric/orders.ORD-1")
        try broker.publish(eta("q-2", "2026-01-15T12:50:00Z"), to: "fabric/tracking.ORD-1")
        #expect(
            try all("eta_update", of: client, atLeast: 2).map { $0.payload?.newEta } == [
                "2026-01-15T12:45:00Z", "2026-01-15T12:50:00Z",
            ])
        try broker.publish(eta("q-3", "2026-01-15T12:45:00Z"), to: "fabric/users.anna")
        try broker.publish("nonsense", to: "fabric/orders.ORD-1")
        try broker.publish(
            #"{"id":"q-4","type":"eta_update","data":{"orderId":"ORD-1"}}"#,
            to: "fabric/orders.ORD-1")
        #expect(
            try eventually {
                try daemon.metric(#"freshwire_dead_letters_total{reason="event_refused"}"#) == 3
            })
        let letters: [Letter] = try daemon.rows(
            "SELECT reason, detail FROM dead_letters")
        #expect(letters.count == 3)
        #expect(letters.contains { $0.detail.contains("The topic names users.anna") })
        #expect(letters.contains { $0.detail.contains("not JSON") })
        #expect(letters.contains { $0.detail.contains("newEta: it is required") })
    }

    @Test("W-2, W-12: what a driver queued while offline is judged message by message, and once")
    func bulk() throws {
        let anna = try RealtimeClient(
            daemon, token: try daemon.token(role: "client", subject: "anna"))
        try anna.subscribe(toOrder: "ORD-1")
        _ = try all("subscribe_ack", of: anna, atLeast: 1)
        let dirk = try RealtimeClient(
            daemon, token: try daemon.token(role: "driver", subject: "dirk"))
        func location(_ id: String, driver: String = "dirk", order: String = "ORD-1") -> String {
            #"{"type":"location_update","id":"\#(id)","timestamp":"\#(rfc3339(now() - 5_000))","#
                + #""payload":{"driverId":"\#(driver)","orderId":"\#(order)","location":"#
                + #"{"latitude":40.7589,"longitude":-73.9851,"accuracy":12,"heading":90,"speed":25}}}"#
        }
        func status(_ id: String, _ status: String) -> String {
            #"{"type":"status_change","id":"\#(id)","timestamp":"\#(rfc3339(now()))","#
                + #""payload":{"orderId":"ORD-1","status":"\#(status)"}}"#
        }
        try dirk.send(
            #"{"type":"bulk_update","id":"bulk-001","timestamp":"\#(rfc3339(now()))","payload":"#
                + #"{"messages":[\#(location("l-1")),\#(location("l-1")),"#
                + #"\#(location("l-2", driver: "eve")),\#(location("l-3", order: "ORD-9")),"#
                + #"{"type":"location_update"},\#(status("s-1", "IN_TRANSIT")),"#
                + #"{"type":"nonsense","id":"n-1","payload":{}}]}}"#)
        let answer = try all("bulk_update_ack", of: dirk, atLeast: 1).first
        #expect(answer?.id == "bulk-001")
        #expect(
            answer?.payload?.results?.map(\.status) == [
                "accepted", "duplicate", "rejected", "rejected", "rejected", "accepted", "rejected",
            ])
        #expect(
            answer?.payload?.results?.map(\.id) == ["l-1", "l-1", "l-2", "l-3", nil, "s-1", "n-1"])
        #expect(
            try all("location_update", of: anna, atLeast: 1).first?.payload?.location?.latitude
                == 40.7589)
        // Once it is delivered, the customer is not told any more where the driver is.
        try dirk.send(status("s-2", "DELIVERED"))
        #expect(
            try all("status_change_ack", of: dirk, atLeast: 1).first?.payload?.status == "accepted")
        #expect(try all("order_update", of: anna, atLeast: 1).first?.payload?.status == "DELIVERED")
        try dirk.send(location("l-4", driver: "eve"))
        #expect(try all("error", of: dirk, atLeast: 1).first?.payload?.code == "ACCESS_DENIED")
    }

    @Test("S-3, K-2, K-10: a driver's position by Socket.IO is seen by the customer, nothing else")
    func driverLocation() throws {
        let anna = try daemon.token(role: "client", subject: "anna")
        let customer = try SocketIOClient(daemon, token: anna)
        try customer.send("join order_ORD-1")
        _ = customer.events("ack", atLeast: 1)
        let booking = try RealtimeClient(daemon, path: "/realtime", token: anna)
        try booking.send(#"{"type":"subscribe","channel":"booking.ORD-1.tracking"}"#)
        _ = try all("subscribed", of: booking, atLeast: 1)
        let driver = try SocketIOClient(
            daemon, token: try daemon.token(role: "driver", subject: "dirk"))
        try driver.send(
            #"emit driver:location_update {"lat":12.9716,"lng":77.5946,"heading":90,"speed":40}"#)
        #expect(driver.events("ack", atLeast: 1).first?.contains(#""status": "ok""#) == true)
        #expect(customer.events("order:driver_location", atLeast: 1).count == 1)
        #expect(try customer.values("lat", of: "order:driver_location") == ["12.9716"])
        let seen = try all("driver_location_update", of: booking, atLeast: 1).first
        #expect(seen?.lat == 12.9716)
        let refused = try SocketIOClient(daemon, token: anna)
        try refused.send(#"emit driver:location_update {"lat":1,"lng":2}"#)
        #expect(refused.events("ack", atLeast: 1).first?.contains("ACCESS_DENIED") == true)
        try driver.send(#"emit driver:location_update {"lat":"north","lng":2}"#)
        #expect(driver.events("ack", atLeast: 2).last?.contains("INVALID_FIELD") == true)
    }

    @Test("T-9: a client's message is acknowledged when it is done, or what is wrong is said")
    func tableTap() throws {
        try daemon.createOrder(
            "ORD-2", foodClass: "hot", bags: [], fields: #","cafeId":"c-1","status":"confirmed""#)
        let employee = try RealtimeClient(
            daemon, path: "/v1", token: try daemon.token(role: "admin", subject: "emma"))
        func update(_ id: String, _ status: String) -> String {
            #"{"type":"order_status_update","messageId":"\#(id)","#
                + #""data":{"orderId":"ORD-2","status":"\#(status)"}}"#
        }
        try employee.send(update("msg_1", "preparing"))
        let done = try all("message_acknowledged", of: employee, atLeast: 1).first
        #expect(done?.data?.messageId == "msg_1" && done?.data?.status == "processed")
        try employee.send(update("msg_2", "completed"))
        _ = try all("message_acknowledged", of: employee, atLeast: 2)
        try employee.send(update("msg_3", "preparing"))
        let refused = try all("message_error", of: employee, atLeast: 1).first
        #expect(refused?.data?.messageId == "msg_3")
        #expect(refused?.data?.error?.code == "INVALID_ORDER_STATUS")
    }

    @Test(
        "W-2: what the platform says of a change comes with it, by MQTT too, after a restart again")
    func orderWords() throws {
        try daemon.createOrder("ORD-3", foodClass: "hot", bags: [])
        let client = try RealtimeClient(daemon, token: try daemon.token())
        try client.subscribe(toOrder: "ORD-3")
        let position = try all("subscribe_ack", of: client, atLeast: 1).first?.id
        #expect(position != nil)
        func update(_ id: String, _ said: String) -> String {
            #"{"id":"\#(id)","type":"order_status_update","data":{"orderId":"ORD-3","#
                + #""status":"preparing",\#(said)}}"#
        }
        let soon = #""estimatedPreparation":"2026-01-15T12:30:00Z","message":"Soon""#
        #expect(try post(update("w-1", soon)).status == 200)
        try broker.publish(update("w-2", #""message":"Late""#), to: "fabric/orders.ORD-3")
        #expect(try post(update("w-3", #""estimatedPreparation":"at noon""#)).status == 400)
        let told = try all("order_update", of: client, atLeast: 2)
        #expect(told.map { $0.payload?.message } == ["Soon", "Late"])
        #expect(
            told.map { $0.payload?.estimatedPreparation } == ["2026-01-15T12:30:00Z", nil])
        try daemon.kill()
        try daemon.start()
        try #require(eventually { daemon.isReady })
        #expect(
            try post(update("w-1", soon)).decoded(Fate.self).status == "duplicate")
        let back = try RealtimeClient(daemon, token: try daemon.token())
        try back.send(
            #"{"type":"reconnect","id":"b","payload":{"lastMessageId":"\#(told[0].id ?? "")","#
                + #""subscriptions":["orders.ORD-3"]}}"#)
        let again = try all("order_update", of: back, atLeast: 1)
        #expect(again.map { $0.payload?.message } == ["Late"])
        #expect(again.map(\.id) == [told[1].id])
        let logged: [LoggedEvent] = try daemon.rows("SELECT name, data FROM events")
        #expect(logged.count { $0.name == "order.preparing" } == 1)
        #expect(!logged.contains { $0.data.contains("Soon") || $0.data.contains("Late") })
    }

    private struct LoggedEvent: Decodable {
        var name: String
        var data: String
    }

    @Test("K-3, K-7: a chat is told in order, once, and its last messages to whoever joins")
    func chat() throws {
        let anna = try RealtimeClient(
            daemon, path: "/realtime", token: try daemon.token(role: "client", subject: "anna"))
        let join = #"{"type":"subscribe","channel":"booking.ORD-1.chat"}"#
        try anna.send(join)
        _ = try all("subscribed", of: anna, atLeast: 1)
        func say(_ id: Int, _ text: String) -> String {
            #"{"type":"chat_message","booking_id":"ORD-1","message_id":"c-\#(id)","#
                + #""content":"\#(text)"}"#
        }
        for number in 1...60 { try anna.send(say(number, "hello \(number)")) }
        try anna.send(say(60, "hello 60"))
        #expect(try all("published", of: anna, atLeast: 61).last?.status == "duplicate")
        let heard = try all("chat_message", of: anna, atLeast: 60)
        #expect(heard.map(\.content) == (1...60).map { "hello \($0)" })
        #expect(heard.first?.from_role == "client" && heard.first?.from_id == "anna")
        #expect(heard.first?.client_message_id == "c-1")
        let dirk = try RealtimeClient(
            daemon, path: "/realtime", token: try daemon.token(role: "driver", subject: "dirk"))
        try dirk.send(join)
        #expect(
            try all("chat_message", of: dirk, atLeast: 50).map(\.content)
                == (11...60).map { "hello \($0)" })
        let eve = try RealtimeClient(
            daemon, path: "/realtime", token: try daemon.token(role: "client", subject: "eve"))
        try eve.send(say(1, "me too"))
        #expect(try all("error", of: eve, atLeast: 1).first?.code == "ACCESS_DENIED")
        try anna.send(
            #"{"type":"chat_message","booking_id":"ORD-1","from_id":"dirk","content":"I am he"}"#)
        #expect(try all("error", of: anna, atLeast: 1).first?.code == "ACCESS_DENIED")
        #expect(try daemon.stop(atMost: .seconds(10)) == .exit(0))
        try daemon.start()
        try #require(eventually { daemon.isReady })
        let late = try RealtimeClient(
            daemon, path: "/realtime", token: try daemon.token(role: "support", subject: "sue"))
        try late.send(join)
        #expect(
            try all("chat_message", of: late, atLeast: 50).map(\.content)
                == (11...60).map { "hello \($0)" })
    }

    @Test("A message that was answered 200 is told, however the daemon ends")
    func killed() throws {
        let token = try daemon.token()
        var accepted: [String] = []
        for round in 0..<3 {
            for number in 0..<10 {
                let id = "k-\(round)-\(number)"
                if try post(eta(id, "2026-01-15T12:45:00Z")).status == 200 { accepted.append(id) }
            }
            try daemon.kill()
            try daemon.start()
            try #require(eventually { daemon.isReady })
        }
        struct Row: Decodable {
            var message: String
        }
        let kept: [Row] = try daemon.rows(
            "SELECT message FROM publications JOIN history USING (number) ORDER BY number")
        #expect(kept.map(\.message) == accepted && accepted.count == 30)
        #expect(!token.isEmpty)
    }
}
