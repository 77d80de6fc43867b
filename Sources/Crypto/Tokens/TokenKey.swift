/// The one algorithm that a key is good for; a token never chooses it.
package enum TokenAlgorithm: String, Equatable, Sendable, CaseIterable {
    case hs256 = "HS256"
    case rs256 = "RS256"
    case ps256 = "PS256"
    case es256 = "ES256"
    /// On Ed25519 (RFC 8037).
    case edDSA = "EdDSA"

    /// The algorithm that a header or a key names. RFC 9864 calls EdDSA on Ed25519 by its curve.
    init?(name: String) {
        if name == "Ed25519" {
            self = .edDSA
        } else {
            self.init(rawValue: name)
        }
    }
}

/// A key that signatures of tokens are checked with, as configured.
package struct TokenKey: Equatable, Sendable {
    package enum Material: Equatable, Sendable {
        /// A shared secret of at least `minimumSecretBytes`: HS256.
        case secret(Secret)
        /// A JSON Web Key (RFC 7517): `RSA` for RS256, or PS256 where it says so, `EC` on P-256
        /// for ES256, `OKP` on Ed25519 for EdDSA, `oct` for HS256.
        case jwk(Secret)
        /// A public key in PEM (`-----BEGIN PUBLIC KEY-----`): RSA for RS256, P-256 for ES256,
        /// Ed25519 for EdDSA.
        case pem(String)
    }

    /// RFC 7518 §3.2: an HS256 key is no shorter than its hash.
    package static let minimumSecretBytes = 32
    /// RFC 7518 §3.3.
    package static let minimumRSABits = 2048

    package var material: Material
    /// The name tokens may call the key by; with nil the key is tried for a token of any name.
    /// A JSON Web Key that names itself does not need it.
    package var identifier: String?

    package init(_ material: Material, identifier: String? = nil) {
        self.material = material
        self.identifier = identifier
    }
}

/// Why a configured key cannot be used.
package enum TokenKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Neither the JSON nor the PEM form of a key.
    case unreadable
    /// A key of another type, curve, use or algorithm than those of `TokenAlgorithm`.
    case unsupported(String)
    /// The secret or modulus is too short; give one of at least `minimumBits`.
    case weak(minimumBits: Int)
    /// A private key was given. Checking takes the public half only; give that.
    case privateKey
    /// Without a key no token can be checked.
    case noKeys
    /// Two keys of a set go by one name, so that a token's name for its key would mean either.
    case sameName(String)
    /// A set of keys is `{"keys":[…]}` with `maximum` of them at most.
    case noKeySet(maximum: Int)

    package var description: String {
        switch self {
        case .unreadable: "the key is neither a JSON Web Key nor a public key in PEM"
        case .unsupported(let what): "the key is not usable for tokens: \(what)"
        case .weak(let bits): "the key is too short: at least \(bits) bits are needed"
        case .privateKey: "the key is a private one: give its public half"
        case .noKeys: "no key is configured to check tokens with"
        case .sameName(let name): "two keys of the set are called \(name)"
        case .noKeySet(let maximum):
            "a set of keys is {\"keys\":[…]} with at most \(maximum) keys"
        }
    }
}
