/// Why a text was refused, and where in it the cause stands.
package struct YAMLError: Error, Equatable, Sendable {
    package enum Reason: Equatable, Sendable {
        /// The text is longer than `Limits.bytes`; it was not looked at.
        case tooLong(limit: Int)
        /// Sequences and mappings lie deeper inside each other than `Limits.depth`.
        case tooDeep(limit: Int)
        /// The text holds more scalars, sequences and mappings than `Limits.nodes`.
        case tooManyNodes(limit: Int)
        /// The bytes are not UTF-8, or hold a character that YAML does not allow.
        case invalidCharacter(String)
        /// The text breaks YAML's grammar; what libyaml says about it.
        case syntax(String)
        case duplicateKey(String, first: Node.Mark)
        /// A mapping or a sequence stands where a key belongs.
        case keyIsNoScalar
        /// `&name`: a node to be repeated. Refused because repetition can grow without bound.
        case anchor(String)
        /// `*name`: the repetition of a node.
        case alias(String)
        /// `!name`: a type given by the text. Types come from who reads the text.
        case tag(String)
        case severalDocuments
        /// libyaml could not get the memory it asked for.
        case outOfMemory
    }

    package var reason: Reason
    package var mark: Node.Mark

    package init(_ reason: Reason, at mark: Node.Mark) {
        self.reason = reason
        self.mark = mark
    }

    /// One sentence for the person who wrote the text, without the place.
    package var message: String {
        switch reason {
        case .tooLong(let limit): "the text is longer than \(limit) bytes"
        case .tooDeep(let limit): "more than \(limit) levels lie inside each other"
        case .tooManyNodes(let limit): "the text holds more than \(limit) values"
        case .invalidCharacter(let problem): problem
        case .syntax(let problem): problem
        case .duplicateKey(let key, let first):
            "the key '\(key)' stands here again; it was first given in line \(first.line)"
        case .keyIsNoScalar: "a key has to be a plain word, not a list or a mapping"
        case .anchor(let name): "anchors (&\(name)) are not supported; write the value out"
        case .alias(let name): "aliases (*\(name)) are not supported; write the value out"
        case .tag(let name): "tags (\(name)) are not supported; remove it"
        case .severalDocuments: "a second document begins here; only one is allowed"
        case .outOfMemory: "there is not enough memory to read the text"
        }
    }
}

extension YAMLError: CustomStringConvertible {
    package var description: String { "\(mark.line):\(mark.column): \(message)" }
}
