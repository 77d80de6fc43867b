import Glibc

/// A password travels with 16 bits of length.
private let passwordLimit = 65_535

/// The first line of a file.
func readPassword(from file: String) throws(DialFailure) -> String {
    let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        throw .passwordFile(name: file, reason: words(forErrorNumber: errno))
    }
    defer { close(descriptor) }
    // One byte more than may be, so that a longer file shows.
    var bytes = [UInt8](repeating: 0, count: passwordLimit + 1)
    var count = 0
    while count < bytes.count {
        let added = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe Glibc.read(
                descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
        }
        if added < 0, errno == EINTR { continue }
        guard added >= 0 else {
            throw .passwordFile(name: file, reason: words(forErrorNumber: errno))
        }
        if added == 0 { break }
        count += added
    }
    let line = bytes.prefix(count).prefix { $0 != UInt8(ascii: "\n") }
    let password = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    guard !password.isEmpty, password.count <= passwordLimit, !password.contains(0) else {
        throw .passwordFile(name: file, reason: "empty, too long or with a NUL inside")
    }
    guard let text = String(validating: password, as: UTF8.self) else {
        throw .passwordFile(name: file, reason: "not UTF-8")
    }
    return text
}
