import Wire

/// What stands on the command line after the command's name.
struct Arguments {
    private var values: [String: [String]] = [:]
    private var flags: Set<String> = []
    private(set) var operands: [String] = []

    /// - Parameter words: What follows the command's name.
    init(_ words: [String], for command: Command) throws(Failure) {
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word != "--" else {
                if word == "--" {
                    operands += rest
                    break
                }
                operands.append(word)
                continue
            }
            let parts = word.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let option = command.options.first(where: { $0.name == name }) else {
                throw Arguments.unknown(name, for: command)
            }
            guard option.value != nil else {
                flags.insert(name)
                continue
            }
            if parts.count == 2 {
                values[name, default: []].append(String(parts[1]))
            } else if let value = rest.popFirst() {
                values[name, default: []].append(value)
            } else {
                throw Failure(
                    "--\(name) needs a value", hint: "see freshwire \(command.name) --help",
                    code: .usage)
            }
        }
        if command.operands == nil, let first = operands.first {
            throw Failure(
                "'\(first)' is not understood here",
                hint: "see freshwire \(command.name) --help", code: .usage)
        }
    }

    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// The last value of an option.
    subscript(_ option: String) -> String? { values[option]?.last }

    /// Every value of an option that may stand more than once.
    func all(_ option: String) -> [String] { values[option] ?? [] }

    /// The whole number of an option, or its default.
    func integer(
        _ option: String, default standard: Int, in range: ClosedRange<Int>
    ) throws(Failure) -> Int {
        guard let text = self[option] else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Failure(
                "--\(option) must be a whole number from \(range.lowerBound) to \(range.upperBound)",
                code: .usage)
        }
        return number
    }

    /// The one operand of a command that takes one.
    func operand(_ name: String, for command: String) throws(Failure) -> String {
        guard operands.count == 1 else {
            throw Failure(
                "freshwire \(command) takes one \(name)",
                hint: "see freshwire \(command) --help", code: .usage)
        }
        return operands[0]
    }

    private static func unknown(_ name: String, for command: Command) -> Failure {
        let nearest = nearestName(to: name, among: command.options.map(\.name))
        let hint =
            didYouMean(nearest.map { "--\($0)" })
            ?? "see freshwire \(command.name) --help"
        return Failure("there is no option --\(name)", hint: hint, code: .usage)
    }
}
