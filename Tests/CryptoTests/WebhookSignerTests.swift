import Crypto
import Foundation
import InteropSupport
import Testing
import Wire

@Suite("Q-11: webhook deliveries are signed in both forms")
struct WebhookSignerTests {
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let identifier = "msg_p5jXN8AQM9LWM0D4loKWxJek"

    /// Standard Webhooks 1.0.0 and its reference libraries.
    static let vectors = [
        (#"{"test": 2432232314}"#, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
        (
            #"{"type":"bag.temperature.breach","data":{"name":"보온백"}}"#,
            "v1,c1isC7JoTNFyXl3BuYBiRYuRmZV5Rx0aN+yWi1bLr6Q="
        ),
    ]

    @Test("The headers agree with the published vectors", arguments: vectors)
    func publishedVectors(body: String, signature: String) throws {
        let signer = WebhookSigner(try WebhookSecret(Self.secret))
        let headers = try signer.headers(
            identifier: Self.identifier, seconds: 1_614_265_330, body: Array(body.utf8))
        #expect(headers.identifier == Self.identifier)
        #expect(headers.timestamp == "1614265330")
        #expect(headers.signature == signature)
    }

    @Test(
        "A receiver with the standardwebhooks library accepts the headers and no change of them",
        arguments: [secret, "a plain secret of 24 bytes or more"])
    func foreignReceiver(text: String) throws {
        let signer = WebhookSigner(
            try WebhookSecret("whsec_" + Base64.padded.encode(secureRandomBytes(32))),
            retiring: [try WebhookSecret(text)])
        let body = try signer.signedBody(Array(#"{"event":"order.delivered","data":{}}"#.utf8))
        let headers = try signer.headers(
            identifier: Self.identifier, seconds: Int64(Date().timeIntervalSince1970), body: body)
        // The library takes base64 only; a plain secret is the base64 of its bytes to it.
        let foreignSecret =
            text.hasPrefix("whsec_") ? text : "whsec_" + Base64.padded.encode(text.utf8)
        let sent = String(decoding: body, as: UTF8.self)
        func check(_ identifier: String, _ body: String) throws {
            _ = try Python.output(
                of: "verify.py",
                [
                    "webhook", foreignSecret, identifier, headers.timestamp, headers.signature,
                    body,
                ])
        }
        try check(headers.identifier, sent)
        #expect(throws: Python.Failure.self) { try check("msg_other", sent) }
        #expect(throws: Python.Failure.self) { try check(headers.identifier, sent + " ") }
    }

    @Test("The signature in the body covers the body without it, to the byte")
    func bodySignature() throws {
        let key = "a plain secret of 24 bytes or more"
        let body = Array(
            #"{"event":"order.temperature_alert","timestamp":"2026-11-20T12:00:00.000Z","data":{}}"#
                .utf8)
        let signed = try WebhookSigner(WebhookSecret(key)).signedBody(body)
        // What the documentation tells a receiver to do.
        #expect(signed.last == UInt8(ascii: "}"))
        let restored = signed.dropLast(80) + [UInt8(ascii: "}")]
        #expect(Array(restored) == body)
        let stated = signed.dropLast(2).suffix(64)
        let expected = try hmacSHA256(Array(restored).span, key: Secret(utf8: key))
        #expect(String(decoding: stated, as: UTF8.self) == hexadecimal(expected))
        let member = #","signature":""# + hexadecimal(expected) + #""}"#
        #expect(String(decoding: signed, as: UTF8.self).hasSuffix(member))
    }

    @Test("The published vector's key gives the body signature openssl gives")
    func bodySignatureVector() throws {
        // printf '{"a":1}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:<decoded secret>
        let signed = try WebhookSigner(WebhookSecret(Self.secret)).signedBody(
            Array(#"{"a":1}"#.utf8))
        #expect(
            String(decoding: signed, as: UTF8.self)
                == #"{"a":1,"signature":"f50d01f91a0b6065c1c2cee219d57fd791ed65474eb2eed9a3b6b9521448ac59"}"#
        )
    }

    @Test(
        "What is no JSON object with a member is not signed",
        arguments: ["", "{}", "[1]", "{1", "1}"])
    func refusesBody(body: String) throws {
        let signer = WebhookSigner(try WebhookSecret(Self.secret))
        #expect(throws: WebhookSigningError.bodyIsNoObject) {
            try signer.signedBody(Array(body.utf8))
        }
    }

    @Test(
        "An identifier that would not stay one part of the header is refused",
        arguments: ["", "a.b", "a b", "a\r\nb", "é", String(repeating: "a", count: 257)])
    func refusesIdentifier(identifier: String) throws {
        let signer = WebhookSigner(try WebhookSecret(Self.secret))
        #expect(throws: WebhookSigningError.identifier) {
            try signer.headers(identifier: identifier, seconds: 0, body: [])
        }
    }

    @Test(
        "A secret that is misspelled or too short is refused",
        arguments: [
            ("whsec_!", WebhookSecretError.notBase64), ("whsec_MfKQ9r8GKYqrTwjUPD8", .notBase64),
            ("whsec_", .tooShort), ("whsec_MfKQ9r8GKYqrTwjU", .tooShort), ("secret", .tooShort),
            ("", .tooShort),
        ])
    func refusesSecret(text: String, error: WebhookSecretError) {
        #expect(throws: error) { try WebhookSecret(text) }
    }

    @Test("A signer does not give its secret away")
    func silent() throws {
        let signer = WebhookSigner(try WebhookSecret("a plain secret of 24 bytes or more"))
        #expect(!"\(signer)".contains("plain"))
        #expect(!String(reflecting: signer).contains("plain"))
    }
}
