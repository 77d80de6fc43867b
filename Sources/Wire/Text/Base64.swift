/// Base64 (RFC 4648 §4) and base64url (§5).
///
/// Decoding is strict: a text has one reading or none. A letter outside the alphabet, white space,
/// padding that is missing, superfluous or where the form has none, and bits behind the last byte
/// that are not zero are all refused, so that no two texts name the same bytes.
package enum Base64: Sendable {
    /// `A–Z a–z 0–9 + /`, padded with `=` to a multiple of four.
    case padded
    /// `A–Z a–z 0–9 - _` without padding, as JOSE has it.
    case urlSafe

    package func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        append(bytes, to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    package func append(_ bytes: some Collection<UInt8>, to text: inout [UInt8]) {
        text.reserveCapacity(text.count + (bytes.count + 2) / 3 * 4)
        var pending: UInt32 = 0
        var bits = 0
        for byte in bytes {
            pending = (pending << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(letter(UInt8(truncatingIfNeeded: pending >> UInt32(bits)) & 0x3F))
            }
        }
        guard bits > 0 else { return }
        text.append(letter(UInt8(truncatingIfNeeded: pending << UInt32(6 - bits)) & 0x3F))
        guard self == .padded else { return }
        for _ in 0..<(6 - bits) / 2 { text.append(UInt8(ascii: "=")) }
    }

    /// The bytes that `text` stands for, or nil where it is not in this form to the letter.
    package func decode(_ text: String) -> [UInt8]? {
        decode(text.utf8)
    }

    package func decode(_ text: some BidirectionalCollection<UInt8>) -> [UInt8]? {
        guard let letters = withoutPadding(text), letters.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(letters.count / 4 * 3 + 2)
        var pending: UInt32 = 0
        var bits = 0
        for letter in letters {
            guard let value = value(letter) else { return nil }
            pending = (pending << 6 | UInt32(value)) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: pending >> UInt32(bits)))
            }
        }
        let unused = pending & ((1 << UInt32(bits)) - 1)
        return unused == 0 ? bytes : nil
    }

    private func withoutPadding<Text: BidirectionalCollection<UInt8>>(
        _ text: Text
    ) -> Text.SubSequence? {
        guard self == .padded else { return text[...] }
        guard text.count.isMultiple(of: 4) else { return nil }
        var letters = text[...]
        for _ in 0..<2 where letters.last == UInt8(ascii: "=") { letters.removeLast() }
        return letters
    }

    private func letter(_ value: UInt8) -> UInt8 {
        switch value {
        case 0..<26: UInt8(ascii: "A") + value
        case 26..<52: UInt8(ascii: "a") + value - 26
        case 52..<62: UInt8(ascii: "0") + value - 52
        case 62: self == .padded ? UInt8(ascii: "+") : UInt8(ascii: "-")
        default: self == .padded ? UInt8(ascii: "/") : UInt8(ascii: "_")
        }
    }

    private func value(_ letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): letter - UInt8(ascii: "A")
        case UInt8(ascii: "a")...UInt8(ascii: "z"): letter - UInt8(ascii: "a") + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): letter - UInt8(ascii: "0") + 52
        case self.letter(62): 62
        case self.letter(63): 63
        default: nil
        }
    }
}
