/// Percent-decoding (RFC 3986 §2.1) of text from a request target.
enum PercentCoding {
    /// A decoded path segment, or nil where it is not UTF-8, has a broken escape, holds a control
    /// character, or would climb the tree (`.`, `..`).
    static func decodeSegment(_ text: some Sequence<UInt8>) -> String? {
        guard let decoded = decode(text, plusIsSpace: false), decoded != ".", decoded != "..",
            !decoded.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F })
        else { return nil }
        return decoded
    }

    /// A decoded name or value of a query (`application/x-www-form-urlencoded`), or nil where it is
    /// not UTF-8 or has a broken escape.
    static func decodeForm(_ text: some Sequence<UInt8>) -> String? {
        decode(text, plusIsSpace: true)
    }

    private static func decode(_ text: some Sequence<UInt8>, plusIsSpace: Bool) -> String? {
        var bytes: [UInt8] = []
        var iterator = text.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next().flatMap(hexadecimalValue),
                    let low = iterator.next().flatMap(hexadecimalValue)
                else { return nil }
                bytes.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsSpace:
                bytes.append(UInt8(ascii: " "))
            default:
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func hexadecimalValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
