internal import CJose
internal import Wire

/// A key in the form the signature library takes; owned here, released once.
@safe
final class LoadedKey {
    let algorithm: TokenAlgorithm
    let identifier: String?
    private let handle: OpaquePointer

    init(_ key: TokenKey) throws(TokenKeyError) {
        let (loaded, algorithm, ownName) = unsafe try Self.load(key.material)
        unsafe handle = loaded
        self.algorithm = algorithm
        identifier = key.identifier ?? ownName
        try requireStrength()
    }

    deinit {
        _ = unsafe cjose_jwk_release(handle)
    }

    /// Lends the handle for the time of a call.
    func withHandle<Answer>(_ body: (OpaquePointer) -> Answer) -> Answer {
        unsafe body(handle)
    }

    private typealias Loaded = (OpaquePointer, TokenAlgorithm, String?)

    private static func load(_ material: TokenKey.Material) throws(TokenKeyError) -> Loaded {
        switch material {
        case .secret(let secret):
            let made = unsafe secret.withBytes { bytes in
                unsafe cjose_jwk_create_oct_spec(bytes.baseAddress, bytes.count, nil)
            }
            guard let made = unsafe made else {
                throw .weak(minimumBits: TokenKey.minimumSecretBytes * 8)
            }
            return unsafe (made, .hs256, nil)
        case .jwk(let text):
            return unsafe try load(jwk: unsafe text.withBytes { unsafe Array($0) })
        case .pem(let text):
            let (made, algorithm) = unsafe try PublicKeyPEM.load(text)
            return unsafe (made, algorithm, nil)
        }
    }

    private static func load(jwk text: [UInt8]) throws(TokenKeyError) -> Loaded {
        guard let fields = JSON(tokenText: text) else { throw .unreadable }
        let algorithm = try algorithm(ofKey: fields)
        if algorithm != .hs256, fields["d"] != nil { throw .privateKey }
        let made = unsafe text.withUnsafeBytes { bytes in
            let first = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
            return unsafe cjose_jwk_import(first, bytes.count, nil)
        }
        guard let made = unsafe made else { throw .unreadable }
        return unsafe (made, algorithm, fields["kid"]?.string)
    }

    private static func algorithm(ofKey fields: JSON) throws(TokenKeyError) -> TokenAlgorithm {
        let algorithm: TokenAlgorithm
        switch (fields["kty"]?.string, fields["crv"]?.string) {
        case ("oct", _): algorithm = .hs256
        case ("RSA", _): algorithm = .rs256
        case ("EC", "P-256"): algorithm = .es256
        case ("EC", let curve): throw .unsupported("curve \(curve ?? "unknown")")
        case (let type, _): throw .unsupported("type \(type ?? "unknown")")
        }
        if let stated = fields["alg"], stated.string != algorithm.rawValue {
            throw .unsupported("algorithm \(stated.string ?? "unknown")")
        }
        if let use = fields["use"], use.string != "sig" {
            throw .unsupported("use \(use.string ?? "unknown")")
        }
        return algorithm
    }

    private func requireStrength() throws(TokenKeyError) {
        let bits = unsafe cjose_jwk_get_keysize(handle, nil)
        switch algorithm {
        case .hs256 where bits < TokenKey.minimumSecretBytes * 8:
            throw .weak(minimumBits: TokenKey.minimumSecretBytes * 8)
        case .rs256 where bits < TokenKey.minimumRSABits:
            throw .weak(minimumBits: TokenKey.minimumRSABits)
        default: return
        }
    }
}
