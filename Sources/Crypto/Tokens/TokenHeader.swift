internal import Wire

/// The protected header of a token: untrusted, so it selects among configured keys and no more.
struct TokenHeader {
    /// Headers that bring a key or a place to fetch one from, or that change how the token is to
    /// be read (RFC 7515 §4.1, RFC 7797). None is needed between us and an issuer we know.
    private static let refused = ["crit", "jku", "jwk", "x5u", "x5c", "b64", "zip"]
    /// `JWT` (RFC 7519 §5.1) and `at+jwt` (RFC 9068 §2.1), with or without `application/`.
    private static let types: Set = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]
    private static let maximumIdentifierBytes = 256

    let algorithm: TokenAlgorithm
    let keyIdentifier: String?

    init(_ text: [UInt8]) throws(TokenError) {
        guard let fields = JSON(tokenText: text) else { throw .malformed }
        for name in Self.refused where fields[name] != nil { throw .refusedHeader(name) }
        guard let name = fields["alg"]?.string else { throw .malformed }
        guard let algorithm = TokenAlgorithm(name: name) else { throw .unsupportedAlgorithm }
        if let type = fields["typ"] {
            guard let name = type.string, Self.types.contains(name.lowercased()) else {
                throw .wrongType
            }
        }
        if let identifier = fields["kid"] {
            guard let text = identifier.string, text.utf8.count <= Self.maximumIdentifierBytes
            else { throw .malformed }
        }
        self.algorithm = algorithm
        keyIdentifier = fields["kid"]?.string
    }
}
