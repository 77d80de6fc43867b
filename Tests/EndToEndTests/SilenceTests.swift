import Foundation
import InteropSupport
import TestSupport
import Testing

/// Sensors that fall silent while their bag carries an order, through a kill (§2.3).
@Suite struct SilenceTests {
    private struct Row: Decodable {
        var bag: String
        var source: Int
        var notices: Int
        var end_reason: Int?
    }

    private struct Message: Decodable {
        struct Content: Decodable {
            var bagId: String
            var deviceId: String?
            var probe: Int?
            var lastHeard: String?
            var silentSince: String
            var notice: Int
            var returnedAt: String?
        }
        var event: String
        var data: Content
    }

    private struct Listed: Decodable {
        struct Silence: Decodable {
            var bagId: String
            var deviceId: String?
            var silentSince: String
            var notices: Int
            var endedAt: String?
            var endReason: String?
        }
        var silences: [Silence]
    }

    private struct Page: Decodable {
        struct Item: Decodable { var alert: Alert }
        struct Alert: Decodable {
            var bagId: String
            var standing: Bool
        }
        var alerts: [Item]
    }

    private let broker: Mosquitto
    private let receiver: WebhookReceiver
    private let daemon: Freshwire

    init() throws {
        broker = try Mosquitto()
        receiver = try WebhookReceiver()
        var settings = Freshwire.Settings()
        settings.endpoints = [
            Freshwire.Endpoint(
                name: "kitchen", url: "http://127.0.0.1:\(receiver.port)/ok",
                events: ["sensor.silent", "sensor.returned"])
        ]
        settings.sections = [
            "silence:", "  after: 2s", "  first_repeat: 2s", "  longest_repeat: 1h",
            "  start_pause: 1s",
        ]
        daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
    }

    private func silences() throws -> [Row] {
        try daemon.rows(
            "SELECT bag, source, notices, end_reason FROM silences ORDER BY bag, since_at")
    }

    private func told(_ event: String, of bag: String) throws -> [Message.Content] {
        try receiver.requests(of: "/ok").filter { $0.headersHold && $0.bodyHolds }
            .map { try decode($0.body, as: Message.self) }
            .filter { $0.event == event && $0.data.bagId == bag }.map(\.data)
    }

    private func standing() throws -> [String: Bool] {
        let answer = try daemon.request(
            "/v1/alerts?kind=silence", token: daemon.token(role: "food_safety"))
        let alerts = try answer.decoded(Page.self).alerts.map(\.alert)
        return Dictionary(alerts.map { ($0.bagId, $0.standing) }, uniquingKeysWith: { $1 })
    }

    @Test("silence is told by webhook and WebSocket, stands as an alert, outlives a kill, and ends")
    func silence() throws {
        let client = try RealtimeClient(daemon, token: daemon.token())
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: ["BAG-1", "BAG-2"])
        try client.subscribe(toOrder: "ORD-1")
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        try #require(
            try eventually(within: .seconds(30)) {
                try told("sensor.silent", of: "BAG-1").count == 2
                    && told("sensor.silent", of: "BAG-2").count == 2
            })
        #expect(try client.first("sensor_silent") != nil)
        let first = try #require(try told("sensor.silent", of: "BAG-1").first)
        #expect(first.deviceId == "BAG-1" && first.probe == 0 && first.lastHeard != nil)
        #expect(first.notice == 1 && first.returnedAt == nil)
        // A bag of which no sensor was ever heard.
        let unknown = try #require(try told("sensor.silent", of: "BAG-2").first)
        #expect(unknown.deviceId == nil && unknown.lastHeard == nil)
        #expect(try standing() == ["BAG-1": true, "BAG-2": true])
        #expect(try daemon.metric("freshwire_silent_sensors") == 2)

        try daemon.kill()
        try daemon.start()
        try #require(eventually { daemon.isReady })
        #expect(try eventually { try daemon.metric("freshwire_silent_sensors") == 2 })
        try broker.publish(temperature: 4, ofBag: "BAG-1")
        #expect(
            try eventually(within: .seconds(30)) {
                try told("sensor.returned", of: "BAG-1").count == 1
            })
        let back = try #require(try told("sensor.returned", of: "BAG-1").first)
        #expect(back.returnedAt != nil && back.silentSince == first.silentSince)
        let rows = try silences()
        #expect(rows.first?.bag == "BAG-1" && rows.first?.end_reason == 1)
        #expect(rows.count { $0.bag == "BAG-2" } == 1)
        #expect(rows.last?.source == 0 && rows.last?.end_reason == nil)
        // Whoever asks for the order is told, and so is the customer whose order it is.
        let listed = try daemon.request("/v1/orders/ORD-1", token: daemon.token())
            .decoded(Listed.self).silences
        let mine = listed.filter { $0.bagId == "BAG-1" }
        #expect(mine.first?.deviceId == "BAG-1" && mine.first?.endReason == "returned")
        #expect(mine.first?.silentSince == first.silentSince && mine.first?.endedAt != nil)
        let lasting = listed.filter { $0.bagId == "BAG-2" }
        #expect(lasting.count == 1 && lasting.first?.deviceId == nil)
        #expect(lasting.first?.endedAt == nil && lasting.first?.notices ?? 0 > 1)
        // Nothing was told twice: each notice has a number of its own.
        let numbers = try told("sensor.silent", of: "BAG-2").map(\.notice)
        #expect(numbers == Array(Set(numbers)).sorted())

        let verified = try daemon.command("verify")
        #expect(verified.end == .exit(0), "\(verified.output)\(verified.errors)")
        let printed = try Python.output(of: "verify_log.py", [daemon.storeFile])
        let foreign = String(decoding: printed, as: UTF8.self)
        #expect(foreign.contains("\"findings\": []"), "\(foreign)")
    }
}
