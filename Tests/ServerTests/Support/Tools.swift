import Foundation
import Synchronization

/// Runs programs of others.
enum Tool {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    struct Result {
        var status: Int32
        var output: Data
        var errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// Runs a program that is found on the path, to its end.
    static func run(_ arguments: [String]) throws -> Result {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let errorText = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: text,
            errors: String(decoding: errorText, as: UTF8.self))
    }

    /// Runs a program that has to succeed.
    static func output(_ arguments: [String]) throws -> String {
        let result = try run(arguments)
        guard result.status == 0 else {
            throw Failure(description: "\(arguments) ended with \(result.status): \(result.errors)")
        }
        return result.text
    }
}

/// A Python with the package `websockets`, in `.build/venv`, made by whichever test needs it first.
enum Python {
    /// From PyPI; a client of other hands than ours.
    private static let package = "websockets==17.4"
    private static let made = Mutex<String?>(nil)

    /// Runs a program that has to succeed, with its output.
    static func run(_ program: String, _ arguments: String...) throws -> String {
        try Tool.output([try interpreter(), "-c", program] + arguments)
    }

    private static func interpreter() throws -> String {
        try made.withLock { made in
            if let made { return made }
            let root = URL(fileURLWithPath: #filePath).appendingPathComponent("../../../..")
                .standardizedFileURL.path
            let home = "\(root)/.build/venv"
            let interpreter = "\(home)/bin/python"
            let probe = try? Tool.run([interpreter, "-c", "import websockets"])
            if probe?.status != 0 {
                _ = try Tool.output(["python3", "-m", "venv", home])
                _ = try Tool.output([interpreter, "-m", "pip", "install", "--quiet", package])
            }
            made = interpreter
            return interpreter
        }
    }
}

/// A directory that goes with the test.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "server-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}

/// A self-signed certificate for localhost.
struct Certificate {
    let certificateFile: String
    let privateKeyFile: String
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
        certificateFile = directory.path + "/certificate.pem"
        privateKeyFile = directory.path + "/key.pem"
        _ = try Tool.output([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
            "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
            "-keyout", privateKeyFile, "-out", certificateFile,
        ])
    }
}
