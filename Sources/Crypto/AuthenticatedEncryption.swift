internal import COpenSSL

/// A key that seals small texts with AES-256-GCM (NIST SP 800-38D): nobody without it reads them or
/// makes others that it opens.
///
/// A sealed text is its nonce (12 random bytes), as many bytes as the text has, and the tag (16). With
/// random nonces one key is good for 2³² texts.
package final class SealingKey {
    package static let keyBytes = 32
    private static let nonceBytes = 12
    private static let tagBytes = 16
    /// What a sealed text has more than the text.
    package static let overheadBytes = nonceBytes + tagBytes

    private let secret: Secret

    /// - Parameter secret: 32 bytes; another number of them is refused.
    package init(_ secret: Secret) throws(CryptoFailure) {
        guard secret.count == Self.keyBytes else {
            throw CryptoFailure(operation: "AES-256-GCM with a key of \(secret.count) bytes")
        }
        self.secret = secret
    }

    /// A number that tells this key from others and nothing of its bytes: positive, from a hash.
    package func identifier(label: [UInt8]) throws(CryptoFailure) -> Int64 {
        let code = try hmacSHA256(label.span, key: secret)
        var number: UInt64 = 0
        for byte in code.prefix(8) { number = number << 8 | UInt64(byte) }
        return Int64(number >> 1) | 1
    }

    /// The text, sealed. It opens only with the same `context`, which is not in it.
    package func seal(
        _ text: [UInt8], context: [UInt8]
    ) throws(CryptoFailure) -> [UInt8] {
        var sealed = try secureRandomBytes(Self.nonceBytes)
        guard let cipher = try transform(text, context, nonce: sealed, .sealing) else {
            throw CryptoFailure(operation: "AES-256-GCM")
        }
        sealed += cipher.text
        sealed += cipher.tag
        return sealed
    }

    /// Nil where it was not sealed with this key and context, or was altered.
    package func open(
        _ sealed: [UInt8], context: [UInt8]
    ) throws(CryptoFailure) -> [UInt8]? {
        guard sealed.count >= Self.overheadBytes else { return nil }
        let nonce = Array(sealed.prefix(Self.nonceBytes))
        let tag = Array(sealed.suffix(Self.tagBytes))
        let cipher = Array(sealed.dropFirst(Self.nonceBytes).dropLast(Self.tagBytes))
        return try transform(cipher, context, nonce: nonce, .opening(tag: tag))?.text
    }

    private enum Direction {
        case sealing
        case opening(tag: [UInt8])

        var isSealing: CInt {
            if case .sealing = self { 1 } else { 0 }
        }
    }

    /// Nil where the tag does not fit.
    private func transform(
        _ text: [UInt8], _ context: [UInt8], nonce: [UInt8], _ direction: Direction
    ) throws(CryptoFailure) -> (text: [UInt8], tag: [UInt8])? {
        guard let length = CInt(exactly: text.count), let bound = CInt(exactly: context.count),
            let cipher = unsafe EVP_CIPHER_CTX_new()
        else { throw CryptoFailure(operation: "AES-256-GCM") }
        defer { unsafe EVP_CIPHER_CTX_free(cipher) }
        // What fails leaves errors in a list of the thread that others read.
        defer { ERR_clear_error() }
        // The library writes as many bytes as it reads; room for one where there is none.
        var output = [UInt8](repeating: 0, count: max(text.count, 1))
        var count: CInt = 0
        let isBegun = unsafe secret.withBytes { key in
            unsafe EVP_CipherInit_ex(
                cipher, EVP_aes_256_gcm(), nil, key.baseAddress, nonce, direction.isSealing) == 1
                && EVP_CipherUpdate(cipher, nil, &count, context, bound) == 1
                && EVP_CipherUpdate(cipher, &output, &count, text, length) == 1
        }
        guard isBegun, count == length else { throw CryptoFailure(operation: "AES-256-GCM") }
        output.removeLast(output.count - text.count)
        var rest = [UInt8](repeating: 0, count: Self.tagBytes)
        var tag = [UInt8](repeating: 0, count: Self.tagBytes)
        switch direction {
        case .sealing:
            guard unsafe EVP_CipherFinal_ex(cipher, &rest, &count) == 1,
                unsafe EVP_CIPHER_CTX_ctrl(
                    cipher, EVP_CTRL_AEAD_GET_TAG, CInt(Self.tagBytes), &tag) == 1
            else { throw CryptoFailure(operation: "AES-256-GCM") }
        case .opening(let expected):
            tag = expected
            guard
                unsafe EVP_CIPHER_CTX_ctrl(
                    cipher, EVP_CTRL_AEAD_SET_TAG, CInt(Self.tagBytes), &tag) == 1
            else { throw CryptoFailure(operation: "AES-256-GCM") }
            guard unsafe EVP_CipherFinal_ex(cipher, &rest, &count) == 1 else { return nil }
        }
        return (output, tag)
    }
}
