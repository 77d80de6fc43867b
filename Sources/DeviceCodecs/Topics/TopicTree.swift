import Wire

/// Topic patterns as a tree of levels, walked along a topic's bytes without allocating.
///
/// A level is found by its hash, so what a topic costs depends on its length and not on how many
/// patterns there are. Of several patterns that match, the one goes first that has a literal level
/// where the other has none, counted from the left; a rest goes last.
struct TopicTree: Sendable {
    private struct Node {
        /// The node behind a level that may be anything.
        var captureChild = none
        /// The pattern for one or more further levels, whatever they are.
        var restPattern = none
        /// The pattern that ends here.
        var pattern = none
    }

    private struct Edge {
        var parent: Int
        var child: Int
        /// Where the level's bytes stand in `literals`.
        var literal: Range<Int>
    }

    static let none = -1

    private var nodes = [Node()]
    private var edges: [Edge] = []
    private var literals: [UInt8] = []
    /// Indexes of `edges` by hash, open addressing; a power of two in length, at most half full.
    private var buckets = [Int](repeating: none, count: 4)

    /// Makes topics that match `pattern` lead to `number`. Where one of the same shape does so
    /// already nothing is changed, and its number is the answer.
    mutating func insert(_ pattern: TopicPattern, number: Int) -> Int? {
        var node = 0
        for level in pattern.levels {
            switch level {
            case .literal(let text): node = literalChild(of: node, adding: Array(text.utf8))
            case .capture: node = captureChild(adding: node)
            case .rest:
                guard nodes[node].restPattern == Self.none else { return nodes[node].restPattern }
                nodes[node].restPattern = number
                return nil
            }
        }
        guard nodes[node].pattern == Self.none else { return nodes[node].pattern }
        nodes[node].pattern = number
        return nil
    }

    /// The number of the pattern that `topic` matches, or nil.
    func pattern(of topic: Span<UInt8>) -> Int? {
        let found = pattern(of: topic, from: 0, at: 0)
        return found == Self.none ? nil : found
    }

    /// Each node is reached on one way only, so the walk ends; its depth is that of the deepest
    /// pattern.
    private func pattern(of topic: Span<UInt8>, from start: Int, at node: Int) -> Int {
        var end = start
        var hash = Self.hash(of: node)
        while end < topic.count, topic[end] != UInt8(ascii: "/") {
            Self.mix(topic[end], into: &hash)
            end += 1
        }
        let level = topic.extracting(start..<end)
        let literal = literalChild(of: node, hash: hash, level)
        let found = pattern(of: topic, behind: end, at: literal)
        guard found == Self.none else { return found }
        let captured = pattern(of: topic, behind: end, at: nodes[node].captureChild)
        return captured == Self.none ? nodes[node].restPattern : captured
    }

    /// Goes on with the level behind the slash at `end`, at the node that the level before led to.
    private func pattern(of topic: Span<UInt8>, behind end: Int, at child: Int) -> Int {
        if child == Self.none { return Self.none }
        if end == topic.count { return nodes[child].pattern }
        return pattern(of: topic, from: end + 1, at: child)
    }

    private func literalChild(of node: Int, hash: UInt64, _ level: Span<UInt8>) -> Int {
        var bucket = Int(truncatingIfNeeded: hash) & (buckets.count - 1)
        while buckets[bucket] != Self.none {
            let edge = edges[buckets[bucket]]
            if edge.parent == node,
                level.isEqual(to: literals.span.extracting(edge.literal))
            {
                return edge.child
            }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        return Self.none
    }

    // FNV-1a, begun with the node so that equal levels in different places differ.

    private static func hash(of node: Int) -> UInt64 {
        (0xCBF2_9CE4_8422_2325 ^ UInt64(truncatingIfNeeded: node)) &* 0x100_0000_01B3
    }

    private static func mix(_ byte: UInt8, into hash: inout UInt64) {
        hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    private static func hash(of node: Int, _ level: [UInt8]) -> UInt64 {
        var hash = hash(of: node)
        for byte in level { mix(byte, into: &hash) }
        return hash
    }
}

// Building, before the first topic.
extension TopicTree {
    private mutating func captureChild(adding node: Int) -> Int {
        if nodes[node].captureChild == Self.none {
            nodes[node].captureChild = nodes.count
            nodes.append(Node())
        }
        return nodes[node].captureChild
    }

    private mutating func literalChild(of node: Int, adding level: [UInt8]) -> Int {
        let known = literalChild(of: node, hash: Self.hash(of: node, level), level.span)
        guard known == Self.none else { return known }
        let start = literals.count
        literals.append(contentsOf: level)
        edges.append(Edge(parent: node, child: nodes.count, literal: start..<literals.count))
        nodes.append(Node())
        fillBuckets()
        return nodes.count - 1
    }

    private mutating func fillBuckets() {
        var count = buckets.count
        while count < edges.count * 2 { count *= 2 }
        buckets = Array(repeating: Self.none, count: count)
        for (index, edge) in edges.enumerated() {
            let hash = Self.hash(of: edge.parent, Array(literals[edge.literal]))
            var bucket = Int(truncatingIfNeeded: hash) & (count - 1)
            while buckets[bucket] != Self.none { bucket = (bucket + 1) & (count - 1) }
            buckets[bucket] = index
        }
    }
}
