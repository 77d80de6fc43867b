import Glibc

/// Executables of this package that were built together with the tests.
package enum BuiltProgram {
    /// The path of the executable target `name`, which stands beside the test program.
    package static func path(_ name: String) -> String {
        var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            guard let start = bytes.baseAddress else { return 0 }
            return unsafe readlink("/proc/self/exe", start, bytes.count)
        }
        let test = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        let directory = test.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        return (directory + [Substring(name)]).joined(separator: "/")
    }
}
