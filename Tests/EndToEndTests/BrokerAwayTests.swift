import TestSupport
import Testing

/// A broker that is away.
@Suite struct BrokerAwayTests {
    struct Health: Decodable {
        struct Broker: Decodable {
            var name: String
            var connected: Bool
            var trouble: String?
        }

        var status: String
        var brokers: [Broker]
    }

    @Test(
        "B-1: without its broker it starts and says degraded; it is ready as soon as there is one")
    func awayAtStart() throws {
        let broker = try Mosquitto()
        try broker.stop()
        let daemon = try Freshwire(brokerPort: broker.port)
        var answer = try daemon.request("/health/ready")
        #expect(answer.status == 503)
        let health: Health = try answer.decoded()
        #expect(health.status == "degraded")
        #expect(health.brokers.map(\.connected) == [false])
        #expect(try daemon.request("/health/live").status == 200)
        #expect(try daemon.metric(#"freshwire_broker_connected{broker="local"}"#) == 0)

        try broker.start()
        #expect(eventually(within: .seconds(30)) { daemon.isReady }, "\(daemon.log)")
        answer = try daemon.request("/health/ready")
        #expect(try answer.decoded(Health.self).brokers.first?.trouble == nil)
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        #expect(try eventually { try daemon.exported().count == 1 })
    }

    @Test("B-1: when the broker is started again it comes back by itself, and readings go on")
    func restarted() throws {
        var options = Mosquitto.Options()
        options.persistence = true
        let broker = try Mosquitto(options)
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: now())
        #expect(try eventually { try daemon.exported().count == 1 })
        try broker.stop()
        #expect(eventually { !daemon.isReady })
        try broker.start()
        // The session was kept: what comes before we are back waits for us.
        try broker.publish(temperature: 5, ofBag: "BAG-1", at: now() + 1)
        #expect(eventually(within: .seconds(30)) { daemon.isReady }, "\(daemon.log)")
        #expect(try eventually { try daemon.exported().count == 2 })
        #expect(try daemon.metric(#"freshwire_broker_connections_total{broker="local"}"#) == 2)
        #expect(daemon.log.contains("session=resumed"))
    }

    private struct Told: Decodable {
        struct Silence: Decodable {
            var bagId: String
            var cause: String?
            var endReason: String?
        }
        var silences: [Silence]
    }

    private struct Alerts: Decodable {
        struct Item: Decodable { var alert: Alert }
        struct Alert: Decodable {
            var kind: String
            var deviceId: String
            var orderId: String?
            var standing: Bool
        }
        var alerts: [Item]
    }

    @Test("while the broker is away every silence says so, and one alert stands until it is back")
    func silence() throws {
        var options = Mosquitto.Options()
        options.persistence = true
        let broker = try Mosquitto(options)
        var settings = Freshwire.Settings()
        settings.sections = ["silence:", "  after: 2s", "  first_repeat: 1h", "  start_pause: 0s"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        let officer = try daemon.token(role: "food_safety")
        func told() throws -> [Told.Silence] {
            try daemon.request("/v1/orders/ORD-1", token: officer).decoded(Told.self).silences
        }
        func alerts() throws -> [Alerts.Alert] {
            try daemon.request("/v1/alerts", token: officer).decoded(Alerts.self).alerts.map(
                \.alert)
        }
        try #require(eventually { daemon.isReady })
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: ["BAG-1", "BAG-2"])
        for bag in ["BAG-1", "BAG-2"] { try broker.publish(temperature: 4, ofBag: bag) }
        try #require(try eventually { try daemon.exported().count == 2 })
        try broker.stop()
        try #require(try eventually { try told().count == 2 })
        #expect(try told().allSatisfy { $0.cause == "broker_unreachable" })
        let alert = try #require(try alerts().first)
        #expect(try alerts().count == 1 && alert.kind == "broker_unreachable" && alert.standing)
        #expect(alert.deviceId == "local" && alert.orderId == nil)
        try broker.start()
        try #require(eventually(within: .seconds(30)) { daemon.isReady })
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        // The other one says nothing now that it could.
        try #require(try eventually { try alerts().contains { $0.kind == "silence" } })
        #expect(
            try alerts().filter { $0.kind == "broker_unreachable" }.map(\.standing) == [false])
        #expect(
            try told().contains { $0.bagId == "BAG-1" && $0.endReason == "returned" })
        #expect(
            try told().contains {
                $0.bagId == "BAG-2" && $0.cause == nil && $0.endReason == nil
            })
        _ = try daemon.stop()
        #expect(try daemon.command("verify").end == .exit(0))
    }
}
