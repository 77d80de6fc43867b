import ColdChain
import Configuration
import Host
import System
import Wire

extension Command {
    static let deadLetters = Command(
        name: "dead-letters",
        summary: "Prints messages that could not be decoded, each with its reason.",
        options: [
            Setup.configurationOption,
            Option("after", "NUMBER", "Only those after this number (default 0)."),
            Option("limit", "N", "At most so many (default 100)."),
        ],
        examples: [
            ("freshwire dead-letters --limit 5", "The oldest five, as lines of JSON."),
            (
                "freshwire dead-letters | jq -r .reason | sort | uniq -c",
                "How many there are of each reason."
            ),
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        let configuration = try Setup.configuration(arguments)
        let after = try arguments.integer("after", default: 0, in: 0...Int.max)
        let limit = try arguments.integer("limit", default: 100, in: 1...1_000_000)
        do throws(StartError) {
            let count = try LogExport.deadLetters(
                configuration, after: UInt64(after), limit: limit, to: .output)
            if count == 0 { StandardStream.error.write("no dead letters\n") }
            return 0
        } catch {
            throw Failure(error.description, code: .noInput)
        }
    }
}

extension Arguments {
    /// The instant an option names in RFC 3339, or nil where it is not given.
    func instant(_ option: String) throws(Failure) -> Timestamp? {
        guard let text = self[option] else { return nil }
        guard let milliseconds = RFC3339.parse(text) else {
            throw Failure(
                "--\(option) must be RFC 3339 text such as 2026-11-20T12:00:00Z", code: .usage)
        }
        return Timestamp(milliseconds: milliseconds)
    }
}
