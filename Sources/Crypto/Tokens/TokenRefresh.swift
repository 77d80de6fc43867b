internal import Wire

/// Why a token is not exchanged for a new one.
package enum TokenRefreshError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Its issuer is somebody else, who has to be asked.
    case foreign
    /// Whoever it is for logged in too long ago, or the token does not say when.
    case sessionOver
    case cryptography(CryptoFailure)

    package var description: String {
        switch self {
        case .foreign: "the token was issued elsewhere"
        case .sessionOver: "the session has lasted as long as one may: log in again"
        case .cryptography(let failure): failure.description
        }
    }
}

/// A token and when it runs out, in milliseconds since 1970.
package struct IssuedToken: Equatable, Sendable {
    package var text: String
    package var expiresAt: Int64
}

extension TokenIssuer {
    /// When the first of a line of tokens was issued, in seconds since 1970 (OpenID Connect Core
    /// §2 calls the login so).
    private static let beginning = "auth_time"
    private static let renewed: Set = ["iat", "exp", "nbf", "jti", beginning]

    /// A new token that says what a valid one of this issuer says, and nothing more.
    ///
    /// - Parameters:
    ///   - lifetime: How long it holds, in seconds, unless the session ends before.
    ///   - session: How long after the first token of the line one may hold, in seconds.
    ///   - now: Milliseconds since 1970.
    package func refreshed(
        _ token: VerifiedToken, lifetime: Int64, session: Int64, now: Int64
    ) throws(TokenRefreshError) -> IssuedToken {
        guard token.algorithm == .hs256 else { throw .foreign }
        let now = now / 1000
        let stated =
            token.claims[Self.beginning]?.double ?? token.issuedAt.map { Double($0) / 1000 }
        guard let began = stated.flatMap({ Int64(exactly: $0.rounded(.down)) }), began <= now + 300,
            now - began < session
        else { throw .sessionOver }
        let end = min(now + lifetime, began + session)
        let identifier: String
        do throws(CryptoFailure) {
            identifier = try newIdentifier()
        } catch {
            throw .cryptography(error)
        }
        var writer = JSONWriter()
        writer.object { claims in
            for claim in token.claims.members ?? [] where !Self.renewed.contains(claim.name) {
                claims.name(claim.name)
                claims.value(claim.value)
            }
            claims.member("iat", now)
            claims.member(Self.beginning, began)
            claims.member("exp", end)
            claims.member("jti", identifier)
        }
        guard let text = signed(writer.bytes) else {
            throw .cryptography(CryptoFailure(operation: "signing a token"))
        }
        return IssuedToken(text: text, expiresAt: end * 1000)
    }
}
