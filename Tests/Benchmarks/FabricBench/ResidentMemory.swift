import Glibc

/// The bytes of this process that are in memory now, as the kernel counts them.
func residentBytes() -> Int {
    guard let file = unsafe fopen("/proc/self/statm", "r") else { return 0 }
    defer { _ = unsafe fclose(file) }
    var text = [CChar](repeating: 0, count: 256)
    let count = unsafe text.withUnsafeMutableBufferPointer { buffer in
        unsafe fread(buffer.baseAddress, 1, buffer.count - 1, file)
    }
    let fields = text[..<count].split(separator: CChar(bitPattern: UInt8(ascii: " ")))
    guard fields.count > 1 else { return 0 }
    let pages = fields[1].reduce(0) { $0 * 10 + Int($1) - 48 }
    return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
}
