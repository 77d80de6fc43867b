import ColdChain
import Configuration
import Crypto
import Host
import System
import Wire
import YAML

extension Command {
    static let devices = Command(
        name: "devices", summary: "Shows and changes the registry of devices.",
        operands:
            "list | show ID | calibrations ID | register ID | update ID | remove ID | unknown | adopt TOPIC-or-ID",
        options: [
            Setup.configurationOption,
            Option("json", nil, "Prints JSON, a line for each device or topic."),
            Option("after", "ID", "list: only devices after this one, by name."),
            Option("limit", "N", "list, unknown: at most so many (default 1000)."),
            Option("profile", "P", "What decodes it, such as dragino/lht65."),
            Option("bag", "B", "The bag it is in."),
            Option("vehicle", "V", "The vehicle it is in."),
            Option("site", "S", "The restaurant or cafe it belongs to."),
            Option("installed", "T", "Since when, RFC 3339; earlier times are an unset clock's."),
            Option("interval", "D", "How often it measures, such as 20m."),
            Option("id", "ID", "adopt: its name, where the message does not tell it."),
        ] + DaemonQuestion.options(asker: "staff"),
        notes: {
            """
            list, show, calibrations and unknown read the log, whether or not the daemon runs. The others ask the \
            running daemon.

            """
        },
        examples: [
            ("freshwire devices list", "Every device, what it is and what it is fixed to."),
            ("freshwire devices unknown", "What arrives and nobody could decode."),
            (
                "freshwire devices adopt A840412B81874509 --profile dragino/lht65 --bag bag-7",
                "Registers the unknown sensor; its next message is a reading of bag-7."
            ),
            (
                "freshwire devices register C4:64:E3:0A:11:22 --profile ruuvi/gateway --bag bag-8",
                "Makes a device known before it is first heard."
            ),
            (
                "freshwire devices remove A840412B81874509",
                "Forgets a device; what it has said stays in the log."
            ),
        ]
    ) { (arguments) throws(Failure) -> Int32 in
        try DevicesAction(arguments).run()
        return 0
    }
}

/// One call of `freshwire devices`.
private struct DevicesAction {
    private let arguments: Arguments
    private let configuration: Configuration
    private let verb: String

    private static let verbs = [
        "list", "show", "calibrations", "register", "update", "remove", "unknown", "adopt",
    ]
    /// More than the daemon lists.
    private static let unknownMaximum = 10_000

    init(_ arguments: Arguments) throws(Failure) {
        guard let verb = arguments.operands.first else {
            throw Failure(
                "what shall be done with devices?",
                hint: "it is one of " + Self.verbs.joined(separator: ", "), code: .usage)
        }
        guard Self.verbs.contains(verb) else {
            let meant = nearestName(to: verb, among: Self.verbs)
            throw Failure(
                "devices cannot '\(verb)'",
                hint: didYouMean(meant) ?? "see freshwire devices --help",
                code: .usage)
        }
        self.verb = verb
        self.arguments = arguments
        let takesName = verb != "list" && verb != "unknown"
        guard arguments.operands.count == (takesName ? 2 : 1) else {
            throw Failure(
                takesName
                    ? "devices \(verb) takes one \(verb == "adopt" ? "topic or device" : "device")"
                    : "devices \(verb) takes no name",
                hint: "see freshwire devices --help", code: .usage)
        }
        configuration = try Setup.configuration(arguments)
    }

    private var name: String { arguments.operands.last ?? "" }

    func run() throws(Failure) {
        switch verb {
        case "list": try list()
        case "show": try show()
        case "calibrations": try listCalibrations()
        case "unknown": try listUnknown()
        case "remove":
            _ = try ask("DELETE", ["devices", name])
            say("removed \(name)", .object([.init("removed", .string(name))]))
        case "register":
            let fields = try fields(and: [.init("id", .string(name))])
            let device = try ask("POST", ["devices"], body: fields)
            say("registered " + DeviceLines.sentence(device), device)
        case "update":
            let device = try ask("PATCH", ["devices", name], body: try fields())
            say(DeviceLines.sentence(device), device)
        default: try adopt()
        }
    }

    // MARK: Read from the log

    private func list() throws(Failure) {
        let limit = try arguments.integer("limit", default: 1_000, in: 1...1_000_000)
        let after = arguments["after"] ?? ""
        let answer = try read { () throws(StartError) in
            try LogExport.devices(configuration, after: after, limit: limit)
        }
        let devices = answer["devices"]?.array ?? []
        if arguments.has("json") {
            for device in devices { write(device.text) }
        } else {
            for line in DeviceLines.table(devices) { write(line) }
        }
        if devices.isEmpty { StandardStream.error.write("no devices\n") }
        if let next = answer["next"]?.string {
            StandardStream.error.write("there may be more: --after \(next)\n")
        }
    }

    private func show() throws(Failure) {
        let device = try read { () throws(StartError) in
            try LogExport.device(configuration, id: name)
        }
        guard let device else {
            throw Failure(
                "there is no device \(name)", hint: "freshwire devices list names them all")
        }
        say(DeviceLines.members(device), device)
    }

    private func listCalibrations() throws(Failure) {
        let answer = try read { () throws(StartError) in
            try LogExport.calibrations(configuration, device: name)
        }
        guard let answer else {
            throw Failure(
                "there is no device \(name)", hint: "freshwire devices list names them all")
        }
        let entries = answer["calibrations"]?.array ?? []
        if arguments.has("json") {
            for entry in entries { write(entry.text) }
        } else {
            for line in DeviceLines.calibrations(entries) { write(line) }
        }
        if entries.isEmpty { StandardStream.error.write("no calibrations\n") }
    }

    private func listUnknown() throws(Failure) {
        let limit = try arguments.integer("limit", default: 1_000, in: 1...Self.unknownMaximum)
        let answer = try read { () throws(StartError) in
            try LogExport.unknownFrames(configuration, limit: limit)
        }
        let frames = answer["unknown"]?.array ?? []
        for frame in frames {
            write(arguments.has("json") ? frame.text : DeviceLines.members(frame) + "\n")
        }
        if frames.isEmpty { StandardStream.error.write("nothing unknown\n") }
    }

    private func read<Value>(_ body: () throws(StartError) -> Value) throws(Failure) -> Value {
        do throws(StartError) {
            return try body()
        } catch {
            throw Failure(error.description, code: .noInput)
        }
    }

    // MARK: Asked of the daemon

    private func adopt() throws(Failure) {
        var members: [JSON.Member] = [.init("topic", .string(try topicOfName()))]
        if let id = arguments["id"] { members.append(.init("id", .string(id))) }
        let device = try ask("POST", ["devices", "adopt"], body: try fields(and: members))
        say("adopted " + DeviceLines.sentence(device), device)
    }

    /// The topic that is meant: the name itself, or that on which the device of this name was heard.
    private func topicOfName() throws(Failure) -> String {
        let answer = try ask("GET", ["devices", "unknown"], query: "limit=\(Self.unknownMaximum)")
        let frames = answer["unknown"]?.array ?? []
        if frames.contains(where: { $0["topic"]?.string == name }) { return name }
        let topics = frames.filter { $0["device"]?.string == name }
            .compactMap { $0["topic"]?.string }
        switch topics.count {
        // As after a lost answer: the daemon knows whether it was adopted already.
        case 0: return name
        case 1: return topics[0]
        default:
            throw Failure(
                "\(name) is heard on \(topics.count) topics",
                hint: "name one of them: "
                    + topics.map(DeviceLines.printable).joined(separator: ", "),
                code: .usage)
        }
    }

    /// What the options say of the device.
    private func fields(and members: [JSON.Member] = []) throws(Failure) -> JSON {
        var members = members
        if let profile = arguments["profile"] {
            members.append(.init("profile", .string(profile)))
        }
        guard arguments["bag"] == nil || arguments["vehicle"] == nil else {
            throw Failure("a device is in a bag or in a vehicle", code: .usage)
        }
        for kind in ["bag", "vehicle"] {
            guard let carrier = arguments[kind] else { continue }
            members += [.init("kind", .string(kind)), .init("carrier", .string(carrier))]
        }
        if let site = arguments["site"] { members.append(.init("site", .string(site))) }
        if let instant = try arguments.instant("installed") {
            members.append(
                .init("installedAt", .string(RFC3339.text(instant.milliseconds))))
        }
        if let seconds = try arguments.wholeSeconds("interval") {
            members.append(.init("expectedIntervalSeconds", .integer(seconds)))
        }
        return .object(members)
    }

    private func ask(
        _ method: String, _ segments: [String], query: String = "", body: JSON? = nil
    ) throws(Failure) -> JSON {
        try DaemonQuestion(
            arguments: arguments, configuration: configuration, subject: "freshwire-devices",
            role: "staff", hint: Self.hint
        ).ask(method, segments, query: query, body: body)
    }

    private static func hint(_ status: Int, _ code: String) -> String? {
        switch code {
        case "unknown_frame": "freshwire devices unknown shows what can be adopted"
        case "unknown_device": "freshwire devices list names them all"
        case "device_exists": "freshwire devices update changes it"
        case "unauthorized", "forbidden":
            "--token takes one of staff; the configuration must be the daemon's"
        default: status == 503 ? "try again in a moment" : nil
        }
    }

    private func say(_ text: String, _ json: JSON) {
        write(arguments.has("json") ? json.text : text)
    }

    private func write(_ line: String) { StandardStream.output.write(line + "\n") }
}

extension Arguments {
    /// The whole seconds of a duration such as `20m`, or nil where the option is not given.
    fileprivate func wholeSeconds(_ option: String) throws(Failure) -> Int64? {
        guard let text = self[option] else { return nil }
        guard let duration = Notation.duration(text), duration.components.attoseconds == 0 else {
            throw Failure("--\(option) must be whole seconds such as 90s or 20m", code: .usage)
        }
        return duration.components.seconds
    }
}
