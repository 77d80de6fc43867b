internal import Crypto
internal import Glibc
internal import Wire

/// The file with the keys that places of delivery are sealed with: 64 hexadecimal digits a line,
/// readable by its owner only. The first seals; the others open what they sealed before.
package enum PlaceKeyFile {
    /// Replaced once a month, that is five years of keys.
    private static let keysMaximum = 64
    private static let lineBytes = 2 * SealingKey.keyBytes + 1
    private static let longestFile = keysMaximum * lineBytes + 1

    /// The keys in the file; a new one where there is no file.
    static func load(_ path: String) throws(StoreError) -> PlaceKeys {
        let found = try read(path)
        if !found.keys.isEmpty { return found }
        _ = try renew(path)
        return try read(path)
    }

    /// The keys in the file; none where there is no file.
    static func read(_ path: String) throws(StoreError) -> PlaceKeys {
        var keys = PlaceKeys()
        guard let text = try text(of: path) else { return keys }
        let lines = text.split(
            separator: UInt8(ascii: "\n"), maxSplits: keysMaximum, omittingEmptySubsequences: true)
        guard text.count < longestFile, !lines.isEmpty else { throw noKeys(path) }
        for line in lines {
            guard let bytes = hexadecimalBytes(line), bytes.count == SealingKey.keyBytes else {
                throw noKeys(path)
            }
            try keys.add(Secret(bytes))
        }
        return keys
    }

    /// Looks whether the daemon could take the keys in the file; there need not be one.
    ///
    /// - Returns: False where this user may not look: the daemon's may.
    package static func check(_ path: String) throws(StoreError) -> Bool {
        if unsafe access(path, R_OK) != 0, errno == EACCES { return false }
        _ = try read(path)
        return true
    }

    /// Puts a new key in front of those in the file, or makes the file with it.
    ///
    /// - Returns: How many keys the file has now.
    package static func renew(_ path: String) throws(StoreError) -> Int {
        let known = try read(path).keys.count
        guard known < keysMaximum else {
            throw StoreError(
                kind: .placeKeys, message: "there are \(known) keys in it, and no room for another",
                statement: "renew \(path)")
        }
        let drawn = try Chain.checked { () throws(CryptoFailure) in
            try secureRandomBytes(SealingKey.keyBytes)
        }
        var text = Array((hexadecimal(drawn) + "\n").utf8)
        text += try Self.text(of: path) ?? []
        try StoreKey.replace(path, with: text, mode: 0o600)
        return known + 1
    }

    /// Nil where there is no file.
    private static func text(of path: String) throws(StoreError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw unreadable(path)
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else { throw unreadable(path) }
        guard status.st_mode & 0o077 == 0 else {
            throw StoreError(
                kind: .placeKeys, message: "others than its owner can read it: chmod 600 \(path)",
                statement: "read \(path)")
        }
        var text = [UInt8](repeating: 0, count: longestFile)
        let count = unsafe Glibc.read(descriptor, &text, text.count)
        guard count >= 0 else { throw unreadable(path) }
        return Array(text.prefix(count))
    }

    private static func unreadable(_ path: String) -> StoreError {
        let code = errno
        return StoreError(
            kind: .placeKeys, code: code, message: unsafe String(cString: strerror(code)),
            statement: "read \(path)")
    }

    private static func noKeys(_ path: String) -> StoreError {
        StoreError(
            kind: .placeKeys,
            message:
                "it does not hold keys of 64 hexadecimal digits, one a line; put back what it held,"
                + " or move it away: a new key is made then, and places that were sealed before"
                + " cannot be read",
            statement: "read \(path)")
    }
}
