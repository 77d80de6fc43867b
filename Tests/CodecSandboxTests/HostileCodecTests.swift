import CodecMessages
import CodecSandbox
import System
import Testing

@Suite("Codecs that mean ill", .serialized)
struct HostileCodecTests {
    /// A codec that does well on port 1, and what stands here on port 2.
    private static func codec(_ deed: String) -> String {
        "function Decoder(bytes, port) { if (port === 2) { \(deed) } return { ok: 1 }; }"
    }

    private static let good = Answer.data(#"{"ok":1}"#)

    /// Makes a good call, the bad one, and a good one of it and of another codec.
    private func answer(
        to deed: String, _ change: (inout CodecSandboxSettings) -> Void = { _ in },
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> (Answer, CodecCounters) {
        let sandbox = try Sandbox(Self.codec(deed), change, sourceLocation: sourceLocation)
        try sandbox.load(2, Self.codec(""), sourceLocation: sourceLocation)
        sandbox.begin(1, port: 1)
        sandbox.begin(2, port: 1)
        sandbox.begin(1, port: 2)
        sandbox.begin(2, port: 1)
        sandbox.begin(1, port: 1)
        let answers = sandbox.finish()
        try #require(answers.count == 5, sourceLocation: sourceLocation)
        for number in [0, 1, 3, 4] {
            #expect(answers[number] == Self.good, "\(number)", sourceLocation: sourceLocation)
        }
        return (answers[2], sandbox.process.counters)
    }

    @Test(
        "B-8: a loop without end costs the one call, wherever it hides",
        arguments: [
            "while (true);",
            "for (;;) { try { for (;;); } catch (e) {} finally { continue; } }",
            "return { get a() { while (true); } };",
            "return { toJSON() { while (true); } };",
            "throw { toString() { while (true); } };",
            "return new Proxy({}, { ownKeys() { while (true); } });",
            "Array.prototype[Symbol.iterator] = null; for (var i = 0; ; i++) { i % 2; }",
            "eval('while (true);');",
        ])
    func endlessLoop(_ deed: String) throws {
        let (bad, counters) = try answer(to: deed)
        #expect(bad == .failed(.timedOut))
        #expect(counters.deaths == 0)
    }

    @Test(
        "B-8: work that the engine cannot interrupt costs the call and the program, which comes back",
        arguments: [
            "(async function () { for (;;) await 0; })();",
            "var done = Promise.resolve(); (function again() { done.then(again); })();",
        ])
    func uninterruptible(_ deed: String) throws {
        let (bad, counters) = try answer(to: deed) { $0.stallLimit = 1_500_000_000 }
        #expect(bad == .failed(.timedOut))
        #expect(counters.deaths == 1)
        #expect(counters.starts == 2)
    }

    @Test("B-8: a recursion without end is an exception like another")
    func recursion() throws {
        let (bad, counters) = try answer(to: "(function deep() { return deep() + 1; })();")
        #expect(bad == .failed(.threw("RangeError: Maximum call stack size exceeded.")))
        #expect(counters.deaths == 0)
    }

    @Test(
        "B-8: taking memory without end costs the one call",
        arguments: [
            "var all = []; while (true) all.push(new Uint8Array(1 << 20).fill(1));",
            "var text = 'x'; while (true) text += text;",
            "var all = []; while (true) all.push(new Array(10000).fill(all.length));",
            "return { text: 'x'.repeat(2 ** 30) };",
            "new Array(2 ** 27).fill(1.5).join('abcdefgh');",
            "JSON.stringify(new Array(2 ** 25).fill({ a: 'bbbbbbbbbbbbbbbb' }));",
        ])
    func memory(_ deed: String) throws {
        let (bad, counters) = try answer(to: deed) { $0.timeLimitMilliseconds = 2_000 }
        switch bad {
        case .failed(.outOfMemory): break
        // Where one step of the engine takes more than there is, the engine ends itself.
        case .failed(.crashed): #expect(counters.deaths == 1)
        case .failed(.timedOut): break
        default: Issue.record("\(bad)")
        }
    }

    /// What is thrown or answered on port 2, and what becomes of it.
    static let oddities: [(String, CodecFailure)] = [
        ("throw null;", .threw("null")),
        ("throw undefined;", .threw("undefined")),
        ("throw new Error('no frame');", .threw("Error: no frame")),
        ("throw { get message() { throw 1; } };", .threw("[object Object]")),
        ("throw { toString() { throw 1; } };", .threw("an exception that has no text")),
        ("throw Symbol('s');", .threw("an exception that has no text")),
        (
            "throw 'e'.repeat(1000000);",
            .threw(String(repeating: "e", count: CodecBounds.remarkLength))
        ),
        ("return { get a() { throw new Error('getter'); } };", .threw("Error: getter")),
        ("return undefined;", .notAnObject), ("return null;", .notAnObject),
        ("return 12;", .notAnObject), ("return '{\"a\":1}';", .notAnObject),
        ("return function () {};", .notAnObject), ("return new Date(0);", .notAnObject),
        ("return { toJSON() { return 5; } };", .notAnObject),
        ("return { toJSON() { return undefined; } };", .notAnObject),
        ("return { toJSON() { return '{}'; } };", .notAnObject),
        ("return { text: 'x'.repeat(300000) };", .tooLarge),
        ("return { text: '\\u20ac'.repeat(100000) };", .tooLarge),
        ("undefinedFunction();", .threw("ReferenceError: Can't find variable: undefinedFunction")),
    ]

    @Test(
        "B-8: whatever a codec throws or answers, it has a typed failure",
        arguments: oddities.indices)
    func oddity(_ index: Int) throws {
        let (deed, failure) = Self.oddities[index]
        let (bad, counters) = try answer(to: deed)
        #expect(bad == .failed(failure))
        #expect(counters.deaths == 0)
    }

    @Test(
        "a result with a cycle, a number too large for JSON, or a proxy that lies throws",
        arguments: [
            "var a = {}; a.a = a; return a;",
            "return { big: 12345678901234567890n };",
            "return new Proxy({}, { get() { throw 1; }, ownKeys() { throw 2; } });",
            "var a = []; for (var i = 0; i < 100000; i++) a = [a]; return a;",
        ])
    func unwritable(_ deed: String) throws {
        let (bad, counters) = try answer(to: deed)
        switch bad {
        case .failed(.threw): break
        // Looking for cycles costs the more the deeper it gets.
        case .failed(.timedOut): break
        default: Issue.record("\(bad)")
        }
        #expect(counters.deaths == 0)
    }

    @Test("warnings and errors that lie about themselves end in a failure or a bounded list")
    func lyingRemarks() throws {
        let sandbox = try Sandbox(
            """
            function decodeUplink(input) {
                var lie = new Proxy([], { get(t, name) {
                    return name === "length" ? 1e9 : name === Symbol.toPrimitive ? undefined : "w"; } });
                if (input.fPort === 1) return { data: {}, warnings: lie };
                if (input.fPort === 2) return { errors: lie };
                if (input.fPort === 3) return { errors: [{ toString() { throw 1; }, toJSON() { throw 2; } }] };
                if (input.fPort === 4) return { get errors() { while (true); } };
                return new Proxy({}, { get(t, name) { return name; } });
            }
            """)
        let many = [String](repeating: "w", count: CodecBounds.remarks)
        #expect(sandbox.decode(port: 1) == .data("{}", many))
        #expect(sandbox.decode(port: 2) == .errors(many))
        #expect(sandbox.decode(port: 3) == .failed(.threw("2")))
        #expect(sandbox.decode(port: 4) == .failed(.timedOut))
        #expect(sandbox.decode(port: 5) == .errors(["errors"]))
    }

    @Test(
        "there is nothing in a codec's world that reaches out of it",
        arguments: [
            "require", "process", "WebAssembly", "SharedArrayBuffer", "Atomics", "fetch",
            "XMLHttpRequest", "WebSocket", "Worker", "setTimeout", "load", "read", "readFile",
            "print", "quit", "Deno", "Bun", "$vm", "$262", "WeakRef", "FinalizationRegistry",
            "imports", "java", "window", "module.require", "globalThis.constructor.prototype.open",
        ])
    func nothingOutside(_ name: String) throws {
        let (answer, _) = try answer(to: "return { type: typeof \(name) };")
        #expect(answer == .data(#"{"type":"undefined"}"#))
    }

    @Test("import() finds nothing, and what it promises never comes")
    func importing() throws {
        let (answer, counters) = try answer(
            to: """
                var seen = []; import('/etc/passwd').then((m) => seen.push(m), (e) => seen.push(e));
                return { seen: seen };
                """)
        #expect(answer == .data(#"{"seen":[]}"#))
        #expect(counters.deaths == 0)
    }

    @Test(
        "a source that is no codec is refused when it is loaded, with the reason",
        arguments: [
            ("function (", "SyntaxError"),
            ("}); globalThis.out = 1; (function () {", "SyntaxError"),
            ("export function decodeUplink() {}", "SyntaxError"),
        ])
    func notCompiled(_ source: String, _ word: String) {
        let loading = Sandbox().process.load(codec: 1, source: Array(source.utf8))
        guard case .refused(.notCompiled(let text)) = loading else {
            Issue.record("\(loading)")
            return
        }
        #expect(text.hasPrefix(word))
    }

    @Test("a source that fails before it is called is refused, and the program lives on")
    func badSources() throws {
        let sandbox = Sandbox()
        func load(_ source: String) -> CodecProcess.Loading {
            sandbox.process.load(codec: 1, source: Array(source.utf8))
        }
        #expect(load("") == .refused(.noSuchFunction))
        #expect(load("var decodeUplink = 5, driver = null;") == .refused(.noSuchFunction))
        #expect(load("throw new Error('early');") == .refused(.threw("Error: early")))
        #expect(load("while (true);") == .refused(.timedOut))
        #expect(
            load(String(repeating: " ", count: CodecBounds.source + 1)) == .refused(.tooLarge))
        #expect(load("\u{0}\u{1}") != .compiled(.decoder))
        #expect(sandbox.decode() == .failed(.notLoaded))
        #expect(load("function Decoder() { return { ok: 1 }; }") == .compiled(.decoder))
        #expect(sandbox.decode() == Self.good)
        #expect(sandbox.process.counters.deaths == 0)
    }

    @Test("a frame longer than any is refused before it is sent")
    func longFrame() throws {
        let sandbox = try Sandbox("function Decoder(bytes) { return { n: bytes.length }; }")
        #expect(
            sandbox.decode(1, [UInt8](repeating: 0, count: CodecBounds.payload))
                == .data("{\"n\":\(CodecBounds.payload)}"))
        #expect(
            sandbox.decode(1, [UInt8](repeating: 0, count: CodecBounds.payload + 1))
                == .failed(.tooLarge))
    }
}
