internal import Wire

/// The claims of a token whose signature was found good.
struct TokenClaims {
    /// The last second of the year 9999: a time after it is no time anybody meant.
    private static let lastSecond: Double = 253_402_300_799

    /// Words of a scope, and the bytes of one: the longest name of a channel has fewer.
    private static let scopesMaximum = 256
    private static let scopeBytes = 256

    private let claims: JSON

    init(_ text: [UInt8]) throws(TokenError) {
        guard let claims = JSON(tokenText: text) else { throw .malformed }
        self.claims = claims
    }

    /// Holds the claims against the rules; `now` in milliseconds since 1970.
    func checked(
        by rules: TokenRules, signedWith algorithm: TokenAlgorithm, now: Int64
    ) throws(TokenError) -> VerifiedToken {
        let token = VerifiedToken(
            subject: try requiredText("sub"), role: try requiredText("role"),
            scopes: try scopes(), site: try text("site"),
            expiresAt: try requiredInstant("exp"), issuedAt: try instant("iat"),
            algorithm: algorithm, claims: claims)
        try checkTimes(of: token, notBefore: try instant("nbf"), by: rules, now: now)
        if let issuer = rules.issuer, try requiredText("iss") != issuer { throw .wrongIssuer }
        if let audience = rules.audience, try !audiences().contains(audience) {
            throw .wrongAudience
        }
        if !rules.revocations.isEmpty,
            rules.revocations.contains(
                token: try text("jti"), of: token.subject, issuedAt: token.issuedAt)
        {
            throw .revoked
        }
        return token
    }

    private func checkTimes(
        of token: VerifiedToken, notBefore: Int64?, by rules: TokenRules, now: Int64
    ) throws(TokenError) {
        let leeway = rules.leewaySeconds.multipliedClamping(by: 1000)
        if now >= token.expiresAt.addingClamping(leeway) { throw .expired }
        let latest = now.addingClamping(leeway)
        if let notBefore, notBefore > latest { throw .notYetValid }
        if let issuedAt = token.issuedAt, issuedAt > latest { throw .notYetValid }
        if let lifetime = rules.maximumLifetimeSeconds,
            token.expiresAt > latest.addingClamping(lifetime.multipliedClamping(by: 1000))
        {
            throw .lifetimeTooLong
        }
    }

    private func text(_ name: String) throws(TokenError) -> String? {
        guard let claim = claims[name] else { return nil }
        guard let text = claim.string, !text.isEmpty else { throw .invalidClaim(name) }
        return text
    }

    private func requiredText(_ name: String) throws(TokenError) -> String {
        guard let text = try text(name) else { throw .missingClaim(name) }
        return text
    }

    /// A NumericDate (RFC 7519 §2), seconds with or without a fraction, as milliseconds.
    private func instant(_ name: String) throws(TokenError) -> Int64? {
        guard let claim = claims[name] else { return nil }
        guard let seconds = claim.double, (0...Self.lastSecond).contains(seconds) else {
            throw .invalidClaim(name)
        }
        return Int64(seconds * 1000)
    }

    private func requiredInstant(_ name: String) throws(TokenError) -> Int64 {
        guard let instant = try instant(name) else { throw .missingClaim(name) }
        return instant
    }

    private func audiences() throws(TokenError) -> [String] {
        switch claims["aud"] {
        case .string(let audience): return [audience]
        case .array(let elements): return try texts(elements, of: "aud")
        case nil: throw .missingClaim("aud")
        default: throw .invalidClaim("aud")
        }
    }

    private func scopes() throws(TokenError) -> [String]? {
        let words: [String]
        switch (claims["scopes"], claims["scope"]) {
        case (nil, nil): return nil
        case (.array(let elements), nil): words = try texts(elements, of: "scopes")
        case (.string(let text), nil), (nil, .string(let text)):
            words = text.split(separator: " ").map(String.init)
        case (nil, _): throw .invalidClaim("scope")
        // With both, two readers could take the token for two different permissions.
        default: throw .invalidClaim("scopes")
        }
        guard words.count <= Self.scopesMaximum,
            words.allSatisfy({ $0.utf8.count <= Self.scopeBytes })
        else { throw .invalidClaim("scopes") }
        return words
    }

    private func texts(_ elements: [JSON], of name: String) throws(TokenError) -> [String] {
        var texts: [String] = []
        for element in elements {
            guard let text = element.string else { throw .invalidClaim(name) }
            texts.append(text)
        }
        return texts
    }
}

extension Int64 {
    fileprivate func addingClamping(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        guard overflow else { return sum }
        return other < 0 ? .min : .max
    }

    fileprivate func multipliedClamping(by factor: Int64) -> Int64 {
        let (product, overflow) = multipliedReportingOverflow(by: factor)
        guard overflow else { return product }
        return (self < 0) == (factor < 0) ? .max : .min
    }
}
