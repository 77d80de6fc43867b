/// What a token must satisfy.
package struct TokenRules: Equatable, Sendable {
    package var keys: [TokenKey]
    /// When set, `iss` has to be this.
    package var issuer: String?
    /// When set, `aud` has to be this or an array that has it.
    package var audience: String?
    /// Tokens that are refused though they still hold.
    package var revocations = RevocationList()
    /// How far the issuer's clock and ours may differ, in seconds.
    package var leewaySeconds: Int64 = 30
    /// When set, a token that is valid for longer from now is refused, in seconds (K-1: tokens are
    /// short-lived).
    package var maximumLifetimeSeconds: Int64?
    /// A longer token is refused unread, in bytes: what fits a request's header lines.
    package var maximumBytes = 8192

    package init(keys: [TokenKey], issuer: String? = nil, audience: String? = nil) {
        self.keys = keys
        self.issuer = issuer
        self.audience = audience
    }
}
