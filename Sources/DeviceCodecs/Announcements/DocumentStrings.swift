import JSONText

/// Texts of documents that are rare, as `String`.
extension JSONDocument {
    /// Nil for what is no text.
    func string(_ node: Node?) -> String? {
        guard let node, isText(node) else { return nil }
        return String(decoding: text(node))
    }

    /// A text, or the texts of an array; others in it are left out.
    func strings(_ node: Node) -> [String] {
        if let one = string(node) { return [one] }
        guard isArray(node) else { return [] }
        var texts: [String] = []
        var child = firstChild(of: node)
        while let element = child {
            if let text = string(element) { texts.append(text) }
            child = sibling(of: element, in: node)
        }
        return texts
    }
}

extension String {
    init(decoding bytes: Span<UInt8>) {
        self = unsafe bytes.withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }
}

extension Span where Element == UInt8 {
    /// The levels of a topic.
    var levels: [String] {
        var levels: [String] = []
        var start = 0
        while start <= count {
            let end = endOfLevel(from: start)
            levels.append(String(decoding: extracting(start..<end)))
            start = end + 1
        }
        return levels
    }
}
