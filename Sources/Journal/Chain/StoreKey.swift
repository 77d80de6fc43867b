internal import Crypto
internal import Glibc
internal import Wire

/// The private key of a store, in a file of its own: 64 hexadecimal digits, readable by its owner.
///
/// It is not in the database, so that a copy of the log does not carry the right to sign for it.
enum StoreKey {
    /// A file of the seed's digits and a line's end, and one byte to see that there are no more.
    private static let longestFile = 2 * Ed25519SigningKey.seedBytes + 2

    /// The key in the file, or a new one where there is no file.
    static func load(_ path: String) throws(StoreError) -> Ed25519SigningKey {
        if let seed = try read(path) { return try key(seed, path) }
        let seed = try Chain.checked { () throws(CryptoFailure) in
            try secureRandomBytes(Ed25519SigningKey.seedBytes)
        }
        let made = try key(seed, path)
        try replace(path, with: Array((hexadecimal(seed) + "\n").utf8), mode: 0o600)
        return made
    }

    /// A key of 16 bytes for another purpose. An Ed25519 signature is the same each time and nobody
    /// else can make it; it is told nobody.
    static func derived(
        from key: Ed25519SigningKey, for purpose: String
    ) throws(StoreError) -> Secret {
        try Chain.checked { () throws(CryptoFailure) in
            let signature = try key.sign(Array("freshwire \(purpose)".utf8).span)
            return Secret(try sha256(signature.span).bytes.prefix(16))
        }
    }

    private static func key(
        _ seed: [UInt8], _ path: String
    ) throws(StoreError) -> Ed25519SigningKey {
        try Chain.checked { () throws(CryptoFailure) in
            try Ed25519SigningKey(seed: Secret(seed))
        }
    }

    /// Nil where there is no file.
    private static func read(_ path: String) throws(StoreError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure(errno, "open \(path)")
        }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: longestFile)
        let count = unsafe Glibc.read(descriptor, &text, text.count)
        guard count >= 0 else { throw failure(errno, "read \(path)") }
        let digits = text[..<count].prefix { $0 != UInt8(ascii: "\n") }
        guard let seed = hexadecimalBytes(digits), seed.count == Ed25519SigningKey.seedBytes else {
            throw StoreError(
                kind: .cannotOpen,
                message:
                    "the file holds no signing key; without it a new one is made, which the log"
                    + " tells",
                statement: "read \(path)")
        }
        return seed
    }

    /// Writes beside it, flushes and renames, so that no half of a file is ever found. The directory is
    /// flushed by whoever opens the store.
    static func replace(
        _ path: String, with text: [UInt8], mode: mode_t
    ) throws(StoreError) {
        let draft = path + ".new"
        let descriptor = unsafe open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure(errno, "create \(draft)") }
        let isWritten =
            unsafe Glibc.write(descriptor, text, text.count) == text.count
            && fsync(descriptor) == 0
        let reason = errno
        close(descriptor)
        guard isWritten else { throw failure(reason, "write \(draft)") }
        guard unsafe rename(draft, path) == 0 else { throw failure(errno, "rename \(draft)") }
    }

    private static func failure(_ code: CInt, _ operation: String) -> StoreError {
        let kind: StoreError.Kind =
            switch code {
            case ENOSPC, EDQUOT: .full
            case EIO: .ioError
            case EROFS: .readOnly
            default: .cannotOpen
            }
        return StoreError(
            kind: kind, code: code, message: unsafe String(cString: strerror(code)),
            statement: operation)
    }
}
