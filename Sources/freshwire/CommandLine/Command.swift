/// One command of the program: what it is called, what it takes, what it does.
struct Command: Sendable {
    struct Option: Sendable {
        /// Without the dashes.
        var name: String
        /// What stands for the value in the help; nil for a flag.
        var value: String?
        var help: String

        init(_ name: String, _ value: String? = nil, _ help: String) {
            self.name = name
            self.value = value
            self.help = help
        }
    }

    var name: String
    /// One line for the list of commands.
    var summary: String
    /// What comes after the options, such as `FILE`; nil where nothing does.
    var operands: String?
    var options: [Option] = []
    /// What the help ends with.
    var notes: (@Sendable () -> String)?
    /// Whole command lines, each with what it does.
    var examples: [(line: String, does: String)]
    /// Does it, and answers the exit code.
    var run: @Sendable (Arguments) throws(Failure) -> Int32

    var help: String {
        var text = "freshwire \(name): \(summary)\n\nUsage: freshwire \(name)"
        if !options.isEmpty { text += " [options]" }
        if let operands { text += " \(operands)" }
        text += "\n"
        let listed = options + [Option("help", nil, "Prints this.")]
        let left = listed.map { "--\($0.name)" + ($0.value.map { " \($0)" } ?? "") }
        let width = left.map(\.count).max() ?? 0
        text += "\nOptions:\n"
        for (option, shown) in zip(listed, left) {
            text += "  \(shown.padded(to: width))  \(option.help)\n"
        }
        text += "\nExamples:\n"
        for example in examples { text += "  \(example.line)\n      \(example.does)\n" }
        if let notes { text += "\n" + notes() }
        return text
    }
}

/// Why a command ends early: what to print, a hint what to do, and the exit code.
struct Failure: Error {
    var message: String
    var hint: String?
    var code: ExitCode

    init(_ message: String, hint: String? = nil, code: ExitCode = .failure) {
        self.message = message
        self.hint = hint
        self.code = code
    }
}

/// The exit codes, as `sysexits.h` numbers them.
enum ExitCode: Int32 {
    case success = 0
    case failure = 1
    /// The command line is wrong.
    case usage = 64
    /// A file that is input is missing or not readable.
    case noInput = 66
    /// Something that is needed could not be had: a port, a store.
    case unavailable = 69
    /// Output could not be written.
    case inputOutput = 74
    /// The configuration is wrong; a service manager need not try again.
    case configuration = 78
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(width - count, 0))
    }
}
