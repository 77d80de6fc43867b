import System
import Wire

@main
struct Main {
    static func main() {
        let code = Program.run(Array(CommandLine.arguments.dropFirst()))
        Exit.now(code)
    }
}

/// The program behind the command line: finds the command and runs it.
enum Program {
    /// The release, as `freshwire version` prints it.
    static let version = "0.1.0"

    static let commands: [Command] = [
        .serve, .check, .config, .demo, .simulate, .token, .decode, .judge, .devices,
        .devicesImport,
        .watch, .export, .verify, .hold, .subject, .placeKey, .deadLetters, .version,
    ]

    /// Runs a command line and answers the exit code.
    static func run(_ words: [String]) -> Int32 {
        do throws(Failure) {
            return try dispatch(words)
        } catch {
            StandardStream.error.write("freshwire: \(error.message)\n")
            if let hint = error.hint { StandardStream.error.write("hint: \(hint)\n") }
            return error.code.rawValue
        }
    }

    private static func dispatch(_ words: [String]) throws(Failure) -> Int32 {
        guard let name = words.first else {
            StandardStream.error.write(overview)
            return ExitCode.usage.rawValue
        }
        if ["--help", "-h", "help"].contains(name) {
            StandardStream.output.write(overview)
            return 0
        }
        // Some commands are called by two words.
        let pair = words.prefix(2).joined(separator: " ")
        let isPair = commands.contains { $0.name == pair }
        let wanted = isPair ? pair : name == "--version" ? "version" : name
        guard let command = commands.first(where: { $0.name == wanted }) else {
            let meant = nearestName(to: name, among: commands.map(\.name))
            throw Failure(
                "there is no command '\(name)'",
                hint: didYouMean(meant) ?? "see freshwire --help",
                code: .usage)
        }
        let rest = Array(words.dropFirst(isPair ? 2 : 1))
        if rest.contains("--help") || rest.contains("-h") {
            StandardStream.output.write(command.help)
            return 0
        }
        return try command.run(try Arguments(rest, for: command))
    }

    private static var overview: String {
        var text = """
            freshwire: from MQTT sensors in insulated bags to a durable HACCP log, WebSockets and \
            webhooks

            Usage: freshwire COMMAND [options]

            Commands:

            """
        let width = commands.map(\.name.count).max() ?? 0
        for command in commands {
            text += "  \(command.name.padded(to: width))  \(command.summary)\n"
        }
        return text + "\nfreshwire COMMAND --help says more, with examples.\n"
    }
}
