import Glibc
import TestSupport
import Testing

/// Brokers as the configuration describes them.
@Suite struct BrokerTests {
    @Test("B-1: mutual TLS with a user name and a password file, from the configuration alone")
    func mutualTLS() throws {
        let authority = try TestAuthority()
        let folder = TemporaryDirectory()
        let passwords = folder.file("passwords")
        let made = try Ran(
            "mosquitto_passwd", ["-c", "-b", passwords, "freshwire", "a good password"])
        try #require(made.end == .exit(0), "\(made.errors)")
        var options = Mosquitto.Options()
        options.certificate = try authority.issue("broker", alternatives: ["IP:127.0.0.1"])
        options.clientAuthority = authority.certificateFile
        options.lines = ["allow_anonymous false", "password_file \(passwords)"]
        let broker = try Mosquitto(options)
        let own = try authority.issue("freshwire", alternatives: ["DNS:freshwire"])
        let password = folder.write("a good password\n", to: "password")
        let keys = [
            "username: freshwire", "tls:", "  enabled: true",
            "  ca_file: \(authority.certificateFile)", "  certificate_file: \(own.certificateFile)",
            "  key_file: \(own.keyFile)",
        ]
        var settings = Freshwire.Settings()
        settings.brokerKeys = ["password_file: \(password)"] + keys
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        #expect(eventually(within: .seconds(20)) { daemon.isReady }, "\(daemon.log)")
        try broker.publish(
            #"{"temperature":4}"#, to: "bags/BAG-1/readings", authority: authority.certificateFile,
            options: [
                "-u", "freshwire", "-P", "a good password", "-i", "sensor", "--cert",
                own.certificateFile, "--key", own.keyFile,
            ])
        #expect(try eventually { try daemon.exported().count == 1 })

        folder.write("another password\n", to: "password")
        let refused = try Freshwire(brokerPort: broker.port, settings)
        #expect(eventually { refused.log.contains("broker disconnected") }, "\(refused.log)")
        #expect(!refused.isReady)
        #expect(!refused.log.contains("another password"))
    }

    @Test("B-1: two brokers feed one log; when one is away, the other's readings go on")
    func two() throws {
        let first = try Mosquitto()
        let second = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.furtherBrokers = ["depot": second.port]
        let daemon = try Freshwire(brokerPort: first.port, settings)
        try #require(eventually { daemon.isReady })
        try first.publish(temperature: 1, ofBag: "BAG-1")
        try second.publish(temperature: 2, ofBag: "BAG-1")
        #expect(try eventually { try Set(daemon.exported().map(\.value)) == [1, 2] })
        try first.kill()
        #expect(eventually { !daemon.isReady })
        #expect(try daemon.metric(#"freshwire_broker_connected{broker="depot"}"#) == 1)
        #expect(try daemon.metric(#"freshwire_broker_connected{broker="local"}"#) == 0)
        try second.publish(temperature: 3, ofBag: "BAG-1")
        #expect(try eventually { try daemon.exported().count == 3 })
    }

    @Test("a broker that drops messages because its queue is full is seen in the metrics")
    func drops() throws {
        var options = Mosquitto.Options()
        options.lines = ["max_queued_messages 20", "sys_interval 1"]
        let broker = try Mosquitto(options)
        var settings = Freshwire.Settings()
        settings.brokerKeys = ["receive_maximum: 5"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        let metric = #"freshwire_broker_dropped_total{broker="local"}"#
        #expect(try daemon.metric(metric) == 0)
        // The counter is told once a second; the first telling is where we begin to count.
        #expect(
            try eventually {
                try daemon.metric(#"freshwire_broker_stored_messages{broker="local"}"#) ?? 0 > 0
            })
        daemon.send(signal: SIGSTOP)
        try broker.publish(#"{"temperature":4}"#, to: "bags/BAG-1/readings", count: 200)
        daemon.send(signal: SIGCONT)
        #expect(try eventually(within: .seconds(20)) { try daemon.metric(metric) ?? 0 >= 100 })
        #expect(daemon.log.contains("the broker dropped messages"))
        let recorded = try daemon.exported().count
        #expect(recorded < 200)
        #expect(try daemon.metric(metric).map { Int($0) + recorded } == 200)
    }

    @Test(
        "with a broker that accepts and never answers it serves, says degraded, and ends when asked",
        arguments: [false, true])
    func mute(isTLS: Bool) throws {
        var options = Mosquitto.Options()
        var settings = Freshwire.Settings()
        let authority = try TestAuthority()
        if isTLS {
            options.certificate = try authority.issue("broker", alternatives: ["IP:127.0.0.1"])
            settings.brokerKeys = [
                "tls:", "  enabled: true", "  ca_file: \(authority.certificateFile)",
            ]
        }
        let broker = try Mosquitto(options)
        broker.send(signal: SIGSTOP)
        defer { broker.send(signal: SIGCONT) }
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try daemon.createOrder("ORD-1", foodClass: "hot", bags: ["BAG-1"])
        #expect(try daemon.request("/health/ready").status == 503)
        #expect(try daemon.request("/health/live").status == 200)
        #expect(try daemon.stop(atMost: .seconds(10)) == .exit(0), "\(daemon.log)")
    }
}
