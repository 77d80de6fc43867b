import Crypto
import Foundation
import InteropSupport
import Testing

@Suite("Tokens we issue are good tokens")
struct TokenIssuerTests {
    static let text = "an operator's secret of 32 bytes or more"
    static let grant = TokenGrant(
        subject: "tester \"7\" é", role: "manager", scopes: ["orders:read", "orders:write"],
        site: "cafe-3", lifetimeSeconds: 900)

    private func issuer() throws -> TokenIssuer {
        try TokenIssuer(
            secret: Secret(utf8: Self.text), keyIdentifier: "main", issuer: "freshwire",
            audience: "freshwire")
    }

    @Test("Our verifier reads back what was granted")
    func ownVerifier() throws {
        let now: Int64 = 1_800_000_000_000
        let token = try issuer().issue(Self.grant, now: now)
        let rules = TokenRules(
            keys: [TokenKey(.secret(Secret(utf8: Self.text)), identifier: "main")],
            issuer: "freshwire", audience: "freshwire")
        let read = try TokenVerifier(rules).verify(token, now: now)
        #expect(read.subject == Self.grant.subject)
        #expect(read.role == "manager")
        #expect(read.scopes == Self.grant.scopes)
        #expect(read.site == "cafe-3")
        #expect(read.issuedAt == now)
        #expect(read.expiresAt == now + 900_000)
        #expect(throws: TokenError.expired) {
            try TokenVerifier(rules).verify(token, now: now + 930_000)
        }
    }

    @Test("PyJWT reads back what was granted")
    func foreignVerifier() throws {
        struct Read: Decodable {
            var header: [String: String]
            var claims: Claims
        }
        struct Claims: Decodable {
            var sub: String
            var role: String
            var scopes: [String]
            var site: String
            var jti: String
        }
        let token = try issuer().issue(
            Self.grant, now: Int64(Date().timeIntervalSince1970 * 1000))
        let printed = try Python.output(
            of: "verify.py", ["token", Self.text, "freshwire", "freshwire", token])
        let read = try JSONDecoder().decode(Read.self, from: printed)
        #expect(read.header == ["alg": "HS256", "typ": "JWT", "kid": "main"])
        #expect(read.claims.sub == Self.grant.subject)
        #expect(read.claims.role == "manager")
        #expect(read.claims.scopes == Self.grant.scopes)
        #expect(read.claims.site == "cafe-3")
        #expect(read.claims.jti.count == 32)
    }

    @Test("K-1: a grant of no scopes has no such claim, because an empty one closes every channel")
    func withoutScopes() throws {
        let grant = TokenGrant(subject: "s", role: "staff", lifetimeSeconds: 60)
        let token = try TokenIssuer(secret: Secret(utf8: Self.text)).issue(grant, now: 0)
        let rules = TokenRules(keys: [TokenKey(.secret(Secret(utf8: Self.text)))])
        let read = try TokenVerifier(rules).verify(token, now: 0)
        #expect(read.scopes == nil)
    }

    @Test("No two tokens are the same")
    func tokensDiffer() throws {
        let issuer = try issuer()
        #expect(try issuer.issue(Self.grant, now: 0) != issuer.issue(Self.grant, now: 0))
    }

    @Test("A grant that says too little, or for too long, is refused")
    func refusals() throws {
        let issuer = try issuer()
        for change: (inout TokenGrant) -> Void in [
            { $0.subject = "" }, { $0.role = "" }, { $0.site = "" }, { $0.lifetimeSeconds = 0 },
            { $0.lifetimeSeconds = -1 }, { $0.lifetimeSeconds = .max },
        ] {
            var grant = Self.grant
            change(&grant)
            #expect(throws: TokenIssueError.self) { try issuer.issue(grant, now: 0) }
        }
        #expect(throws: TokenKeyError.weak(minimumBits: 256)) {
            try TokenIssuer(secret: Secret(utf8: "short"))
        }
    }
}
