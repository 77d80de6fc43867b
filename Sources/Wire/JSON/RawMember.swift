/// Finds where the text of a member stands, so that it can be taken as it was written.
package enum RawMember {
    /// What was found of a member.
    package enum Place: Equatable, Sendable {
        case absent
        /// The value's bytes, without white space around them.
        case at(Range<Int>)
        /// The text is no object, or names the member twice.
        case unclear
    }

    /// The place of the value of the member called `name` in an object's text.
    ///
    /// The text has to be well-formed JSON; of any other the answer is of no use, but nothing beyond
    /// its bytes is read. A name that is written with escapes is not found.
    package static func place(of name: String, in object: [UInt8]) -> Place {
        var scanner = MemberScanner(bytes: object)
        return scanner.place(of: Array(name.utf8))
    }
}

private struct MemberScanner {
    let bytes: [UInt8]
    var position = 0

    mutating func place(of name: [UInt8]) -> RawMember.Place {
        skipSpace()
        guard take(UInt8(ascii: "{")) else { return .unclear }
        var found: RawMember.Place = .absent
        while position < bytes.count {
            skipSpace()
            if take(UInt8(ascii: "}")) { return found }
            guard let key = string() else { return .unclear }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { return .unclear }
            skipSpace()
            let start = position
            skipValue()
            if bytes[key].elementsEqual(name) {
                guard found == .absent else { return .unclear }
                found = .at(start..<end(since: start))
            }
            _ = take(UInt8(ascii: ","))
        }
        return .unclear
    }

    /// What stands between the quotes.
    private mutating func string() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\\"): position = min(position + 2, bytes.count)
            case UInt8(ascii: "\""):
                position += 1
                return start..<position - 1
            default: position += 1
            }
        }
        return nil
    }

    /// Goes to the comma or the bracket behind a value.
    private mutating func skipValue() {
        var depth = 0
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                guard string() != nil else { return }
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0: return
            default: break
            }
            position += 1
        }
    }

    private func end(since start: Int) -> Int {
        var end = position
        while end > start, Self.isSpace(bytes[end - 1]) { end -= 1 }
        return end
    }

    private mutating func skipSpace() {
        while position < bytes.count, Self.isSpace(bytes[position]) { position += 1 }
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }
}
