internal import Wire

/// Checks JSON Web Tokens in the compact form (RFC 7519, RFC 7515) as RFC 8725 advises.
///
/// The algorithm belongs to the configured key; the token's `alg` only has to agree with it, and
/// its `kid` only picks among configured keys. Nothing is read of the claims before the signature.
/// A verifier belongs to one thread; `TokenRules` is the value that threads exchange.
package final class TokenVerifier {
    private let rules: TokenRules
    private let keys: [LoadedKey]

    package init(_ rules: TokenRules) throws(TokenKeyError) {
        guard !rules.keys.isEmpty else { throw .noKeys }
        var keys: [LoadedKey] = []
        for key in rules.keys { keys.append(try LoadedKey(key)) }
        self.rules = rules
        self.keys = keys
    }

    /// What `token` says; `now` in milliseconds since 1970.
    package func verify(_ token: String, now: Int64) throws(TokenError) -> VerifiedToken {
        guard token.utf8.count <= rules.maximumBytes else { throw .malformed }
        let text = Array(token.utf8)
        let parts = text.split(
            separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3,
            let headerText = Base64.urlSafe.decode(parts[0]),
            let claimsText = Base64.urlSafe.decode(parts[1]),
            Base64.urlSafe.decode(parts[2]) != nil
        else { throw .malformed }
        let header = try TokenHeader(headerText)
        try verifySignature(of: text, header: header)
        return try TokenClaims(claimsText).checked(
            by: rules, signedWith: header.algorithm, now: now)
    }

    private func verifySignature(of text: [UInt8], header: TokenHeader) throws(TokenError) {
        let fitting = keys.filter { $0.algorithm == header.algorithm }
        guard !fitting.isEmpty else { throw .unsupportedAlgorithm }
        let named = fitting.filter { key in
            header.keyIdentifier == nil || key.identifier == nil
                || key.identifier == header.keyIdentifier
        }
        guard named.contains(where: { $0.hasSigned(text) }) else { throw .badSignature }
    }
}
