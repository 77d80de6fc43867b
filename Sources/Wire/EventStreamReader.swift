/// Reads a stream of server-sent events as it comes, in pieces of any length (WHATWG HTML §9.2).
package struct EventStreamReader {
    package struct Event: Equatable, Sendable {
        /// `message` where the stream says nothing else.
        package var type = "message"
        package var data: String

        package init(type: String = "message", data: String) {
            self.type = type
            self.data = data
        }
    }

    /// The identifier to name when coming back; nil before the first.
    package private(set) var lastEventID: String?
    /// When to come back, in milliseconds; nil where the stream has not said.
    package private(set) var retry: Int64?
    private var line: [UInt8] = []
    private var isAfterReturn = false
    private var isFirst = true
    private var type = ""
    private var data: [Substring] = []
    private var id: String?
    /// Bytes of a line, and of an event, at most: a stream without an end of line fills no memory.
    private let limit: Int
    private var held = 0
    /// Whether an event was longer than may be. Nothing is read any more.
    package private(set) var isOverfull = false

    package init(lastEventID: String? = nil, limit: Int = 16 << 20) {
        self.lastEventID = lastEventID
        self.limit = limit
    }

    /// For the stream that comes after one that has ended.
    package init(resuming earlier: EventStreamReader) {
        self.init(lastEventID: earlier.lastEventID, limit: earlier.limit)
        retry = earlier.retry
    }

    /// Takes a piece, and gives the events that end in it.
    package mutating func read(_ bytes: some Sequence<UInt8>) -> [Event] {
        var events: [Event] = []
        for byte in bytes where !isOverfull {
            switch byte {
            case 0x0A where isAfterReturn: isAfterReturn = false
            case 0x0A, 0x0D:
                isAfterReturn = byte == 0x0D
                if let event = takeLine() { events.append(event) }
            default:
                isAfterReturn = false
                line.append(byte)
                held += 1
                if held > limit { isOverfull = true }
            }
        }
        return events
    }

    private mutating func takeLine() -> Event? {
        var text = Substring(decoding: line, as: UTF8.self)
        line.removeAll(keepingCapacity: true)
        if isFirst, text.first == "\u{FEFF}" { text.removeFirst() }
        isFirst = false
        guard !text.isEmpty else { return dispatch() }
        guard let colon = text.firstIndex(of: ":") else {
            take(field: text, "")
            return nil
        }
        var value = text[text.index(after: colon)...]
        if value.first == " " { value.removeFirst() }
        take(field: text[..<colon], value)
        return nil
    }

    private mutating func take(field: Substring, _ value: Substring) {
        switch field {
        case "event": type = String(value)
        case "data": data.append(value)
        case "id" where !value.contains("\0"): id = String(value)
        case "retry" where !value.isEmpty && value.utf8.allSatisfy { (48...57).contains($0) }:
            retry = Int64(value)
        default: break
        }
    }

    /// An event without data is none, but its identifier counts.
    private mutating func dispatch() -> Event? {
        defer {
            type = ""
            data = []
            held = 0
        }
        if let id { lastEventID = id.isEmpty ? nil : id }
        guard !data.isEmpty else { return nil }
        return Event(
            type: type.isEmpty ? "message" : type, data: data.joined(separator: "\n"))
    }
}
