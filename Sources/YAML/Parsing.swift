/// How much of a text is accepted. Whoever wrote it, reading it costs no more than this.
package struct Limits: Equatable, Sendable {
    package var bytes: Int
    /// How many sequences and mappings may lie inside each other.
    package var depth: Int
    /// How many scalars, sequences and mappings there may be, keys not counted.
    package var nodes: Int

    /// 1 MiB, 64 levels, 100,000 nodes: far above what a configuration or a device profile needs,
    /// and a few tens of megabytes of memory at worst.
    package static let standard = Limits(bytes: 1 << 20, depth: 64, nodes: 100_000)

    package init(bytes: Int, depth: Int, nodes: Int) {
        self.bytes = bytes
        self.depth = depth
        self.nodes = nodes
    }
}

/// Reads one YAML document in UTF-8 as a tree; nil where the text holds no document.
///
/// Only the part of YAML that has one meaning is accepted: duplicate keys, keys that are no
/// scalars, anchors, aliases, tags and further documents are errors.
package func parse(
    _ bytes: [UInt8], limits: Limits = .standard
) throws(YAMLError) -> Node? {
    guard bytes.count <= limits.bytes else {
        throw YAMLError(.tooLong(limit: limits.bytes), at: .start)
    }
    var composer = Composer(events: try EventReader(bytes), limits: limits)
    return try composer.document()
}

/// Builds the tree from the events of a text.
private struct Composer {
    let events: EventReader
    let limits: Limits
    var nodes = 0

    mutating func document() throws(YAMLError) -> Node? {
        var root: Node?
        while true {
            let event = try events.next()
            switch event.content {
            case .streamEnd: return root
            case .documentStart where root != nil:
                throw YAMLError(.severalDocuments, at: event.mark)
            case .scalar, .sequenceStart, .mappingStart:
                root = try node(from: event, depth: 0)
            default: continue
            }
        }
    }

    /// The node that begins with `event`. The depth of the recursion is bounded by `limits.depth`.
    private mutating func node(from event: Event, depth: Int) throws(YAMLError) -> Node {
        nodes += 1
        guard nodes <= limits.nodes else {
            throw YAMLError(.tooManyNodes(limit: limits.nodes), at: event.mark)
        }
        if case .scalar(let text, let isPlain) = event.content {
            return Node(.scalar(text, isPlain: isPlain), at: event.mark)
        }
        guard depth < limits.depth else {
            throw YAMLError(.tooDeep(limit: limits.depth), at: event.mark)
        }
        if case .mappingStart = event.content {
            return Node(.mapping(try entries(depth: depth + 1)), at: event.mark)
        }
        return Node(.sequence(try elements(depth: depth + 1)), at: event.mark)
    }

    private mutating func elements(depth: Int) throws(YAMLError) -> [Node] {
        var elements: [Node] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event.content { return elements }
            elements.append(try node(from: event, depth: depth))
        }
    }

    private mutating func entries(depth: Int) throws(YAMLError) -> [Node.Entry] {
        var entries: [Node.Entry] = []
        var places: [String: Node.Mark] = [:]
        while true {
            let event = try events.next()
            if case .mappingEnd = event.content { return entries }
            guard case .scalar(let key, _) = event.content else {
                throw YAMLError(.keyIsNoScalar, at: event.mark)
            }
            if let first = places.updateValue(event.mark, forKey: key) {
                throw YAMLError(.duplicateKey(key, first: first), at: event.mark)
            }
            let value = try node(from: try events.next(), depth: depth)
            entries.append(Node.Entry(key: key, keyMark: event.mark, value: value))
        }
    }
}
