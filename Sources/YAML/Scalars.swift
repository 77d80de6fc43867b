/// A scalar that does not say what its reader asked for.
package struct ScalarError: Error, Equatable, Sendable {
    /// What was asked for, as a noun with an example: `a duration such as 30s`.
    package var expected: String
    /// What stands there instead.
    package var found: String
    package var mark: Node.Mark

    package init(expected: String, found: String, mark: Node.Mark) {
        self.expected = expected
        self.found = found
        self.mark = mark
    }

    package var message: String { "expected \(expected), found \(found)" }
}

extension ScalarError: CustomStringConvertible {
    package var description: String { "\(mark.line):\(mark.column): \(message)" }
}

/// The notations of scalars, as functions of their text. Each knows one way to write a value, so
/// that what looks like a number is never taken for another one.
package enum Notation {
    /// `-17`: decimal digits without separators and leading zeros, within 64 bits.
    package static func integer(_ text: String) -> Int64? {
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard isDecimal(digits), digits == "0" || !digits.hasPrefix("0") else { return nil }
        return Int64(text)
    }

    /// `-2.5` or `1e-3`: a finite decimal number.
    package static func number(_ text: String) -> Double? {
        // `Double.init` also takes hexadecimal, `inf` and `nan`.
        let isDecimal = text.utf8.allSatisfy { unit in
            switch unit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"),
                UInt8(ascii: "+"), UInt8(ascii: "e"), UInt8(ascii: "E"):
                true
            default: false
            }
        }
        guard isDecimal, let number = Double(text), number.isFinite else { return nil }
        return number
    }

    /// `true` or `false`; YAML 1.1's `yes`, `on` and the like are not taken.
    package static func truth(_ text: String) -> Bool? {
        switch text {
        case "true": true
        case "false": false
        default: nil
        }
    }

    /// `250ms`, `30s`, `5m`, `12h` or `7d`.
    package static func duration(_ text: String) -> Duration? {
        let milliseconds: Int64? = quantity(text) { unit in
            switch unit {
            case "ms": 1
            case "s": 1000
            case "m": 60_000
            case "h": 3_600_000
            case "d": 86_400_000
            default: nil
            }
        }
        return milliseconds.map { .milliseconds($0) }
    }

    /// `512B`, `64KiB`, `64MiB` or `2GiB`, in bytes.
    package static func byteCount(_ text: String) -> Int64? {
        quantity(text) { unit in
            switch unit {
            case "B": 1
            case "KiB": 1 << 10
            case "MiB": 1 << 20
            case "GiB": 1 << 30
            default: nil
            }
        }
    }

    /// The shortest way to write a duration that `duration` reads back; cut to the millisecond.
    package static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        guard milliseconds == 0 else { return "\(seconds * 1000 + milliseconds)ms" }
        for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60)] as [(String, Int64)]
        where seconds != 0 && seconds % length == 0 {
            return "\(seconds / length)\(unit)"
        }
        return "\(seconds)s"
    }

    /// The shortest way to write a count of bytes that `byteCount` reads back.
    package static func text(byteCount: Int64) -> String {
        for (unit, size) in [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)]
            as [(String, Int64)]
        where byteCount != 0 && byteCount % size == 0 {
            return "\(byteCount / size)\(unit)"
        }
        return "\(byteCount)B"
    }

    /// A whole number directly followed by a unit, in that unit's size; nil on overflow.
    private static func quantity(_ text: String, size: (Substring) -> Int64?) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isWholeNumber }
        guard let count = integer(String(digits)), let size = size(text[digits.endIndex...])
        else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: size)
        return overflow ? nil : product
    }

    private static func isDecimal(_ text: Substring) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension Node {
    /// Whether nothing is said here: an empty plain scalar, `~` or `null`.
    package var isNull: Bool {
        guard case .scalar(let text, isPlain: true) = content else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(text)
    }

    /// The text of a scalar, as it was written; null is no text.
    package func string() throws(ScalarError) -> String {
        guard case .scalar(let text, _) = content, !isNull else { throw mismatch("a text") }
        return text
    }

    package func int() throws(ScalarError) -> Int64 {
        try plain("a whole number such as 8080", Notation.integer)
    }

    package func double() throws(ScalarError) -> Double {
        try plain("a number such as 2.5", Notation.number)
    }

    package func bool() throws(ScalarError) -> Bool {
        try plain("true or false", Notation.truth)
    }

    package func duration() throws(ScalarError) -> Duration {
        try written("a duration such as 250ms, 30s, 5m, 12h or 7d", Notation.duration)
    }

    /// A count of bytes.
    package func byteCount() throws(ScalarError) -> Int64 {
        try written("a size such as 512B, 64KiB, 64MiB or 2GiB", Notation.byteCount)
    }

    /// The error of a reader that asked for `expected` and found this node.
    package func mismatch(_ expected: String) -> ScalarError {
        let found =
            switch content {
            case .scalar where isNull: "nothing"
            case .scalar(let text, isPlain: true): "'\(excerpt(text))'"
            case .scalar(let text, isPlain: false): "the quoted text '\(excerpt(text))'"
            case .sequence: "a list"
            case .mapping: "a mapping"
            }
        return ScalarError(expected: expected, found: found, mark: mark)
    }

    private func plain<Value>(
        _ expected: String, _ read: (String) -> Value?
    ) throws(ScalarError) -> Value {
        guard case .scalar(let text, isPlain: true) = content, let value = read(text)
        else { throw mismatch(expected) }
        return value
    }

    private func written<Value>(
        _ expected: String, _ read: (String) -> Value?
    ) throws(ScalarError) -> Value {
        guard case .scalar(let text, _) = content, let value = read(text)
        else { throw mismatch(expected) }
        return value
    }

    /// The beginning of a text on one line, for an error message.
    private func excerpt(_ text: String) -> String {
        let line = text.prefix { !$0.isNewline }
        let beginning = line.prefix(40)
        return beginning.count < text.count ? beginning + "…" : String(beginning)
    }
}
