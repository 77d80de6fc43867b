internal import Glibc

/// A file that is written beside the one it is to replace: whoever reads that one sees the old
/// content or the whole new one, and never a part.
package final class FileReplacement {
    private let path: String
    private let temporary: String
    private let descriptor: Int32
    private var isInPlace = false

    /// Begins a replacement of `path`, which need not exist. Nothing of it changes before `commit`.
    package init(_ path: String) throws(SystemError) {
        self.path = path
        temporary = "\(path).\(getpid()).partial"
        descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError.last("create \(temporary)") }
    }

    deinit {
        close(descriptor)
        if !isInPlace { unsafe unlink(temporary) }
    }

    package func append(_ bytes: [UInt8]) throws(SystemError) {
        try writeWhole(bytes, to: descriptor, named: temporary)
    }

    /// Makes the content durable and puts it in place.
    package func commit() throws(SystemError) {
        guard fsync(descriptor) == 0 else { throw SystemError.last("write \(temporary)") }
        guard unsafe rename(temporary, path) == 0 else { throw SystemError.last("replace \(path)") }
        isInPlace = true
    }
}

extension StandardStream {
    /// Writes all bytes, or says why they are not written: a full disk, a closed pipe.
    package func writeWhole(_ bytes: [UInt8]) throws(SystemError) {
        try System.writeWhole(
            bytes, to: rawValue, named: self == .output ? "standard output" : "standard error")
    }

    package var isTerminal: Bool { isatty(rawValue) == 1 }
}

private func writeWhole(
    _ bytes: [UInt8], to descriptor: Int32, named name: String
) throws(SystemError) {
    var offset = 0
    while offset < bytes.count {
        let written = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.write(
                descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
        }
        if written < 0 && errno == EINTR { continue }
        guard written > 0 else { throw SystemError.last("write \(name)") }
        offset += written
    }
}
