import ColdChain
import Fabric
import Testing
import Wire

/// A server-sent event as a browser reads it (WHATWG HTML §9.2.6).
struct StreamEvent: Equatable {
    var type = "message"
    /// The last identifier that was given up to here.
    var id = ""
    var data = ""
}

/// What a client makes of the bytes of a stream.
struct StreamReading {
    var events: [StreamEvent] = []
    var lastID = ""
    var retry: Int?
    var comments: [String] = []
    /// Bytes behind the last line; empty at an event boundary.
    var rest = ""

    init(_ bytes: [UInt8], after id: String = "") {
        lastID = id
        let text = String(decoding: bytes, as: UTF8.self)
            .replacing("\r\n", with: "\n").replacing("\r", with: "\n")
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        rest = String(lines.removeLast())
        var type = ""
        var data: [Substring] = []
        for line in lines {
            if line.isEmpty {
                if !data.isEmpty {
                    events.append(
                        StreamEvent(
                            type: type.isEmpty ? "message" : type, id: lastID,
                            data: data.joined(separator: "\n")))
                }
                type = ""
                data = []
                continue
            }
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            var value = parts.count > 1 ? parts[1] : ""
            if value.first == " " { value.removeFirst() }
            switch parts[0] {
            case "": comments.append(String(line))
            case "event": type = String(value)
            case "data": data.append(value)
            case "id" where !value.contains("\0"): lastID = String(value)
            case "retry": retry = Int(value)
            default: Issue.record("an unknown field: \(line)")
            }
        }
    }

    var types: [String] { events.map(\.type) }
}

extension Room {
    @discardableResult
    func openStream(
        _ number: UInt64, _ role: Role = .staff, _ subject: String? = nil,
        to channels: [Channel] = [Channel(.order, "O1")], after message: String? = nil,
        expiresAt: Timestamp? = nil
    ) -> StreamRefusal? {
        fabric.openStream(
            ConnectionNumber(number),
            identity: Identity(
                subject: subject ?? "user-\(number)", role: role, expiresAt: expiresAt),
            to: channels, after: message, now: now)
    }

    func reading(_ number: UInt64, limit: Int = 1 << 20) -> StreamReading {
        StreamReading(bytes(to: ConnectionNumber(number), limit: limit))
    }
}
