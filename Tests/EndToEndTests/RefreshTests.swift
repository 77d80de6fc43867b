import Foundation
import TestSupport
import Testing

/// Tokens that run out and are renewed, what is recorded of who looks, and how much may be asked.
@Suite struct RefreshTests {
    private struct Refreshed: Decodable {
        var token: String
        var expiresIn: Int
    }

    private struct Accesses: Decodable {
        struct Access: Decodable {
            var number: Int
            var subject: String
            var role: String
            var deed: String
            var resource: String
            var addressClass: String
        }
        var accesses: [Access]
        var next: String?
    }

    private let broker: Mosquitto
    private let daemon: Freshwire

    init() throws {
        broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.sections = [
            "auth:", "  expiry_warning: 3600s", "  refresh_lifetime: 60s",
        ]
        settings.environment["FRESHWIRE_SERVER_TABLE_TAP_TOKEN_WARNING"] = "3600s"
        daemon = try Freshwire(brokerPort: broker.port, settings)
        try #require(eventually { daemon.isReady })
        try daemon.createOrder(
            "ORD-1", foodClass: "cold", bags: ["BAG-1"], from: rfc3339(now() - 60_000),
            fields: #","customerId":"anna","driverId":"dirk""#)
    }

    private func refresh(_ token: String) throws -> Refreshed {
        let answer = try daemon.request("/v1/tokens/refresh", method: "POST", token: token)
        guard answer.status == 200 else { throw Unexpected(description: answer.body) }
        return try answer.decoded()
    }

    @Test("K-1: a token is exchanged for a short-lived one of the same user, which can be used")
    func rest() throws {
        let old = try daemon.token(role: "customer", subject: "anna")
        let new = try refresh(old)
        #expect(new.token != old)
        #expect((55...60).contains(new.expiresIn))
        #expect(try daemon.request("/v1/orders/ORD-1", token: new.token).status == 200)
        #expect(try daemon.request("/v1/devices", token: new.token).status == 403)
        #expect(try refresh(new.token).expiresIn <= 60)
        for token in [nil, "x.y.z"] {
            let answer = try daemon.request("/v1/tokens/refresh", method: "POST", token: token)
            #expect(answer.status == 401)
        }
        #expect(try daemon.request("/v1/tokens/refresh", token: old).status == 405)
        #expect(!daemon.log.contains(old) && !daemon.log.contains(new.token))
    }

    @Test(
        "K-1, T-1: in every dialect a client is warned, and goes on with the token it was given",
        arguments: [
            (
                "/v1/realtime",
                #"{"type":"authenticate","id":"a","payload":{"token":"TOKEN"}}"#,
                "authenticate_ack"
            ),
            (
                "/v1", #"{"type":"authenticate","data":{"token":"TOKEN"}}"#,
                "token_renewed"
            ),
            ("/tracking", #"{"action":"authenticate","token":"TOKEN"}"#, "authenticated"),
            ("/realtime", #"{"type":"authenticate","token":"TOKEN"}"#, "authenticated"),
        ])
    func inBand(path: String, message: String, answer: String) throws {
        let first = try refresh(try daemon.token(role: "customer", subject: "anna"))
        let client = try RealtimeClient(
            url: "ws://127.0.0.1:\(daemon.port)\(path)", token: first.token,
            ["--subprotocol", ""])
        #expect(client.announcement.hasPrefix("open"))
        #expect(eventually { client.lines.contains { $0.contains("token_expiring") } })
        let next = try refresh(first.token)
        try client.send(message.replacing("TOKEN", with: next.token))
        #expect(eventually { client.lines.contains { $0.contains("\"\(answer)\"") } })
        let eve = try daemon.token(role: "customer", subject: "eve")
        try client.send(message.replacing("TOKEN", with: eve))
        #expect(
            eventually { client.lines.contains { $0.contains("AUTHENTICATION_FAILED") } })
        #expect(!client.lines.contains { $0.hasPrefix("closed") })
        for token in [first.token, next.token, eve] {
            #expect(!client.lines.contains { $0.contains(token) })
            #expect(!daemon.log.contains(token))
        }
    }

    @Test("K-1: a Socket.IO client is warned and renews by an event")
    func socketIO() throws {
        let first = try refresh(try daemon.token(role: "customer", subject: "anna"))
        let client = try SocketIOClient(daemon, token: first.token)
        #expect(client.announcement == "open")
        #expect(client.events("token:expiring", atLeast: 1).count == 1)
        let next = try refresh(first.token)
        try client.send(#"emit authenticate {"token":"\#(next.token)"}"#)
        #expect(client.events("token:renewed", atLeast: 1).count == 1)
        let eve = try daemon.token(role: "customer", subject: "eve")
        try client.send(#"emit authenticate {"token":"\#(eve)"}"#)
        #expect(client.events("error", atLeast: 1).first?.contains("AUTHENTICATION_FAILED") == true)
    }

    @Test("K-9, T-15: what support and administrators look at is in the log, and an API reads it")
    func audit() throws {
        let support = try daemon.token(role: "support", subject: "sue")
        let customer = try daemon.token(role: "customer", subject: "anna")
        let client = try RealtimeClient(daemon, token: support)
        try client.subscribe(toOrder: "ORD-1")
        let own = try RealtimeClient(daemon, token: customer)
        try own.subscribe(toOrder: "ORD-1")
        #expect(try daemon.request("/v1/orders/ORD-1?x=1", token: support).status == 200)
        #expect(try daemon.request("/v1/orders/ORD-1", token: customer).status == 200)
        #expect(try daemon.request("/v1/devices", token: support).status == 200)
        #expect(try daemon.request("/v1/accesses", token: support).status == 403)
        let admin = try daemon.token(role: "admin", subject: "adam")
        var page = Accesses(accesses: [])
        #expect(
            try eventually {
                page = try daemon.request("/v1/accesses?subject=sue", token: admin).decoded()
                return page.accesses.count == 2
            })
        #expect(page.accesses.map(\.deed) == ["read", "follow"])
        #expect(page.accesses.map(\.resource) == ["/v1/orders/ORD-1", "orders.ORD-1"])
        #expect(Set(page.accesses.map(\.role)) == ["support"])
        #expect(Set(page.accesses.map(\.addressClass)) == ["loopback"])
        let all: Accesses = try daemon.request("/v1/accesses?limit=1", token: admin).decoded()
        #expect(all.accesses.map(\.subject) == ["adam"])
        #expect(all.next != nil)
        #expect(!all.accesses.contains { $0.subject == "anna" })
        let verified = try daemon.command("verify")
        #expect(verified.end == .exit(0), "\(verified.output)")
    }

    @Test("Q-12: requests beyond the tier are refused with when to come again")
    func tiers() throws {
        func statuses(_ token: String, _ count: Int) throws -> [Int] {
            let url = "http://127.0.0.1:\(daemon.port)/v1/orders/ORD-1"
            let ran = try Ran(
                "curl",
                [
                    "--silent", "--output", "/dev/null", "--write-out", "%{http_code}\\n",
                    "--header", "Authorization: Bearer \(token)", "\(url)?n=[1-\(count)]",
                ])
            return ran.output.split(separator: "\n").compactMap { Int($0) }
        }
        let anna = try daemon.token(role: "customer", subject: "anna")
        let standard = try statuses(anna, 40)
        // A sixth of a minute's at once: twice the rate for ten seconds.
        #expect((16...30).contains(standard.count { $0 == 200 }), "\(standard)")
        #expect(standard.last == 429)
        let made = try daemon.command(
            "token", "--role", "customer", "--subject", "anna", "--tier", "premium")
        let premium = made.output.trimmingCharacters(in: .newlines)
        #expect(try statuses(premium, 40).contains(200))
        let others = try daemon.token(role: "customer", subject: "bert")
        #expect(try statuses(others, 5) == Array(repeating: 404, count: 5))
        let ran = try Ran(
            "curl",
            [
                "--silent", "--include", "--header", "Authorization: Bearer \(anna)",
                "http://127.0.0.1:\(daemon.port)/v1/orders/[1-30]",
            ])
        #expect(ran.output.contains("HTTP/1.1 429 "))
        #expect(ran.output.contains("Retry-After: 1\r\n"))
        #expect(ran.output.contains("RateLimit-Policy: \"standard\";q=100;w=60\r\n"))
        #expect(ran.output.contains("RateLimit: \"standard\";r=0;t=1\r\n"))
    }
}
