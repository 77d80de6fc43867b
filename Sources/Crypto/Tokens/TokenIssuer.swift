internal import CJose
internal import Wire

/// What a token to be issued shall say.
package struct TokenGrant: Equatable, Sendable {
    package var subject: String
    package var role: String
    package var scopes: [String]
    package var site: String?
    /// The counters of a cafe that an employee works at.
    package var counters: [String] = []
    /// The person's own name, for signatures.
    package var name: String?
    /// What the person may ask of the API in a minute, by name.
    package var tier: String?
    /// From the instant of issue, in seconds.
    package var lifetimeSeconds: Int64

    package init(
        subject: String, role: String, scopes: [String] = [], site: String? = nil,
        name: String? = nil, lifetimeSeconds: Int64
    ) {
        self.subject = subject
        self.role = role
        self.scopes = scopes
        self.site = site
        self.name = name
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// Why a token was not issued.
package enum TokenIssueError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A subject and a role are needed, and a lifetime of a second up to `maximumLifetimeSeconds`.
    case invalidGrant(String)
    case cryptography(CryptoFailure)

    package var description: String {
        switch self {
        case .invalidGrant(let field): "a token needs a usable \(field)"
        case .cryptography(let failure): failure.description
        }
    }
}

/// Issues HS256 tokens, for operators and for trying the daemon out.
package final class TokenIssuer {
    /// A year: a token that outlives it is a password.
    package static let maximumLifetimeSeconds: Int64 = 366 * 86_400
    private static let identifierBytes = 16

    private let key: LoadedKey
    private let issuer: String?
    private let audience: String?

    /// `keyIdentifier` becomes the `kid` of the tokens.
    package init(
        secret: Secret, keyIdentifier: String? = nil, issuer: String? = nil,
        audience: String? = nil
    ) throws(TokenKeyError) {
        key = try LoadedKey(TokenKey(.secret(secret), identifier: keyIdentifier))
        self.issuer = issuer
        self.audience = audience
    }

    /// A token for `grant`, valid from `now` on, in milliseconds since 1970.
    package func issue(_ grant: TokenGrant, now: Int64) throws(TokenIssueError) -> String {
        guard !grant.subject.isEmpty else { throw .invalidGrant("subject") }
        guard !grant.role.isEmpty else { throw .invalidGrant("role") }
        guard grant.site != "" else { throw .invalidGrant("site") }
        guard grant.name != "" else { throw .invalidGrant("name") }
        guard (1...Self.maximumLifetimeSeconds).contains(grant.lifetimeSeconds) else {
            throw .invalidGrant("lifetime: 1 to \(Self.maximumLifetimeSeconds) seconds")
        }
        let identifier: String
        do throws(CryptoFailure) {
            identifier = try newIdentifier()
        } catch {
            throw .cryptography(error)
        }
        let claims = claims(of: grant, issuedAt: now / 1000, identifier: identifier)
        guard let token = signed(claims) else {
            throw .cryptography(CryptoFailure(operation: "signing a token"))
        }
        return token
    }

    private func claims(of grant: TokenGrant, issuedAt: Int64, identifier: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { claims in
            claims.member("sub", grant.subject)
            claims.member("role", grant.role)
            // An empty list would close every channel.
            if !grant.scopes.isEmpty {
                claims.name("scopes")
                claims.array { list in for scope in grant.scopes { list.value(scope) } }
            }
            claims.member("site", grant.site)
            if !grant.counters.isEmpty {
                claims.name("counters")
                claims.array { list in for counter in grant.counters { list.value(counter) } }
            }
            claims.member("name", grant.name)
            claims.member("tier", grant.tier)
            claims.member("iss", issuer)
            claims.member("aud", audience)
            claims.member("iat", issuedAt)
            claims.member("exp", issuedAt + grant.lifetimeSeconds)
            claims.member("jti", identifier)
        }
        return writer.bytes
    }

    func newIdentifier() throws(CryptoFailure) -> String {
        hexadecimal(try secureRandomBytes(Self.identifierBytes))
    }

    func signed(_ claims: [UInt8]) -> String? {
        guard let header = unsafe cjose_header_new(nil) else { return nil }
        defer { unsafe cjose_header_release(header) }
        guard unsafe cjose_header_set(header, "alg", key.algorithm.rawValue, nil),
            unsafe cjose_header_set(header, "typ", "JWT", nil)
        else { return nil }
        if let name = key.identifier {
            guard unsafe cjose_header_set(header, "kid", name, nil) else { return nil }
        }
        let signature = unsafe claims.withUnsafeBufferPointer { bytes in
            unsafe key.withHandle { key in
                unsafe cjose_jws_sign(key, header, bytes.baseAddress, bytes.count, nil)
            }
        }
        guard let signature = unsafe signature ?? nil else { return nil }
        defer { unsafe cjose_jws_release(signature) }
        var text: UnsafePointer<CChar>?
        guard unsafe cjose_jws_export(signature, &text, nil), let text = unsafe text else {
            return nil
        }
        return unsafe String(cString: text)
    }
}
