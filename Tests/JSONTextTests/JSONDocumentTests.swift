import JSONText
import Testing

/// A document that the test macros can take: they copy what they look at.
private final class Document {
    typealias Node = JSONDocument.Node
    private var document: JSONDocument

    init() throws { document = try JSONDocument() }

    func read(_ text: String) throws -> Node { try document.read(Array(text.utf8).span) }
    func member(_ name: String, of node: Node) -> Node? {
        document.member(Array(name.utf8).span, of: node)
    }
    func first(of node: Node) -> Node? { document.firstChild(of: node) }
    func sibling(of child: Node, in parent: Node) -> Node? {
        document.sibling(of: child, in: parent)
    }
    func integer(_ node: Node?) -> Int64? { document.integer(node) }
    func number(_ node: Node?) -> Double? { document.number(node) }
    func bool(_ node: Node?) -> Bool? { document.bool(node) }
    func isObject(_ node: Node) -> Bool { document.isObject(node) }
    func isArray(_ node: Node) -> Bool { document.isArray(node) }
    func isText(_ node: Node?, _ text: StaticString) -> Bool { document.isText(node, text) }
    func found(_ name: StaticString, of node: Node) -> Node? { document.member(name, of: node) }
}

@Suite("A document walked about in")
struct JSONDocumentTests {
    private let text =
        #"{"a":{"b":[1,2.5,{"c":"x\ny"}],"e":{},"f":[]},"t":true,"n":NaN,"z":null,"q":"end"}"#

    @Test("Members are found by name, at every depth")
    func members() throws {
        let document = try Document()
        let root = try document.read(text)
        let a = try #require(document.member("a", of: root))
        let b = try #require(document.member("b", of: a))
        #expect(document.isObject(a) && document.isArray(b))
        let first = try #require(document.first(of: b))
        #expect(document.integer(first) == 1)
        let second = try #require(document.sibling(of: first, in: b))
        #expect(document.number(second) == 2.5)
        let third = try #require(document.sibling(of: second, in: b))
        #expect(document.isText(document.found("c", of: third), "x\ny"))
        #expect(document.sibling(of: third, in: b) == nil)
        #expect(document.bool(document.member("t", of: root)) == true)
        #expect(document.number(document.member("n", of: root)) == nil)
        #expect(document.isText(document.member("q", of: root), "end"))
    }

    @Test("The members of an object can be walked, with their names")
    func walk() throws {
        var document = try JSONDocument()
        let root = try document.read(Array(text.utf8).span)
        var names: [String] = []
        var child = document.firstChild(of: root)
        while let node = child {
            let name = document.name(of: node)
            var bytes: [UInt8] = []
            for index in name.indices { bytes.append(name[index]) }
            names.append(String(decoding: bytes, as: UTF8.self))
            child = document.sibling(of: node, in: root)
        }
        #expect(names == ["a", "t", "n", "z", "q"])
    }

    @Test("What holds nothing has no child", arguments: ["e", "f"])
    func empty(name: String) throws {
        let document = try Document()
        let root = try document.read(text)
        let a = try #require(document.member("a", of: root))
        let container = try #require(document.member(name, of: a))
        #expect(document.first(of: container) == nil)
    }

    @Test("A name that occurs twice answers nothing: nobody knows which is meant")
    func duplicate() throws {
        let document = try Document()
        let root = try document.read(#"{"t":1,"u":2,"t":3}"#)
        #expect(document.member("t", of: root) == nil)
        #expect(document.integer(document.member("u", of: root)) == 2)
    }

    @Test("A text that is no JSON is refused, and the next one is read")
    func refusal() throws {
        let document = try Document()
        for broken in ["", "{", "[1,]", #"{"a" 1}"#, "[1] 2"] {
            #expect(throws: JSONSyntaxError.self) { try document.read(broken) }
        }
        let root = try document.read("[7]")
        #expect(document.integer(document.first(of: root)) == 7)
    }

    @Test("Deep and wide documents keep their shape")
    func shape() throws {
        let document = try Document()
        let deep = String(repeating: "[", count: 60) + "1" + String(repeating: "]", count: 60)
        var node = try document.read(deep)
        for _ in 0..<60 { node = try #require(document.first(of: node)) }
        #expect(document.integer(node) == 1)
        let wide = "[" + (0..<5000).map(String.init).joined(separator: ",") + "]"
        let root = try document.read(wide)
        var sum: Int64 = 0
        var child = document.first(of: root)
        while let element = child {
            sum += document.integer(element) ?? 0
            child = document.sibling(of: element, in: root)
        }
        #expect(sum == 4999 * 5000 / 2)
    }
}
