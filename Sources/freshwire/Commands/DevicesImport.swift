import Configuration
import Host
import System

extension Command {
    static let devicesImport = Command(
        name: "devices import",
        summary: "Makes device profiles of vendors' codecs, and runs their examples.",
        operands: "FILE|FOLDER",
        options: [
            Setup.configurationOption,
            Option("into", "DIR", "Where profiles are put (default: devices.directory)."),
            Option("as", "VENDOR/MODEL", "What a single device is to be called."),
        ],
        notes: {
            """
            Taken as they are: vendor/<v>/<codec>.yaml of The Things Network, a driver's folder of
            Actility, vendors/<v>/codecs/x.js of ChirpStack, or a codec.js with examples.json.

            """
        },
        examples: [
            (
                "freshwire devices import vendor/acme/probe-codec.yaml --into /etc/freshwire/devices",
                "Prints how many examples pass and what is proposed, and writes acme/probe."
            )
        ],
        run: DevicesImport.run)
}

/// `freshwire devices import`.
enum DevicesImport {
    static func run(_ arguments: Arguments) throws(Failure) -> Int32 {
        let path = try arguments.operand("FILE or FOLDER", for: "devices import")
        let configuration = try Setup.configuration(arguments)
        let directory = arguments["into"] ?? configuration.devices.directory
        let reports: [DeviceImport.Report]
        do throws(ImportError) {
            reports = try DeviceImport.run(
                path, into: directory, as: arguments["as"], configuration.codecs)
        } catch {
            throw Failure(error.description, code: .noInput)
        }
        for report in reports { show(report) }
        if directory == nil {
            StandardStream.output.write(
                "Nothing is written: --into or devices.directory says where to.\n")
        }
        return reports.allSatisfy { $0.problem == nil && $0.passed == $0.examples }
            ? 0 : ExitCode.failure.rawValue
    }

    private static func show(_ report: DeviceImport.Report) {
        var text = "\(report.id) (\(report.file))\n"
        text += "  \(report.passed) of \(report.examples) examples pass\n"
        for difference in report.differences { text += "  differs: \(difference)\n" }
        for remark in report.remarks { text += "  note: \(remark)\n" }
        for field in report.fields { text += "  field: \(field)\n" }
        if let folder = report.folder { text += "  written: \(folder)/profile.yaml, codec.js\n" }
        if let problem = report.problem { text += "  no profile: \(problem)\n" }
        StandardStream.output.write(text)
    }
}
