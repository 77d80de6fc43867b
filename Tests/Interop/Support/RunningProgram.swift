internal import Foundation

/// A Python program that serves until it is given up; it ends when its standard input does, so that
/// it cannot outlive the tests.
package final class RunningProgram {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    /// A program that has ended early is an error to whoever sends it a line, not the tests' end.
    private static let ignoresBrokenPipes: Void = { _ = signal(SIGPIPE, SIG_IGN) }()
    /// The first line it printed: that it is ready, and where.
    package let announcement: String

    package init(_ program: String, _ arguments: [String]) throws {
        Self.ignoresBrokenPipes
        let (executable, script) = try Python.command(program)
        process.executableURL = executable
        process.arguments = script + arguments
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data([0x0A]) {
            guard !byte.isEmpty else { break }
            line.append(byte)
        }
        announcement = String(decoding: line, as: UTF8.self)
        guard !announcement.isEmpty else {
            throw Python.Failure(description: "\(program) ended before it was ready")
        }
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// What it prints after its announcement, until it ends.
    package func rest() -> String {
        String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    }

    /// Gives it a line of standard input.
    package func send(_ line: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data((line + "\n").utf8))
    }

    /// Closes its standard input, and answers what it prints from its announcement to its end: more
    /// than a pipe holds, if need be.
    package func lastWords() -> String {
        try? input.fileHandleForWriting.close()
        let words = rest()
        process.waitUntilExit()
        return words
    }

    /// Closes its standard input, waits until it has ended, and answers its exit code.
    @discardableResult
    package func finish() -> Int32 {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
        return process.terminationStatus
    }
}
