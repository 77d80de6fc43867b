import ColdChain
import Wire

/// A date and time as text, in the forms of ISO 8601 that devices and servers use.
enum TimeText: Equatable {
    case instant(Timestamp)
    /// A date and time of some zone that is not told.
    case zoneUnknown
    case unreadable

    /// In bytes, of what is not RFC 3339: with more digits of a fraction than any clock tells.
    private static let longest = 39

    /// RFC 3339; also with an offset as `+0100`, and without any.
    init(_ text: Span<UInt8>) {
        if let milliseconds = RFC3339.parse(text) ?? Self.withShortOffset(text) {
            self = .instant(Timestamp(milliseconds: milliseconds))
        } else {
            let isLocal = text.count <= Self.longest && RFC3339.parseLocal(text) != nil
            self = isLocal ? .zoneUnknown : .unreadable
        }
    }

    private static func withShortOffset(_ text: Span<UInt8>) -> Int64? {
        // With a colon to add.
        var completed = InlineArray<40, UInt8>(repeating: UInt8(ascii: ":"))
        guard text.count <= longest, endsInOffset(text) else { return nil }
        let colon = text.count - 2
        for index in 0..<colon { completed[index] = text[index] }
        for index in colon..<text.count { completed[index + 1] = text[index] }
        return RFC3339.parse(completed.span.extracting(0...text.count))
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
