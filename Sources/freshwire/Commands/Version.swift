import System
import Wire

extension Command {
    static let version = Command(
        name: "version", summary: "Prints the release.",
        options: [Option("json", nil, "As JSON.")],
        examples: [("freshwire version", "Prints, for example, freshwire \(Program.version).")]
    ) { (arguments) throws(Failure) -> Int32 in
        if arguments.has("json") {
            StandardStream.output.write(
                (["version": .string(Program.version)] as JSON).text + "\n")
        } else {
            StandardStream.output.write("freshwire \(Program.version)\n")
        }
        return 0
    }
}
