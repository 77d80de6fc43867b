import Configuration
import Crypto
import Host
import Wire

/// Asks the running daemon about holds and personal data, as somebody who may.
struct RecordsQuestion {
    static let options: [Command.Option] = [
        Command.Option(
            "url", "URL", "Where the daemon is (default: as configured, on this machine)."),
        Command.Option(
            "token", "TOKEN", "A bearer token (default: one of an admin, made for the command)."),
        Command.Option("by", "NAME", "Who asks, where no token is given; it stands in the log."),
    ]

    /// Longer than a command takes.
    private static let tokenSeconds: Int64 = 120

    let arguments: Arguments
    let configuration: Configuration

    func ask(
        _ method: String, _ segments: [String], query: String = "", body: JSON? = nil
    ) throws(Failure) -> JSON {
        guard let url = arguments["url"] ?? DaemonClient.url(of: configuration) else {
            throw Failure(
                "the daemon listens on a port that the system chose",
                hint: "say --url http://127.0.0.1:PORT; its log names the port", code: .usage)
        }
        let client = DaemonClient(url: url, token: try token())
        do throws(DaemonClient.Refusal) {
            return try client.request(method, segments, query: query, body: body)
        } catch {
            switch error {
            case .unreachable(let reason):
                throw Failure(
                    reason, hint: "is the daemon running? --url says where", code: .unavailable)
            case .refused(let status, _, let message):
                throw Failure(
                    message, hint: status == 403 ? "--token takes one of an admin" : nil)
            }
        }
    }

    private func token() throws(Failure) -> String {
        if let given = arguments["token"] { return given }
        let grant = TokenGrant(
            subject: arguments["by"] ?? "command-line", role: "admin", scopes: [], site: nil,
            lifetimeSeconds: Self.tokenSeconds)
        return try grant.token(configuration)
    }
}
