import Glibc

/// Reading of small files: configuration, secrets.
package enum TextFile {
    /// The bytes of a regular file of at most `limit` bytes.
    package static func read(_ path: String, limit: Int) throws(TextFileError) -> [UInt8] {
        let file = try open(path)
        defer { close(file) }
        let size = Int(try status(of: file, path).st_size)
        guard size <= limit else { throw TextFileError(path, .tooLong(limit: limit)) }
        // One byte more than allowed, to see whether the file has grown since.
        var bytes = [UInt8](repeating: 0, count: limit + 1)
        var count = 0
        while count < bytes.count {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(
                    file, buffer.baseAddress?.advanced(by: count), buffer.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw TextFileError(path, errno) }
            if got == 0 { break }
            count += got
        }
        guard count <= limit else { throw TextFileError(path, .tooLong(limit: limit)) }
        return Array(bytes[..<count])
    }

    /// The file that a key names, for people to read: of at most 1 MiB.
    package static func read(
        _ path: String, namedBy key: String
    ) throws(ConfigurationProblem) -> [UInt8] {
        do throws(TextFileError) {
            return try read(path, limit: 1 << 20)
        } catch {
            throw ConfigurationProblem(at: .nowhere, "\(key): \(error)")
        }
    }

    /// The secret in a file, without a newline at its end.
    package static func readSecret(_ path: String) throws(TextFileError) -> ConfiguredSecret {
        // Far above any key or password; a larger file is not what was meant.
        var bytes = try read(path, limit: 64 << 10)
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return ConfiguredSecret(bytes)
    }

    /// Who besides its owner may read the file; throws where this process may not.
    package static func strangers(of path: String) throws(TextFileError) -> Strangers? {
        let file = try open(path)
        defer { close(file) }
        let mode = try status(of: file, path).st_mode
        if mode & S_IROTH != 0 { return .everybody }
        return mode & S_IRGRP != 0 ? .group : nil
    }

    /// Who may read a file that is not theirs.
    package enum Strangers: Equatable, Sendable, CustomStringConvertible {
        case group, everybody

        package var description: String {
            switch self {
            case .group: "every member of its group"
            case .everybody: "every user of this machine"
            }
        }
    }

    private static func open(_ path: String) throws(TextFileError) -> CInt {
        // Not blocking, so that a pipe without a writer cannot hold up the start.
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw TextFileError(path, errno) }
        return file
    }

    private static func status(of file: CInt, _ path: String) throws(TextFileError) -> stat {
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw TextFileError(path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw TextFileError(path, .isNoFile) }
        return status
    }
}

/// Why a file could not be read.
package struct TextFileError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        case notFound
        case notPermitted
        /// A directory, a pipe or a device.
        case isNoFile
        case tooLong(limit: Int)
        /// What the system says.
        case other(String)
    }

    package var path: String
    package var reason: Reason

    init(_ path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    fileprivate init(_ path: String, _ code: CInt) {
        let reason: Reason =
            switch code {
            case ENOENT, ENOTDIR: .notFound
            case EACCES, EPERM: .notPermitted
            default: .other(Self.text(of: code))
            }
        self.init(path, reason)
    }

    private static func text(of code: CInt) -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let start = buffer.baseAddress,
                unsafe strerror_r(code, start, buffer.count) == 0
            else { return "error \(code)" }
            return unsafe String(cString: start)
        }
    }
}

extension TextFileError: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .notFound: "\(path) does not exist"
        case .notPermitted: "\(path) may not be read by this user"
        case .isNoFile: "\(path) is not a regular file"
        case .tooLong(let limit): "\(path) is longer than \(limit) bytes"
        case .other(let text): "\(path) cannot be read: \(text)"
        }
    }
}
