import Crypto
import Testing
import Wire

@Suite("Digests, randomness and comparison")
struct DigestTests {
    struct AuthenticationVector: Sendable {
        var key: [UInt8]
        var message: [UInt8]
        var code: String
    }

    /// RFC 4231 §4.2–4.5, 4.7 and 4.8.
    static let authenticationVectors = [
        AuthenticationVector(
            key: Array(repeating: 0x0B, count: 20), message: Array("Hi There".utf8),
            code: "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        AuthenticationVector(
            key: Array("Jefe".utf8), message: Array("what do ya want for nothing?".utf8),
            code: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        AuthenticationVector(
            key: Array(repeating: 0xAA, count: 20), message: Array(repeating: 0xDD, count: 50),
            code: "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        AuthenticationVector(
            key: Array(1...25), message: Array(repeating: 0xCD, count: 50),
            code: "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        AuthenticationVector(
            key: Array(repeating: 0xAA, count: 131),
            message: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
            code: "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
        AuthenticationVector(
            key: Array(repeating: 0xAA, count: 131),
            message: Array(
                "This is a test using a larger than block-size key and a larger than block-size "
                    .utf8)
                + Array(
                    "data. The key needs to be hashed before being used by the HMAC algorithm."
                        .utf8),
            code: "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"),
    ]

    @Test("HMAC-SHA256 agrees with RFC 4231", arguments: authenticationVectors)
    func authenticationCode(vector: AuthenticationVector) throws {
        let code = try hmacSHA256(vector.message.span, key: Secret(vector.key))
        #expect(hexadecimal(code) == vector.code)
    }

    @Test("An empty message under an empty key has its code")
    func emptyAuthentication() throws {
        let code = try hmacSHA256([UInt8]().span, key: Secret([UInt8]()))
        #expect(
            hexadecimal(code)
                == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad")
    }

    /// FIPS 180-2, appendix B.
    @Test(
        "SHA-256 agrees with FIPS 180-2",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
        ])
    func hash(message: String, expected: String) throws {
        let digest = try sha256(Array(message.utf8).span)
        #expect(hexadecimal(digest.bytes) == expected)
    }

    @Test("A hash is the same whatever the parts, and a hasher serves again")
    func parts() throws {
        let message = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
        let whole = try sha256(message.span)
        let hasher = try SHA256Hasher()
        for size in [1, 7, 64, 999] {
            for start in stride(from: 0, to: message.count, by: size) {
                let part = Array(message[start..<min(start + size, message.count)])
                try hasher.absorb(part.span)
            }
            #expect(try hasher.finish() == whole)
        }
        let ofNothing = try sha256([UInt8]().span)
        #expect(try hasher.finish() == ofNothing)
    }

    private func isEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        isEqualInConstantTime(one.span, other.span)
    }

    @Test("Only the same bytes are equal")
    func comparison() {
        let code = Array("0123456789abcdef".utf8)
        #expect(isEqual(code, code))
        #expect(isEqual([], []))
        #expect(!isEqual(code, code.dropLast()))
        #expect(!isEqual([], code))
        for index in code.indices {
            var other = code
            other[index] ^= 1
            #expect(!isEqual(code, other))
        }
    }

    @Test("Random bytes are as many as asked for, and others each time")
    func randomness() throws {
        #expect(try secureRandomBytes(0).isEmpty)
        #expect(try secureRandomBytes(-1).isEmpty)
        let drawn = try (0..<100).map { _ in try secureRandomBytes(32) }
        #expect(drawn.allSatisfy { $0.count == 32 })
        #expect(Set(drawn).count == 100)
    }

    @Test("A secret keeps to itself")
    func secretIsSilent() {
        let secret = Secret(utf8: "correct horse battery staple")
        var dumped = ""
        dump(secret, to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), dumped] {
            #expect(!text.contains("horse"))
            #expect(!text.contains("99"))
        }
        #expect(secret == Secret(utf8: "correct horse battery staple"))
        #expect(secret != Secret(utf8: "correct horse battery stable"))
    }
}
