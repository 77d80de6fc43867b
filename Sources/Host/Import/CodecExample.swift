import DeviceCodecs
import JSONText
import Wire
import YAML

/// A frame that the author of a codec gives, and what the codec has to make of it.
struct CodecExample: Equatable, Sendable {
    enum Expected: Equatable, Sendable {
        case data(JSON)
        /// The codec has to report errors; in which words is its own matter.
        case errors
    }

    var title: String
    var bytes: [UInt8]
    var port: UInt8
    /// Milliseconds since 1970; nil where the example does not say.
    var receivedMilliseconds: Int64?
    var expected: Expected

    /// Of The Things Network's `examples` or LoRa Alliance's `examples.json`, ChirpStack's tests, and
    /// Actility's older form, which differ in names only. Nil for what is no uplink.
    init?(_ json: JSON) throws(ImportError) {
        if let type = json["type"]?.string, type != "uplink" { return nil }
        let title = json["description"]?.string ?? json["name"]?.string ?? "an example"
        let input = json["input"] ?? json
        guard let bytes = Self.bytes(input["bytes"]) else {
            throw ImportError("example '\(title)' has no bytes that can be read")
        }
        if let members = input["variables"]?.members, !members.isEmpty {
            throw ImportError("example '\(title)' needs settings of the device")
        }
        guard let port = UInt8(exactly: input["fPort"]?.integer ?? 0) else {
            throw ImportError("example '\(title)' has a port beyond 255")
        }
        self.title = title
        self.bytes = bytes
        self.port = port
        let time = input["recvTime"]?.string ?? input["time"]?.string
        receivedMilliseconds = time.flatMap { RFC3339.parse($0) }
        guard let expected = Self.expected(json) else {
            throw ImportError("example '\(title)' does not say what comes out")
        }
        self.expected = expected
    }

    /// Numbers, or hexadecimal digits.
    private static func bytes(_ json: JSON?) -> [UInt8]? {
        if let text = json?.string { return TextCoding.bytes(hex: text) }
        guard let elements = json?.array else { return nil }
        var bytes: [UInt8] = []
        for element in elements {
            let number =
                element.integer ?? element.string.flatMap { Int64($0.hexadecimalDigits, radix: 16) }
            guard let byte = number.flatMap({ UInt8(exactly: $0) }) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func expected(_ json: JSON) -> Expected? {
        guard let output = json["output"] ?? json["expected"] ?? json["data"] else { return nil }
        let isFramed = ["data", "errors", "warnings"].contains { output[$0] != nil }
        guard json["data"] == nil, isFramed else { return .data(output) }
        if let errors = output["errors"]?.array, !errors.isEmpty { return .errors }
        return output["data"].map { .data($0) }
    }
}

/// Why something cannot be imported, in words.
package struct ImportError: Error, Equatable, CustomStringConvertible {
    package var description: String

    init(_ description: String) {
        self.description = description
    }
}

extension String {
    fileprivate var hexadecimalDigits: Substring {
        hasPrefix("0x") || hasPrefix("0X") ? dropFirst(2) : self[...]
    }
}

extension JSON {
    /// A YAML document by the rules of its core schema, with hexadecimal numbers.
    init(_ node: Node) {
        switch node.content {
        case .sequence(let nodes): self = .array(nodes.map { JSON($0) })
        case .mapping(let entries):
            self = .object(entries.map { Member($0.key, JSON($0.value)) })
        case .scalar(let text, isPlain: false): self = .string(text)
        case .scalar(let text, isPlain: true): self = Self.plain(text, isNull: node.isNull)
        }
    }

    private static func plain(_ text: String, isNull: Bool) -> JSON {
        if isNull { return .null }
        if text == "true" || text == "True" { return .bool(true) }
        if text == "false" || text == "False" { return .bool(false) }
        if text.hasPrefix("0x"), let number = Int64(text.dropFirst(2), radix: 16) {
            return .integer(number)
        }
        if let number = Int64(text) { return .integer(number) }
        let mayBeNumber = text.utf8.allSatisfy { unit in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(unit) || "+-.eE".utf8.contains(unit)
        }
        if mayBeNumber, let number = Double(text) { return .number(number) }
        return .string(text)
    }
}
