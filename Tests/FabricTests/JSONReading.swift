import Wire

/// Reads JSON text that the fabric wrote; nil where it is not well formed. For tests only: it
/// knows no escapes above the ones `JSONWriter` writes.
struct JSONReading {
    private let bytes: [UInt8]
    private var place = 0

    static func value(of text: some Sequence<UInt8>) -> JSON? {
        var reading = JSONReading(bytes: Array(text))
        guard let value = reading.value(), reading.place == reading.bytes.count else { return nil }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func value() -> JSON? {
        guard place < bytes.count else { return nil }
        switch bytes[place] {
        case UInt8(ascii: "{"): return object()
        case UInt8(ascii: "["): return array()
        case UInt8(ascii: "\""): return string().map { .string($0) }
        default: return literal()
        }
    }

    private mutating func take(_ byte: Character) -> Bool {
        guard place < bytes.count, bytes[place] == byte.asciiValue else { return false }
        place += 1
        return true
    }

    private mutating func object() -> JSON? {
        guard take("{") else { return nil }
        var members: [JSON.Member] = []
        if take("}") { return .object(members) }
        repeat {
            guard let name = string(), take(":"), let value = value() else { return nil }
            members.append(JSON.Member(name, value))
        } while take(",")
        return take("}") ? .object(members) : nil
    }

    private mutating func array() -> JSON? {
        guard take("[") else { return nil }
        var elements: [JSON] = []
        if take("]") { return .array(elements) }
        repeat {
            guard let value = value() else { return nil }
            elements.append(value)
        } while take(",")
        return take("]") ? .array(elements) : nil
    }

    private mutating func string() -> String? {
        guard take("\"") else { return nil }
        var text: [UInt8] = []
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
            if bytes[place] == UInt8(ascii: "\\") { place += 1 }
            guard place < bytes.count else { return nil }
            text.append(bytes[place])
            place += 1
        }
        return take("\"") ? String(decoding: text, as: UTF8.self) : nil
    }

    private mutating func literal() -> JSON? {
        let start = place
        let ends = Set(",}]".utf8)
        while place < bytes.count, !ends.contains(bytes[place]) { place += 1 }
        let text = String(decoding: bytes[start..<place], as: UTF8.self)
        switch text {
        case "null": return .null
        case "true": return .bool(true)
        case "false": return .bool(false)
        default: return Int64(text).map { .integer($0) } ?? Double(text).map { .number($0) }
        }
    }
}
