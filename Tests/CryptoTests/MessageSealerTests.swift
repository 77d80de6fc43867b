import Crypto
import Foundation
import InteropSupport
import Testing

/// Messages that only their recipient can read (T-14), opened by jwcrypto.
struct MessageSealerTests {
    private struct Keys: Decodable {
        var set: String
        var `private`: [String: String]
    }

    private struct Opened: Decodable {
        struct Header: Decodable {
            var alg: String?
            var enc: String?
            var kid: String?
        }

        var header: Header
        var text: String?
    }

    private static let made = Result {
        try JSONDecoder().decode(Keys.self, from: Python.output(of: "recipients.py", ["make"]))
    }

    private static let message = #"{"amount":15.5,"customerName":"Zoë"}"#

    @Test(
        "T-14: what is sealed for a key is opened by its holder, and not with another's",
        arguments: [
            ("user:oct", "dir"), ("user:rsa", "RSA-OAEP"), ("user:p256", "ECDH-ES"),
            ("user:p384", "ECDH-ES"), ("user:p521", "ECDH-ES"),
        ])
    func foreign(name: String, algorithm: String) throws {
        let keys = try Self.made.get()
        let sealer = try MessageSealer(keySet: Array(keys.set.utf8))
        let key = try #require(sealer.key(named: name))
        let texts = try (0..<2).map { _ in
            String(decoding: try sealer.sealed(Array(Self.message.utf8), for: key), as: UTF8.self)
        }
        #expect(texts[0] != texts[1], "each has a nonce of its own")
        let holder = try #require(keys.private[name])
        let other = try #require(keys.private[name == "user:oct" ? "user:rsa" : "user:oct"])
        let opened = try open(texts, with: holder)
        #expect(opened.map(\.text) == [Self.message, Self.message])
        #expect(opened.first?.header.alg == algorithm)
        #expect(opened.first?.header.enc == "A256GCM")
        #expect(opened.first?.header.kid == name)
        #expect(try open(texts, with: other).allSatisfy { $0.text == nil })
        #expect(try open([texts[0] + "A"], with: holder).first?.text == nil, "it was altered")
    }

    private func open(_ texts: [String], with key: String) throws -> [Opened] {
        try JSONDecoder().decode(
            [Opened].self, from: Python.output(of: "recipients.py", ["open", key] + texts))
    }

    static let refused: [(keys: String, error: RecipientKeyError)] = [
        ("", .unreadable), ("[]", .unreadable), (#"{"keys":5}"#, .unreadable),
        (#"{"kty":"oct"}"#, .unreadable),
        (#"{"keys":[{"kty":"oct","k":"AAAA"}]}"#, .unnamed(position: 0)),
        (#"{"keys":[5]}"#, .unnamed(position: 0)),
        (
            #"{"keys":[{"kid":"a","kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAA"}]}"#,
            .unsupported("a", reason: "a secret of 128 bits instead of 256")
        ),
        (
            #"{"keys":[{"kid":"a","kty":"OKP","crv":"X25519","x":"AAAA"}]}"#,
            .unsupported("a", reason: "type OKP")
        ),
        (
            #"{"keys":[{"kid":"a","kty":"EC","crv":"secp256k1"}]}"#,
            .unsupported("a", reason: "curve secp256k1")
        ),
        (
            #"{"keys":[{"kid":"a","kty":"EC","crv":"P-256","use":"sig"}]}"#,
            .unsupported("a", reason: "use sig")
        ),
        (
            #"{"keys":[{"kid":"a","kty":"RSA","alg":"RSA1_5"}]}"#,
            .unsupported("a", reason: "algorithm RSA1_5")
        ),
        (
            #"{"keys":[{"kid":"a","kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]}"#,
            .unsupported("a", reason: "its members are no key")
        ),
    ]

    @Test("T-14: keys that are none, or not good enough, are refused", arguments: refused)
    func refusals(keys: String, error: RecipientKeyError) {
        #expect(throws: error) { try MessageSealer(keySet: Array(keys.utf8)) }
    }

    @Test("T-14: a private key, and a name that two keys have, are refused")
    func privateKeys() throws {
        let keys = try Self.made.get()
        let one = try #require(keys.private["user:p256"])
        #expect(throws: RecipientKeyError.privateKey("user:p256")) {
            try MessageSealer(keySet: Array(#"{"keys":[\#(one)]}"#.utf8))
        }
        let secret = try #require(keys.private["user:oct"])
        #expect(throws: RecipientKeyError.repeated("user:oct")) {
            try MessageSealer(keySet: Array(#"{"keys":[\#(secret),\#(secret)]}"#.utf8))
        }
    }
}
