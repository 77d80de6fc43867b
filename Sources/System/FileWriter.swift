internal import Glibc

/// A file that is written from its beginning on, piece by piece.
package final class FileWriter {
    private let path: String
    private let descriptor: Int32
    private var pending: [UInt8] = []

    /// So many bytes go out in one call.
    private static let piece = 1 << 16

    /// Creates the file, or empties one that is there.
    package init(_ path: String) throws(SystemError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError.last("create \(path)") }
    }

    deinit {
        close(descriptor)
    }

    package func append(_ bytes: [UInt8]) throws(SystemError) {
        pending += bytes
        if pending.count >= Self.piece { try flush() }
    }

    /// Hands everything to the system; what is appended after the last call may not be written.
    package func flush() throws(SystemError) {
        defer { pending.removeAll(keepingCapacity: true) }
        var offset = 0
        while offset < pending.count {
            let written = unsafe pending.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
            }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw SystemError.last("write \(path)") }
            offset += written
        }
    }
}
