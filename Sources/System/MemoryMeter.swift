internal import Glibc

/// How much memory the process takes, also where it may open no more files.
package final class MemoryMeter {
    private let descriptor: Int32
    private let page = sysconf(Int32(_SC_PAGESIZE))

    package init() throws(SystemError) {
        descriptor = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError.last("open /proc/self/statm") }
    }

    deinit {
        close(descriptor)
    }

    /// Bytes in memory; the largest number where it cannot be told.
    package func residentBytes() -> Int { field(1) ?? .max }

    /// Bytes of address space in use; the largest number where it cannot be told.
    package func addressBytes() -> Int { field(0) ?? .max }

    private func field(_ wanted: Int) -> Int? {
        var line: InlineArray<128, UInt8> = .init(repeating: 0)
        var bytes = line.mutableSpan
        let count = unsafe bytes.withUnsafeMutableBytes { buffer in
            unsafe pread(descriptor, buffer.baseAddress, buffer.count, 0)
        }
        var field = 0
        var pages = 0
        for index in 0..<max(0, count) {
            let byte = line[index]
            if byte == UInt8(ascii: " ") {
                if field == wanted {
                    return pages.multipliedReportingOverflow(by: page).partialValue
                }
                field += 1
                pages = 0
            } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                pages = pages &* 10 &+ Int(byte &- UInt8(ascii: "0"))
            }
        }
        return nil
    }
}
