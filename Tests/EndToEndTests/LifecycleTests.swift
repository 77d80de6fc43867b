import Glibc
import InteropSupport
import TestSupport
import Testing

/// Starting, reloading and ending.
@Suite struct LifecycleTests {
    @Test("SIGTERM closes clients with 1001, ends with 0, and loses nothing that was acknowledged")
    func termination() throws {
        let broker = try Mosquitto(.deployed)
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        let client = try RealtimeClient(daemon, token: try daemon.token())
        let publisher = try LoadPublisher(port: broker.port, rate: 400, bags: 5)
        #expect(try eventually { try daemon.metric("freshwire_readings_total") ?? 0 > 200 })
        #expect(try daemon.stop(atMost: .seconds(10)) == .exit(0))
        #expect(client.end()?.code == 1001)
        #expect(daemon.log.contains("msg=stopped"))
        try publisher.finish()
        try daemon.start()
        let acknowledged = Set(publisher.acknowledged.map(\.number))
        var numbers: [Int] = []
        #expect(
            try eventually(within: .seconds(30)) {
                numbers = try daemon.exported().compactMap(\.sequence)
                return acknowledged.isSubset(of: Set(numbers))
            })
        #expect(Set(numbers).count == numbers.count)
    }

    @Test("SIGHUP takes over a changed limit and a changed receiver, while everything runs on")
    func reload() throws {
        let broker = try Mosquitto()
        let before = try WebhookReceiver()
        let after = try WebhookReceiver()
        var settings = Freshwire.Settings()
        settings.endpoints = [
            Freshwire.Endpoint(name: "kitchen", url: "http://127.0.0.1:\(before.port)/ok")
        ]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: ["BAG-1"])
        let client = try RealtimeClient(daemon, token: try daemon.token())
        try client.subscribe(toOrder: "ORD-1")
        let instant = now()
        try broker.publish(temperature: 6.5, ofBag: "BAG-1", at: instant)
        #expect(try eventually { try before.requests().count == 1 })
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant + 1)
        #expect(try eventually { try before.requests().count == 2 })

        daemon.settings.endpoints[0].url = "http://127.0.0.1:\(after.port)/ok"
        daemon.settings.sections = ["limits:", "  cold_maximum_celsius: 8"]
        daemon.writeConfiguration()
        daemon.send(signal: SIGHUP)
        #expect(eventually { daemon.log.contains("configuration taken over") }, "\(daemon.log)")
        try broker.publish(temperature: 6.5, ofBag: "BAG-1", at: instant + 2)
        let kept = try client.first("temperature_update") {
            $0.timestamp == rfc3339(instant + 2)
        }
        #expect(kept?.payload.withinLimit == true)
        try broker.publish(temperature: 9.5, ofBag: "BAG-1", at: instant + 3)
        #expect(try eventually { try after.requests().count == 1 })
        let alert: WebhookBody = try decode(try #require(try after.requests().first).body)
        #expect(alert.data.temperature == 9.5)
        #expect(try before.requests().count == 2)
        #expect(try daemon.metric("freshwire_connections") == 1)
    }

    @Test("SIGHUP reads a secret's file again, and takes over the level of the log")
    func secretsAndLog() throws {
        let broker = try Mosquitto()
        let receiver = try WebhookReceiver()
        let folder = TemporaryDirectory()
        let file = folder.write("whsec_\(String(repeating: "A", count: 32))\n", to: "secret")
        var settings = Freshwire.Settings()
        settings.endpoints = [
            Freshwire.Endpoint(
                name: "kitchen", url: "http://127.0.0.1:\(receiver.port)/ok", secretFile: file)
        ]
        settings.sections = ["log:", "  level: error"]
        // It says nothing, so where it listens must be known.
        settings.environment = ["FRESHWIRE_SERVER_PORT": "\(LoopbackPort.free())"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: ["BAG-1"])
        try broker.publish(temperature: 9, ofBag: "BAG-1")
        #expect(try eventually { try receiver.requests().count == 1 })
        #expect(try receiver.requests().map(\.headersHold) == [false])
        #expect(daemon.log.isEmpty)

        folder.write("\(webhookSecret)\n", to: "secret")
        daemon.settings.sections = ["log:", "  level: info"]
        daemon.writeConfiguration()
        daemon.send(signal: SIGHUP)
        #expect(eventually { daemon.log.contains("changed_keys=log.level") }, "\(daemon.log)")
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        #expect(try eventually { try receiver.requests().count == 2 })
        #expect(try receiver.requests().map(\.headersHold) == [false, true])
    }

    @Test("SIGHUP with a broken configuration changes nothing and says what is wrong")
    func brokenReload() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        daemon.settings.sections = ["limits:", "  cold_maximum_celsiuss: 8"]
        daemon.writeConfiguration()
        daemon.send(signal: SIGHUP)
        #expect(
            eventually { daemon.log.contains("configuration not taken over") }, "\(daemon.log)")
        #expect(daemon.log.contains("cold_maximum_celsius"))
        #expect(daemon.isReady)
    }

    @Test("systemd is told READY, WATCHDOG, RELOADING and STOPPING")
    func notifications() throws {
        let broker = try Mosquitto()
        let folder = TemporaryDirectory()
        let socket = folder.file("notify")
        let supervisor = try RunningProgram("datagrams.py", [socket, folder.file("datagrams")])
        #expect(supervisor.announcement == "ready")
        var settings = Freshwire.Settings()
        settings.environment = ["NOTIFY_SOCKET": socket, "WATCHDOG_USEC": "400000"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        func datagrams() -> [String] {
            folder.read("datagrams").split(separator: "\n").map(String.init)
        }
        #expect(eventually { datagrams().first == "READY=1" })
        #expect(eventually { datagrams().count { $0 == "WATCHDOG=1" } >= 3 })
        daemon.send(signal: SIGHUP)
        #expect(eventually { datagrams().contains { $0.hasPrefix("RELOADING=1 MONOTONIC_USEC=") } })
        #expect(eventually { datagrams().count { $0 == "READY=1" } == 2 })
        #expect(try daemon.stop() == .exit(0))
        #expect(eventually { datagrams().last == "STOPPING=1" })
    }

    @Test("a second daemon on the same store is refused with the reason; the first goes on")
    func second() throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        let second = try daemon.command("serve")
        #expect(second.end == .exit(69))
        #expect(second.errors.contains("another process writes this store"), "\(second.errors)")
        #expect(second.output.isEmpty)
        #expect(daemon.isReady)
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        #expect(try eventually { try daemon.exported().count == 1 })
        #expect(!daemon.log.contains("another client"))
    }

    @Test("a port that is taken is said to be, and the start ends")
    func takenPort() throws {
        let broker = try Mosquitto()
        let folder = TemporaryDirectory()
        let refused = try Ran(
            "env",
            [
                "FRESHWIRE_SERVER_PORT=\(broker.port)", "FRESHWIRE_STORE_DIRECTORY=\(folder.path)",
                "FRESHWIRE_MQTT_PORT=\(broker.port)", Freshwire.program, "serve",
            ])
        #expect(refused.end == .exit(69))
        #expect(refused.errors.contains("\(broker.port)"), "\(refused.errors)")
    }
}
