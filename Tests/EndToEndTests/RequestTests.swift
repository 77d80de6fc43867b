import TestSupport
import Testing

/// The REST API and the WebSocket, as clients find their limits.
@Suite struct RequestTests {
    struct Page: Decodable {
        var readings: [LoggedReading]
        var next: String?
    }

    struct Refusal: Decodable {
        struct Details: Decodable {
            var code: String
            var message: String
            var field: String?
        }
        var error: Details
    }

    let broker: Mosquitto
    let daemon: Freshwire
    let token: String

    init() throws {
        broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.environment = [
            "FRESHWIRE_SERVER_CONNECTIONS_PER_USER": "2", "FRESHWIRE_SERVER_MESSAGE_BYTES": "4KiB",
            "FRESHWIRE_SERVER_BODY_BYTES": "4KiB",
        ]
        daemon = try Freshwire(brokerPort: broker.port, settings)
        token = try daemon.token()
        try #require(eventually { daemon.isReady })
    }

    @Test("Q-9: what is wrong with a request is answered with a status, a code and the field")
    func refusals() throws {
        try daemon.createOrder("ORD-1", foodClass: "hot", bags: [])
        let cases: [(String, String, String?, Int, String, String?)] = [
            ("GET", "/v1/orders/ORD-2", nil, 404, "unknown_order", nil),
            ("GET", "/v1/orders/ORD-2/temperature", nil, 404, "unknown_order", nil),
            ("GET", "/v1/nothing", nil, 404, "not_found", nil),
            ("GET", "/nothing", nil, 404, "not_found", nil),
            ("GET", "/v1/orders", nil, 405, "method_not_allowed", nil),
            ("POST", "/v1/orders", "{", 400, "not_json", nil),
            ("POST", "/v1/orders", "[]", 400, "invalid", "body"),
            ("POST", "/v1/orders", #"{"id":"ORD-3"}"#, 400, "invalid", "foodClass"),
            (
                "POST", "/v1/orders", #"{"id":"ORD-3","foodClass":"tepid"}"#, 400, "invalid",
                "foodClass"
            ),
            (
                "POST", "/v1/orders", #"{"id":"ORD-3","foodClass":"hot","x":1}"#, 400, "invalid",
                "x"
            ),
            ("POST", "/v1/orders", #"{"id":"","foodClass":"hot"}"#, 400, "invalid", "id"),
            ("POST", "/v1/orders", #"{"id":"ORD-1","foodClass":"cold"}"#, 409, "order_exists", nil),
            ("PATCH", "/v1/orders/ORD-2", #"{"status":"ready"}"#, 404, "unknown_order", nil),
            ("PATCH", "/v1/orders/ORD-1", #"{"status":"eaten"}"#, 400, "invalid", "status"),
            ("POST", "/v1/orders/ORD-2/bags", #"{"bagId":"B"}"#, 404, "unknown_order", nil),
            ("POST", "/v1/orders/ORD-1/bags", "{}", 400, "invalid", "bagId"),
            (
                "POST", "/v1/orders/ORD-1/bags", #"{"bagId":"B","from":"noon"}"#, 400, "invalid",
                "from"
            ),
            (
                "POST", "/v1/orders/ORD-1/bags", #"{"bagId":"B","from":"2999-01-01T00:00:00Z"}"#,
                400, "invalid", "from"
            ),
            ("GET", "/v1/orders/ORD-1/temperature?limit=0", nil, 400, "invalid", "limit"),
            ("GET", "/v1/orders/ORD-1/temperature?after=x", nil, 400, "invalid", "after"),
        ]
        for (method, path, body, status, code, field) in cases {
            let answer = try daemon.request(path, method: method, token: token, body: body)
            #expect(answer.status == status, "\(method) \(path) \(body ?? ""): \(answer.body)")
            let refusal = try? answer.decoded(Refusal.self)
            #expect(refusal?.error.code == code, "\(method) \(path) \(body ?? "")")
            #expect(refusal?.error.field == field, "\(method) \(path) \(body ?? "")")
        }
        let large = String(repeating: " ", count: 5_000) + #"{"id":"L","foodClass":"hot"}"#
        #expect(
            try daemon.request("/v1/orders", method: "POST", token: token, body: large).status
                == 413)
        #expect(try daemon.request("/v1/orders/L", token: token).status == 404)
        #expect(try daemon.request("/v1/orders/ORD-1", token: token).status == 200)
    }

    @Test("Q-9: a long log is read page by page, each reading once, in order")
    func pages() throws {
        try daemon.createOrder(
            "ORD-1", foodClass: "hot", bags: ["BAG-1"], from: rfc3339(now() - 3_600_000))
        let start = now() - 600_000
        for batch in 0..<10 {
            let rows = (0..<50).map { index in
                // Two of each instant: a page may end between them.
                let number = batch * 50 + index
                return
                    #"{"t":\#(start + number),"temperature":\#(60 + number % 7),"humidity":50}"#
            }
            try broker.publish("[" + rows.joined(separator: ",") + "]", to: "bags/BAG-1/readings")
        }
        #expect(
            try eventually { try daemon.metric("freshwire_readings_total") == 1_000 })
        var readings: [LoggedReading] = []
        var next: String?
        repeat {
            let after = next.map { "&after=\($0)" } ?? ""
            let page: Page = try daemon.request(
                "/v1/orders/ORD-1/temperature?limit=33\(after)", token: token
            ).decoded()
            readings += page.readings
            next = page.next
        } while next != nil && readings.count <= 1_000
        #expect(readings.count == 1_000)
        #expect(Set(readings.map { "\($0.measuredAt) \($0.quantity)" }).count == 1_000)
        #expect(readings.map(\.measuredAt) == readings.map(\.measuredAt).sorted())
    }

    @Test("B-9: a breach recorded before its bag was bound is told when it is bound, once")
    func boundLater() throws {
        let instant = now() - 60_000
        try broker.publish(temperature: 9, ofBag: "BAG-2", at: instant)
        #expect(try eventually { try daemon.exported().count == 1 })
        try daemon.createOrder("ORD-2", foodClass: "cold", bags: [])
        let client = try RealtimeClient(daemon, token: token)
        try client.subscribe(toOrder: "ORD-2")
        let bound = try daemon.request(
            "/v1/orders/ORD-2/bags", method: "POST", token: token,
            body: #"{"bagId":"BAG-2","from":"\#(rfc3339(instant - 1))"}"#)
        #expect(bound.status == 201)
        let alert = try #require(try client.first("temperature_alert"))
        #expect(alert.payload.temperature == 9)
        #expect(alert.payload.bagId == "BAG-2")
        try broker.publish(temperature: 9.5, ofBag: "BAG-2")
        #expect(try client.first("temperature_update") { $0.payload.temperature == 9.5 } != nil)
        #expect(client.count("temperature_alert") == 1)
        #expect(try daemon.temperatureLog("ORD-2", token: token).excursions.count == 1)
    }

    @Test("W-15: a user has as many connections as are allowed; one more is closed with 3504")
    func connections() throws {
        let first = try RealtimeClient(daemon, token: token)
        let second = try RealtimeClient(daemon, token: token)
        let third = try RealtimeClient(daemon, token: token)
        #expect(third.end()?.code == 3504)
        let another = try RealtimeClient(daemon, token: try daemon.token(subject: "another"))
        for (number, client) in [first, second, another].enumerated() {
            try client.send(#"{"type":"ping","id":"p-\#(number)"}"#)
            #expect(try client.first("pong")?.id == "p-\(number)")
        }
    }

    @Test("what a client sends amiss is answered with an error; what is too long ends with 1009")
    func messages() throws {
        let client = try RealtimeClient(daemon, token: token)
        let cases = [
            ("{", "MALFORMED_JSON"), ("[]", "INVALID_ENVELOPE"), ("{}", "INVALID_ENVELOPE"),
            (#"{"type":"ping"}"#, "MISSING_ID"), (#"{"type":"pong","id":"1"}"#, "UNKNOWN_TYPE"),
            (#"{"type":"subscribe","id":"1","payload":{}}"#, "INVALID_PAYLOAD"),
            (
                #"{"type":"subscribe","id":"1","payload":{"channel":"kitchens"}}"#,
                "UNKNOWN_CHANNEL"
            ),
            (
                #"{"type":"subscribe","id":"1","payload":{"channel":"orders","#
                    + #""filter":{"orderId":"ORD-9"}}}"#, "ORDER_UNKNOWN"
            ),
        ]
        for (number, (text, code)) in cases.enumerated() {
            try client.send(text)
            #expect(eventually { client.count("error") == number + 1 }, "\(text)")
            #expect(try client.frames("error").last?.payload.code == code, "\(text)")
        }
        try client.send(#"{"type":"ping","id":"\#(String(repeating: "x", count: 5_000))"}"#)
        #expect(client.end()?.code == 1009)
        #expect(daemon.isReady)
    }
}
