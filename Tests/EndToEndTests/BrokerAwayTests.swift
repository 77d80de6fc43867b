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
}
