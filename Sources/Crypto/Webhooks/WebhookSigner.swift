internal import Wire

/// Signs webhook deliveries in two forms, which go together.
///
/// **In the body** (Q-11): the last member is `"signature":"<hex HMAC-SHA256>"`. It covers the body
/// as it was before that member was put in. A receiver takes the bytes as received, removes
/// `,"signature":"…"` (79 bytes) in front of the final `}`, computes the hexadecimal HMAC-SHA256
/// of what is left under the shared secret, and compares in constant time. Nothing is parsed or
/// written anew for that.
///
/// **In the headers** (Standard Webhooks 1.0.0): `webhook-id`, `webhook-timestamp` and
/// `webhook-signature`, the last a list of `v1,<base64 HMAC-SHA256>` over `id.timestamp.body`, the
/// body as sent. This form also proves the age of the request; prefer it.
///
/// While a secret is exchanged, both the new one and the old one sign the headers; the body, which
/// has room for one signature, is signed with the first.
package struct WebhookSigner: Equatable, Sendable {
    private let secret: WebhookSecret
    private let retiring: [WebhookSecret]

    /// `retiring` secrets are still in use by the receiver and sign beside the current one.
    package init(_ secret: WebhookSecret, retiring: [WebhookSecret] = []) {
        self.secret = secret
        self.retiring = retiring
    }

    /// `body`, a JSON object with at least one member, with its signature as a last member.
    package func signedBody(_ body: [UInt8]) throws(WebhookSigningError) -> [UInt8] {
        guard body.count > 2, body.first == UInt8(ascii: "{"), body.last == UInt8(ascii: "}")
        else { throw .bodyIsNoObject }
        let code = try code(body, secret)
        var signed: [UInt8] = []
        signed.reserveCapacity(body.count + 80)
        signed.append(contentsOf: body.dropLast())
        signed.append(contentsOf: #","signature":""#.utf8)
        for byte in code {
            signed.append(hexDigit: byte >> 4)
            signed.append(hexDigit: byte & 0xF)
        }
        signed.append(contentsOf: #""}"#.utf8)
        return signed
    }

    /// The headers for a body that is sent as it is here. `identifier` is the same for each attempt
    /// at a delivery; `seconds` since 1970 is the time of this attempt.
    package func headers(
        identifier: String, seconds: Int64, body: [UInt8]
    ) throws(WebhookSigningError) -> WebhookHeaders {
        guard WebhookHeaders.isIdentifier(identifier) else { throw .identifier }
        var message: [UInt8] = []
        message.reserveCapacity(identifier.utf8.count + body.count + 22)
        message.append(contentsOf: identifier.utf8)
        message.append(UInt8(ascii: "."))
        message.append(decimal: seconds)
        message.append(UInt8(ascii: "."))
        message.append(contentsOf: body)
        var signatures = try "v1," + Base64.padded.encode(code(message, secret))
        for old in retiring {
            signatures += try " v1," + Base64.padded.encode(code(message, old))
        }
        return WebhookHeaders(
            identifier: identifier, timestamp: String(seconds), signature: signatures)
    }

    private func code(
        _ message: [UInt8], _ secret: WebhookSecret
    ) throws(WebhookSigningError) -> [UInt8] {
        do {
            return try hmacSHA256(message.span, key: secret.key)
        } catch {
            throw .cryptography(error)
        }
    }
}

/// The three headers of Standard Webhooks.
package struct WebhookHeaders: Equatable, Sendable {
    /// `webhook-id`
    package var identifier: String
    /// `webhook-timestamp`
    package var timestamp: String
    /// `webhook-signature`
    package var signature: String

    private static let maximumIdentifierBytes = 256

    /// The dot separates the signed parts, so an identifier has none; nor anything a header line
    /// could not carry.
    static func isIdentifier(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= maximumIdentifierBytes
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ".") }
    }
}

/// Why a delivery was not signed.
package enum WebhookSigningError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A signature can only be put into a JSON object that has a member.
    case bodyIsNoObject
    /// An identifier is 1 to 256 visible ASCII letters without a dot.
    case identifier
    case cryptography(CryptoFailure)

    package var description: String {
        switch self {
        case .bodyIsNoObject: "the body is no JSON object with a member"
        case .identifier: "the delivery's identifier does not fit a header"
        case .cryptography(let failure): failure.description
        }
    }
}
