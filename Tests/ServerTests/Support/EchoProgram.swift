import Foundation

/// The program `EchoServer` on a port of its own, until this goes.
final class EchoProgram {
    struct Failure: Error {}

    let port: Int
    var url: String { "ws://127.0.0.1:\(port)/" }
    private let process = Process()

    /// - Parameter isCompressed: Whether clients may agree on compression.
    init(isCompressed: Bool) throws {
        let output = Pipe()
        process.executableURL = Bundle.main.bundleURL.appending(path: "EchoServer")
        // 16 MiB are the longest message of the suite.
        process.arguments = ["0", "16777216"] + (isCompressed ? ["compressed"] : [])
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard
            let port = line.split(whereSeparator: { $0 == " " || $0 == "\n" }).last.flatMap({
                Int($0)
            })
        else { throw Failure() }
        self.port = port
    }

    deinit {
        // A child of the tests' threads takes no other signal: they block them, and it inherits that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
