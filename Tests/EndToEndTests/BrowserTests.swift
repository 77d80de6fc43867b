import Foundation
import TestSupport
import Testing

/// What a browser does with its own WebSocket and EventSource, which no program can set header
/// fields of.
@Suite struct BrowserTests {
    private let broker: Mosquitto
    private let daemon: Freshwire
    private let port = LoopbackPort.free()

    init() throws {
        broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.environment = [
            "FRESHWIRE_SERVER_PORT": "\(port)",
            "FRESHWIRE_SERVER_ALLOWED_ORIGINS": "http://127.0.0.1:\(port)",
            "FRESHWIRE_SERVER_STREAM_RETRY": "100ms",
        ]
        daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000),
            fields: #","customerId":"anna","cafeId":"c1""#)
    }

    private func page(host: String = "127.0.0.1") throws -> Browser {
        try Browser(page: "http://\(host):\(port)/health/live")
    }

    private func states(_ browser: Browser, _ name: String) throws -> [String?] {
        try browser.notes(of: name).filter { $0.event == "temperature_alert" }
            .map { $0.data?.state }
    }

    @Test("W-10: a browser's EventSource comes back by itself after a restart and misses nothing")
    func eventSource() throws {
        let browser = try page()
        let token = try daemon.token(role: "customer", subject: "anna")
        try browser.evaluate("stream('anna', '/v1/stream/orders/ORD-1?access_token=\(token)')")
        try #require(try browser.waits(for: "anna") { $0.event == "open" })
        let instant = now()
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: instant - 30_000)
        #expect(try eventually { try states(browser, "anna") == ["opened"] })

        #expect(try daemon.stop(atMost: .seconds(10)) == .exit(0))
        try #require(try browser.waits(for: "anna") { $0.event == "error" && $0.isClosed == false })
        // What the sensor says while nobody listens is judged before the browser is back.
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 29_000)
        try daemon.start()
        try #require(eventually { daemon.isReady })
        try broker.publish(temperature: 9.5, ofBag: "BAG-1", at: instant - 28_000)
        #expect(
            try eventually(within: .seconds(30)) {
                try states(browser, "anna") == ["opened", "closed", "opened"]
            })
        let told = try browser.notes(of: "anna")
        #expect(told.count { $0.event == "open" } >= 2)
        #expect(!told.contains { $0.event == "reset" })
        let identifiers = told.filter { $0.event == "temperature_alert" }.compactMap(\.id)
        #expect(Set(identifiers).count == 3)

        try browser.evaluate("stream('eve', '/v1/stream/orders/ORD-1?access_token=none')")
        #expect(try browser.waits(for: "eve") { $0.event == "error" && $0.isClosed == true })
        #expect(!daemon.allLogs.contains(token))
    }

    @Test("K-1, Q-10, T-1: a browser's WebSocket sends the token where a page can put it")
    func webSocket() throws {
        let browser = try page()
        let customer = try daemon.token(role: "client", subject: "anna")
        let manager = try daemon.token(role: "manager", subject: "maria", site: "c1")
        let here = "ws://127.0.0.1:\(port)"
        try browser.evaluate("socket('tracking', '\(here)/tracking?token=\(customer)')")
        try browser.evaluate("socket('booking', '\(here)/realtime?token=\(customer)')")
        try browser.evaluate("socket('cafe', '\(here)/v1?token=\(manager)')")
        let subscriptions = [
            "tracking": #"{"action":"subscribe","orderId":"ORD-1"}"#,
            "booking": #"{"type":"subscribe","channel":"user.anna.events"}"#,
            "cafe": #"{"type":"subscribe","data":{"channels":["cafe:c1:alerts"]}}"#,
        ]
        for (name, subscription) in subscriptions {
            try #require(try browser.waits(for: name) { $0.event == "open" }, "\(name)")
            try browser.evaluate("sockets.\(name).send('\(subscription)')")
        }
        for (name, answer) in [
            "tracking": "subscribed", "booking": "subscribed", "cafe": "subscription_confirmed",
        ] {
            try #require(
                try browser.waits(for: name) {
                    $0.data?.type == answer || $0.data?.event == answer
                }, "\(name)")
        }
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: now() - 30_000)
        for name in subscriptions.keys {
            #expect(
                try browser.waits(for: name) {
                    $0.data?.state == "opened" || $0.data?.data?.state == "opened"
                }, "\(name)")
        }
        #expect(!daemon.allLogs.contains(customer) && !daemon.allLogs.contains(manager))
    }

    @Test("W-16: a page of an origin that is not listed gets neither a socket nor a stream")
    func foreignPage() throws {
        // The same port under another name is another origin.
        let browser = try page(host: "localhost")
        let token = try daemon.token(role: "client", subject: "anna")
        try browser.evaluate("socket('socket', 'ws://127.0.0.1:\(port)/tracking?token=\(token)')")
        #expect(try browser.waits(for: "socket") { $0.event == "close" && $0.code == 1006 })
        try browser.evaluate(
            "stream('stream', 'http://127.0.0.1:\(port)/v1/stream/orders/ORD-1?token=\(token)')")
        #expect(try browser.waits(for: "stream") { $0.event == "error" && $0.isClosed == true })
        #expect(try browser.notes(of: "socket").allSatisfy { $0.event != "open" })
    }
}
