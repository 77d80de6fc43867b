/// The lines of a message that holds a document in each.
struct Lines {
    private var start = 0

    /// Whether there is a line behind the first one.
    static func areSeveral(in text: Span<UInt8>) -> Bool {
        for index in text.indices where text[index] == UInt8(ascii: "\n") { return true }
        return false
    }

    /// The next line that is not blank; nil behind the last one.
    mutating func next(in text: Span<UInt8>) -> Range<Int>? {
        while start < text.count {
            var end = start
            var isBlank = true
            while end < text.count, text[end] != UInt8(ascii: "\n") {
                if !Self.isSpace(text[end]) { isBlank = false }
                end += 1
            }
            let line = start..<end
            start = end + 1
            if !isBlank { return line }
        }
        return nil
    }

    /// The text without the zeros that programs in C leave behind its end.
    @_lifetime(copy text)
    static func withoutEnd(_ text: Span<UInt8>) -> Span<UInt8> {
        var end = text.count
        while end > 0, text[end - 1] == 0 { end -= 1 }
        return text.extracting(0..<end)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") || byte == UInt8(ascii: "\r")
    }
}
