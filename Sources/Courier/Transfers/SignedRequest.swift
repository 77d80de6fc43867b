internal import Bridge
internal import Crypto
internal import Wire

/// A delivery as it is sent at one instant.
struct SignedRequest {
    let body: [UInt8]
    let headers: WebhookHeaders

    /// `seconds` since 1970 is the time of this attempt.
    init(
        _ attempt: DeliveryAttempt, signer: WebhookSigner, seconds: Int64
    ) throws(WebhookSigningError) {
        body = try signer.signedBody(attempt.body)
        headers = try signer.headers(
            identifier: Self.identifier(of: attempt), seconds: seconds, body: body)
    }

    /// The delivery's name towards its receiver: the same for each attempt, before and after a
    /// restart. The number tells deliveries of one log apart, the hash those of two logs.
    private static func identifier(
        of attempt: DeliveryAttempt
    ) throws(WebhookSigningError) -> String {
        do {
            let digest = try sha256(attempt.body.span)
            return "dlv_\(attempt.number)_\(hexadecimal(digest.bytes.prefix(8)))"
        } catch {
            throw .cryptography(error)
        }
    }
}
