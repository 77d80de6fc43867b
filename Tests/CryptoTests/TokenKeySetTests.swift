import Crypto
import Testing
import Wire

@Suite("K-1: a set of keys opens to the tokens of its keys, each by its one algorithm")
struct TokenKeySetTests {
    private let foreign: ForeignTokens

    init() throws {
        foreign = try ForeignTokens.made.get()
    }

    private func set(_ name: String) throws -> TokenKeySet {
        try TokenKeySet(Array(try #require(foreign.sets[name]).utf8))
    }

    private func verify(_ token: String, by set: TokenKeySet) throws -> VerifiedToken {
        var rules = TokenRules(
            keys: set.keys, issuer: "https://issuer.example", audience: "freshwire")
        rules.maximumLifetimeSeconds = 3600
        return try TokenVerifier(rules).verify(
            try #require(foreign.tokens[token]), now: ForeignTokens.now * 1000)
    }

    @Test(
        "A token is accepted by the key it names, or by whichever made it where it names none",
        arguments: [
            ("rs256 kid rsa-1", TokenAlgorithm.rs256), ("es256 kid ec-1", .es256),
            ("eddsa kid ed-1", .edDSA), ("ps256 kid ps-1", .ps256), ("rs256", .rs256),
            ("es256", .es256), ("eddsa", .edDSA), ("eddsa called by its curve", .edDSA),
        ])
    func accepts(token: String, algorithm: TokenAlgorithm) throws {
        let set = try set("good")
        #expect(set.passedOver == [])
        let verified = try verify(token, by: set)
        #expect(verified.subject == "driver-7")
        #expect(verified.algorithm == algorithm)
    }

    static let refusals: [(String, TokenError)] = [
        ("none", .unsupportedAlgorithm), ("NoNe", .unsupportedAlgorithm),
        ("hs256", .unsupportedAlgorithm), ("hs256 keyed with the set", .unsupportedAlgorithm),
        ("hs256 keyed with the rsa public key", .unsupportedAlgorithm),
        ("es384", .unsupportedAlgorithm),
        // The key is there, and says that it is good for the other padding only.
        ("rs256 kid ps-1", .badSignature), ("ps256 kid rsa-1", .badSignature),
        ("rs256 kid ec-1", .badSignature), ("rs256 kid unknown", .badSignature),
        ("eddsa by another key", .badSignature), ("eddsa cut short", .badSignature),
        ("jwk", .refusedHeader("jwk")),
    ]

    @Test("A token of another key or algorithm is refused", arguments: refusals)
    func refuses(token: String, error: TokenError) throws {
        let set = try set("good")
        #expect(throws: error) { try verify(token, by: set) }
    }

    @Test(
        "Where keys have no names, each of the fitting ones is tried",
        arguments: ["rs256", "es256", "eddsa", "rs256 kid unknown"])
    func nameless(token: String) throws {
        #expect(try verify(token, by: set("without names")).subject == "driver-7")
    }

    @Test("RFC 7517 §5: keys that are not understood or not for this are passed over, and named")
    func passesOver() throws {
        let set = try set("with others")
        #expect(set.keys.map(\.identifier) == ["rsa-1"])
        #expect(
            set.passedOver == [
                "key 2 (enc): the key is not usable for tokens: use enc",
                "key 3 (odd): the key is not usable for tokens: type oct2",
                "key 4 (p384): the key is not usable for tokens: curve P-384",
                "key 5 (ed448): the key is not usable for tokens: curve Ed448",
                "key 6 (weak): the key is too short: at least 2048 bits are needed",
                "key 7 (alg): the key is not usable for tokens: algorithm RS512",
                "key 8 (crossed): the key is not usable for tokens: algorithm RS256",
                "key 9 (ops): the key is not usable for tokens: it is not for verifying",
                "key 10: the key is not usable for tokens: type unknown",
                "key 11 (off): the key is neither a JSON Web Key nor a public key in PEM",
            ])
    }

    static let unusable: [(String, TokenKeyError)] = [
        ("names twice", .sameName("one")), ("private rsa", .privateKey),
        ("private ec", .privateKey), ("private ed", .privateKey),
        ("private but for encryption", .privateKey), ("shared", .privateKey),
        ("weak alone", .noKeys), ("empty", .noKeys), ("too many", .noKeySet(maximum: 32)),
        ("no set", .noKeySet(maximum: 32)), ("no json", .noKeySet(maximum: 32)),
        ("member twice", .noKeySet(maximum: 32)),
    ]

    @Test("A set that must not be used is refused as a whole", arguments: unusable)
    func refusesSets(name: String, error: TokenKeyError) {
        #expect(throws: error) { try set(name) }
    }

    /// The key of A.1 that is for encryption is passed over, the other is good for RS256.
    @Test("The set printed in RFC 7517 A.1 is read")
    func published() throws {
        let text = """
            {"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","use":"enc","kid":"1"},
            {"kty":"RSA","n":"0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPF\
            FxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ\
            5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrd\
            kt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
            "e":"AQAB","alg":"RS256","kid":"2011-04-29"}]}
            """
        let set = try TokenKeySet(Array(text.utf8))
        #expect(set.keys.map(\.identifier) == ["2011-04-29"])
        #expect(set.passedOver == ["key 1 (1): the key is not usable for tokens: use enc"])
    }
}
