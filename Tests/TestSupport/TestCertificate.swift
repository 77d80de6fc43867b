/// A certificate and its key, as PEM files.
package struct TestCertificate: Sendable {
    package let certificateFile: String
    package let keyFile: String
}

/// A certificate authority of a test's own, made with the `openssl` command.
package final class TestAuthority: Sendable {
    package let certificateFile: String
    private let keyFile: String
    private let directory = TemporaryDirectory()

    package init(name: String = "Freshwire Test Authority") throws {
        certificateFile = directory.file("authority.pem")
        keyFile = directory.file("authority.key")
        try Self.run(
            [
                "req", "-x509", "-days", "2", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)", "-keyout",
                keyFile, "-out", certificateFile,
            ])
    }

    /// - Parameters:
    ///   - name: the subject's common name.
    ///   - alternatives: such as `DNS:localhost` or `IP:127.0.0.1`.
    package func issue(
        _ name: String, alternatives: [String]
    ) throws -> TestCertificate {
        let certificate = TestCertificate(
            certificateFile: directory.file("\(name).pem"), keyFile: directory.file("\(name).key"))
        let request = directory.file("\(name).csr")
        let extensions = directory.write(
            "subjectAltName=\(alternatives.joined(separator: ","))\n", to: "\(name).ext")
        try Self.run([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=\(name)", "-keyout", certificate.keyFile, "-out", request,
        ])
        try Self.run([
            "x509", "-req", "-days", "2", "-in", request, "-CA", certificateFile, "-CAkey",
            keyFile, "-CAcreateserial", "-extfile", extensions, "-out",
            certificate.certificateFile,
        ])
        return certificate
    }

    private static func run(_ arguments: [String]) throws {
        let directory = TemporaryDirectory()
        let process = try ChildProcess("openssl", arguments, output: directory.file("log"))
        guard try process.wait() == .exit(0) else {
            throw ChildProcess.NotStarted(description: directory.read("log"))
        }
    }
}
