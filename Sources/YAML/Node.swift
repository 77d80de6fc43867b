/// A YAML document as a tree, each node with the place where it stands.
package struct Node: Equatable, Sendable {
    /// Where a node begins in its file; line and column are counted from 1.
    package struct Mark: Equatable, Sendable {
        package var line: Int
        package var column: Int

        package init(line: Int, column: Int) {
            self.line = line
            self.column = column
        }
    }

    package enum Content: Equatable, Sendable {
        /// A scalar as it was written, without quotes. `isPlain` tells an unquoted one, the only
        /// kind that can mean a number, a boolean or null.
        case scalar(String, isPlain: Bool)
        case sequence([Node])
        /// Keys in the order in which they stand; a key appears once.
        case mapping([Entry])
    }

    package struct Entry: Equatable, Sendable {
        package var key: String
        package var keyMark: Mark
        package var value: Node

        package init(key: String, keyMark: Mark, value: Node) {
            self.key = key
            self.keyMark = keyMark
            self.value = value
        }
    }

    package var content: Content
    package var mark: Mark

    package init(_ content: Content, at mark: Mark) {
        self.content = content
        self.mark = mark
    }

    /// The value of the entry called `key`, or nil where this is no mapping or has none.
    package subscript(_ key: String) -> Node? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key == key }?.value
    }
}
