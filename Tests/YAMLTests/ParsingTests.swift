import Testing
import YAML

private func parsed(_ text: String) throws -> Node? {
    try YAML.parse(Array(text.utf8))
}

/// The node without its places, in a short notation: plain `a`, quoted `"a"`, `[…]`, `{k: v}`.
private func shape(_ node: Node) -> String {
    switch node.content {
    case .scalar(let text, isPlain: true): text
    case .scalar(let text, isPlain: false): "\"\(text)\""
    case .sequence(let elements): "[" + elements.map(shape).joined(separator: ", ") + "]"
    case .mapping(let entries):
        "{" + entries.map { "\($0.key): \(shape($0.value))" }.joined(separator: ", ") + "}"
    }
}

@Suite("A YAML text becomes a tree")
struct ParsingTests {
    @Test(
        "Documents are read with their keys in order and their quoting kept",
        arguments: [
            ("a", "a"),
            ("'a'", "\"a\""),
            ("\"a\\u00e9\"", "\"aé\""),
            ("- 1\n- '1'\n", "[1, \"1\"]"),
            ("b: 1\na: {c: [x, y]}\n", "{b: 1, a: {c: [x, y]}}"),
            ("a:\nb: ~\n", "{a: , b: ~}"),
            ("a: |\n  one\n  two\n", "{a: \"one\ntwo\n\"}"),
            ("---\na: 1\n...\n", "{a: 1}"),
            ("\u{FEFF}a: 1\n", "{a: 1}"),
            ("a: 1\r\nb: 2\r\n", "{a: 1, b: 2}"),
            ("# only at the end\nä: ü # note\n", "{ä: ü}"),
        ])
    func documents(text: String, expected: String) throws {
        let node = try #require(try parsed(text))
        #expect(shape(node) == expected)
    }

    @Test(
        "A text without a document is no node", arguments: ["", "\n\n", "# comment\n", "\u{FEFF}"])
    func nothing(text: String) throws {
        #expect(try parsed(text) == nil)
    }

    @Test("Each node and each key knows its line and column, counted in characters from 1")
    func places() throws {
        let root = try #require(try parsed("# head\nmqtt:\n  hôst: [a, bc]\n"))
        let mqtt = try #require(root["mqtt"])
        guard case .mapping(let entries) = mqtt.content else {
            Issue.record("mqtt is no mapping")
            return
        }
        #expect(root.mark == Node.Mark(line: 2, column: 1))
        #expect(entries.first?.keyMark == Node.Mark(line: 3, column: 3))
        guard case .sequence(let elements)? = entries.first?.value.content else {
            Issue.record("hôst is no sequence")
            return
        }
        #expect(
            elements.map(\.mark) == [
                Node.Mark(line: 3, column: 10), Node.Mark(line: 3, column: 13),
            ]
        )
    }

    @Test(
        "What has more than one meaning, or none, is refused with its place",
        arguments: [
            (
                "a: 1\nb: 2\na: 3\n",
                YAMLError.Reason.duplicateKey("a", first: .init(line: 1, column: 1)), 3, 1
            ),
            ("a: {b: 1, 'b': 2}\n", .duplicateKey("b", first: .init(line: 1, column: 5)), 1, 11),
            ("a: &x 1\n", .anchor("x"), 1, 4),
            ("a: &x [1]\n", .anchor("x"), 1, 4),
            ("a: &x\n  b: 1\n", .anchor("x"), 1, 4),
            ("&k a: 1\n", .anchor("k"), 1, 1),
            ("a: *x\n", .alias("x"), 1, 4),
            ("*x : 1\n", .alias("x"), 1, 1),
            ("a: !!str 1\n", .tag("tag:yaml.org,2002:str"), 1, 4),
            ("a: !mine {b: 1}\n", .tag("!mine"), 1, 4),
            ("a: !!seq [1]\n", .tag("tag:yaml.org,2002:seq"), 1, 4),
            ("? [a, b]\n: 1\n", .keyIsNoScalar, 1, 3),
            ("? {a: b}\n: 1\n", .keyIsNoScalar, 1, 3),
            ("a: 1\n---\nb: 1\n", .severalDocuments, 2, 1),
            ("a: \"x\\0y\"\n", .invalidCharacter("a NUL character is not allowed"), 1, 4),
        ])
    func refused(text: String, reason: YAMLError.Reason, line: Int, column: Int) {
        #expect(throws: YAMLError(reason, at: .init(line: line, column: column))) {
            try parsed(text)
        }
    }

    @Test(
        "A broken text is a syntax error at the place where it breaks",
        arguments: [
            ("a: [1, 2\n", 2, 1), ("a: b: c\n", 1, 5), ("a: 1\n\tb: 2\n", 2, 1), ("a: 'x\n", 2, 1),
            ("}", 1, 1), ("a: @x", 1, 4), ("%YAML 9.9\n---\na: 1\n", 1, 1),
            ("a: \"\\ud800\"\n", 1, 7), ("a: 1\n  b: 2\n", 2, 4),
        ])
    func broken(text: String, line: Int, column: Int) {
        #expect {
            try parsed(text)
        } throws: { error in
            guard let error = error as? YAMLError, case .syntax(let problem) = error.reason
            else { return false }
            return !problem.isEmpty && error.mark == .init(line: line, column: column)
        }
    }

    @Test(
        "Bytes that are no YAML text are refused at their place",
        arguments: [
            ([0x61, 0x3A, 0x20, 0xFF], 1, 4),  // no lead byte
            ([0x61, 0x0A, 0x62, 0x00], 2, 2),  // NUL
            ([0xC3, 0x28], 1, 2),  // cut sequence
            ([0xC0, 0xAF], 1, 1),  // overlong
            ([0xED, 0xA0, 0x80], 1, 1),  // surrogate
            ([0xC3, 0xA9, 0x1B], 1, 2),  // control character behind a two-byte one
            ([0xFF, 0xFE, 0x61, 0x00], 1, 1),  // UTF-16
            ([0xE2, 0x82], 1, 1),  // ends within a character
        ] as [([UInt8], Int, Int)])
    func invalidBytes(bytes: [UInt8], line: Int, column: Int) {
        #expect {
            try YAML.parse(bytes)
        } throws: { error in
            guard let error = error as? YAMLError, case .invalidCharacter = error.reason
            else { return false }
            return error.mark == .init(line: line, column: column)
        }
    }
}

@Suite("A hostile YAML text costs no more than its limits")
struct LimitTests {
    @Test("64 levels are read, the 65th is refused", arguments: ["[", "{a: "])
    func depth(opening: String) throws {
        let closing = opening == "[" ? "]" : "}"
        func nested(_ levels: Int) -> String {
            String(repeating: opening, count: levels) + "x"
                + String(repeating: closing, count: levels)
        }
        #expect(try parsed(nested(64)) != nil)
        #expect {
            try parsed(nested(65))
        } throws: { ($0 as? YAMLError)?.reason == .tooDeep(limit: 64) }
        #expect(throws: YAMLError.self) { try parsed(String(repeating: opening, count: 200_000)) }
        #expect(throws: YAMLError.self) { try parsed(String(repeating: "- ", count: 200_000)) }
    }

    @Test("One byte above the limit is refused without being looked at")
    func length() throws {
        let scalar = String(repeating: "x", count: Limits.standard.bytes)
        #expect(try parsed(scalar)?.string() == scalar)
        #expect(throws: YAMLError(.tooLong(limit: 1 << 20), at: .init(line: 1, column: 1))) {
            try parsed(scalar + "x")
        }
    }

    @Test("More values than allowed are refused")
    func nodes() throws {
        let limits = Limits(bytes: 100, depth: 4, nodes: 3)
        #expect(try YAML.parse(Array("[a, b]".utf8), limits: limits) != nil)
        #expect(throws: YAMLError(.tooManyNodes(limit: 3), at: .init(line: 1, column: 8))) {
            try YAML.parse(Array("[a, b, c]".utf8), limits: limits)
        }
    }

    @Test("Every beginning of a text, and every byte of it changed, is read or refused")
    func mutations() {
        let text = Array("a: {b: [1, 'x', \"\\u00e9\"], ? c : |\n d}\ne: &x *x\nf: >-\n  é\n".utf8)
        for end in text.indices { _ = try? YAML.parse(Array(text[..<end])) }
        for place in text.indices {
            for byte in UInt8.min...UInt8.max {
                var changed = text
                changed[place] = byte
                do throws(YAMLError) {
                    _ = try YAML.parse(changed)
                } catch {
                    #expect(error.mark.line >= 1 && error.mark.column >= 1)
                    #expect(!error.message.isEmpty)
                }
            }
        }
    }
}
