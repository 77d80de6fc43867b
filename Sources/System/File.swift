internal import Glibc

/// Whole files, directories and locks, without Foundation.
package enum File {
    /// Reads a whole file.
    ///
    /// - Parameter limit: A longer file is an error, so that a wrong path cannot fill the memory.
    package static func read(_ path: String, limit: Int = 16 << 20) throws(SystemError) -> [UInt8] {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open \(path)") }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw SystemError.last("read \(path)") }
            if count == 0 { return bytes }
            guard bytes.count + count <= limit else {
                throw SystemError(
                    operation: "read \(path)", reason: "it is longer than \(limit) bytes")
            }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    /// Reads all of standard input, up to `limit` bytes.
    package static func readInput(limit: Int = 16 << 20) throws(SystemError) -> [UInt8] {
        try read("/dev/stdin", limit: limit)
    }

    /// Writes a file that did not exist, readable by its owner only, and makes it durable.
    package static func create(_ path: String, secret bytes: [UInt8]) throws(SystemError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemError.last("create \(path)") }
        defer { close(descriptor) }
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count,
            fsync(descriptor) == 0
        else { throw SystemError.last("write \(path)") }
    }

    /// Writes a file, in place of one that may be there.
    package static func write(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError.last("create \(path)") }
        defer { close(descriptor) }
        guard unsafe Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
            throw SystemError.last("write \(path)")
        }
    }

    /// Makes a directory for its owner only, with those above it; one that exists is left alone.
    package static func makeDirectory(_ path: String) throws(SystemError) {
        var partial = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            partial += (partial.isEmpty || partial.hasSuffix("/") ? "" : "/") + part
            if unsafe mkdir(partial, 0o700) != 0 && errno != EEXIST {
                throw SystemError.last("make directory \(partial)")
            }
        }
    }

    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Makes an empty directory of a name that nobody else uses.
    package static func makeTemporaryDirectory() throws(SystemError) -> String {
        let base = Environment.value("TMPDIR") ?? "/tmp"
        var template = Array("\(base)/freshwire-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer in
            guard let address = buffer.baseAddress else { return false }
            return unsafe mkdtemp(address) != nil
        }
        guard made else { throw SystemError.last("make a directory in \(base)") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a directory, sorted, without `.` and `..`.
    package static func names(in path: String) throws(SystemError) -> [String] {
        guard let directory = unsafe opendir(path) else {
            throw SystemError.last("read directory \(path)")
        }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { text in
                    unsafe String(cString: text)
                }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    package static func isDirectory(_ path: String) -> Bool {
        var information = stat()
        return unsafe stat(path, &information) == 0
            && information.st_mode & S_IFMT == S_IFDIR
    }

    /// Removes a directory with all that is in it; links are removed, not followed.
    package static func removeDirectory(_ path: String) {
        for name in (try? names(in: path)) ?? [] {
            let entry = "\(path)/\(name)"
            var information = stat()
            if unsafe lstat(entry, &information) == 0, information.st_mode & S_IFMT == S_IFDIR {
                removeDirectory(entry)
            } else {
                _ = unsafe unlink(entry)
            }
        }
        _ = unsafe rmdir(path)
    }
}
