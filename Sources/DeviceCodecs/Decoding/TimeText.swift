import ColdChain
import Wire

/// A date and time as text, in the forms of ISO 8601 that devices and servers use.
enum TimeText: Equatable {
    case instant(Timestamp)
    /// A date and time of some zone that is not told.
    case zoneUnknown
    case unreadable

    /// RFC 3339; also with an offset as `+0100`, and without any.
    init(_ text: Span<UInt8>) {
        if let milliseconds = RFC3339.parse(text) {
            self = .instant(Timestamp(milliseconds: milliseconds))
            return
        }
        var completed = InlineArray<40, UInt8>(repeating: UInt8(ascii: "Z"))
        // With one letter to add; fractions may have nine digits.
        guard text.count < completed.count else {
            self = .unreadable
            return
        }
        for index in text.indices { completed[index] = text[index] }
        let hasOffset = Self.endsInOffset(text)
        if hasOffset {
            completed[text.count] = text[text.count - 1]
            completed[text.count - 1] = text[text.count - 2]
            completed[text.count - 2] = UInt8(ascii: ":")
        }
        guard let milliseconds = RFC3339.parse(completed.span.extracting(0...text.count)) else {
            self = .unreadable
            return
        }
        self = hasOffset ? .instant(Timestamp(milliseconds: milliseconds)) : .zoneUnknown
    }

    /// Whether it ends in a sign and four digits behind a time.
    private static func endsInOffset(_ text: Span<UInt8>) -> Bool {
        guard text.count >= 24 else { return false }
        let sign = text[text.count - 5]
        guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        for index in text.count - 4..<text.count
        where !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[index]) { return false }
        return true
    }
}
