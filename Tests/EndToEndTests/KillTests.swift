import Foundation
import InteropSupport
import TestSupport
import Testing

/// Processes that die at any instant, under load that is acknowledged at QoS 1.
@Suite struct KillTests {
    private static let rounds = 20
    private static let bags = 7

    private struct Event: Decodable {
        var data: String
    }

    private struct Delivery: Decodable {
        var number: Int
        var event: Int
    }

    /// What each bag's readings are numbered with, by how often the log has them.
    private func timesLogged(_ daemon: Freshwire) throws -> [Int: Int] {
        var times: [Int: Int] = [:]
        for reading in try daemon.exported() where reading.quantity == "temperature" {
            times[try #require(reading.sequence), default: 0] += 1
        }
        return times
    }

    private func expectSound(_ daemon: Freshwire) throws {
        let ran = try Ran("sqlite3", ["-readonly", daemon.storeFile, "PRAGMA integrity_check"])
        #expect(ran.output == "ok\n")
        let broken = try Ran(
            "sqlite3", ["-readonly", daemon.storeFile, "PRAGMA foreign_key_check"])
        #expect(broken.output.isEmpty)
    }

    /// Waits until everything that the broker acknowledged is in the log, once each.
    private func expectLogged(
        _ publisher: LoadPublisher, by daemon: Freshwire, except excused: Set<Int> = []
    ) throws {
        let acknowledged = Set(publisher.acknowledged.map(\.number)).subtracting(excused)
        try #require(acknowledged.count > 100)
        var times: [Int: Int] = [:]
        _ = try eventually(within: .seconds(60)) {
            times = try timesLogged(daemon)
            return acknowledged.isSubset(of: Set(times.keys))
        }
        let missing = acknowledged.subtracting(times.keys).sorted()
        #expect(missing.isEmpty, "\(missing.count) of \(acknowledged.count) are missing")
        let repeated = times.filter { $0.value > 1 }.keys.sorted()
        #expect(repeated.isEmpty, "\(repeated.count) are recorded more than once")
    }

    /// Kills it at a random instant and starts it again, each third time twice: while it starts,
    /// too.
    private func killInTheMidst(_ daemon: Freshwire, round: Int) throws {
        try #require(
            try eventually(within: .seconds(60)) {
                try daemon.metric("freshwire_messages_total") ?? 0 > 0
            }, "\(daemon.log)")
        usleep(UInt32.random(in: 0...200_000))
        try daemon.kill()
        if round % 3 == 2 {
            try daemon.launch()
            usleep(UInt32.random(in: 0...400_000))
            try daemon.kill()
        }
        try daemon.start()
    }

    @Test("B-2: killed 20 times, all that was acknowledged is logged, told and delivered once")
    func daemonKilled() throws {
        let broker = try Mosquitto(.deployed)
        let receiver = try WebhookReceiver()
        var settings = Freshwire.Settings()
        settings.endpoints = [
            Freshwire.Endpoint(name: "kitchen", url: "http://127.0.0.1:\(receiver.port)/ok")
        ]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        let from = rfc3339(now() - 7_200_000)
        for bag in 0..<Self.bags {
            try daemon.createOrder(
                "ORD-\(bag)", foodClass: "cold", bags: ["LOAD-\(bag)"], from: from)
        }
        try #require(eventually { daemon.isReady })
        let publisher = try LoadPublisher(port: broker.port, rate: 400, bags: Self.bags)
        for round in 0..<Self.rounds { try killInTheMidst(daemon, round: round) }
        try publisher.finish()
        try expectLogged(publisher, by: daemon)
        try expectAlertsOnce(publisher, daemon, receiver)
        try expectSound(daemon)
    }

    /// Each bag goes from cold to warm and back: each step is one alert, one event, one delivery,
    /// and one or more requests with that delivery's identity.
    private func expectAlertsOnce(
        _ publisher: LoadPublisher, _ daemon: Freshwire, _ receiver: WebhookReceiver
    ) throws {
        let steps = publisher.acknowledged.filter {
            let turn = $0.number / Self.bags
            return turn > 0 && turn % 5 == 0
        }
        let expected = Set(steps.map { "LOAD-\($0.number % Self.bags) \(rfc3339($0.measuredAt))" })
        try #require(expected.count > 20)
        let events: [Event] = try daemon.rows(
            "SELECT data FROM events WHERE name = 'order.temperature_alert'")
        let told = try events.map { event -> String in
            let alert: WebhookBody.Alert = try decode(event.data)
            return "\(alert.bagId ?? "") \(alert.measuredAt ?? "")"
        }
        #expect(Set(told) == expected)
        #expect(told.count == expected.count, "an event is there more than once")
        let deliveries: [Delivery] = try daemon.rows("SELECT number, event FROM deliveries")
        let all: [Count] = try daemon.rows(
            """
            SELECT count(*) AS count FROM events
            WHERE name IN ('order.temperature_alert', 'order.data_loss', 'order.delivered')
            """)
        #expect(deliveries.count == all.first?.count)
        #expect(Set(deliveries.map(\.event)).count == deliveries.count)
        #expect(
            try eventually(within: .seconds(60)) {
                let owed: [Count] = try daemon.rows(
                    "SELECT count(*) AS count FROM deliveries WHERE state = 1")
                return owed.first?.count == 0
            }, "\(daemon.log)")
        let requests = try receiver.requests()
        #expect(requests.allSatisfy { $0.headersHold && $0.bodyHolds })
        let bodies = Dictionary(grouping: requests, by: \.id)
        #expect(bodies.count == deliveries.count)
        // Sent again, it is the same message.
        #expect(bodies.values.allSatisfy { Set($0.map(\.body)).count == 1 })
    }

    @Test(
        "B-2: readings without a time of their own, too, are logged once when it is killed",
        arguments: ["5", "3.1.1"])
    func untimed(version: String) throws {
        let broker = try Mosquitto(.deployed)
        var settings = Freshwire.Settings()
        settings.brokerKeys = ["protocol: \(version)"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        let publisher = try LoadPublisher(
            port: broker.port, rate: 400, bags: Self.bags, isTimed: false)
        for round in 0..<Self.rounds { try killInTheMidst(daemon, round: round) }
        try publisher.finish()
        try expectLogged(publisher, by: daemon)
        try expectSound(daemon)
    }

    @Test("B-2: when mosquitto is killed, what it acknowledged comes, and what we did stays")
    func brokerKilled() throws {
        var options = Mosquitto.Options.deployed
        // Saved at each change: else what the broker acknowledged is not what it still has.
        options.persistence = true
        let broker = try Mosquitto(options)
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        let publisher = try LoadPublisher(port: broker.port, rate: 60, bags: Self.bags)
        var unsaved: Set<Int> = []
        for round in 0..<Self.rounds {
            // In every second round the broker has a queue for us, and dies handing it over.
            if round % 2 == 1 { daemon.send(signal: SIGSTOP) }
            let before = publisher.acknowledged.count
            try #require(
                eventually(within: .seconds(60)) { publisher.acknowledged.count > before + 15 })
            let saved = try publisher.savedByBroker(broker)
            if round % 2 == 1 { daemon.send(signal: SIGCONT) }
            usleep(UInt32.random(in: 0...50_000))
            let logged = try timesLogged(daemon)
            try broker.kill()
            unsaved.formUnion(Set(publisher.acknowledged.map(\.number)).subtracting(saved))
            try broker.start()
            let still = try timesLogged(daemon)
            #expect(Set(logged.keys).isSubset(of: Set(still.keys)))
        }
        #expect(eventually(within: .seconds(30)) { daemon.isReady }, "\(daemon.log)")
        let connections = try daemon.metric(#"freshwire_broker_connections_total{broker="local"}"#)
        #expect(connections ?? 0 > 10)
        try publisher.finish()
        try expectLogged(publisher, by: daemon, except: unsaved)
        try expectSound(daemon)
        #expect(daemon.isRunning)
    }
}

extension LoadPublisher {
    /// What the broker has acknowledged and saved.
    ///
    /// mosquitto acknowledges first and saves at the end of that turn of its loop. It takes a new
    /// connection in a later turn: what was acknowledged before that is saved.
    fileprivate func savedByBroker(_ broker: Mosquitto) throws -> Set<Int> {
        let numbers = Set(acknowledged.map(\.number))
        try broker.publish("", to: "saved")
        return numbers
    }
}

extension Mosquitto.Options {
    /// The lines of `Deploy/mosquitto/mosquitto.conf` that decide what is kept for us.
    static var deployed: Mosquitto.Options {
        var options = Mosquitto.Options()
        options.lines = [
            "max_queued_messages 0", "max_inflight_messages 1000", "sys_interval 10",
            "set_tcp_nodelay true", "persistent_client_expiration 30d",
        ]
        return options
    }
}
