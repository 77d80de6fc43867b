internal import CJose
internal import Wire

/// A key in the form that signatures are checked with; owned here, released once.
@safe
final class LoadedKey {
    @unsafe
    private enum Form {
        /// Of the signature library.
        case library(OpaquePointer)
        /// The library knows no Edwards curve.
        case edwards(Ed25519PublicKey)
    }

    let algorithm: TokenAlgorithm
    let identifier: String?
    private let form: Form

    init(_ key: TokenKey) throws(TokenKeyError) {
        let loaded: Loaded
        switch key.material {
        case .secret(let secret): unsafe loaded = try Self.load(secret)
        case .jwk(let text):
            unsafe loaded = try Self.load(jwk: unsafe text.withBytes { unsafe Array($0) })
        case .pem(let text): unsafe loaded = try Self.load(pem: text)
        }
        unsafe form = loaded.form
        algorithm = unsafe loaded.algorithm
        identifier = unsafe key.identifier ?? loaded.name
        try requireStrength()
    }

    deinit {
        if case .library(let handle) = unsafe form { _ = unsafe cjose_jwk_release(handle) }
    }

    /// Lends the library's handle for the time of a call; nil where it has none.
    func withHandle<Answer>(_ body: (OpaquePointer) -> Answer) -> Answer? {
        guard case .library(let handle) = unsafe form else { return nil }
        return unsafe body(handle)
    }

    /// Whether the key made the signature of a token in the compact form.
    func hasSigned(_ token: [UInt8]) -> Bool {
        switch unsafe form {
        case .library(let handle):
            return unsafe token.withUnsafeBytes { bytes in
                let first = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
                // An object for each key: what one attempt leaves in it cannot reach the next.
                guard let signed = unsafe cjose_jws_import(first, bytes.count, nil) else {
                    return false
                }
                defer { unsafe cjose_jws_release(signed) }
                return unsafe cjose_jws_verify(signed, handle, nil)
            }
        case .edwards(let key):
            guard let dot = token.lastIndex(of: UInt8(ascii: ".")),
                let signature = Base64.urlSafe.decode(token[(dot + 1)...])
            else { return false }
            return key.isSignature(signature.span, of: token.span.extracting(..<dot))
        }
    }

    @unsafe
    private struct Loaded {
        var form: Form
        var algorithm: TokenAlgorithm
        /// What the key calls itself.
        var name: String?
    }

    private static func load(_ secret: Secret) throws(TokenKeyError) -> Loaded {
        let made = unsafe secret.withBytes { bytes in
            unsafe cjose_jwk_create_oct_spec(bytes.baseAddress, bytes.count, nil)
        }
        guard let made = unsafe made else {
            throw .weak(minimumBits: TokenKey.minimumSecretBytes * 8)
        }
        return unsafe Loaded(form: .library(made), algorithm: .hs256)
    }

    private static func load(pem text: String) throws(TokenKeyError) -> Loaded {
        switch unsafe try PublicKeyPEM.load(text) {
        case .rsa(let handle): unsafe Loaded(form: .library(handle), algorithm: .rs256)
        case .p256(let handle): unsafe Loaded(form: .library(handle), algorithm: .es256)
        case .ed25519(let key): unsafe Loaded(form: .edwards(key), algorithm: .edDSA)
        }
    }

    private static func load(jwk text: [UInt8]) throws(TokenKeyError) -> Loaded {
        guard let fields = JSON(tokenText: text) else { throw .unreadable }
        if fields["kty"] != "oct", fields["d"] != nil { throw .privateKey }
        let algorithm = try WebKeyMembers.algorithm(of: fields)
        let name = fields["kid"]?.string
        if algorithm == .edDSA {
            guard let raw = fields["x"]?.string.flatMap({ Base64.urlSafe.decode($0.utf8) }),
                let key = Ed25519PublicKey(raw: raw)
            else { throw .unreadable }
            return unsafe Loaded(form: .edwards(key), algorithm: algorithm, name: name)
        }
        let made = unsafe text.withUnsafeBytes { bytes in
            let first = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
            return unsafe cjose_jwk_import(first, bytes.count, nil)
        }
        guard let made = unsafe made else { throw .unreadable }
        return unsafe Loaded(form: .library(made), algorithm: algorithm, name: name)
    }

    private func requireStrength() throws(TokenKeyError) {
        guard let bits = unsafe withHandle({ unsafe cjose_jwk_get_keysize($0, nil) }) else {
            return
        }
        switch algorithm {
        case .hs256 where bits < TokenKey.minimumSecretBytes * 8:
            throw .weak(minimumBits: TokenKey.minimumSecretBytes * 8)
        case .rs256 where bits < TokenKey.minimumRSABits,
            .ps256 where bits < TokenKey.minimumRSABits:
            throw .weak(minimumBits: TokenKey.minimumRSABits)
        default: return
        }
    }
}
