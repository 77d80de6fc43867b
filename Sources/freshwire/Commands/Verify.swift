import Configuration
import Host
import Journal
import System
import Wire

extension Command {
    static let verify = Command(
        name: "verify",
        summary: "Proves that the log is what was recorded: no row altered or missing.",
        operands: "[STORE]",
        options: [
            Setup.configurationOption,
            Option("json", nil, "Prints the report as JSON."),
            Option("head", "FILE", "A signed head that was kept elsewhere: the log must hold it."),
            Option("key", "HEX", "The public key that the head must be signed with."),
        ],
        examples: [
            ("freshwire verify", "Ends with 1 where a row is altered or missing, and names it."),
            (
                "freshwire verify --head /backup/freshwire.sqlite-head /backup/freshwire.sqlite",
                "Finds also that the end of a log was cut off."
            ),
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        guard arguments.operands.count <= 1 else {
            throw Failure(
                "freshwire verify takes one STORE", hint: "see freshwire verify --help",
                code: .usage)
        }
        let configuration = try Setup.configuration(arguments)
        do throws(StartError) {
            let report = try LogProofReport(
                arguments.operands.first, configuration,
                heads: arguments["head"].map { [$0] } ?? [], key: arguments["key"])
            StandardStream.output.write(
                arguments.has("json") ? report.json.text + "\n" : report.text)
            return report.proof.isWhole ? 0 : ExitCode.failure.rawValue
        } catch {
            throw Failure(error.description, code: .noInput)
        }
    }
}
