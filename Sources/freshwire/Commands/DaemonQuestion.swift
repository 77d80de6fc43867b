import Configuration
import Crypto
import Host
import Wire

/// Asks the running daemon, as somebody who may.
struct DaemonQuestion {
    let arguments: Arguments
    let configuration: Configuration
    /// Whose token is made where none is given.
    let subject: String
    let role: String
    /// What somebody can do whose request was refused, by its status and code.
    let hint: (_ status: Int, _ code: String) -> String?

    /// Longer than a command takes.
    private static let tokenSeconds: Int64 = 120

    /// - Parameter asker: Whom the token is made for, where none is given.
    static func options(asker: String) -> [Command.Option] {
        [
            Command.Option(
                "url", "URL", "Where the daemon is (default: as configured, on this machine)."),
            Command.Option(
                "token", "TOKEN",
                "A bearer token (default: one of \(asker), made for the command)."),
        ]
    }

    func ask(
        _ method: String, _ segments: [String], query: String = "", body: JSON? = nil
    ) throws(Failure) -> JSON {
        let client = try client()
        do throws(DaemonClient.Refusal) {
            return try client.request(method, segments, query: query, body: body)
        } catch {
            switch error {
            case .unreachable(let reason):
                throw Failure(
                    reason, hint: "is the daemon running? --url says where", code: .unavailable)
            case .refused(let status, let code, let message):
                throw Failure(message, hint: hint(status, code))
            }
        }
    }

    private func client() throws(Failure) -> DaemonClient {
        guard let url = arguments["url"] ?? DaemonClient.url(of: configuration) else {
            throw Failure(
                "the daemon listens on a port that the system chose",
                hint: "say --url http://127.0.0.1:PORT; its log names the port", code: .usage)
        }
        if let given = arguments["token"] { return DaemonClient(url: url, token: given) }
        let grant = TokenGrant(
            subject: subject, role: role, scopes: [], site: nil,
            lifetimeSeconds: Self.tokenSeconds)
        return DaemonClient(url: url, token: try grant.token(configuration))
    }
}

/// About holds and personal data.
extension DaemonQuestion {
    static let recordsOptions =
        options(asker: "an admin") + [
            Command.Option(
                "by", "NAME", "Who asks, where no token is given; it stands in the log.")
        ]

    init(ofRecords arguments: Arguments, _ configuration: Configuration) {
        self.init(
            arguments: arguments, configuration: configuration,
            subject: arguments["by"] ?? "command-line", role: "admin",
            hint: { status, _ in status == 403 ? "--token takes one of an admin" : nil })
    }
}
