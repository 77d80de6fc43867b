/// A text with places for a device's number and for words, such as `BAG-{n:4}`.
///
/// `{n}` is the number of a device in its fleet, counted from 1, `{n:4}` the same in at least four
/// digits and `{n:4x}` in at least four hexadecimal ones. Other words are for whoever fills them in.
package struct NamePattern: Equatable, Sendable {
    private enum Part: Equatable, Sendable {
        case text(String)
        case number(width: Int, isHexadecimal: Bool)
        case word(String)
    }

    private let parts: [Part]
    package let source: String

    /// Why a text is no pattern.
    package struct Fault: Error, Equatable {
        package var message: String
        package var suggestion: String?
    }

    private static let widest = 16

    package init(_ source: String, words: [String] = []) throws(Fault) {
        self.source = source
        var parts: [Part] = []
        var rest = source[...]
        while let open = rest.firstIndex(of: "{") {
            guard let close = rest[open...].firstIndex(of: "}") else {
                throw Fault(message: "'\(source)' opens a '{' that it does not close")
            }
            if open > rest.startIndex { parts.append(.text(String(rest[..<open]))) }
            let inside = String(rest[rest.index(after: open)..<close])
            parts.append(try Self.part(inside, words: words))
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty { parts.append(.text(String(rest))) }
        self.parts = parts
    }

    private static func part(_ inside: String, words: [String]) throws(Fault) -> Part {
        if inside == "n" { return .number(width: 1, isHexadecimal: false) }
        if inside.hasPrefix("n:") {
            let form = inside.dropFirst(2)
            let digits = form.hasSuffix("x") ? form.dropLast() : form
            if let width = Int(digits), (1...widest).contains(width) {
                return .number(width: width, isHexadecimal: form.hasSuffix("x"))
            }
        }
        if words.contains(inside) { return .word(inside) }
        let allowed = (["n", "n:4", "n:4x"] + words).map { "{\($0)}" }.joined(separator: ", ")
        throw Fault(message: "{\(inside)} stands for nothing here; there is \(allowed)")
    }

    /// Whether each device has a text of its own by it.
    package var tellsDevicesApart: Bool {
        parts.contains { if case .number = $0 { true } else { false } }
    }

    package func names(_ word: String) -> Bool { parts.contains(.word(word)) }

    /// The text of the device of that number.
    package func text(number: Int, words: [String: String] = [:]) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .text(let piece): text += piece
            case .word(let word): text += words[word] ?? ""
            case .number(let width, let isHexadecimal):
                let digits = String(number, radix: isHexadecimal ? 16 : 10, uppercase: true)
                text += String(repeating: "0", count: max(width - digits.count, 0)) + digits
            }
        }
        return text
    }
}
