import Foundation
import TestSupport
import Testing

/// The fabric seen from outside: what administrators, metrics, those who come back and
/// `freshwire watch` see of it.
@Suite struct AdministrationTests {
    private struct Channels: Decodable {
        struct Channel: Decodable {
            var name: String
            var subscribers: Int
            var lastSequence: Int?
            var records: Int
        }
        var channels: [Channel]
        var next: String?
    }

    private struct Connections: Decodable {
        struct Connection: Decodable {
            var id: String
            var user: String
            var role: String
            var dialect: String
            var subscriptions: Int
        }
        var connections: [Connection]
    }

    private struct Active: Decodable {
        struct Order: Decodable {
            var orderId: String
            var status: String
            var temperatureVerdict: String
        }
        var orders: [Order]
        var lastMessageId: String
    }

    private struct Watched: Decodable {
        struct Content: Decodable {
            var state: String?
            var orderId: String?
        }
        var event: String
        var id: String?
        var data: Content
    }

    private let broker: Mosquitto
    private let daemon: Freshwire
    private let admin: String
    private let customer: String

    init() throws {
        broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.environment = ["FRESHWIRE_SERVER_PORT": "\(LoopbackPort.free())"]
        daemon = try Freshwire(brokerPort: broker.port, settings)
        admin = try daemon.token(role: "admin", subject: "ada")
        customer = try daemon.token(role: "client", subject: "anna")
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000),
            fields: #","customerId":"anna","driverId":"dirk","status":"in_transit""#)
    }

    private func ask<Answer: Decodable>(_ path: String, as _: Answer.Type) throws -> Answer {
        let answer = try daemon.request(path, token: admin)
        guard answer.status == 200 else { throw Unexpected(description: answer.body) }
        return try decode(answer.body)
    }

    @Test("channels and connections are shown to administrators, without tokens, and can be ended")
    func inspection() throws {
        let client = try RealtimeClient(daemon, token: customer)
        try client.subscribe(toOrder: "ORD-1")
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: now() - 30_000)
        #expect(try client.first("temperature_alert") != nil)

        let channels = try ask("/v1/fabric/channels?prefix=orders.", as: Channels.self).channels
        #expect(channels.map(\.name) == ["orders.ORD-1"])
        #expect(channels.map(\.subscribers) == [1])
        #expect(channels[0].records >= 2 && channels[0].lastSequence == channels[0].records)
        let page = try ask("/v1/fabric/channels?limit=1", as: Channels.self)
        #expect(page.channels.count == 1 && page.next == page.channels[0].name)

        let all = try daemon.request("/v1/fabric/connections?user=anna", token: admin).body
        #expect(!all.contains(customer))
        let shown = try ask("/v1/fabric/connections?user=anna", as: Connections.self).connections
        #expect(shown.map(\.dialect) == ["wia"])
        #expect(shown.map(\.role) == ["customer"])
        #expect(shown.map(\.subscriptions) == [1])
        let support = try daemon.token(role: "support", subject: "sue")
        for (token, status) in [(customer, 403), (try daemon.token(), 403), (support, 200)] {
            #expect(
                try daemon.request("/v1/fabric/connections", token: token).status == status)
        }
        let id = try #require(shown.first?.id)
        let path = "/v1/fabric/connections/\(id)/close"
        #expect(try daemon.request(path, method: "POST", token: customer).status == 403)
        #expect(try daemon.request(path, method: "POST", token: admin).status == 204)
        #expect(client.end()?.code == 3503)
        #expect(
            eventually {
                (try? daemon.request(path, method: "POST", token: admin))?.status == 404
            })
        let again = try RealtimeClient(daemon, token: customer)
        let ended = try daemon.request(
            "/v1/fabric/users/anna/close?reconnect=true", method: "POST", token: admin)
        #expect(ended.status == 200 && ended.body.contains("1"))
        #expect(again.end()?.code == 3011)
        for query in ["limit=0", "limit=x", "after=x"] {
            #expect(
                try daemon.request("/v1/fabric/connections?\(query)", token: admin).status == 400)
        }
        #expect(
            try daemon.request("/v1/fabric/channels", method: "DELETE", token: admin).status == 405)
    }

    @Test(
        "S-6: who comes back asks for the open orders and goes on from there",
        arguments: ["", "/v1"])
    func activeOrders(root: String) throws {
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: now() - 30_000)
        #expect(try eventually { try daemon.metric("freshwire_alerts_total") == 1 })
        var active = Active(orders: [], lastMessageId: "")
        #expect(
            try eventually {
                active = try decode(
                    try daemon.request("\(root)/orders/active", token: customer).body)
                return active.orders.first?.temperatureVerdict == "outside"
            })
        #expect(active.orders.map(\.orderId) == ["ORD-1"])
        #expect(active.orders.map(\.status) == ["in_transit"])
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: now() - 29_000)
        #expect(try eventually { try daemon.metric("freshwire_excursions_closed_total") == 1 })
        let client = try RealtimeClient(daemon, token: customer)
        try client.send(
            #"{"type":"reconnect","id":"r","payload":{"lastMessageId":"\#(active.lastMessageId)","#
                + #""subscriptions":["orders.ORD-1"]}}"#)
        #expect(try client.first("temperature_alert")?.payload.state == "closed")
        #expect(client.count("temperature_alert") == 1)
        let stranger = try daemon.token(role: "client", subject: "eve")
        #expect(
            try decode(
                try daemon.request("\(root)/orders/active", token: stranger).body, as: Active.self
            ).orders.isEmpty)
        #expect(try daemon.request("\(root)/orders/active").status == 401)
    }

    @Test("T-13, K-11: the metrics are well formed, and count what clients did")
    func metrics() throws {
        let client = try RealtimeClient(daemon, token: customer)
        try client.subscribe(toOrder: "ORD-1")
        #expect(
            try RealtimeClient(daemon, token: "x").announcement == "refused 401")
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: now() - 30_000)
        #expect(try client.first("temperature_alert") != nil)
        let own =
            #"freshwire_clients{dialect="wia",role="customer",platform="program"}"#
        #expect(try daemon.metric(own) == 1)
        let failed =
            #"freshwire_connections_failed_total{reason="unauthorized",platform="program"}"#
        #expect(try daemon.metric(failed) == 1)
        #expect(try daemon.metric("freshwire_subscriptions_total") == 1)
        #expect(try daemon.metric("freshwire_delivery_seconds_count") ?? 0 >= 2)
        let sum = try daemon.metric("freshwire_delivery_seconds_sum") ?? 0
        #expect(sum > 0 && sum < 60)
        #expect(try daemon.metric("freshwire_sent_bytes_total") ?? 0 > 500)
        #expect(try daemon.metric("freshwire_received_bytes_total") ?? 0 > 500)
        #expect(try daemon.metric("freshwire_booking_messages_count") == 1)
        let text = try daemon.request("/metrics").body
        #expect(!text.contains("ORD-1") && !text.contains("anna"))
        #expect(MetricsText(text).faults == [])
    }

    @Test("watch shows what happens, across a restart, once; errors say what to do")
    func watch() throws {
        let output = daemon.folder.file("watched")
        let watching = try ChildProcess(
            "env",
            [
                Freshwire.program, "watch", "--config", daemon.configurationFile, "--json",
                "--url", "http://127.0.0.1:\(daemon.port)", "--channel", "orders.ORD-1",
                "--channel", "drivers.dirk",
            ], output: output)
        defer { watching.send(signal: SIGTERM) }
        func watched() -> [Watched] {
            daemon.folder.read("watched").split(separator: "\n")
                .compactMap { try? decode($0) as Watched }
        }
        func states() -> [String] {
            watched().filter { $0.event == "temperature_alert" }.compactMap(\.data.state)
        }
        #expect(
            try eventually { try daemon.metric("freshwire_subscriptions") == 2 }, "\(watched())")
        let instant = now()
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: instant - 30_000)
        #expect(eventually { states() == ["opened"] })
        #expect(try daemon.stop() == .exit(0))
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 29_000)
        try daemon.start()
        #expect(eventually(within: .seconds(40)) { states() == ["opened", "closed"] })
        // A state has the identifier of the record that it comes after.
        let ids = watched().filter { $0.event == "temperature_alert" }.compactMap(\.id)
        #expect(Set(ids).count == ids.count, "\(daemon.folder.read("watched"))")
        #expect(watched().allSatisfy { $0.event != "reset" })

        let none = try daemon.command("watch")
        #expect(none.end == .exit(64) && none.errors.contains("--channel"))
        let away = try daemon.command(
            "watch", "--channel", "orders.ORD-1", "--url", "http://127.0.0.1:\(LoopbackPort.free())"
        )
        #expect(away.end == .exit(69) && away.errors.contains("hint:"))
        let unknown = try daemon.command(
            "watch", "--channel", "toasters.1", "--url", "http://127.0.0.1:\(daemon.port)")
        #expect(unknown.end == .exit(1) && unknown.errors.contains("orders.ORD-7"))
        let stranger = try daemon.command(
            "watch", "--channel", "orders.ORD-1", "--url", "http://127.0.0.1:\(daemon.port)",
            "--token", "x.y.z")
        #expect(stranger.end == .exit(1) && stranger.errors.contains("--token-file"))
    }
}
