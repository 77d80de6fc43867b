import CSimdJSON
import Wire

/// A whole JSON document, walked about in without copying: made once, read into again and again,
/// so that a message allocates nothing once the memory has grown to its size.
///
/// Every byte is checked. NaN and infinities as bare words, integers beyond 64 bits and a leading
/// byte order mark are accepted, as for `FieldExtractor`.
@safe
package struct JSONDocument: ~Copyable {
    /// A value of the document; means nothing in the document that is read next.
    package struct Node: Equatable, Sendable {
        fileprivate var index: UInt32
    }

    private let reader: Reader
    private var nodes: UnsafePointer<sjson_node>?
    private var count = 0

    package init(limits: JSONLimits = .standard) throws(JSONSyntaxError) {
        reader = try Reader(limits: limits)
        unsafe nodes = nil
    }

    /// Reads a document in the place of the one before, and answers its root.
    package mutating func read(_ text: Span<UInt8>) throws(JSONSyntaxError) -> Node {
        let status = unsafe text.withUnsafeBufferPointer { bytes in
            unsafe sjson_read_nodes(
                reader.handle, bytes.baseAddress, bytes.count, &nodes, &count)
        }
        guard status == SJSON_OK, count > 0 else {
            count = 0
            throw reader.error(status)
        }
        return Node(index: 0)
    }

    private func raw(_ index: UInt32) -> sjson_node {
        guard let nodes = unsafe nodes, Int(index) < count else { return sjson_node() }
        return unsafe nodes[Int(index)]
    }

    /// What the node is. A container's own kind is told by `isObject` and `isArray`.
    package subscript(node: Node) -> FieldValue {
        FieldValue(raw(node.index).value)
    }

    package func isObject(_ node: Node) -> Bool { raw(node.index).kind == SJSON_TOKEN_OBJECT }

    package func isArray(_ node: Node) -> Bool { raw(node.index).kind == SJSON_TOKEN_ARRAY }

    /// The bytes of a text, without quotes and escapes; empty for what is no text.
    @_lifetime(borrow self)
    package func text(_ node: Node) -> Span<UInt8> {
        bytes(raw(node.index).value)
    }

    @_lifetime(borrow self)
    private func bytes(_ slot: sjson_slot) -> Span<UInt8> {
        let bytes = unsafe reader.text(slot.kind == SJSON_STRING ? slot : sjson_slot())
        return unsafe _overrideLifetime(bytes.span, borrowing: self)
    }

    /// The value of an object's member; nil where there is none, where the node is no object, and
    /// where the name occurs twice: nobody knows which is meant.
    package func member(_ name: StaticString, of node: Node) -> Node? {
        // A literal lives as long as the process.
        let wanted = unsafe UnsafeBufferPointer(
            start: name.utf8Start, count: name.utf8CodeUnitCount)
        return unsafe member(wanted.span, of: node)
    }

    /// `member` for a name that is known only while running.
    package func member(_ name: Span<UInt8>, of node: Node) -> Node? {
        let object = raw(node.index)
        guard object.kind == SJSON_TOKEN_OBJECT else { return nil }
        var found: Node?
        var index = node.index + 1
        while index < object.next {
            let member = raw(index)
            if Int(member.value.length) == name.count, bytes(member.value).isEqual(to: name) {
                guard found == nil else { return nil }
                found = Node(index: index + 1)
            }
            guard member.next > index else { return nil }
            index = member.next
        }
        return found
    }

    /// The first element of an array, or the value of an object's first member.
    package func firstChild(of node: Node) -> Node? {
        let container = raw(node.index)
        guard container.kind != SJSON_TOKEN_VALUE, container.next > node.index + 1 else {
            return nil
        }
        return Node(index: node.index + (container.kind == SJSON_TOKEN_OBJECT ? 2 : 1))
    }

    /// The value behind `child` in the container `parent`.
    package func sibling(of child: Node, in parent: Node) -> Node? {
        let container = raw(parent.index)
        let next = raw(child.index).next
        guard next > child.index, next < container.next else { return nil }
        return Node(index: next + (container.kind == SJSON_TOKEN_OBJECT ? 1 : 0))
    }

    /// The name of an object's member, given its value; empty for an element of an array.
    @_lifetime(borrow self)
    package func name(of child: Node) -> Span<UInt8> {
        guard child.index > 0 else { return bytes(sjson_slot()) }
        let name = raw(child.index - 1)
        return bytes(name.kind == SJSON_TOKEN_NAME ? name.value : sjson_slot())
    }
}

extension JSONDocument {
    /// A finite number that is written as one; nil for anything else.
    package func number(_ node: Node?) -> Double? {
        guard let node else { return nil }
        switch self[node] {
        case .integer(let whole): return Double(whole)
        case .number(let value): return value
        default: return nil
        }
    }

    /// A whole number of 64 bits that is written as one; nil for anything else.
    package func integer(_ node: Node?) -> Int64? {
        guard let node, case .integer(let whole) = self[node] else { return nil }
        return whole
    }

    package func bool(_ node: Node?) -> Bool? {
        guard let node, case .bool(let value) = self[node] else { return nil }
        return value
    }

    package func isText(_ node: Node) -> Bool { self[node] == .text }

    /// Whether the node is exactly this text.
    package func isText(_ node: Node?, _ text: StaticString) -> Bool {
        guard let node, isText(node) else { return false }
        return self.text(node).isEqual(to: text)
    }
}
