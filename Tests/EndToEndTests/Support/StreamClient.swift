import InteropSupport
import TestSupport

/// A client of server-sent events, one of two PyPI packages.
final class StreamClient {
    struct Payload: Decodable {
        var state: String?
        var status: String?
        var temperature: Double?
        var recovered: Bool?
    }

    struct Line: Decodable {
        var event: String?
        var id: String?
        var data: Payload?
        var opened: String?
        var ended: Bool?
        var refused: Int?
    }

    private let program: RunningProgram
    private let folder = TemporaryDirectory()

    init(
        _ library: String, _ daemon: Freshwire, path: String = "/v1/stream/orders/ORD-1",
        token: String, after id: String? = nil
    ) throws {
        let url = "http://127.0.0.1:\(daemon.port)\(path)"
        program = try RunningProgram(
            "streaming.py",
            [library, url, token, folder.file("events")] + (id.map { [$0] } ?? []))
    }

    func send(_ line: String) throws { try program.send(line) }

    var lines: [Line] {
        get throws { try texts.map { try decode($0) } }
    }

    /// The lines as they are.
    var texts: [Substring] {
        let text = folder.read("events")
        return text.prefix(upTo: text.lastIndex(of: "\n") ?? text.startIndex)
            .split(separator: "\n")
    }

    func states() throws -> [String?] {
        try lines.filter { $0.event == "temperature_alert" }.map { $0.data?.state }
    }

    var lastID: String? {
        get throws { try lines.compactMap { $0.id ?? $0.opened }.last }
    }

    func waits(for isMeant: (Line) -> Bool) throws -> Bool {
        try eventually(within: .seconds(30)) { try lines.contains(where: isMeant) }
    }
}
