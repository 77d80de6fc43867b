internal import COpenSSL

/// A private Ed25519 key (RFC 8032).
@safe
package final class Ed25519SigningKey {
    package static let seedBytes = 32
    package static let signatureBytes = 64

    private let key: OpaquePointer
    package let publicKey: Ed25519PublicKey

    /// - Parameter seed: The 32 bytes of the private key; another number of them is refused.
    package init(seed: Secret) throws(CryptoFailure) {
        let made = unsafe seed.withBytes { bytes in
            unsafe EVP_PKEY_new_raw_private_key(
                EVP_PKEY_ED25519, nil, bytes.baseAddress, bytes.count)
        }
        guard let made = unsafe made else { throw CryptoFailure(operation: "Ed25519 private key") }
        var raw = [UInt8](repeating: 0, count: Ed25519PublicKey.byteCount)
        var count = raw.count
        guard unsafe EVP_PKEY_get_raw_public_key(made, &raw, &count) == 1, count == raw.count else {
            unsafe EVP_PKEY_free(made)
            throw CryptoFailure(operation: "Ed25519 public key")
        }
        unsafe key = made
        publicKey = Ed25519PublicKey(bytes: raw)
    }

    deinit {
        unsafe EVP_PKEY_free(key)
    }

    /// The 64 bytes of the signature of `message`.
    package func sign(_ message: Span<UInt8>) throws(CryptoFailure) -> [UInt8] {
        guard let context = unsafe EVP_MD_CTX_new() else {
            throw CryptoFailure(operation: "Ed25519 signature")
        }
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: Self.signatureBytes)
        var count = signature.count
        let isMade = unsafe message.withUnsafeBytes { bytes in
            let first = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe EVP_DigestSignInit(context, nil, nil, nil, key) == 1
                && EVP_DigestSign(context, &signature, &count, first, bytes.count) == 1
        }
        guard isMade, count == signature.count else {
            throw CryptoFailure(operation: "Ed25519 signature")
        }
        return signature
    }
}

/// A public Ed25519 key, by its 32 bytes.
package struct Ed25519PublicKey: Hashable, Sendable {
    package static let byteCount = 32

    package let bytes: [UInt8]

    fileprivate init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Nil where `raw` has not 32 bytes.
    package init?(raw: [UInt8]) {
        guard raw.count == Self.byteCount else { return nil }
        bytes = raw
    }

    /// Whether `signature` is one of `message` by this key; bytes that are no signature or no key are
    /// not.
    package func isSignature(_ signature: Span<UInt8>, of message: Span<UInt8>) -> Bool {
        guard let context = unsafe EVP_MD_CTX_new() else { return false }
        defer { unsafe EVP_MD_CTX_free(context) }
        guard
            let key = unsafe EVP_PKEY_new_raw_public_key(
                EVP_PKEY_ED25519, nil, bytes, bytes.count)
        else { return false }
        defer { unsafe EVP_PKEY_free(key) }
        // What fails leaves errors in a list of the thread that others read.
        defer { ERR_clear_error() }
        return unsafe message.withUnsafeBytes { text in
            unsafe signature.withUnsafeBytes { code in
                let first = unsafe text.baseAddress?.assumingMemoryBound(to: UInt8.self)
                let mark = unsafe code.baseAddress?.assumingMemoryBound(to: UInt8.self)
                return unsafe EVP_DigestVerifyInit(context, nil, nil, nil, key) == 1
                    && EVP_DigestVerify(context, mark, code.count, first, text.count) == 1
            }
        }
    }
}
