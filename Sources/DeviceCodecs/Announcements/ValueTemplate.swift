/// The templates with which an announcement says where in a message its value stands:
/// `{{ value_json.air.temperature }}`, `{{ value_json['DS18B20'].Temperature | round(1) }}`,
/// `{{ value }}`.
///
/// The language they are written in can compute anything. Read is the path of one value, and behind
/// it filters that do not change what it means: `round`, `float`, `int`, `default` and
/// `is_defined`. The value is taken as it was sent, neither rounded nor replaced by a default.
enum ValueTemplate {
    /// No device nests its values deeper.
    private static let longestPath = 8

    /// The members on the way to the value, empty for the whole message; nil for a template that
    /// says more than that.
    static func path(_ template: String) -> [String]? {
        var text = trimmed(template.utf8[...])
        guard text.count > 4, text.starts(with: "{{".utf8), text.suffix(2).elementsEqual("}}".utf8)
        else { return nil }
        text = trimmed(text.dropFirst(2).dropLast(2))
        let isJSON = take("value_json", from: &text)
        guard isJSON || take("value", from: &text) else { return nil }
        var path: [String] = []
        while isJSON, let step = text.first, step == UInt8(ascii: ".") || step == UInt8(ascii: "[")
        {
            guard let name = member(&text), path.count < longestPath else { return nil }
            path.append(name)
        }
        text = trimmed(text)
        while !text.isEmpty {
            guard take("|", from: &text), takeFilter(&text) else { return nil }
            text = trimmed(text)
        }
        return path
    }

    private typealias Text = Substring.UTF8View

    private static func trimmed(_ text: Text) -> Text {
        var text = text.drop { $0 <= 0x20 }
        while let last = text.last, last <= 0x20 { text.removeLast() }
        return text
    }

    private static func take(_ word: String, from text: inout Text) -> Bool {
        guard text.starts(with: word.utf8) else { return false }
        text = text.dropFirst(word.utf8.count)
        return true
    }

    /// `.name`, `['name']` or `["name"]`.
    private static func member(_ text: inout Text) -> String? {
        if take(".", from: &text) { return identifier(&text) }
        guard take("[", from: &text), let quote = text.first,
            quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
        else { return nil }
        text.removeFirst()
        let name = text.prefix { $0 != quote && $0 != UInt8(ascii: "\\") }
        text = text.dropFirst(name.count)
        guard !name.isEmpty, text.first == quote else { return nil }
        text.removeFirst()
        guard take("]", from: &text) else { return nil }
        return String(Substring(name))
    }

    private static func identifier(_ text: inout Text) -> String? {
        let name = text.prefix { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard let first = name.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first)
        else { return nil }
        text = text.dropFirst(name.count)
        return String(Substring(name))
    }

    private static func takeFilter(_ text: inout Text) -> Bool {
        text = trimmed(text)
        guard let name = identifier(&text),
            ["round", "float", "int", "default", "is_defined"].contains(name)
        else { return false }
        guard take("(", from: &text) else { return true }
        text = text.drop { $0 != UInt8(ascii: ")") && $0 != UInt8(ascii: "(") }
        return take(")", from: &text)
    }
}
