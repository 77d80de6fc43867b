import Foundation
import TestSupport
import Testing

/// The TableTap dialect as a client sees it that we did not write.
@Suite struct TableTapTests {
    /// A message of the dialect.
    private struct Message: Decodable {
        struct Content: Decodable {
            var userId: String?
            var userType: String?
            var cafeId: String?
            var channels: [String]?
            var failed: [Failure]?
            var category: String?
            var state: String?
            var currentValue: Double?
            var threshold: Double?
            var previousStatus: String?
            var currentStatus: String?
            var messages: [Message]?
            var hasMore: Bool?
            var recovered: Bool?
            var code: String?
            var action: String?
            var expiresAt: String?
        }

        struct Failure: Decodable {
            var channel: String
            var reason: String
        }

        var type: String
        var data: Content?
        var channel: String?
        var messageId: String?
        var sequence: Int?
    }

    private let broker: Mosquitto
    private let daemon: Freshwire
    private let developmentPort = LoopbackPort.free()

    init() throws {
        broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.environment["FRESHWIRE_SERVER_TABLE_TAP_DEVELOPMENT_PORT"] = "\(developmentPort)"
        daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000),
            fields: #","cafeId":"c1","customerId":"anna""#)
    }

    private func token(_ role: String, _ subject: String) throws -> String {
        try daemon.token(role: role, subject: subject, site: "c1")
    }

    private func client(
        port: UInt16? = nil, query: String = "", token: String = ""
    ) throws -> RealtimeClient {
        try RealtimeClient(
            url: "ws://127.0.0.1:\(port ?? daemon.port)/v1\(query)", token: token,
            ["--subprotocol", ""])
    }

    private func first(_ type: String, to client: RealtimeClient) throws -> Message {
        var found: Message?
        _ = try eventually(within: .seconds(30)) {
            found = try client.messages().first { $0.type == type }
            return found != nil
        }
        guard let found else { throw Unexpected(description: "no \(type)") }
        return found
    }

    private func subscribe(_ names: String...) -> String {
        let list = names.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"type":"subscribe","data":{"channels":[\#(list)]}}"#
    }

    @Test("T-1…T-11: a cafe is told of a breach, and of what it missed, across a restart")
    func cafe() throws {
        let manager = try token("manager", "maria")
        let seated = try client(port: developmentPort, query: "?token=\(manager)")
        let greeting = try first("connection_established", to: seated)
        #expect(greeting.data?.userId == "maria")
        #expect(greeting.data?.userType == "manager")
        #expect(greeting.data?.cafeId == "c1")
        try seated.send(subscribe("cafe:c1:alerts", "cafe:c2:alerts"))
        let confirmation = try first("subscription_confirmed", to: seated)
        #expect(confirmation.data?.channels == ["cafe:c1:alerts"])
        #expect(confirmation.data?.failed?.map(\.reason) == ["insufficient_permissions"])

        let instant = now()
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: instant - 30_000)
        let alert = try first("alert", to: seated)
        #expect(alert.channel == "cafe:c1:alerts")
        #expect(alert.data?.category == "temperature")
        #expect(alert.data?.state == "opened")
        #expect(alert.data?.currentValue == 9)
        #expect(alert.data?.threshold != nil)
        try seated.send(#"{"type":"authenticate","data":{"token":"\#(manager)"}}"#)
        #expect(try first("token_renewed", to: seated).data?.expiresAt != nil)
        try seated.send("close")
        _ = seated.end()

        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 29_000)
        #expect(try eventually { try daemon.metric("freshwire_excursions_closed_total") == 1 })
        #expect(try daemon.stop(atMost: .seconds(10)) == .exit(0))
        try daemon.start()
        try #require(eventually { daemon.isReady })

        let again = try client(token: manager)
        let last = try #require(alert.messageId)
        try again.send(
            #"{"type":"reconnect","data":{"lastMessageId":"\#(last)","channels":["cafe:c1:alerts"]}}"#
        )
        let replay = try first("message_replay", to: again)
        #expect(replay.data?.recovered == true && replay.data?.hasMore == false)
        #expect(replay.data?.messages?.map { $0.data?.state } == ["closed"])
        #expect(replay.data?.messages?.map(\.sequence) == [(alert.sequence ?? 0) + 1])
        #expect(!daemon.allLogs.contains(manager))
    }

    @Test("T-6: a customer follows their own orders and nobody else's")
    func customer() throws {
        let customer = try client(token: token("customer", "anna"))
        try customer.send(
            subscribe("orders:customer:anna", "cafe:c1:general", "cafe:c1:alerts"))
        let confirmation = try first("subscription_confirmed", to: customer)
        #expect(confirmation.data?.channels == ["orders:customer:anna", "cafe:c1:general"])
        let amended = try daemon.request(
            "/v1/orders/ORD-1", method: "PATCH", token: daemon.token(),
            body: #"{"status":"confirmed"}"#)
        #expect(amended.status == 200)
        let change = try first("order_status_changed", to: customer)
        #expect(change.data?.previousStatus == "pending")
        #expect(change.data?.currentStatus == "confirmed")
    }

    @Test(
        "T-8: a token that is not accepted is told so on the socket",
        arguments: ["?token=x.y.z", ""])
    func badToken(query: String) throws {
        let stranger = try client(query: query)
        let error = try first("error", to: stranger)
        #expect(error.data?.code == "AUTHENTICATION_FAILED")
        #expect(error.data?.action == "reconnect_with_new_token")
        #expect(stranger.end()?.code == 3005)
        #expect(try stranger.messages(as: Message.self).count == 1)
        #expect(!daemon.allLogs.contains("x.y.z"))
    }

    @Test("T-10: a cafe's own roles see no order by the REST API")
    func noOrders() throws {
        for role in ["manager", "employee"] {
            // Each has the requests of a minute to itself.
            let token = try token(role, "maria-\(role)")
            for path in [
                "orders/ORD-1", "orders/ORD-1/temperature", "alerts", "devices", "dead-letters",
                "export/readings", "export/orders/ORD-1", "haccp/plan", "holds",
            ] {
                let answer = try daemon.request("/v1/\(path)", token: token)
                #expect([403, 404].contains(answer.status), "\(role) \(path): \(answer.body)")
            }
        }
    }
}
