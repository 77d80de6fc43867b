internal import CJose
internal import Wire

/// Why a set of recipients' keys cannot be used.
package enum RecipientKeyError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Not the text of a JSON Web Key Set (RFC 7517 §5).
    case unreadable
    /// A key without a `kid`, or two with the same one.
    case unnamed(position: Int)
    case repeated(String)
    /// A key of another type, curve, use or algorithm, or one that is too short.
    case unsupported(String, reason: String)
    /// The private half of a key pair. Sealing takes the public half only; give that.
    case privateKey(String)

    package var description: String {
        switch self {
        case .unreadable: "it is no JSON Web Key Set"
        case .unnamed(let position): "key \(position + 1) has no kid that says whose it is"
        case .repeated(let name): "there are two keys called \(name)"
        case .unsupported(let name, let reason): "the key of \(name) is not usable: \(reason)"
        case .privateKey(let name): "the key of \(name) is a private one: give its public half"
        }
    }
}

/// Encrypts short messages for recipients, each as a compact JWE (RFC 7516) with A256GCM.
///
/// The type of a key decides how: an `oct` key of 256 bits encrypts by itself (`dir`), on an elliptic
/// curve a key is agreed on (`ECDH-ES`), to an RSA key one is encrypted (`RSA-OAEP`).
package final class MessageSealer {
    private let keys: [RecipientKey]
    private let index: [String: Int]

    /// - Parameter keySet: The text of a JSON Web Key Set.
    package init(keySet: [UInt8]) throws(RecipientKeyError) {
        guard let set = JSON(tokenText: keySet), let entries = set["keys"]?.array else {
            throw .unreadable
        }
        var keys: [RecipientKey] = []
        var index: [String: Int] = [:]
        for (position, entry) in entries.enumerated() {
            guard let name = entry["kid"]?.string, !name.isEmpty else {
                throw .unnamed(position: position)
            }
            guard index[name] == nil else { throw .repeated(name) }
            index[name] = keys.count
            keys.append(try RecipientKey(entry, name: name))
        }
        self.keys = keys
        self.index = index
    }

    package var count: Int { keys.count }

    /// Which key is called so; nil where there is none.
    package func key(named name: String) -> Int? { index[name] }

    /// What only the holder of the key can read, as the text of a compact JWE.
    ///
    /// - Parameter message: The text of a JSON value, which the header says (`cty`).
    package func sealed(_ message: [UInt8], for key: Int) throws(CryptoFailure) -> [UInt8] {
        guard keys.indices.contains(key), let text = keys[key].sealed(message) else {
            throw CryptoFailure(operation: "encrypting a message")
        }
        return text
    }
}

/// One recipient's key; owned here, released once.
@safe
private final class RecipientKey {
    private static let minimumRSABits = 2048
    private static let secretBits = 256

    private let name: String
    private let algorithm: String
    private let handle: OpaquePointer

    init(_ fields: JSON, name: String) throws(RecipientKeyError) {
        self.name = name
        algorithm = try Self.algorithm(of: fields, name)
        let text = fields.bytes
        let made = unsafe text.withUnsafeBytes { bytes in
            let first = unsafe bytes.assumingMemoryBound(to: CChar.self).baseAddress
            return unsafe cjose_jwk_import(first, bytes.count, nil)
        }
        guard let made = unsafe made else {
            throw .unsupported(name, reason: "its members are no key")
        }
        unsafe handle = made
        let bits = unsafe cjose_jwk_get_keysize(handle, nil)
        switch algorithm {
        case "dir" where bits != Self.secretBits:
            throw .unsupported(name, reason: "a secret of \(bits) bits instead of 256")
        case "RSA-OAEP" where bits < Self.minimumRSABits:
            throw .unsupported(name, reason: "\(bits) bits are too few")
        default: break
        }
    }

    deinit {
        _ = unsafe cjose_jwk_release(handle)
    }

    private static func algorithm(
        of fields: JSON, _ name: String
    ) throws(RecipientKeyError) -> String {
        let algorithm: String
        switch (fields["kty"]?.string, fields["crv"]?.string) {
        case ("oct", _): algorithm = "dir"
        case ("RSA", _): algorithm = "RSA-OAEP"
        case ("EC", "P-256"), ("EC", "P-384"), ("EC", "P-521"): algorithm = "ECDH-ES"
        case ("EC", let curve):
            throw .unsupported(name, reason: "curve \(curve ?? "unknown")")
        case (let type, _): throw .unsupported(name, reason: "type \(type ?? "unknown")")
        }
        if algorithm != "dir", fields["d"] != nil { throw .privateKey(name) }
        if let stated = fields["alg"], stated.string != algorithm {
            throw .unsupported(name, reason: "algorithm \(stated.string ?? "unknown")")
        }
        if let use = fields["use"], use.string != "enc" {
            throw .unsupported(name, reason: "use \(use.string ?? "unknown")")
        }
        return algorithm
    }

    /// Nil where the library has no memory or no random bytes for it.
    func sealed(_ message: [UInt8]) -> [UInt8]? {
        guard let header = unsafe cjose_header_new(nil) else { return nil }
        defer { unsafe cjose_header_release(header) }
        for (name, value) in [
            ("alg", algorithm), ("enc", "A256GCM"), ("kid", name), ("cty", "json"),
        ] {
            guard unsafe cjose_header_set(header, name, value, nil) else { return nil }
        }
        // For ECDH-ES the library reads what it has put there: it must not be left out.
        var error = unsafe cjose_err()
        let made = unsafe message.withUnsafeBufferPointer { bytes in
            unsafe cjose_jwe_encrypt(handle, header, bytes.baseAddress, bytes.count, &error)
        }
        guard let made = unsafe made else { return nil }
        defer { unsafe cjose_jwe_release(made) }
        guard let text = unsafe cjose_jwe_export(made, nil) else { return nil }
        defer { unsafe cjose_get_dealloc()?(text) }
        return unsafe Array(String(cString: text).utf8)
    }
}
