import InteropSupport
import TestSupport
import Testing

/// Receivers that fail, hang and are away.
@Suite struct WebhookFaultTests {
    private let broker: Mosquitto

    init() throws {
        broker = try Mosquitto()
    }

    /// A daemon with one order of cold food, and a breach of its limit.
    private func daemonWithAlert(_ endpoints: [Freshwire.Endpoint]) throws -> Freshwire {
        var settings = Freshwire.Settings()
        settings.endpoints = endpoints
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: ["BAG-1"])
        try broker.publish(temperature: 9, ofBag: "BAG-1")
        return daemon
    }

    @Test("a receiver that answers 500 is asked again, with the same identity, until it takes it")
    func failing() throws {
        let receiver = try WebhookReceiver()
        let daemon = try daemonWithAlert([
            Freshwire.Endpoint(name: "failing", url: "http://127.0.0.1:\(receiver.port)/failing/2"),
            Freshwire.Endpoint(name: "good", url: "http://127.0.0.1:\(receiver.port)/ok"),
        ])
        #expect(try eventually { try receiver.requests(of: "/ok").count == 1 })
        #expect(
            try eventually(within: .seconds(30)) {
                try receiver.requests(of: "/failing/2").count == 3
            })
        let requests = try receiver.requests(of: "/failing/2")
        #expect(Set(requests.map(\.id)).count == 1)
        #expect(Set(requests.map(\.body)).count == 1)
        #expect(requests.allSatisfy { $0.headersHold && $0.bodyHolds })
        #expect(
            try eventually {
                try daemon.metric(#"freshwire_webhook_deliveries_total{outcome="delivered"}"#) == 2
            })
        #expect(
            try daemon.metric(#"freshwire_webhook_deliveries_total{outcome="failed"}"#) == 2)
    }

    @Test("a receiver that hangs holds up neither another one nor the readings")
    func hanging() throws {
        let receiver = try WebhookReceiver()
        let daemon = try daemonWithAlert([
            Freshwire.Endpoint(
                name: "hanging", url: "http://127.0.0.1:\(receiver.port)/hang", timeout: "1s"),
            Freshwire.Endpoint(name: "good", url: "http://127.0.0.1:\(receiver.port)/ok"),
        ])
        #expect(try eventually { try receiver.requests(of: "/hang").count == 1 })
        for number in 0..<4 {
            try broker.publish(temperature: number % 2 == 0 ? 4 : 9, ofBag: "BAG-1")
        }
        #expect(try eventually { try receiver.requests(of: "/ok").count == 5 })
        #expect(
            try eventually(within: .seconds(30)) {
                try receiver.requests(of: "/hang").count >= 3
            }, "each attempt ends at its time limit")
        #expect(daemon.isReady)
        #expect(try daemon.exported().count == 5)
    }

    @Test("what a receiver did not take before a restart it is told after it")
    func awayAcrossRestart() throws {
        let other = try WebhookReceiver()
        let port = LoopbackPort.free()
        let daemon = try daemonWithAlert([
            Freshwire.Endpoint(name: "away", url: "http://127.0.0.1:\(port)/ok"),
            Freshwire.Endpoint(name: "good", url: "http://127.0.0.1:\(other.port)/ok"),
        ])
        #expect(try eventually { try other.requests().count == 1 })
        #expect(
            try eventually {
                try daemon.metric(#"freshwire_webhook_deliveries_total{outcome="failed"}"#) ?? 0 > 0
            })
        #expect(try daemon.stop() == .exit(0))
        try daemon.start()
        let receiver = try WebhookReceiver(port: port)
        #expect(try eventually(within: .seconds(30)) { try !receiver.requests().isEmpty })
        let late = try #require(try receiver.requests().first)
        #expect(late.headersHold && late.bodyHolds)
        let alert: WebhookBody = try decode(late.body)
        #expect(alert.data.temperature == 9)
        #expect(try other.requests().count == 1, "what was delivered is not delivered again")
    }
}
