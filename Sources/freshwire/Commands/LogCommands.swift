import ColdChain
import Configuration
import Host
import System
import Wire

extension Command {
    static let decode = Command(
        name: "decode", summary: "Decodes one payload and prints every value, unit and reason.",
        operands: "FILE",
        options: [
            Setup.configurationOption,
            Option("topic", "TOPIC", "The topic it came by; it decides the device profile."),
        ],
        examples: [
            (
                "echo '{\"temperature\":61.3}' | freshwire decode --topic bags/BAG-1/readings -",
                "Shows what Freshwire makes of a bag's reading; - is standard input."
            )
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        let file = try arguments.operand("FILE", for: "decode")
        guard let topic = arguments["topic"] else {
            throw Failure("--topic is needed", hint: "such as bags/BAG-1/readings", code: .usage)
        }
        let configuration = try Setup.configuration(arguments)
        let payload: [UInt8]
        do throws(SystemError) {
            payload = file == "-" ? try File.readInput() : try File.read(file)
        } catch {
            throw Failure(error.description, code: .noInput)
        }
        do throws(StartError) {
            let preview = try PayloadPreview.decode(topic: topic, payload: payload, configuration)
            StandardStream.output.write(preview.json + [UInt8(ascii: "\n")])
            return preview.isDecoded ? 0 : ExitCode.failure.rawValue
        } catch {
            throw Failure(error.description, code: .configuration)
        }
    }

    static let export = Command(
        name: "export", summary: "Prints the temperature log as lines of JSON.",
        options: [
            Setup.configurationOption,
            Option("from", "TIME", "The first time of measurement, RFC 3339 (default: all)."),
            Option("until", "TIME", "The first time no longer wanted (default: all)."),
        ],
        examples: [
            (
                "freshwire export --from 2026-11-20T00:00:00Z --until 2026-11-21T00:00:00Z >day.jsonl",
                "One day; the daemon may go on writing meanwhile."
            )
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        let configuration = try Setup.configuration(arguments)
        let from = try arguments.instant("from") ?? Timestamp(milliseconds: .min)
        let until = try arguments.instant("until") ?? Timestamp(milliseconds: .max)
        do throws(StartError) {
            let count = try LogExport.readings(
                configuration, from: from, until: until, to: .output)
            StandardStream.error.write("\(count) readings\n")
            return 0
        } catch {
            throw Failure(error.description, code: .noInput)
        }
    }

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
