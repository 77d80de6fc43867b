import Foundation
import InteropSupport
import TestSupport
import Testing

/// What a daemon does by itself so that its log can be believed.
@Suite("A log that proves itself, in a running daemon") struct LogProofTests {
    private struct Head: Decodable, Equatable {
        var format: String
        var log: String
        var link: Int
        var signature: String
    }

    private struct HeadEvent: Decodable {
        var event: String
        var data: Head
    }

    private struct AlteredEvent: Decodable {
        struct Alteration: Decodable {
            struct Finding: Decodable {
                var status: String
                var table: String
                var row: Int
            }
            var altered: Int
            var missing: Int
            var findings: [Finding]
        }
        var event: String
        var data: Alteration
    }

    private func endpoint(_ receiver: WebhookReceiver, _ events: String...) -> Freshwire.Endpoint {
        Freshwire.Endpoint(
            name: "auditor", url: "http://127.0.0.1:\(receiver.port)/ok", events: events)
    }

    /// What the broker keeps on a topic; empty where that is nothing.
    private func retained(_ topic: String, _ broker: Mosquitto) throws -> String {
        try Ran(
            "mosquitto_sub",
            ["-h", "127.0.0.1", "-p", "\(broker.port)", "-t", topic, "-C", "1", "-W", "1"]
        ).output
    }

    @Test(
        "the head goes to its file, to a retained message and to a webhook; a copy proves the log")
    func head() throws {
        let broker = try Mosquitto()
        let receiver = try WebhookReceiver()
        let folder = TemporaryDirectory()
        var settings = Freshwire.Settings()
        settings.endpoints = [endpoint(receiver, "log.head")]
        settings.sections = [
            "proof:", "  signing_key_file: \(folder.file("key"))",
            "  head_file: \(folder.file("head"))", "  head_interval: 1s",
            "  head_topic: freshwire/log/head", "  head_event_interval: 1s",
        ]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try broker.publish(temperature: 3, ofBag: "BAG-1")
        #expect(
            try eventually {
                try retained("freshwire/log/head", broker)
                    == folder.read("head") && folder.read("head").contains("\"link\":3")
            })
        let told = try #require(try receiver.requests().first)
        #expect(told.headersHold && told.bodyHolds)
        let event: HeadEvent = try decode(told.body)
        #expect(event.event == "log.head" && event.data.format == "freshwire-head/1")
        #expect(FileManager.default.fileExists(atPath: folder.file("key")))
        #expect(!FileManager.default.fileExists(atPath: daemon.storeFile + "-key"))
        let ran = try daemon.command("verify", "--head", folder.file("head"))
        #expect(ran.end == .exit(0), "\(ran.output) \(ran.errors)")
        // A broker that comes back without what it kept is given it again.
        try broker.publish("", to: "freshwire/log/head", options: ["--retain"])
        #expect(try retained("freshwire/log/head", broker).isEmpty)
        try broker.stop()
        try broker.start()
        try #require(eventually { daemon.isReady })
        #expect(try eventually { try !retained("freshwire/log/head", broker).isEmpty })
    }

    @Test("a head that goes nowhere is counted and logged, and readings are taken on")
    func headLost() throws {
        let broker = try Mosquitto()
        let folder = TemporaryDirectory()
        var settings = Freshwire.Settings()
        settings.furtherBrokers = ["absent": LoopbackPort.free()]
        settings.sections = [
            "proof:", "  head_file: \(folder.file("nowhere/head"))", "  head_interval: 1s",
            "  head_topic: freshwire/log/head",
        ]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        let failures = "freshwire_log_head_failures_total"
        #expect(try eventually { try daemon.metric("\(failures){to=\"file\"}") ?? 0 >= 1 })
        #expect(
            try eventually {
                try broker.publish(temperature: 3, ofBag: "BAG-1")
                return try daemon.metric("\(failures){to=\"mqtt\"}") ?? 0 >= 1
            })
        #expect(daemon.log.contains("head of the log not exported"))
        #expect(daemon.log.contains("head of the log not published"))
        #expect(try daemon.metric("freshwire_readings_total") ?? 0 >= 1)
    }

    @Test(
        "the daemon verifies its log by itself: what was altered is in health, metrics, log, webhook"
    )
    func altered() throws {
        let broker = try Mosquitto()
        let receiver = try WebhookReceiver()
        var settings = Freshwire.Settings()
        settings.endpoints = [endpoint(receiver, "log.altered")]
        settings.sections = ["proof:", "  verify_interval: 1s"]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try broker.publish(temperature: 3, ofBag: "BAG-1")
        let rows = "freshwire_log_rows"
        #expect(try eventually { try daemon.metric("\(rows){verdict=\"ok\"}") ?? 0 >= 3 })
        #expect(try daemon.request("/health/ready").body.contains("\"verified\":\"ok\""))
        #expect(try receiver.requests().isEmpty)
        let ran = try Ran(
            "sqlite3",
            [
                "-cmd", ".timeout 10000", daemon.storeFile,
                "DROP TRIGGER reading_is_final; UPDATE readings SET value = 2 WHERE id = 1",
            ])
        #expect(ran.end == .exit(0), "\(ran.errors)")
        #expect(try eventually { try daemon.metric("\(rows){verdict=\"altered\"}") == 1 })
        let health = try daemon.request("/health/ready")
        #expect(health.status == 200 && health.body.contains("\"verified\":\"altered\""))
        #expect(daemon.log.contains("the log is not what was recorded"))
        #expect(try eventually { try !receiver.requests().isEmpty })
        let told = try #require(try receiver.requests().first)
        #expect(told.headersHold && told.bodyHolds)
        let event: AlteredEvent = try decode(told.body)
        #expect(event.event == "log.altered")
        #expect(event.data.altered == 1 && event.data.missing == 0)
        #expect(event.data.findings.map(\.table) == ["readings"])
        #expect(event.data.findings.map(\.row) == [1])
    }
}
