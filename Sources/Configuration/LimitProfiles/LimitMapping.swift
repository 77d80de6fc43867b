import Wire
import YAML

/// A mapping of a file of limits, read key by key; a key that nobody asks for is refused at the
/// start.
struct LimitMapping {
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
    func problem(_ key: String, _ message: String) -> ConfigurationProblem {
        ConfigurationProblem(at: .file(file, self[key]?.mark ?? mark), message)
    }
}
