import Foundation
import InteropSupport
import TestSupport
import Testing

/// Tokens of another issuer, and what becomes of tokens on their way.
@Suite struct AccessTests {
    private struct Made: Decodable {
        var set: String
        var otherSet: String
        var privateSet: String
        var tokens: [String: String]
    }

    private let made: Made
    private let broker: Mosquitto
    private let daemon: Freshwire
    private let folder = TemporaryDirectory()
    private var setFile: String { folder.file("jwks.json") }
    private var revokedFile: String { folder.file("revoked") }

    init() throws {
        let printed = try Python.output(of: "access_clients.py", ["\(now() / 1000)"])
        made = try JSONDecoder().decode(Made.self, from: printed)
        folder.write(made.set, to: "jwks.json")
        folder.write("# nobody yet\n", to: "revoked")
        broker = try Mosquitto()
        var settings = Freshwire.Settings()
        settings.sections = [
            "auth:", "  jwks_file: \(folder.file("jwks.json"))",
            "  revoked_file: \(folder.file("revoked"))",
            "  issuer: https://login.example", "  audience: freshwire",
        ]
        daemon = try Freshwire(brokerPort: broker.port, settings)
    }

    private func token(_ name: String) throws -> String { try #require(made.tokens[name]) }

    /// 404 says that the bearer is somebody, who just has no such order.
    private func status(_ name: String) throws -> Int {
        try daemon.request("/v1/orders/ORD-1", token: token(name)).status
    }

    private func reload() throws {
        let count = daemon.log.split(separator: "configuration taken over").count
        daemon.send(signal: SIGHUP)
        try #require(
            eventually { daemon.log.split(separator: "configuration taken over").count > count })
    }

    @Test("K-1: tokens that PyJWT made are accepted by the keys of a set, and no others")
    func keySet() throws {
        for name in ["RS256", "ES256", "EdDSA", "nameless"] {
            #expect(try status(name) == 404, "\(name)")
        }
        let refused = made.tokens.keys.filter {
            !["RS256", "ES256", "EdDSA", "nameless", "another jti"].contains($0)
        }
        #expect(refused.count == 12)
        for name in refused { #expect(try status(name) == 401, "\(name)") }
        #expect(daemon.log.contains("key 4 (odd)"))
        for token in made.tokens.values { #expect(!daemon.log.contains(token)) }
    }

    @Test(
        "K-1: a set is read again at a reload; one that gives a private key away is not taken over")
    func reloads() throws {
        #expect(try status("RS256") == 404)
        #expect(try status("new RS256") == 401)
        folder.write(made.otherSet, to: "jwks.json")
        try reload()
        #expect(try eventually { try status("new RS256") == 404 })
        #expect(try status("RS256") == 401)
        folder.write(made.privateSet, to: "jwks.json")
        daemon.send(signal: SIGHUP)
        #expect(eventually { daemon.log.contains("token keys not taken over") })
        #expect(try status("new RS256") == 404)
        let check = try daemon.command("check")
        #expect(check.end != .exit(0))
        #expect((check.output + check.errors).contains("private"))
    }

    @Test("K-1: a token that is called back is refused, and its open connection ends")
    func revoked() throws {
        let client = try RealtimeClient(daemon, token: token("ES256"))
        let other = try RealtimeClient(daemon, token: token("another jti"))
        #expect(client.announcement.hasPrefix("open"))
        folder.write("jti anna-1\n", to: "revoked")
        try reload()
        #expect(client.end()?.code == 3500)
        #expect(try status("ES256") == 401)
        #expect(try status("another jti") == 404)
        try other.send(#"{"type":"ping","id":"p"}"#)
        #expect(try other.first("pong") != nil)
        folder.write("sub anna \(rfc3339(now() + 60_000))\n", to: "revoked")
        try reload()
        #expect(other.end()?.code == 3500)
        #expect(try status("another jti") == 401)
        folder.write("anna\n", to: "revoked")
        daemon.send(signal: SIGHUP)
        #expect(eventually { daemon.log.contains("line 1 is neither") })
        #expect(try status("another jti") == 401)
    }

    @Test("Tokens come by header, query and subprotocol, and are in no line of the log")
    func nowhereInTheLog() throws {
        let good = try token("ES256")
        let bad = try token("expired")
        for (path, real) in [
            ("/v1/realtime", "wia-ind-009-v1"), ("/v1", "tabletap-v1"),
            ("/tracking", "tracking-v1"), ("/realtime", "booking-v1"),
        ] {
            let url = "ws://127.0.0.1:\(daemon.port)\(path)"
            let client = try RealtimeClient(
                url: url, token: "", ["--subprotocol", "\(real),bearer.\(good)"])
            #expect(client.announcement == "open \(real)")
            let stranger = try RealtimeClient(
                url: url, token: "", ["--subprotocol", "\(real),bearer.\(bad)"])
            if path == "/v1" {
                #expect(stranger.end()?.code == 3005)
            } else {
                #expect(stranger.announcement == "refused 401")
            }
            for query in ["token", "access_token"] where path != "/v1/realtime" {
                for token in [good, bad] {
                    _ = try RealtimeClient(
                        url: "\(url)?\(query)=\(token)", token: "", ["--subprotocol", ""])
                }
            }
            _ = try RealtimeClient(url: url, token: bad, ["--subprotocol", ""])
        }
        for token in [good, bad] {
            for path in ["/v1/orders/O", "/v1/stream/orders/O?token=\(token)", "/x?token=\(token)"]
            {
                _ = try daemon.request(path, token: token)
            }
            _ = try daemon.request("/v1/tokens/refresh", method: "POST", token: token)
            _ = try SocketIOClient(daemon, token: token)
            _ = try SocketIOClient(daemon, token: token, isTokenInQuery: true)
            _ = try SocketIOClient(
                daemon, token: token, transports: "polling", isTokenInQuery: true)
        }
        let open = try RealtimeClient(daemon, path: "/v1/realtime", token: good)
        try open.send(
            #"{"type":"authenticate","id":"a","payload":{"token":"\#(bad)"}}"#)
        #expect(try open.first("error") != nil)
        #expect(daemon.log.contains("refused"))
        for token in [good, bad] {
            #expect(!daemon.log.contains(token))
            // Nor its signature, however the rest be written.
            #expect(!daemon.log.contains(token.suffix(40)))
            #expect(!open.lines.contains { $0.contains(token) })
        }
    }

    @Test("K-1: who did not issue a token does not refresh it")
    func foreignRefresh() throws {
        let answer = try daemon.request("/v1/tokens/refresh", method: "POST", token: token("ES256"))
        #expect(answer.status == 403)
        #expect(answer.body.contains("not_refreshable"))
    }
}
