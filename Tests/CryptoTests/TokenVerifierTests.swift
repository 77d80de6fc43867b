import Crypto
import Testing
import Wire

@Suite("K-1: a token is believed only when a configured key signed it and its claims hold")
struct TokenVerifierTests {
    static let now = ForeignTokens.now * 1000
    let foreign: ForeignTokens

    init() throws {
        foreign = try ForeignTokens.made.get()
    }

    private func rules() throws -> TokenRules {
        var rules = TokenRules(
            keys: [
                TokenKey(.secret(Secret(utf8: foreign.secret)), identifier: "main"),
                TokenKey(.pem(try #require(foreign.keys["rsa"]))),
                TokenKey(.pem(try #require(foreign.keys["ec"]))),
            ],
            issuer: "https://issuer.example", audience: "freshwire")
        rules.maximumLifetimeSeconds = 3600
        return rules
    }

    private func verify(_ name: String, by rules: TokenRules) throws -> VerifiedToken {
        let token = try #require(foreign.tokens[name], "no token called \(name)")
        return try TokenVerifier(rules).verify(token, now: Self.now)
    }

    @Test(
        "A good token is accepted, whatever its algorithm and form",
        arguments: [
            "hs256", "hs256 kid main", "rs256", "es256", "at+jwt", "expired within leeway",
            "nbf within leeway", "scopes in words", "scope in words", "aud alone",
            "exp with a fraction",
        ])
    func acceptsGood(name: String) throws {
        let token = try verify(name, by: rules())
        #expect(token.subject == "driver-7")
        #expect(token.role == "driver")
        #expect(token.scopes == ["orders:read", "location:write"])
        #expect(token.site == "cafe-3")
        #expect(token.issuedAt == Self.now)
        #expect(token.claims["iss"] == "https://issuer.example")
    }

    @Test("The end of a token is told to the millisecond")
    func expiry() throws {
        #expect(try verify("hs256", by: rules()).expiresAt == Self.now + 600_000)
        #expect(try verify("exp with a fraction", by: rules()).expiresAt == Self.now + 600_500)
    }

    @Test("Site and scopes may be absent")
    func optionalClaims() throws {
        #expect(try verify("no site", by: rules()).site == nil)
        #expect(try verify("no scopes", by: rules()).scopes == nil)
        #expect(try verify("scopes of none", by: rules()).scopes == [])
        #expect(try verify("scopes at their limit", by: rules()).scopes?.count == 256)
    }

    static let refusals: [(String, TokenError)] = [
        ("none", .unsupportedAlgorithm), ("NoNe", .unsupportedAlgorithm),
        ("none with a good signature", .unsupportedAlgorithm),
        ("hs256 lower case", .unsupportedAlgorithm), ("es384", .unsupportedAlgorithm),
        ("hs384", .unsupportedAlgorithm), ("ps256", .unsupportedAlgorithm),
        ("no alg", .malformed), ("alg not text", .malformed), ("alg twice", .malformed),
        ("hs256 keyed with the rsa public key", .badSignature),
        ("hs256 by another secret", .badSignature), ("rs256 by another key", .badSignature),
        ("hs256 without signature", .badSignature), ("claims changed", .badSignature),
        ("hs256 kid traversal", .badSignature), ("hs256 kid sql", .badSignature),
        ("kid not text", .malformed), ("jwk", .refusedHeader("jwk")),
        ("jku", .refusedHeader("jku")), ("x5u", .refusedHeader("x5u")),
        ("crit", .refusedHeader("crit")), ("other typ", .wrongType), ("expired", .expired),
        ("nbf in the future", .notYetValid), ("iat in the future", .notYetValid),
        ("exp far away", .lifetimeTooLong), ("exp too big for 64 bits", .malformed),
        ("exp huge", .invalidClaim("exp")), ("exp text", .invalidClaim("exp")),
        ("exp negative", .invalidClaim("exp")), ("exp twice", .malformed),
        ("no exp", .missingClaim("exp")), ("no sub", .missingClaim("sub")),
        ("no role", .missingClaim("role")), ("no iss", .missingClaim("iss")),
        ("no aud", .missingClaim("aud")), ("sub empty", .invalidClaim("sub")),
        ("role a list", .invalidClaim("role")), ("site a number", .invalidClaim("site")),
        ("scope and scopes", .invalidClaim("scopes")),
        ("scopes of numbers", .invalidClaim("scopes")),
        ("scopes an object", .invalidClaim("scopes")), ("scopes null", .invalidClaim("scopes")),
        ("scope a list", .invalidClaim("scope")), ("scopes too many", .invalidClaim("scopes")),
        ("scopes too long", .invalidClaim("scopes")), ("other iss", .wrongIssuer),
        ("iss a list", .invalidClaim("iss")), ("other aud", .wrongAudience),
        ("claims a list", .malformed), ("claims no json", .malformed),
        ("claims nested deep", .malformed), ("claims not utf-8", .malformed),
        ("signature spelled differently", .malformed), ("padded", .malformed),
        ("standard alphabet", .malformed), ("white space", .malformed),
        ("one part", .malformed), ("two parts", .malformed), ("four parts", .malformed),
        ("five parts", .malformed), ("empty", .malformed), ("dots", .malformed),
        ("too long", .malformed),
    ]

    @Test("A token that is not right is refused, and why is known", arguments: refusals)
    func refuses(name: String, error: TokenError) throws {
        let rules = try rules()
        #expect(throws: error) { try verify(name, by: rules) }
    }

    @Test("Only the signature stands between a token keyed with the RSA public key and acceptance")
    func confusionNeedsTheKey() throws {
        let pem = try #require(foreign.keys["rsa"])
        let onlyRSA = TokenRules(keys: [TokenKey(.pem(pem))])
        #expect(throws: TokenError.unsupportedAlgorithm) {
            try verify("hs256 keyed with the rsa public key", by: onlyRSA)
        }
        let foolish = TokenRules(keys: [TokenKey(.secret(Secret(utf8: pem)))])
        #expect(try verify("hs256 keyed with the rsa public key", by: foolish).role == "driver")
    }

    @Test("A key of another name than the token's is not tried")
    func keyNames() throws {
        let secret = TokenKey.Material.secret(Secret(utf8: foreign.secret))
        let next = TokenRules(keys: [TokenKey(secret, identifier: "next")])
        #expect(throws: TokenError.badSignature) { try verify("hs256 kid main", by: next) }
        #expect(try verify("hs256", by: next).role == "driver")
        let unnamed = TokenRules(keys: [TokenKey(secret)])
        #expect(try verify("hs256 kid main", by: unnamed).role == "driver")
    }

    @Test("While keys are exchanged, each of them is tried")
    func rotation() throws {
        let fresh = TokenKey(.secret(Secret(try secureRandomBytes(32))))
        let old = TokenKey(.secret(Secret(utf8: foreign.secret)))
        #expect(try verify("hs256", by: TokenRules(keys: [fresh, old])).role == "driver")
        #expect(throws: TokenError.badSignature) {
            try verify("hs256", by: TokenRules(keys: [fresh]))
        }
    }

    @Test(
        "A JSON Web Key serves as its PEM does",
        arguments: [
            ("rsa jwk", "rs256"), ("ec jwk", "es256"), ("ed jwk", "eddsa"), ("ed", "eddsa"),
            ("ed", "eddsa called by its curve"),
        ])
    func webKeys(key: String, token: String) throws {
        let text = try #require(foreign.keys[key])
        let material: TokenKey.Material =
            text.hasPrefix("{") ? .jwk(Secret(utf8: text)) : .pem(text)
        let rules = TokenRules(keys: [TokenKey(material)])
        #expect(try verify(token, by: rules).subject == "driver-7")
    }

    static let unusableKeys: [(String, TokenKeyError)] = [
        ("rsa private jwk", .privateKey), ("rsa private", .privateKey),
        ("ec private jwk", .privateKey), ("rsa weak", .weak(minimumBits: 2048)),
        ("p-384", .unsupported("curve other than P-256")), ("ed private jwk", .privateKey),
        ("ed448", .unsupported("neither RSA, EC nor Ed25519")),
        ("secp256k1", .unreadable),
    ]

    @Test("A key that must not be used is refused at the start", arguments: unusableKeys)
    func refusesKeys(name: String, error: TokenKeyError) throws {
        let text = try #require(foreign.keys[name])
        let material: TokenKey.Material =
            text.hasPrefix("{") ? .jwk(Secret(utf8: text)) : .pem(text)
        #expect(throws: error) {
            try TokenVerifier(TokenRules(keys: [TokenKey(material)]))
        }
    }

    @Test(
        "A key text that is none, or for another use, is refused",
        arguments: [
            ("{}", TokenKeyError.unsupported("type unknown")), ("", .unreadable),
            ("[]", .unreadable), (#"{"kty":"oct"}"#, .unreadable),
            (#"{"kty":"oct","k":"c2hvcnQ"}"#, .weak(minimumBits: 256)),
            (#"{"kty":"oct","kty":"RSA","k":"c2hvcnQ"}"#, .unreadable),
            (#"{"kty":"oct","alg":"HS512","k":"c2hvcnQ"}"#, .unsupported("algorithm HS512")),
            (#"{"kty":"oct","use":"enc","k":"c2hvcnQ"}"#, .unsupported("use enc")),
            (#"{"kty":"EC","crv":"P-521"}"#, .unsupported("curve P-521")),
            (#"{"kty":"RSA","n":"AQAB","e":1}"#, .unreadable),
        ])
    func refusesKeyText(text: String, error: TokenKeyError) {
        #expect(throws: error) {
            try TokenVerifier(TokenRules(keys: [TokenKey(.jwk(Secret(utf8: text)))]))
        }
    }

    @Test("Short secrets, text that is no PEM and no key at all are refused")
    func refusesUnusableRules() {
        #expect(throws: TokenKeyError.weak(minimumBits: 256)) {
            try TokenVerifier(TokenRules(keys: [TokenKey(.secret(Secret(utf8: "secret")))]))
        }
        #expect(throws: TokenKeyError.weak(minimumBits: 256)) {
            try TokenVerifier(TokenRules(keys: [TokenKey(.secret(Secret([UInt8]())))]))
        }
        #expect(throws: TokenKeyError.unreadable) {
            try TokenVerifier(TokenRules(keys: [TokenKey(.pem("no key"))]))
        }
        #expect(throws: TokenKeyError.noKeys) { try TokenVerifier(TokenRules(keys: [])) }
    }
}
