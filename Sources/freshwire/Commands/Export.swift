import ColdChain
import Configuration
import Host
import System

extension Command {
    static let export = Command(
        name: "export",
        summary: """
            Writes the temperature log, or alerts and what people did about them, as CSV, as lines \
            of JSON or as EPCIS 2.0.
            """,
        options: [
            Setup.configurationOption,
            Option("what", "WHAT", "readings or alerts (default: readings)."),
            Option("format", "FORMAT", "csv, json (a line each) or epcis (default: json)."),
            Option("from", "TIME", "The first time of measurement, RFC 3339 (default: all)."),
            Option("until", "TIME", "The first time no longer wanted (default: all)."),
            Option("order", "ID", "Only what the order's bags measured while they carried it."),
            Option("bag", "ID", "Only what was measured in this bag."),
            Option("device", "ID", "Only what this device measured."),
            Option("output", "FILE", "Where to write; FILE is replaced once all is written."),
        ],
        examples: [
            (
                "freshwire export --from 2026-11-20T00:00:00Z --until 2026-11-21T00:00:00Z >day.jsonl",
                "One day; the daemon may go on writing meanwhile."
            ),
            (
                "freshwire export --format csv --order ORD-1 --output ORD-1.csv",
                "The readings of one order, for a spreadsheet."
            ),
            (
                "freshwire export --format epcis --order ORD-1 | jq '.epcisBody.eventList[]'",
                "Its legs and excursions, in the words of EPCIS."
            ),
            (
                "freshwire export --what alerts --format csv --from 2026-11-01T00:00:00Z",
                "Alerts raised since then: limit, measured value, who did what, signatures."
            ),
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        let request = try ExportRequest(arguments)
        let configuration = try Setup.configuration(arguments)
        var progress = ExportProgress()
        let count: Int
        do throws(ExportError) {
            count = try Export.run(request, configuration, to: arguments["output"], &progress)
        } catch {
            progress.end()
            throw Failure(error)
        }
        progress.end()
        StandardStream.error.write("\(count) \(request.noun)\(count == 1 ? "" : "s")\n")
        return 0
    }
}

private enum Export {
    static func run(
        _ request: ExportRequest, _ configuration: Configuration, to path: String?,
        _ progress: inout ExportProgress
    ) throws(ExportError) -> Int {
        guard let path else {
            return try LogExport.write(request, configuration) { (bytes) throws(SystemError) in
                try StandardStream.output.writeWhole(bytes)
            } progress: {
                progress.show($0)
            }
        }
        let file = try ExportError.writing { () throws(SystemError) in try FileReplacement(path) }
        let count = try LogExport.write(request, configuration) { (bytes) throws(SystemError) in
            try file.append(bytes)
        } progress: {
            progress.show($0)
        }
        try ExportError.writing { () throws(SystemError) in try file.commit() }
        return count
    }
}

/// How far an export has come, for whoever waits at a terminal for a long one.
private struct ExportProgress {
    private let isShown = StandardStream.error.isTerminal
    private var isLineOpen = false
    private var nextAt = Clock.monotonicNanoseconds() + interval

    /// A short export shows nothing, and a long one something each second.
    private static let interval: UInt64 = 1_000_000_000

    mutating func show(_ count: Int) {
        let now = Clock.monotonicNanoseconds()
        guard isShown, now >= nextAt else { return }
        nextAt = now + Self.interval
        isLineOpen = true
        StandardStream.error.write("\r\(count) so far")
    }

    mutating func end() {
        if isLineOpen { StandardStream.error.write("\r\u{1B}[K") }
        isLineOpen = false
    }
}

extension ExportRequest {
    fileprivate init(_ arguments: Arguments) throws(Failure) {
        self.init()
        if let name = arguments["what"] {
            guard let known = ExportSubject(name: name) else {
                throw Failure(
                    "there is no export of '\(name)'", hint: "readings, alerts", code: .usage)
            }
            subject = known
        }
        if let name = arguments["format"] {
            guard let known = ExportFormat(name: name), subject.formats.contains(known) else {
                let names = subject.formats.map(\.rawValue).joined(separator: ", ")
                throw Failure(
                    "\(subject.rawValue) have no format '\(name)'", hint: names, code: .usage)
            }
            format = known
        }
        from = try arguments.instant("from") ?? from
        until = try arguments.instant("until") ?? until
        order = arguments["order"]
        bag = arguments["bag"]
        device = arguments["device"]
    }
}

extension ExportRequest {
    /// What its records are.
    fileprivate var noun: String {
        switch (subject, format) {
        case (.readings, .epcis): "event"
        case (.readings, _): "reading"
        case (.alerts, .csv): "record"
        case (.alerts, _): "alert"
        }
    }
}

extension Failure {
    fileprivate init(_ error: ExportError) {
        switch error.kind {
        case .unknownOrder:
            self.init(
                error.description, hint: "an order is called by the platform's identifier",
                code: .noInput)
        case .noLog:
            self.init(
                error.description, hint: "--config names the configuration with store.directory",
                code: .noInput)
        case .log:
            self.init(
                error.description, hint: "freshwire verify looks for what is wrong with a log",
                code: .noInput)
        case .output:
            self.init(
                error.description, hint: "the export is not whole: begin it again",
                code: .inputOutput)
        }
    }
}
