internal import COpenSSL

/// The cryptographic library refused an operation that only lack of memory, a broken random source
/// or a locked-down installation makes it refuse: the caller gives the operation up and says so.
package struct CryptoFailure: Error, Equatable, Sendable, CustomStringConvertible {
    package var operation: String

    package var description: String { "the cryptographic library refused: \(operation)" }
}

/// Whether both are the same bytes, in a time that depends on their length only.
package func isEqualInConstantTime(_ one: Span<UInt8>, _ other: Span<UInt8>) -> Bool {
    guard one.count == other.count else { return false }
    return unsafe one.withUnsafeBytes { left in
        unsafe other.withUnsafeBytes { right in
            unsafe left.isEmpty
                || CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0
        }
    }
}

/// `count` bytes nobody can guess.
package func secureRandomBytes(_ count: Int) throws(CryptoFailure) -> [UInt8] {
    guard count > 0, let length = Int32(exactly: count) else { return [] }
    var isFilled = false
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        unsafe buffer.initialize(repeating: 0)
        isFilled = unsafe RAND_bytes(buffer.baseAddress, length) == 1
        initialized = count
    }
    guard isFilled else { throw CryptoFailure(operation: "random bytes") }
    return bytes
}

/// Writes bytes nobody can guess over all of `bytes`, without allocating.
package func fillWithSecureRandom(_ bytes: inout [UInt8]) throws(CryptoFailure) {
    guard let length = Int32(exactly: bytes.count) else {
        throw CryptoFailure(operation: "\(bytes.count) random bytes")
    }
    guard unsafe length == 0 || RAND_bytes(&bytes, length) == 1 else {
        throw CryptoFailure(operation: "random bytes")
    }
}

/// The 32 bytes of a SHA-256 hash, held without allocation.
package struct SHA256Digest: Hashable, Sendable {
    /// The bytes in their order, eight to a word, the first the most significant.
    package var words: (UInt64, UInt64, UInt64, UInt64)

    fileprivate init(bigEndian words: (UInt64, UInt64, UInt64, UInt64)) {
        self.words = (
            UInt64(bigEndian: words.0), UInt64(bigEndian: words.1), UInt64(bigEndian: words.2),
            UInt64(bigEndian: words.3)
        )
    }

    /// Nil where there are not 32 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        words = (0, 0, 0, 0)
        for byte in bytes {
            words.0 = words.0 << 8 | words.1 >> 56
            words.1 = words.1 << 8 | words.2 >> 56
            words.2 = words.2 << 8 | words.3 >> 56
            words.3 = words.3 << 8 | UInt64(byte)
        }
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    /// Appends the 32 bytes in their order.
    package func append(to bytes: inout [UInt8]) {
        let ordered = (
            words.0.bigEndian, words.1.bigEndian, words.2.bigEndian, words.3.bigEndian
        )
        unsafe withUnsafeBytes(of: ordered) { unsafe bytes.append(contentsOf: $0) }
    }

    package static func == (one: SHA256Digest, other: SHA256Digest) -> Bool {
        one.words == other.words
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
    }
}

/// Hashes one message after another with SHA-256, a part at a time, without allocating.
@safe
package final class SHA256Hasher {
    private let context: OpaquePointer
    private var isStarted = false

    /// Looks the algorithm up once: done anew for each message, as for `EVP_sha256()`, it would take
    /// longer than hashing a short one.
    package init() throws(CryptoFailure) {
        guard let made = unsafe EVP_MD_CTX_new() else {
            throw CryptoFailure(operation: "SHA-256")
        }
        let algorithm = unsafe EVP_MD_fetch(nil, "SHA256", nil)
        let isReady = unsafe EVP_DigestInit_ex(made, algorithm, nil) == 1
        // The context keeps a reference of its own.
        unsafe EVP_MD_free(algorithm)
        guard isReady else {
            unsafe EVP_MD_CTX_free(made)
            throw CryptoFailure(operation: "SHA-256")
        }
        unsafe context = made
    }

    deinit {
        unsafe EVP_MD_CTX_free(context)
    }

    /// Adds the next part of the message.
    package func absorb(_ part: Span<UInt8>) throws(CryptoFailure) {
        try start()
        let isAbsorbed = unsafe part.withUnsafeBytes { bytes in
            unsafe EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1
        }
        guard isAbsorbed else { throw CryptoFailure(operation: "SHA-256") }
    }

    /// The hash of what was absorbed since the last call; the next message begins.
    package func finish() throws(CryptoFailure) -> SHA256Digest {
        try start()
        isStarted = false
        var digest: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        let isMade = unsafe withUnsafeMutableBytes(of: &digest) { buffer in
            unsafe EVP_DigestFinal_ex(
                context, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), nil) == 1
        }
        guard isMade else { throw CryptoFailure(operation: "SHA-256") }
        return SHA256Digest(bigEndian: digest)
    }

    private func start() throws(CryptoFailure) {
        guard !isStarted else { return }
        guard unsafe EVP_DigestInit_ex(context, nil, nil) == 1 else {
            throw CryptoFailure(operation: "SHA-256")
        }
        isStarted = true
    }
}

/// The SHA-256 hash of one message.
package func sha256(_ message: Span<UInt8>) throws(CryptoFailure) -> SHA256Digest {
    let hasher = try SHA256Hasher()
    try hasher.absorb(message)
    return try hasher.finish()
}

/// HMAC-SHA256 (RFC 2104) of `message`: 32 bytes.
package func hmacSHA256(_ message: Span<UInt8>, key: Secret) throws(CryptoFailure) -> [UInt8] {
    guard let keyLength = Int32(exactly: key.count) else {
        throw CryptoFailure(operation: "HMAC with a key of \(key.count) bytes")
    }
    var isMade = false
    let code = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, initialized in
        unsafe buffer.initialize(repeating: 0)
        initialized = 32
        isMade = unsafe message.withUnsafeBytes { bytes in
            let first = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
            return unsafe key.withBytes { key in
                unsafe HMAC(
                    EVP_sha256(), key.baseAddress, keyLength, first, bytes.count,
                    buffer.baseAddress, nil) != nil
            }
        }
    }
    guard isMade else { throw CryptoFailure(operation: "HMAC-SHA256") }
    return code
}
