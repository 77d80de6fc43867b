package import Foundation

/// The Python programs in `Tests/Interop`, run in an environment with pinned packages.
package enum Python {
    package struct Failure: Error, CustomStringConvertible {
        package var description: String

        package init(description: String) {
            self.description = description
        }
    }

    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The interpreters, each with its environment made on first use.
    private static let interpreter = Result { try prepared([]) }
    private static let oracleInterpreter = Result { try prepared(["oracle"]) }
    private static let autobahnInterpreter = Result { try prepared(["autobahn"]) }

    private static func prepared(_ environment: [String]) throws -> URL {
        let path = try run(folder.appending(path: "prepare"), environment)
        return URL(
            filePath: String(decoding: path, as: UTF8.self).trimmingCharacters(in: .newlines))
    }

    /// The command that runs `program` of `Tests/Interop`.
    package static func command(_ program: String) throws -> (URL, [String]) {
        (try interpreter.get(), [folder.appending(path: program).path])
    }

    /// Runs `program` to its end and answers what it printed.
    package static func output(of program: String, _ arguments: [String] = []) throws -> Data {
        let (executable, script) = try command(program)
        return try run(executable, script + arguments)
    }

    /// Runs `program` to its end, in the environment of the reference implementation of the quality
    /// tests, and answers what it printed and its exit code.
    package static func oracle(
        _ program: String, _ arguments: [String]
    ) throws -> (output: String, code: Int32) {
        let process = Process()
        let output = Pipe()
        process.executableURL = try oracleInterpreter.get()
        process.arguments = [folder.appending(path: program).path] + arguments
        process.standardOutput = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (String(decoding: printed, as: UTF8.self), process.terminationStatus)
    }

    /// Runs WebSocket cases of Autobahn|Testsuite to their end and answers what came of them.
    package static func webSocketCases(_ arguments: [String]) throws -> Data {
        let program = folder.appending(path: "websocket_cases.py").path
        return try run(autobahnInterpreter.get(), [program] + arguments)
    }

    private static func run(_ executable: URL, _ arguments: [String]) throws -> Data {
        let process = Process()
        let output = Pipe()
        process.executableURL = executable
        process.arguments = arguments
        process.standardOutput = output
        try process.run()
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(executable.lastPathComponent) \(arguments) failed")
        }
        return printed
    }
}
