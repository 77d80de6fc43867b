/// MessagePack (the specification of msgpack.org), as far as it says what JSON says: nil, booleans,
/// integers, floats, UTF-8 strings, arrays and maps with names.
package enum MessagePack {
    /// Appends a value in its shortest form. A number with a fraction takes four bytes where these
    /// say it exactly, and eight otherwise.
    ///
    /// An array, a map or a text of more than 2³²−1 parts has no form; what is beyond is left out.
    package static func append(_ value: JSON, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0xC0)
        case .bool(let truth): bytes.append(truth ? 0xC3 : 0xC2)
        case .integer(let whole): append(whole, to: &bytes)
        case .number(let number): append(number, to: &bytes)
        case .string(let text): append(text, to: &bytes)
        case .array(let elements):
            appendArrayHeader(elements.count, to: &bytes)
            for element in elements.prefix(Int(UInt32.max)) { append(element, to: &bytes) }
        case .object(let members):
            appendMapHeader(members.count, to: &bytes)
            for member in members.prefix(Int(UInt32.max)) {
                append(member.name, to: &bytes)
                append(member.value, to: &bytes)
            }
        }
    }

    package static func append(_ text: String, to bytes: inout [UInt8]) {
        let units = text.utf8.prefix(Int(UInt32.max))
        switch units.count {
        case ..<32: bytes.append(0xA0 | UInt8(truncatingIfNeeded: units.count))
        case ..<0x100: append(0xD9, units.count, width: 1, to: &bytes)
        case ..<0x1_0000: append(0xDA, units.count, width: 2, to: &bytes)
        default: append(0xDB, units.count, width: 4, to: &bytes)
        }
        bytes.append(contentsOf: units)
    }

    package static func appendMapHeader(_ count: Int, to bytes: inout [UInt8]) {
        switch count {
        case ..<16: bytes.append(0x80 | UInt8(truncatingIfNeeded: count))
        case ..<0x1_0000: append(0xDE, count, width: 2, to: &bytes)
        default: append(0xDF, Int(UInt32(clamping: count)), width: 4, to: &bytes)
        }
    }

    package static func appendArrayHeader(_ count: Int, to bytes: inout [UInt8]) {
        switch count {
        case ..<16: bytes.append(0x90 | UInt8(truncatingIfNeeded: count))
        case ..<0x1_0000: append(0xDC, count, width: 2, to: &bytes)
        default: append(0xDD, Int(UInt32(clamping: count)), width: 4, to: &bytes)
        }
    }

    private static func append(_ whole: Int64, to bytes: inout [UInt8]) {
        switch whole {
        case 0..<0x80, -32..<0: bytes.append(UInt8(truncatingIfNeeded: whole))
        case 0x80..<0x100: append(0xCC, whole, width: 1, to: &bytes)
        case 0x100..<0x1_0000: append(0xCD, whole, width: 2, to: &bytes)
        case 0x1_0000..<0x1_0000_0000: append(0xCE, whole, width: 4, to: &bytes)
        case 0x1_0000_0000...: append(0xCF, whole, width: 8, to: &bytes)
        case -0x80..<0: append(0xD0, whole, width: 1, to: &bytes)
        case -0x8000..<0: append(0xD1, whole, width: 2, to: &bytes)
        case -0x8000_0000..<0: append(0xD2, whole, width: 4, to: &bytes)
        default: append(0xD3, whole, width: 8, to: &bytes)
        }
    }

    private static func append(_ number: Double, to bytes: inout [UInt8]) {
        let short = Float(number)
        if Double(short) == number {
            append(0xCA, Int64(short.bitPattern), width: 4, to: &bytes)
        } else {
            append(0xCB, number.bitPattern, width: 8, to: &bytes)
        }
    }

    private static func append(
        _ head: UInt8, _ number: some BinaryInteger, width: Int, to bytes: inout [UInt8]
    ) {
        bytes.append(head)
        for place in (0..<width).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: number >> (8 * place)))
        }
    }
}
