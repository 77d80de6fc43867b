import Foundation
import TestSupport
import Testing

/// Server-sent events, as clients we did not write see them.
@Suite struct EventStreamTests {
    @Test(
        "W-10: who is cut is told by Last-Event-ID what it missed, once, across a restart",
        arguments: ["httpx-sse", "aiosseclient"])
    func resuming(library: String) throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000))
        let token = try daemon.token()
        let client = try StreamClient(library, daemon, token: token)
        try #require(try client.waits { $0.opened != nil })
        let instant = now()
        try broker.publish(temperature: 9, ofBag: "BAG-1", at: instant - 30_000)
        #expect(try client.waits { $0.event == "temperature_alert" })
        try client.send("cut")
        #expect(try eventually { try daemon.metric("freshwire_connections") == 0 })
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 29_000)
        #expect(try eventually { try daemon.metric("freshwire_excursions_closed_total") == 1 })
        try client.send("resume")
        #expect(try eventually { try client.states() == ["opened", "closed"] })
        try broker.publish(temperature: 9.5, ofBag: "BAG-1", at: instant - 28_000)
        #expect(try eventually { try client.states() == ["opened", "closed", "opened"] })

        #expect(try daemon.stop(atMost: .seconds(10)) == .exit(0))
        #expect(try client.waits { $0.ended == true })
        let last = try client.lastID
        try daemon.start()
        try #require(eventually { daemon.isReady })
        try broker.publish(temperature: 4, ofBag: "BAG-1", at: instant - 27_000)
        let again = try StreamClient(library, daemon, token: token, after: last)
        #expect(try eventually { try again.states() == ["closed"] })
        #expect(try again.lines.allSatisfy { $0.event != "reset" })
        let told = try (client.lines + again.lines).filter { $0.event == "temperature_alert" }
        #expect(Set(told.compactMap(\.id)).count == 4)

        let first = try StreamClient(
            library, daemon, path: "/v1/stream/orders/ORD-1?lastEventId=\(last ?? "")",
            token: token)
        #expect(try eventually { try first.states() == ["closed"] })
        let newer = try StreamClient(
            library, daemon, path: "/v1/stream/orders/ORD-1?lastEventId=100", token: token,
            after: last)
        #expect(try eventually { try newer.states() == ["closed"] })
        #expect(try newer.lines.allSatisfy { $0.event != "reset" })

        let lost = try StreamClient(library, daemon, token: token, after: "100")
        #expect(try lost.waits { $0.event == "reset" && $0.data?.recovered == false })
        #expect(try lost.waits { $0.event == "temperature_update" })
    }

    @Test(
        "W-16: whose stream it is not is refused by a status before it begins",
        arguments: ["httpx-sse", "aiosseclient"])
    func refusals(library: String) throws {
        let broker = try Mosquitto()
        let daemon = try Freshwire(brokerPort: broker.port)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: [], fields: #","customerId":"anna""#)
        let customer = try daemon.token(role: "customer", subject: "anna")
        let cases: [(path: String, token: String, status: Int?)] = [
            ("/v1/stream/orders/ORD-1", "", 401), ("/v1/stream/orders/ORD-1", "x", 401),
            ("/v1/stream/orders/ORD-1?access_token=x", "", 401),
            ("/v1/stream/orders/ORD-2", customer, 403),
            ("/v1/stream/orders/ORD-2", try daemon.token(), 404),
            ("/v1/stream/orders", customer, 404), ("/v1/stream", customer, 404),
            ("/v1/stream?channels=kitchens.K1", customer, 404),
            ("/v1/stream?channels=orders.ORD-1,users.eve", customer, 403),
            ("/v1/stream?channels=orders.ORD-1,users.anna", customer, nil),
            ("/v1/stream?channels=booking.ORD-1.tracking,user.anna.events", customer, nil),
            ("/v1/stream/orders/ORD-1?access_token=\(customer)", "", nil),
            ("/v1/stream/orders/ORD-1?token=\(customer)", "", nil),
        ]
        for (path, token, status) in cases {
            let client = try StreamClient(library, daemon, path: path, token: token)
            #expect(
                try client.waits { status == nil ? $0.opened != nil : $0.refused == status },
                "\(path)")
        }
        #expect(!daemon.allLogs.contains(customer))
    }

    /// What a program that shows headers gets within two seconds.
    private func curl(_ daemon: Freshwire, _ path: String, _ arguments: [String]) throws -> String {
        try Ran(
            "curl",
            [
                "--silent", "--no-buffer", "--include", "--max-time", "2",
                "http://127.0.0.1:\(daemon.port)\(path)",
            ] + arguments
        ).output.replacing("\r\n", with: "\n")
    }

    @Test("W-10: the head of a stream, and what pages of other origins may do")
    func headers() throws {
        let broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.environment = [
            "FRESHWIRE_SERVER_ALLOWED_ORIGINS": "https://app.example",
            "FRESHWIRE_SERVER_CONNECTIONS_PER_USER": "1",
        ]
        let daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder("ORD-1", foodClass: "cold", bags: [])
        let bearer = ["--header", "Authorization: Bearer \(try daemon.token(subject: "curl"))"]
        let path = "/v1/stream/orders/ORD-1"

        let plain = try curl(daemon, path, bearer)
        #expect(plain.hasPrefix("HTTP/1.1 200 OK\n"))
        for field in [
            "Content-Type: text/event-stream", "Cache-Control: no-store", "X-Accel-Buffering: no",
            "Transfer-Encoding: chunked",
        ] { #expect(plain.contains("\n\(field)\n"), "\(field)") }
        #expect(!plain.contains("Content-Length"))
        #expect(!plain.contains("Access-Control"))
        #expect(plain.contains(#/\n\nretry: [0-9]+\nid: [0-9a-f]+-[0-9A-Za-z_-]{22}\n\n/#))

        let old = try curl(daemon, path, bearer + ["--http1.0"])
        #expect(!old.contains("Transfer-Encoding"))
        #expect(old.contains(#/\n\nretry: [0-9]+\nid: [0-9a-f]+-[0-9A-Za-z_-]{22}\n\n$/#))

        let page = ["--header", "Origin: https://app.example"]
        let shared = try curl(daemon, path, bearer + page)
        #expect(shared.contains("\nAccess-Control-Allow-Origin: https://app.example\n"))
        #expect(shared.contains("\nVary: Origin\n"))
        #expect(
            try curl(daemon, path, page).contains(
                "\nAccess-Control-Allow-Origin: https://app.example\n"))
        let asked = try curl(daemon, path, page + ["--request", "OPTIONS"])
        #expect(asked.hasPrefix("HTTP/1.1 204 "))
        #expect(asked.contains("\nAccess-Control-Allow-Headers: Authorization, Last-Event-ID"))
        for method in ["GET", "OPTIONS"] {
            let stranger = try curl(
                daemon, path,
                bearer + ["--header", "Origin: https://evil.example", "--request", method])
            #expect(stranger.hasPrefix("HTTP/1.1 403 "))
            #expect(!stranger.contains("Access-Control"))
        }
        #expect(
            try curl(daemon, path, bearer + ["--request", "POST"]).hasPrefix("HTTP/1.1 405 "))

        let first = try StreamClient(
            "httpx-sse", daemon, token: try daemon.token(subject: "curl"))
        #expect(try first.waits { $0.opened != nil })
        let second = try curl(daemon, path, bearer)
        #expect(second.hasPrefix("HTTP/1.1 200 OK\n"))
        #expect(second.contains(#/\n\nretry: [0-9]+\n\n$/#))
    }
}
