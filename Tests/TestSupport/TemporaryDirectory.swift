import Glibc

/// A directory of a test's own, removed with all that is in it.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// - Parameter isInMemory: For a test that flushes more often than any disk likes.
    package init(isInMemory: Bool = false) {
        let parent = unsafe isInMemory && access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        var template = Array("\(parent)/freshwire-test-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            unsafe buffer.baseAddress.flatMap { unsafe mkdtemp($0) } != nil
        }
        precondition(made, "no temporary directory can be made")
        path = String(
            decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        // What cannot be removed stays there; no test depends on it.
        _ = try? ChildProcess("rm", ["-rf", "--", path]).wait()
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file into the directory and answers its path.
    @discardableResult
    package func write(_ text: String, to name: String) -> String {
        let file = file(name)
        let descriptor = unsafe open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        precondition(descriptor >= 0, "\(file) cannot be written")
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        }
        precondition(count == bytes.count, "\(file) cannot be written")
        return file
    }

    /// The text of a file in the directory; empty where there is none.
    package func read(_ name: String) -> String {
        let descriptor = unsafe open(file(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var text: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { buffer in
                unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text.append(contentsOf: chunk.prefix(count))
        }
    }
}
