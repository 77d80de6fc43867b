package import Wire

/// What a token says, after its signature, its issuer and its times were checked.
package struct VerifiedToken: Equatable, Sendable {
    /// Claim `sub`: who speaks.
    package var subject: String
    /// Claim `role`.
    package var role: String
    /// Claim `scopes` (an array, or words in a string) or `scope` (words in a string, RFC 8693); nil
    /// where the token has neither.
    package var scopes: [String]?
    /// Claim `site`: the restaurant or café that the subject belongs to.
    package var site: String?
    /// Claim `exp`, in milliseconds since 1970: from here on, leeway aside, the token is void and
    /// whatever it opened is to be closed.
    package var expiresAt: Int64
    /// Claim `iat`, in milliseconds since 1970.
    package var issuedAt: Int64?
    /// That of the key that signed it.
    package var algorithm: TokenAlgorithm
    /// Every claim, those above included, for rules that ask for more.
    package var claims: JSON

    package init(
        subject: String, role: String, scopes: [String]?, site: String?, expiresAt: Int64,
        issuedAt: Int64?, algorithm: TokenAlgorithm, claims: JSON
    ) {
        self.subject = subject
        self.role = role
        self.scopes = scopes
        self.site = site
        self.expiresAt = expiresAt
        self.issuedAt = issuedAt
        self.algorithm = algorithm
        self.claims = claims
    }
}

/// Why a token is not accepted. Tell the bearer no more than that it was refused; the log may have
/// the reason, never the token.
package enum TokenError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not three parts of canonical base64url with a JSON object in the first two, a member twice
    /// in one of them, or longer than `TokenRules.maximumBytes`.
    case malformed
    /// No key for that algorithm is configured; `none` is never one.
    case unsupportedAlgorithm
    /// A header that changes how a token is to be read or where its key comes from.
    case refusedHeader(String)
    /// `typ` names another kind of token.
    case wrongType
    /// None of the keys that the token may be signed with made its signature.
    case badSignature
    case expired
    /// It was called back.
    case revoked
    case notYetValid
    /// It lives longer than `TokenRules.maximumLifetimeSeconds`.
    case lifetimeTooLong
    case wrongIssuer
    case wrongAudience
    case missingClaim(String)
    /// A claim of another type or outside its range.
    case invalidClaim(String)

    package var description: String {
        switch self {
        case .malformed: "the token is malformed"
        case .unsupportedAlgorithm: "no key is configured for the token's algorithm"
        case .refusedHeader(let name): "the token has the header \(name), which is not accepted"
        case .wrongType: "the token is of another type"
        case .badSignature: "the token's signature is not by a configured key"
        case .expired: "the token has expired"
        case .revoked: "the token was revoked"
        case .notYetValid: "the token is not valid yet"
        case .lifetimeTooLong: "the token lives longer than allowed"
        case .wrongIssuer: "the token is from another issuer"
        case .wrongAudience: "the token is for another audience"
        case .missingClaim(let name): "the token lacks the claim \(name)"
        case .invalidClaim(let name): "the token's claim \(name) is not usable"
        }
    }
}
