import Configuration
import Glibc
import Testing

/// A directory of its own for one test, removed with everything in it.
private final class Scratch {
    let path: String

    init() throws {
        var template = Array("/tmp/freshwire-configuration-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
            guard let start = buffer.baseAddress, unsafe mkdtemp(start) != nil else { return nil }
            return unsafe String(cString: start)
        }
        path = try #require(made)
    }

    deinit {
        for name in names { _ = unsafe unlink("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }

    private var names: [String] = []

    func write(_ name: String, _ text: [UInt8], mode: mode_t = 0o600) throws -> String {
        let file = unsafe open("\(path)/\(name)", O_WRONLY | O_CREAT | O_EXCL, mode)
        try #require(file >= 0)
        defer { close(file) }
        names.append(name)
        // The mode of a new file is subject to the umask.
        try #require(fchmod(file, mode) == 0)
        let written = unsafe text.withUnsafeBytes {
            unsafe Glibc.write(file, $0.baseAddress, $0.count)
        }
        try #require(written == text.count)
        return "\(path)/\(name)"
    }

    func pipe(_ name: String) throws -> String {
        try #require(unsafe mkfifo("\(path)/\(name)", 0o600) == 0)
        names.append(name)
        return "\(path)/\(name)"
    }
}

@Suite("Files are read within their bounds")
struct FileTests {
    @Test("A configuration file is read and named in its errors")
    func file() throws {
        let scratch = try Scratch()
        let path = try scratch.write("a.yaml", Array("server: {port: 81, prot: 2}\n".utf8))
        let report = ConfigurationReport(file: path, environment: [:])
        #expect(
            report.errors.map { "\($0)" } == [
                "\(path):1:20: server has no key 'prot' (did you mean 'port'?)"
            ])
        let good = try scratch.write("b.yaml", Array("server: {port: 81}\n".utf8))
        let read = ConfigurationReport(file: good, environment: [:]).configuration
        #expect(read?.server.port == 81)
    }

    @Test("Without a file the environment alone is read")
    func noFile() {
        let report = ConfigurationReport(file: nil, environment: ["FRESHWIRE_SERVER_PORT": "81"])
        #expect(report.configuration?.server.port == 81)
    }

    @Test("What cannot be read is an error that says why, and no configuration")
    func unreadable() throws {
        let scratch = try Scratch()
        let long = try scratch.write("long", [UInt8](repeating: 0x20, count: 1 << 20 | 1))
        let cases = try [
            ("\(scratch.path)/none.yaml", "does not exist"),
            (scratch.path, "is not a regular file"),
            (long, "is longer than 1048576 bytes"), (scratch.pipe("pipe"), "is not a regular file"),
        ]
        for (path, reason) in cases {
            let report = ConfigurationReport(file: path, environment: [:])
            #expect(report.configuration == nil)
            #expect(report.errors.map { "\($0)" } == ["\(path) \(reason)"])
        }
    }

    @Test(
        "A secret is read without the newline at its end",
        arguments: [
            ("abc\n", "abc"), ("abc\r\n", "abc"), ("abc", "abc"), ("a\n\n", "a\n"), ("", ""),
        ])
    func secret(text: String, secret: String) throws {
        let scratch = try Scratch()
        let path = try scratch.write("secret", Array(text.utf8))
        #expect(try TextFile.readSecret(path).revealed == Array(secret.utf8))
    }

    @Test("A named file has to be there, and a private one closed to others")
    func namedFiles() throws {
        let scratch = try Scratch()
        let open = try scratch.write("open", Array("secret".utf8), mode: 0o644)
        let closed = try scratch.write("closed", Array("secret".utf8), mode: 0o600)
        let group = try scratch.write("group", Array("secret".utf8), mode: 0o640)
        var report = report(
            """
            mqtt: {brokers: [{username: a, password_file: \(open)}]}
            auth:
              hs256_secret_file: \(closed)
              rs256_key_files: [\(open), \(scratch.path)/none]
            devices: {keys_file: \(group)}
            """)
        #expect(report.errors.isEmpty && report.warnings.isEmpty)
        report.checkFiles()
        #expect(
            report.errors.map { "\($0)" } == [
                """
                f.yaml:4:3: auth.rs256_key_files names a file that is of no use: \
                \(scratch.path)/none does not exist
                """
            ])
        #expect(
            report.warnings.map { "\($0)" } == [
                """
                f.yaml:1:32: mqtt.brokers[0].password_file names \(open), which every user of this \
                machine can read: chmod 600
                """,
                """
                f.yaml:5:11: devices.keys_file names \(group), which every member of its group can \
                read: chmod 600
                """,
            ])
        #expect(report.configuration == nil)
    }
}
