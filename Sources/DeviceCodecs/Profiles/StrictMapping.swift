import Wire
import YAML

/// A mapping of a profile, read key by key; a key that nobody asks for is refused at the start.
struct StrictMapping {
    let file: String
    let mark: Node.Mark
    private let entries: [Node.Entry]

    /// Refuses what is no mapping, and keys that are neither among `keys` nor, where that is asked
    /// for, the names of targets.
    init(
        _ node: Node, of file: String, keys: [String], orTargets takesTargets: Bool = false
    ) throws(ProfileError) {
        guard case .mapping(let entries) = node.content else {
            let words = node.mismatch("a mapping").message
            throw ProfileError(file: file, mark: node.mark, .value(words))
        }
        for entry in entries where !keys.contains(entry.key) {
            if takesTargets, FieldTarget(name: entry.key) != nil { continue }
            let nearest = nearestName(
                to: entry.key, among: keys + (takesTargets ? FieldTarget.usualNames : []))
            throw ProfileError(
                file: file, mark: entry.keyMark, .unknownKey(entry.key, nearest: nearest))
        }
        self.file = file
        mark = node.mark
        self.entries = entries
    }

    /// The entries in their order.
    var keys: [(name: String, mark: Node.Mark, value: Node)] {
        entries.map { ($0.key, $0.keyMark, $0.value) }
    }

    func node(_ key: String) -> Node? {
        entries.first { $0.key == key }?.value
    }

    func required(_ key: String) throws(ProfileError) -> Node {
        guard let node = node(key) else {
            throw ProfileError(file: file, mark: mark, .missingKey(key))
        }
        return node
    }

    /// The value of a key, read by one of the notations of scalars; nil where the key is absent.
    func value<Value>(
        _ key: String, _ read: (Node) throws(ScalarError) -> Value
    ) throws(ProfileError) -> Value? {
        guard let node = node(key) else { return nil }
        return try scalar(node, read)
    }

    func required<Value>(
        _ key: String, _ read: (Node) throws(ScalarError) -> Value
    ) throws(ProfileError) -> Value {
        try scalar(try required(key), read)
    }

    func scalar<Value>(
        _ node: Node, _ read: (Node) throws(ScalarError) -> Value
    ) throws(ProfileError) -> Value {
        do {
            return try read(node)
        } catch {
            throw ProfileError(file: file, mark: error.mark, .value(error.message))
        }
    }

    /// One of the words of a closed set.
    func word<Word>(
        _ node: Node, among words: [Word], name: (Word) -> String
    ) throws(ProfileError) -> Word {
        let text = try scalar(node) { node throws(ScalarError) in try node.string() }
        if let word = words.first(where: { name($0) == text }) { return word }
        let choice = words.map { "'\(name($0))'" }.joined(separator: ", ")
        throw refusal(node, node.mismatch("one of \(choice)").message)
    }

    func list(_ node: Node) throws(ProfileError) -> [Node] {
        guard case .sequence(let nodes) = node.content else {
            throw refusal(node, node.mismatch("a list").message)
        }
        return nodes
    }

    func refusal(_ node: Node, _ words: String) -> ProfileError {
        ProfileError(file: file, mark: node.mark, .value(words))
    }
}
