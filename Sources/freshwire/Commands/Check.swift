import Configuration
import Host
import System
import Wire

extension Command {
    static let check = Command(
        name: "check", summary: "Looks for errors in the configuration and the device profiles.",
        options: [
            Setup.configurationOption, Option("json", nil, "Prints the findings as JSON."),
        ],
        examples: [
            (
                "freshwire check --config /etc/freshwire.yaml",
                "Prints each error with file, line, column and the nearest valid key."
            )
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        var report = Setup.report(arguments)
        report.checkFiles()
        var errors = report.errors.map { "\($0)" }
        var warnings = report.warnings.map { "\($0)" }
        if let configuration = report.configuration {
            let problems = Daemon.problems(in: configuration)
            errors += problems.errors
            warnings += problems.warnings
        }
        if arguments.has("json") {
            let json: JSON = [
                "ok": .bool(errors.isEmpty), "errors": .array(errors.map { .string($0) }),
                "warnings": .array(warnings.map { .string($0) }),
            ]
            StandardStream.output.write(json.text + "\n")
        } else {
            for warning in warnings { StandardStream.error.write("\(warning)\n") }
            for error in errors { StandardStream.error.write("\(error)\n") }
            if errors.isEmpty { StandardStream.output.write("the configuration is good\n") }
        }
        return errors.isEmpty ? 0 : ExitCode.configuration.rawValue
    }

    static let config = Command(
        name: "config", summary: "Prints the configuration: in force, or as a sample.",
        options: [
            Setup.configurationOption,
            Option(
                "sample", nil, "Every key with its meaning and default, as a file to start from."),
            Option("reference", nil, "The reference page of all keys, in Markdown."),
        ],
        examples: [
            ("freshwire config --sample >freshwire.yaml", "Makes a file to start from."),
            ("freshwire config", "Prints what is in force, secrets hidden."),
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        if arguments.has("sample") {
            StandardStream.output.write(Configuration.sampleText)
        } else if arguments.has("reference") {
            StandardStream.output.write(Configuration.referencePage)
        } else {
            StandardStream.output.write(try Setup.configuration(arguments).effectiveText)
        }
        return 0
    }
}
