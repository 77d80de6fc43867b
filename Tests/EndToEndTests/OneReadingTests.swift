import InteropSupport
import TestSupport
import Testing

/// The way of one reading, as somebody sees it who has just installed Freshwire.
@Suite struct OneReadingTests {
    let broker: Mosquitto
    let receiver: WebhookReceiver
    let daemon: Freshwire

    init() throws {
        broker = try Mosquitto()
        receiver = try WebhookReceiver()
        var settings = Freshwire.Settings()
        settings.endpoints = [
            Freshwire.Endpoint(name: "kitchen", url: "http://127.0.0.1:\(receiver.port)/ok")
        ]
        daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
    }

    @Test("B-2, B-4: a published reading is in the order's log, with where its time came from")
    func log() throws {
        try daemon.createOrder("ORD-1", foodClass: "hot", bags: ["BAG-1"])
        let token = try daemon.token()
        let instant = now()
        try broker.publish(
            #"{"t":\#(instant),"temperature":61.3,"humidity":71,"battery":88,"seq":41}"#,
            to: "bags/BAG-1/readings")
        #expect(
            try eventually { try daemon.temperatureLog("ORD-1", token: token).readings.count == 3 })
        let log = try daemon.temperatureLog("ORD-1", token: token)
        #expect(log.orderId == "ORD-1")
        #expect(log.foodClass == "hot")
        #expect(log.bags.map(\.bagId) == ["BAG-1"])
        #expect(log.excursions.isEmpty)
        let reading = try #require(log.readings.first { $0.quantity == "temperature" })
        #expect(reading.value == 61.3)
        #expect(reading.unit == "°C")
        #expect(reading.bagId == "BAG-1")
        #expect(reading.profile == "generic/bag@1")
        #expect(reading.measuredAt == rfc3339(instant))
        #expect(reading.timeSource == "device")
        #expect(reading.sequence == 41)
        #expect(Set(log.readings.map(\.quantity)) == ["temperature", "humidity", "battery"])
    }

    @Test("B-9: a bag bound late is judged by everything it measured since, however much that is")
    func boundLate() throws {
        // One sample a second for 25 minutes, so many that the log is asked more than once; the
        // air is outside around the thousandth.
        let start = now() - 1_500_000
        let samples = (0..<1_500).map { index in
            let celsius = (990...1_010).contains(index) ? 50 : 65
            return #"{"t":\#(start + index * 1_000),"temperature":\#(celsius)}"#
        }
        try broker.publish("[" + samples.joined(separator: ",") + "]", to: "bags/BAG-9/readings")
        let token = try daemon.token()
        #expect(
            try eventually {
                try daemon.request("/metrics").body.contains("freshwire_readings_total 1500\n")
            })
        try daemon.createOrder("ORD-9", foodClass: "hot", bags: ["BAG-9"], from: rfc3339(start))
        let log = try daemon.temperatureLog("ORD-9", token: token)
        #expect(log.excursions.count == 1)
        #expect(log.excursions.first?.openedAt == rfc3339(start + 989_533))
        #expect(log.excursions.first?.closedAt == rfc3339(start + 1_010_466))
    }

    @Test("W-1, W-2, W-3, W-4: a WebSocket is told of temperature, position, breach and pong")
    func realtime() throws {
        try daemon.createOrder(
            "ORD-2", foodClass: "cold", bags: ["BAG-2"], fields: #","vehicleId":"CAR-2""#)
        let client = try RealtimeClient(daemon, token: try daemon.token())
        #expect(client.announcement == "open wia-ind-009-v1")
        try client.subscribe(toOrder: "ORD-2")
        let acknowledged = try #require(try client.first("subscribe_ack"))
        #expect(acknowledged.payload.channel == "orders.ORD-2")
        #expect(acknowledged.payload.status == "subscribed")

        let instant = now()
        try broker.publish(temperature: 4.2, ofBag: "BAG-2", at: instant)
        let kept = try #require(try client.first("temperature_update"))
        #expect(kept.payload.orderId == "ORD-2")
        #expect(kept.payload.bagId == "BAG-2")
        #expect(kept.payload.temperature == 4.2)
        #expect(kept.payload.withinLimit == true)
        #expect(kept.timestamp == rfc3339(instant))

        try broker.publish(
            #"{"t":\#(instant),"lat":52.52,"lon":13.405,"speed":36,"heading":90,"accuracy":5}"#,
            to: "vehicles/CAR-2/location")
        let location = try #require(try client.first("location_update"))
        #expect(location.payload.orderId == "ORD-2")
        #expect(location.payload.location?.latitude == 52.52)
        #expect(location.payload.location?.longitude == 13.405)
        #expect(location.payload.location?.speed == 36)

        try broker.publish(temperature: 9.8, ofBag: "BAG-2", at: instant + 1)
        let alert = try #require(try client.first("temperature_alert"))
        #expect(alert.payload.orderId == "ORD-2")
        #expect(alert.payload.state == "opened")
        #expect(alert.payload.temperature == 9.8)
        let breached = try client.first("temperature_update") { $0.payload.temperature == 9.8 }
        #expect(breached?.payload.withinLimit == false)

        try client.send(#"{"type":"ping","id":"p-7","timestamp":"2026-11-20T12:00:00Z"}"#)
        let pong = try #require(try client.first("pong"))
        #expect(pong.id == "p-7")
        #expect(pong.payload.serverTime != nil)
    }

    @Test("Q-11, W-14: a breach reaches the webhook, and both of its signatures hold")
    func alertByWebhook() throws {
        try daemon.createOrder("ORD-3", foodClass: "hot", bags: ["BAG-3"])
        try broker.publish(temperature: 48.5, ofBag: "BAG-3")
        #expect(try eventually { try !receiver.requests().isEmpty })
        let request = try #require(try receiver.requests().first)
        #expect(request.method == "POST")
        #expect(request.headersHold, "Standard Webhooks, by its library")
        #expect(request.bodyHolds, "the HMAC of the seed")
        let body: WebhookBody = try decode(request.body)
        #expect(body.event == "order.temperature_alert")
        #expect(body.data.orderId == "ORD-3")
        #expect(body.data.bagId == "BAG-3")
        #expect(body.data.state == "opened")
        #expect(body.data.temperature == 48.5)
    }

    @Test("Q-11: an order told by MQTT is followed until it is delivered, which a webhook tells")
    func orderByMQTT() throws {
        let token = try daemon.token()
        let topic = "orders/ORD-4/events"
        try broker.publish(
            #"{"event":"order.created","data":{"foodClass":"cold","customerId":"cust-4"}}"#,
            to: topic)
        try broker.publish(
            #"{"event":"order.bag_bound","data":{"bagId":"BAG-4"}}"#, to: topic)
        try broker.publish(temperature: 3.1, ofBag: "BAG-4")
        #expect(
            try eventually {
                let answer = try daemon.request("/v1/orders/ORD-4/temperature", token: token)
                guard answer.status == 200 else { return false }
                return try answer.decoded(TemperatureLog.self).temperatures == [3.1]
            })
        try broker.publish(#"{"event":"order.picked_up"}"#, to: topic)
        try broker.publish(#"{"event":"order.delivered"}"#, to: topic)
        #expect(try eventually { try !receiver.requests().isEmpty })
        let request = try #require(try receiver.requests().first)
        let body: WebhookBody = try decode(request.body)
        #expect(body.event == "order.delivered")
        #expect(body.data.orderId == "ORD-4")
        #expect(request.headersHold)
        #expect(request.bodyHolds)
        #expect(try daemon.temperatureLog("ORD-4", token: token).status == "delivered")
    }

    @Test("W-16: without a valid token nothing is told")
    func tokens() throws {
        try daemon.createOrder("ORD-5", foodClass: "hot", bags: [])
        let path = "/v1/orders/ORD-5"
        let good = try daemon.token()
        #expect(try daemon.request(path, token: good).status == 200)
        for token in [nil, "", "abc", String(good.dropLast(3)) + "AAA"] as [String?] {
            #expect(try daemon.request(path, token: token).status == 401)
            #expect(try daemon.request("\(path)/temperature", token: token).status == 401)
            #expect(
                try daemon.request("/v1/orders", method: "POST", token: token, body: "{}").status
                    == 401)
            #expect(try RealtimeClient(daemon, token: token ?? "").announcement == "refused 401")
        }
    }

    @Test("W-16: a customer sees their own order and no other")
    func customers() throws {
        try daemon.createOrder(
            "ORD-6", foodClass: "hot", bags: ["BAG-6"], fields: #","customerId":"anna""#)
        let anna = try daemon.token(role: "customer", subject: "anna")
        let berta = try daemon.token(role: "customer", subject: "berta")
        for path in ["/v1/orders/ORD-6", "/v1/orders/ORD-6/temperature"] {
            #expect(try daemon.request(path, token: anna).status == 200)
            #expect(try daemon.request(path, token: berta).status == 404)
        }
        let orders = try daemon.request("/v1/orders", method: "POST", token: anna, body: "{}")
        #expect(orders.status == 403)
        #expect(try daemon.request("/v1/dead-letters", token: anna).status == 403)

        let stranger = try RealtimeClient(daemon, token: berta)
        try stranger.send(
            #"{"type":"subscribe","id":"1","payload":{"channel":"orders","#
                + #""filter":{"orderId":"ORD-6"}}}"#)
        let refusal = try #require(try stranger.first("error"))
        #expect(["ACCESS_DENIED", "ORDER_UNKNOWN"].contains(refusal.payload.code))
        let owner = try RealtimeClient(daemon, token: anna)
        try owner.subscribe(toOrder: "ORD-6")
        try broker.publish(temperature: 61, ofBag: "BAG-6")
        #expect(try owner.first("temperature_update") != nil)
        #expect(try stranger.frames("temperature_update").isEmpty)
    }

    @Test("B-8: what cannot be decoded is listed by the API and by the command line, and counted")
    func deadLetters() throws {
        struct List: Decodable {
            var deadLetters: [DeadLetter]
        }
        try broker.publish("not json", to: "bags/BAG-7/readings")
        try broker.publish(temperature: 4, ofBag: "BAG-7")
        let token = try daemon.token()
        var listed: [DeadLetter] = []
        #expect(
            try eventually {
                let answer = try daemon.request("/v1/dead-letters", token: token)
                listed = try answer.decoded(List.self).deadLetters
                return !listed.isEmpty
            })
        #expect(listed.map(\.reason) == ["not_json"])
        #expect(listed.first?.topic == "bags/BAG-7/readings")
        #expect(listed.first?.payload == "not json")
        let printed: [DeadLetter] = try decodeLines(try daemon.command("dead-letters").output)
        #expect(printed.map(\.reason) == ["not_json"])
        let number = try #require(printed.first).number
        let replay = { (number: Int) in
            try daemon.request(
                "/v1/dead-letters/\(number)/replay", method: "POST", token: token)
        }
        #expect(try replay(number).status == 422, "it still says nothing")
        #expect(try replay(number + 1).status == 404)

        #expect(
            try eventually { try daemon.metric("freshwire_messages_total") == 2 })
        #expect(
            try daemon.metric(#"freshwire_dead_letters_total{reason="not_json"}"#) == 1)
        #expect(try daemon.metric("freshwire_readings_total") == 1)
        #expect(try daemon.metric(#"freshwire_broker_connected{broker="local"}"#) == 1)
        #expect(try daemon.metric("freshwire_store_open") == 1)
    }
}
