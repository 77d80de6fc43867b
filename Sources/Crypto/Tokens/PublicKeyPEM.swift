internal import CJose
internal import COpenSSL

/// Public keys as PEM text.
enum PublicKeyPEM {
    /// More than any RSA key in use needs, 16384 bits included.
    private static let maximumBytes = 16_384

    /// A key, with a handle that the caller has to release.
    @unsafe
    enum Key {
        case rsa(OpaquePointer)
        case p256(OpaquePointer)
        case ed25519(Ed25519PublicKey)
    }

    static func load(_ text: String) throws(TokenKeyError) -> Key {
        guard text.utf8.count <= maximumBytes, let key = unsafe read(text) else {
            throw text.contains("PRIVATE KEY-----") ? .privateKey : .unreadable
        }
        defer { unsafe EVP_PKEY_free(key) }
        switch unsafe EVP_PKEY_get_base_id(key) {
        case EVP_PKEY_RSA:
            guard let handle = unsafe rsaHandle(key) else { throw .unreadable }
            return unsafe .rsa(handle)
        case EVP_PKEY_EC:
            guard let handle = unsafe try p256Handle(key) else { throw .unreadable }
            return unsafe .p256(handle)
        case EVP_PKEY_ED25519:
            var raw = [UInt8](repeating: 0, count: Ed25519PublicKey.byteCount)
            var count = raw.count
            guard unsafe EVP_PKEY_get_raw_public_key(key, &raw, &count) == 1,
                count == raw.count, let key = Ed25519PublicKey(raw: raw)
            else { throw .unreadable }
            return unsafe .ed25519(key)
        default:
            throw .unsupported("neither RSA, EC nor Ed25519")
        }
    }

    private static func read(_ text: String) -> OpaquePointer? {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBytes { buffer in
            guard let source = unsafe BIO_new_mem_buf(buffer.baseAddress, Int32(buffer.count))
            else { return nil }
            defer { unsafe BIO_free(source) }
            let key = unsafe PEM_read_bio_PUBKEY(source, nil, nil, nil)
            ERR_clear_error()
            return unsafe key
        }
    }

    private static func rsaHandle(_ key: OpaquePointer) -> OpaquePointer? {
        guard var modulus = unsafe number(OSSL_PKEY_PARAM_RSA_N, of: key),
            var exponent = unsafe number(OSSL_PKEY_PARAM_RSA_E, of: key)
        else { return nil }
        return unsafe modulus.withUnsafeMutableBufferPointer { n in
            unsafe exponent.withUnsafeMutableBufferPointer { e in
                var parts = unsafe cjose_jwk_rsa_keyspec()
                unsafe parts.n = n.baseAddress
                unsafe parts.nlen = n.count
                unsafe parts.e = e.baseAddress
                unsafe parts.elen = e.count
                return unsafe cjose_jwk_create_RSA_spec(&parts, nil)
            }
        }
    }

    private static func p256Handle(
        _ key: OpaquePointer
    ) throws(TokenKeyError) -> OpaquePointer? {
        guard unsafe EVP_PKEY_get_bits(key) == 256,
            var x = unsafe number(OSSL_PKEY_PARAM_EC_PUB_X, of: key, width: 32),
            var y = unsafe number(OSSL_PKEY_PARAM_EC_PUB_Y, of: key, width: 32)
        else { throw .unsupported("curve other than P-256") }
        return unsafe x.withUnsafeMutableBufferPointer { x in
            unsafe y.withUnsafeMutableBufferPointer { y in
                var parts = unsafe cjose_jwk_ec_keyspec()
                unsafe parts.crv = CJOSE_JWK_EC_P_256
                unsafe parts.x = x.baseAddress
                unsafe parts.xlen = x.count
                unsafe parts.y = y.baseAddress
                unsafe parts.ylen = y.count
                // The library sets the coordinates on its P-256 and refuses a point off the curve,
                // so that another curve of 256 bits does not get through either.
                return unsafe cjose_jwk_create_EC_spec(&parts, nil)
            }
        }
    }

    /// A component of a key as big-endian bytes, with leading zeros up to `width`.
    private static func number(
        _ name: String, of key: OpaquePointer, width: Int = 0
    ) -> [UInt8]? {
        var value: OpaquePointer?
        guard unsafe EVP_PKEY_get_bn_param(key, name, &value) == 1, let value = unsafe value else {
            return nil
        }
        defer { unsafe BN_free(value) }
        let count = max(width, Int(unsafe (BN_num_bits(value) + 7) / 8))
        guard let length = Int32(exactly: count), length > 0 else { return nil }
        var isWritten = false
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe buffer.initialize(repeating: 0)
            initialized = count
            isWritten = unsafe BN_bn2binpad(value, buffer.baseAddress, length) == length
        }
        return isWritten ? bytes : nil
    }
}
