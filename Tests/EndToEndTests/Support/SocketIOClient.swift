import Foundation
import InteropSupport
import TestSupport

/// A Socket.IO client, the PyPI package `python-socketio`.
final class SocketIOClient {
    /// `open` or `refused […]`.
    let announcement: String
    private let program: RunningProgram
    private let folder = TemporaryDirectory()

    init(
        _ daemon: Freshwire, token: String, transports: String = "websocket",
        isTokenInQuery: Bool = false
    ) throws {
        program = try RunningProgram(
            "socketio_client.py",
            [
                "http://127.0.0.1:\(daemon.port)", token, folder.file("events"), transports,
            ] + (isTokenInQuery ? ["--query"] : []))
        announcement = program.announcement
    }

    func send(_ line: String) throws { try program.send(line) }

    /// The lines of the events of a name that have come so far; acknowledgements are called `ack`.
    func events(_ name: String) -> [String] {
        let text = folder.read("events")
        return text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex)
            .split(separator: "\n").map(String.init).filter { $0.hasPrefix("[\"\(name)\", ") }
    }

    /// Waits until that many events of a name have come, and answers them.
    func events(_ name: String, atLeast count: Int) -> [String] {
        _ = eventually(within: .seconds(30)) { events(name).count >= count }
        return events(name)
    }

    /// The values that a member has in the first arguments of the events of a name.
    func values(_ member: String, of name: String) throws -> [String] {
        try events(name).map { line in
            let event = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [Any]
            let payload = event?.dropFirst().first as? [String: Any]
            return payload?[member].map { "\($0)" } ?? "-"
        }
    }
}
