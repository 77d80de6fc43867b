import Configuration
import Crypto
import Host
import System
import Wire

extension Command {
    static let watch = Command(
        name: "watch", summary: "Shows what happens on channels of the running daemon.",
        options: [
            Setup.configurationOption,
            Option("channel", "NAME", "Such as orders.ORD-7; can be given more than once."),
            Option("json", nil, "Prints one JSON object a line."),
            Option(
                "token-file", "FILE", "Where a bearer token is; read anew whenever one is needed."),
        ] + DaemonQuestion.options(asker: "staff"),
        notes: {
            """
            A line that breaks is taken up again after the last message; what came meanwhile is \
            shown then. Where the history does not reach back as far, a gap is said on standard \
            error, and the last known states follow.

            """
        },
        examples: [
            ("freshwire watch --channel orders.ORD-7", "Shows what happens to the order."),
            (
                "freshwire watch --channel sites.* --channel drivers.DRV-1 --json | jq .data",
                "Hands on the alarms of all sites, and where a driver is."
            ),
        ],
        run: { (arguments) throws(Failure) in try Watch(arguments).run() })
}

/// `freshwire watch`: until it is interrupted.
private struct Watch {
    private let arguments: Arguments
    private let configuration: Configuration
    private let url: String
    private let channels: [String]

    /// As long as a stream lasts at most: then a new token is made.
    private static let tokenSeconds: Int64 = 24 * 3600
    /// Pauses before trying again, in milliseconds: the first, and the longest.
    private static let firstPause: Int64 = 500
    private static let longestPause: Int64 = 15_000

    init(_ arguments: Arguments) throws(Failure) {
        channels = arguments.all("channel").flatMap { $0.split(separator: ",").map(String.init) }
        guard !channels.isEmpty else {
            throw Failure(
                "which channel shall be watched?", hint: "--channel orders.ORD-7, or another",
                code: .usage)
        }
        self.arguments = arguments
        configuration = try Setup.configuration(arguments)
        guard let url = arguments["url"] ?? DaemonClient.url(of: configuration) else {
            throw Failure(
                "the daemon listens on a port that the system chose",
                hint: "say --url http://127.0.0.1:PORT; its log names the port", code: .usage)
        }
        self.url = url
    }

    func run() throws(Failure) -> Int32 {
        let watch = ChannelWatch(channels: channels)
        var pause = Self.firstPause
        while true {
            let client = DaemonClient(url: url, token: try token())
            let before = watch.hasBegun
            do throws(DaemonClient.Refusal) {
                try watch.follow(client) { show($0) }
                pause = Self.firstPause
                Clock.sleep(milliseconds: watch.retry ?? pause)
            } catch {
                try checkThatComingBackHelps(error, hasBegun: before || watch.hasBegun)
                Clock.sleep(milliseconds: Int64.random(in: pause / 2...pause))
                pause = min(pause * 2, Self.longestPause)
            }
        }
    }

    private func token() throws(Failure) -> String {
        if let file = arguments["token-file"] {
            do throws(SystemError) {
                let text = String(decoding: try File.read(file), as: UTF8.self)
                return String(text.split(whereSeparator: \.isWhitespace).first ?? "")
            } catch {
                throw Failure(error.description, code: .noInput)
            }
        }
        if let given = arguments["token"] { return given }
        let grant = TokenGrant(
            subject: "command-line", role: "staff", lifetimeSeconds: Self.tokenSeconds)
        return try grant.token(configuration)
    }

    private func checkThatComingBackHelps(
        _ refusal: DaemonClient.Refusal, hasBegun: Bool
    ) throws(Failure) {
        switch refusal {
        case .unreachable(let reason):
            guard hasBegun else {
                throw Failure(
                    reason, hint: "is the daemon running? --url says where", code: .unavailable)
            }
            note("\(reason); trying again")
        case .refused(503, _, let message) where hasBegun: note("\(message); trying again")
        case .refused(let status, _, let message):
            let hints = [
                401: "--token-file takes one that holds", 403: "--token-file takes another one",
                404: "channels are called such as orders.ORD-7, bags.BAG-7 or sites.S-1",
            ]
            throw Failure(message, hint: hints[status])
        }
    }

    private func show(_ event: ChannelWatch.Event) {
        if event.type == "reset" {
            note("gap: what was missed cannot be told any more; the last known states follow")
        }
        guard !arguments.has("json") else {
            var members: [JSON.Member] = [.init("event", .string(event.type))]
            if let id = event.id { members.append(.init("id", .string(id))) }
            members.append(.init("data", event.data))
            StandardStream.output.write(JSON.object(members).text + "\n")
            return
        }
        let details = (event.data.members ?? []).map { "\($0.name)=\(Self.word($0.value))" }
        let words = [RFC3339.text(Clock.wallMilliseconds()), event.type] + details
        StandardStream.output.write(words.joined(separator: " ") + "\n")
    }

    /// What could not be told from another word, or would steer a terminal, is quoted as JSON.
    private static func word(_ value: JSON) -> String {
        guard let text = value.string else { return value.text }
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || $0.properties.numericType != nil
                    || "-_.:".unicodeScalars.contains($0))
        }
        return isPlain && !text.isEmpty ? text : value.text
    }

    private func note(_ text: String) { StandardStream.error.write("freshwire: \(text)\n") }
}
