/// Writes JSON text into bytes, front to back, without building a tree.
///
/// The caller gives the structure in order; commas are set here. Numbers are written in the
/// shortest form that reads back as the same `Double`; a number that JSON has no form for
/// (NaN, infinity) is written as `null`.
package struct JSONWriter {
    package private(set) var bytes: [UInt8] = []
    /// Whether the next value or name follows another one in the same array or object.
    private var needsComma = false

    package init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// Empties the text and keeps its memory.
    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package mutating func object(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "{"))
        body(&self)
        close(UInt8(ascii: "}"))
    }

    package mutating func array(_ body: (inout JSONWriter) -> Void) {
        open(UInt8(ascii: "["))
        body(&self)
        close(UInt8(ascii: "]"))
    }

    /// Writes the name of a member; its value comes with the next call.
    package mutating func name(_ name: String) {
        separate()
        quote(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func value(_ text: String) {
        separate()
        quote(text)
        needsComma = true
    }

    package mutating func value(_ number: Int64) {
        separate()
        bytes.append(decimal: number)
        needsComma = true
    }

    package mutating func value(_ number: Int) { value(Int64(number)) }

    package mutating func value(_ number: Double) {
        separate()
        if number.isFinite {
            bytes.append(shortest: number)
        } else {
            bytes.append(contentsOf: "null".utf8)
        }
        needsComma = true
    }

    package mutating func value(_ truth: Bool) {
        separate()
        bytes.append(contentsOf: (truth ? "true" : "false").utf8)
        needsComma = true
    }

    package mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
        needsComma = true
    }

    package mutating func value(_ json: JSON) {
        switch json {
        case .null: null()
        case .bool(let truth): value(truth)
        case .integer(let whole): value(whole)
        case .number(let number): value(number)
        case .string(let text): value(text)
        case .array(let elements):
            array { writer in for element in elements { writer.value(element) } }
        case .object(let members):
            object { writer in
                for member in members {
                    writer.name(member.name)
                    writer.value(member.value)
                }
            }
        }
    }

    /// Puts JSON text that was written before, as it is.
    package mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    package mutating func member(_ name: String, _ text: String) {
        self.name(name)
        value(text)
    }

    package mutating func member(_ name: String, _ number: Double) {
        self.name(name)
        value(number)
    }

    package mutating func member(_ name: String, _ number: Int64) {
        self.name(name)
        value(number)
    }

    package mutating func member(_ name: String, _ truth: Bool) {
        self.name(name)
        value(truth)
    }

    /// Writes the member when there is something to say, and leaves it out otherwise.
    package mutating func member(_ name: String, _ text: String?) {
        if let text { member(name, text) }
    }

    package mutating func member(_ name: String, _ number: Double?) {
        if let number { member(name, number) }
    }

    package mutating func member(_ name: String, _ number: Int64?) {
        if let number { member(name, number) }
    }

    /// Writes an instant, given in milliseconds since 1970, as RFC 3339 text in UTC.
    package mutating func member(_ name: String, instant milliseconds: Int64) {
        self.name(name)
        separate()
        bytes.append(UInt8(ascii: "\""))
        RFC3339.append(milliseconds, to: &bytes)
        bytes.append(UInt8(ascii: "\""))
        needsComma = true
    }

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        bytes.append(bracket)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }

    private mutating func quote(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Nearly every text needs no escape, and is then copied in one piece.
        if text.utf8.allSatisfy(JSONWriter.isPlain) {
            bytes.append(contentsOf: text.utf8)
        } else {
            appendEscaped(text)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func isPlain(_ unit: UInt8) -> Bool {
        unit >= 0x20 && unit != UInt8(ascii: "\"") && unit != UInt8(ascii: "\\")
    }

    private mutating func appendEscaped(_ text: String) {
        for unit in text.utf8 {
            switch unit {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(unit)
            case 0x20...: bytes.append(unit)
            case 0x0A: bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "n")])
            case 0x0D: bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "r")])
            case 0x09: bytes.append(contentsOf: [UInt8(ascii: "\\"), UInt8(ascii: "t")])
            default:
                bytes.append(contentsOf: "\\u00".utf8)
                bytes.append(hexDigit: unit >> 4)
                bytes.append(hexDigit: unit & 0xF)
            }
        }
    }
}

extension JSON {
    /// The JSON text of this value, as compact as it gets.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.value(self)
        return writer.bytes
    }

    package var text: String { String(decoding: bytes, as: UTF8.self) }
}
