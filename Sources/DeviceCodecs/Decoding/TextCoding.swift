/// Frames written as text inside JSON.
package enum TextCoding {
    /// Appends the bytes that pairs of hexadecimal digits mean, in either case. False, with nothing
    /// appended, for anything else.
    package static func appendHex(_ text: Span<UInt8>, to bytes: inout [UInt8]) -> Bool {
        guard text.count.isMultiple(of: 2) else { return false }
        let start = bytes.count
        var index = 0
        while index < text.count {
            guard let high = nibble(text[index]), let low = nibble(text[index + 1]) else {
                bytes.removeLast(bytes.count - start)
                return false
            }
            bytes.append(high << 4 | low)
            index += 2
        }
        return true
    }

    /// The bytes that pairs of hexadecimal digits mean, in either case and with white space anywhere
    /// between them; nil for anything else.
    package static func bytes(hex text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != UInt8(ascii: " ") && !(9...13).contains($0) }
        var bytes: [UInt8] = []
        return appendHex(digits.span, to: &bytes) ? bytes : nil
    }

    /// Appends the bytes that Base64 means, in its standard or its URL alphabet, with or without
    /// padding. False, with nothing appended, for anything else.
    package static func appendBase64(_ text: Span<UInt8>, to bytes: inout [UInt8]) -> Bool {
        let start = bytes.count
        var end = text.count
        while end > 0, text.count - end < 2, text[end - 1] == UInt8(ascii: "=") { end -= 1 }
        var bits: UInt32 = 0
        var pending = 0
        for index in 0..<end {
            guard let value = sextet(text[index]) else {
                bytes.removeLast(bytes.count - start)
                return false
            }
            bits = bits << 6 | UInt32(value)
            pending += 6
            if pending >= 8 {
                pending -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(pending)))
            }
        }
        // Six bits left over are half a byte at most: one letter too many.
        if pending == 6 {
            bytes.removeLast(bytes.count - start)
            return false
        }
        return true
    }

    package static func nibble(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    static func sextet(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
        case UInt8(ascii: "+"), UInt8(ascii: "-"): 62
        case UInt8(ascii: "/"), UInt8(ascii: "_"): 63
        default: nil
        }
    }
}
