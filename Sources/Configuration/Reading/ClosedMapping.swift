import Wire
import YAML

/// A mapping of a file, read key by key; a key that nobody asks for is refused at the start.
struct ClosedMapping {
    let file: String
    let mark: Node.Mark
    let entries: [Node.Entry]

    init(_ node: Node, of file: String, keys: [String]) throws(ConfigurationProblem) {
        guard case .mapping(let entries) = node.content else {
            throw ConfigurationProblem(
                at: .file(file, node.mark), node.mismatch("a mapping").message)
        }
        for entry in entries where !keys.contains(entry.key) {
            throw ConfigurationProblem(
                at: .file(file, entry.keyMark), "unknown key '\(entry.key)'",
                suggestion: nearestName(to: entry.key, among: keys))
        }
        self.file = file
        mark = node.mark
        self.entries = entries
    }

    subscript(key: String) -> Node? { entries.first { $0.key == key }?.value }

    func required(_ key: String) throws(ConfigurationProblem) -> Node {
        guard let node = self[key] else {
            throw ConfigurationProblem(at: .file(file, mark), "the key '\(key)' is missing")
        }
        return node
    }

    /// The value of a key, read by one of the notations of scalars.
    func value<Value>(
        _ key: String, _ read: (Node) throws(ScalarError) -> Value
    ) throws(ConfigurationProblem) -> Value {
        let node = try required(key)
        do throws(ScalarError) {
            return try read(node)
        } catch {
            throw ConfigurationProblem(at: .file(file, error.mark), error.message)
        }
    }

    func text(_ key: String) throws(ConfigurationProblem) -> String {
        let text = try value(key) { node throws(ScalarError) in try node.string() }
        guard !text.isEmpty else { throw problem(key, "expected a text, found nothing") }
        return text
    }

    func optionalText(_ key: String) throws(ConfigurationProblem) -> String? {
        self[key] == nil ? nil : try text(key)
    }

    func optionalNumber(_ key: String) throws(ConfigurationProblem) -> Double? {
        guard self[key] != nil else { return nil }
        return try value(key) { node throws(ScalarError) in try node.double() }
    }

    /// One of the words of a closed set.
    func word<Word>(
        _ key: String, among words: [Word], _ name: (Word) -> String
    ) throws(ConfigurationProblem) -> Word {
        let text = try text(key)
        if let word = words.first(where: { name($0) == text }) { return word }
        let choice = words.map { "'\(name($0))'" }.joined(separator: ", ")
        throw problem(key, "expected one of \(choice), found '\(text)'")
    }

    /// A problem with the value of a key.
    func problem(
        _ key: String, _ message: String, suggestion: String? = nil
    ) -> ConfigurationProblem {
        ConfigurationProblem(
            at: .file(file, self[key]?.mark ?? mark), message, suggestion: suggestion)
    }
}

// MARK: - Names and numbers

extension ClosedMapping {
    /// What can stand in records and in names of files.
    func label(_ key: String, example: String) throws(ConfigurationProblem) -> String {
        let label = try text(key)
        let isLabel = label.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        guard isLabel, label.utf8.count <= 64 else {
            throw problem(key, "expected letters, digits, '-', '_' and '.' such as \(example)")
        }
        return label
    }

    /// One of the words of a closed set, by their raw values.
    func word<Word: CaseIterable & RawRepresentable<String>>(
        _ key: String, as _: Word.Type = Word.self
    ) throws(ConfigurationProblem) -> Word {
        try word(key, among: Array(Word.allCases), \.rawValue)
    }

    func wholeNumber(
        _ key: String, in range: ClosedRange<Int>
    ) throws(ConfigurationProblem) -> Int {
        let number = try value(key) { node throws(ScalarError) in Int(clamping: try node.int()) }
        guard range.contains(number) else {
            throw problem(
                key, "is \(number), allowed is \(range.lowerBound)…\(range.upperBound)")
        }
        return number
    }

    /// A day such as `2026-11-21`.
    func day(_ key: String) throws(ConfigurationProblem) -> String {
        let day = try text(key)
        guard day.utf8.count == 10, RFC3339.parse(day + "T00:00:00Z") != nil else {
            throw problem(key, "expected a day such as \"2026-11-21\", found '\(day)'")
        }
        return day
    }
}

// MARK: - Lines of text

extension ClosedMapping {
    /// More than anybody reads in one piece.
    private static let lineBytes = 4096

    /// A text without control characters.
    func line(_ key: String) throws(ConfigurationProblem) -> String {
        try checked(try text(key), key)
    }

    func optionalLine(_ key: String) throws(ConfigurationProblem) -> String? {
        self[key] == nil ? nil : try line(key)
    }

    /// A list of such texts, each there once.
    func lines(_ key: String) throws(ConfigurationProblem) -> [String] {
        guard case .sequence(let nodes) = try required(key).content else {
            throw problem(key, "expected a list such as [a, b]")
        }
        var lines: [String] = []
        for node in nodes {
            let line: String
            do throws(ScalarError) {
                line = try node.string()
            } catch {
                throw ConfigurationProblem(at: .file(file, error.mark), error.message)
            }
            guard !lines.contains(line) else {
                throw ConfigurationProblem(at: .file(file, node.mark), "'\(line)' is there twice")
            }
            lines.append(try checked(line, key))
        }
        return lines
    }

    func optionalLines(_ key: String) throws(ConfigurationProblem) -> [String] {
        self[key] == nil ? [] : try lines(key)
    }

    private func checked(_ line: String, _ key: String) throws(ConfigurationProblem) -> String {
        guard !line.isEmpty, line.utf8.count <= Self.lineBytes else {
            throw problem(key, "expected a text of 1 to \(Self.lineBytes) bytes")
        }
        let isClean = line.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isClean else { throw problem(key, "a text here holds no line break") }
        return line
    }
}

// MARK: - Mappings inside

extension ClosedMapping {
    func mapping(
        _ key: String, keys: [String]
    ) throws(ConfigurationProblem) -> ClosedMapping {
        try ClosedMapping(try required(key), of: file, keys: keys)
    }

    func optionalMapping(
        _ key: String, keys: [String]
    ) throws(ConfigurationProblem) -> ClosedMapping? {
        self[key] == nil ? nil : try mapping(key, keys: keys)
    }

    /// The mappings of a list.
    func elements(
        _ key: String, keys: [String]
    ) throws(ConfigurationProblem) -> [ClosedMapping] {
        guard case .sequence(let nodes) = try required(key).content else {
            throw problem(key, "expected a list")
        }
        var elements: [ClosedMapping] = []
        for node in nodes { elements.append(try ClosedMapping(node, of: file, keys: keys)) }
        return elements
    }
}
