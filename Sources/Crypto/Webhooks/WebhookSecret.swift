internal import Wire

/// The secret that one receiver shares with us.
package struct WebhookSecret: Equatable, Sendable {
    /// Standard Webhooks asks for 24 bytes at least.
    package static let minimumBytes = 24
    private static let prefix = "whsec_"

    let key: Secret

    /// `whsec_` and base64, as Standard Webhooks writes secrets, stands for the decoded bytes; any
    /// other text stands for its own UTF-8 bytes.
    package init(_ text: String) throws(WebhookSecretError) {
        if text.hasPrefix(Self.prefix) {
            guard let bytes = Base64.padded.decode(String(text.dropFirst(Self.prefix.count)))
            else { throw .notBase64 }
            key = Secret(bytes)
        } else {
            key = Secret(utf8: text)
        }
        guard key.count >= Self.minimumBytes else { throw .tooShort }
    }
}

/// Why a text does not serve as a webhook secret.
package enum WebhookSecretError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What follows `whsec_` is no padded base64.
    case notBase64
    /// Fewer than `WebhookSecret.minimumBytes`.
    case tooShort

    package var description: String {
        switch self {
        case .notBase64: "a webhook secret that starts with whsec_ goes on in padded base64"
        case .tooShort: "a webhook secret has at least \(WebhookSecret.minimumBytes) bytes"
        }
    }
}
