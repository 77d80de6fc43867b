import Crypto
import Testing
import Wire

@Suite("K-1: a token of one's own is exchanged for a new one that says no more")
struct TokenRefreshTests {
    private static let secret = Secret(utf8: "a secret of at least thirty-two bytes")
    private static let now: Int64 = 1_800_000_000_000
    private let issuer: TokenIssuer
    private let verifier: TokenVerifier

    init() throws {
        issuer = try TokenIssuer(secret: Self.secret, issuer: "us", audience: "fleet")
        verifier = try TokenVerifier(
            TokenRules(keys: [TokenKey(.secret(Self.secret))], issuer: "us", audience: "fleet"))
    }

    private func first() throws -> VerifiedToken {
        var grant = TokenGrant(
            subject: "maria", role: "manager", scopes: ["food_safety"], site: "c1", name: "Maria",
            lifetimeSeconds: 600)
        grant.tier = "premium"
        return try verifier.verify(issuer.issue(grant, now: Self.now), now: Self.now)
    }

    private func refresh(_ token: VerifiedToken, after seconds: Int64) throws -> IssuedToken {
        try issuer.refreshed(
            token, lifetime: 900, session: 3_600, now: Self.now + seconds * 1000)
    }

    @Test("Everything it says stays, but for its times and its name")
    func says() throws {
        let old = try first()
        let issued = try refresh(old, after: 500)
        let new = try verifier.verify(issued.text, now: Self.now + 500_000)
        #expect(issued.expiresAt == Self.now + 1_400_000)
        #expect(new.expiresAt == issued.expiresAt)
        #expect(new.issuedAt == Self.now + 500_000)
        for name in ["sub", "role", "scopes", "site", "name", "tier", "iss", "aud"] {
            #expect(new.claims[name] == old.claims[name])
        }
        #expect(new.claims["jti"] != nil && new.claims["jti"] != old.claims["jti"])
        #expect(new.claims["auth_time"] == .integer(Self.now / 1000))
    }

    @Test("However often it is refreshed, the session ends when it has lasted long enough")
    func bounded() throws {
        var token = try first()
        for round in 1...7 {
            let at = Int64(round) * 500
            let issued = try refresh(token, after: at)
            #expect(issued.expiresAt <= Self.now + 3_600_000)
            token = try verifier.verify(issued.text, now: Self.now + at * 1000)
        }
        #expect(token.expiresAt == Self.now + 3_600_000)
        #expect(throws: TokenRefreshError.sessionOver) { try refresh(token, after: 3_600) }
    }

    @Test("Another issuer's token, and one that does not say when it was issued, are not exchanged")
    func refuses() throws {
        var foreign = try first()
        foreign.algorithm = .rs256
        #expect(throws: TokenRefreshError.foreign) { try refresh(foreign, after: 1) }
        var undated = try first()
        undated.issuedAt = nil
        #expect(throws: TokenRefreshError.sessionOver) { try refresh(undated, after: 1) }
        var future = try first()
        future.claims = ["auth_time": .integer(Self.now / 1000 + 10_000)]
        #expect(throws: TokenRefreshError.sessionOver) { try refresh(future, after: 1) }
    }

    @Test("A token that was called back, by its name or by its user, is refused")
    func revoked() throws {
        let token = try issuer.issue(
            TokenGrant(subject: "maria", role: "manager", lifetimeSeconds: 600), now: Self.now)
        let verified = try verifier.verify(token, now: Self.now)
        var byName = RevocationList()
        byName.revoke(token: try #require(verified.claims["jti"]?.string))
        var byUser = RevocationList()
        byUser.revoke(tokensOf: "maria", issuedBefore: Self.now + 1)
        for list in [byName, byUser] {
            var rules = TokenRules(keys: [TokenKey(.secret(Self.secret))])
            rules.revocations = list
            let verifier = try TokenVerifier(rules)
            #expect(throws: TokenError.revoked) { try verifier.verify(token, now: Self.now) }
        }
        var earlier = RevocationList()
        earlier.revoke(tokensOf: "maria", issuedBefore: Self.now)
        earlier.revoke(token: "another")
        #expect(!earlier.contains(token: "x", of: "maria", issuedAt: Self.now))
        #expect(earlier.contains(token: nil, of: "maria", issuedAt: nil))
    }
}
