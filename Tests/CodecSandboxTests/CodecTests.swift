import CodecMessages
import CodecSandbox
import Testing

@Suite("Codecs that mean well")
struct CodecTests {
    /// All say the bytes and the port.
    static let signatures: [(CodecSignature, String)] = [
        (
            .decodeUplink,
            "function decodeUplink(input) { return { data: { b: input.bytes, p: input.fPort } }; }"
        ),
        (
            .decodeUplink,
            "const decodeUplink = ({bytes, fPort}) => ({ data: { b: bytes, p: fPort } });"
        ),
        (
            .decodeUplink,
            """
            "use strict"; function Decoder() { return {}; }
            let decodeUplink = function (i) { return { data: { b: i.bytes, p: i.fPort } }; } // end
            """
        ),
        (.decode, "function Decode(fPort, bytes, variables) { return { b: bytes, p: fPort }; }"),
        (
            .decode,
            """
            function Decode(fPort, bytes) { return { b: bytes, p: fPort }; }
            function Decoder(bytes, port) { return {}; }
            """
        ),
        (.decoder, "function Decoder(bytes, port) { return { b: bytes, p: port }; }"),
        (
            .driverCodec,
            """
            var driver = { codec: { key: 1, decodeUplink: function (i) {
                return { data: { b: i.bytes, p: i.fPort + this.key - 1 } }; } } };
            """
        ),
        (.exports, "exports.decodeUplink = (i) => ({ data: { b: i.bytes, p: i.fPort } });"),
        (
            .exports,
            "module.exports = { decodeUplink(i) { return { data: { b: i.bytes, p: i.fPort } }; } };"
        ),
    ]

    @Test(
        "B-3: each signature that codecs have is found, in the order of the specification",
        arguments: signatures.indices)
    func signature(_ index: Int) throws {
        let (signature, source) = Self.signatures[index]
        let sandbox = Sandbox()
        #expect(sandbox.process.load(codec: 1, source: Array(source.utf8)) == .compiled(signature))
        #expect(sandbox.decode(port: 85, [0, 127, 255]) == .data(#"{"b":[0,127,255],"p":85}"#))
    }

    @Test("B-3: ten thousand calls in one batch are answered each, in order")
    func order() throws {
        let sandbox = try Sandbox(
            "function Decoder(bytes, port) { return { n: bytes[0] * 256 + bytes[1] }; }")
        for number in 0..<10_000 { sandbox.begin(1, [UInt8(number >> 8), UInt8(number & 255)]) }
        let answers = sandbox.finish()
        #expect(answers == (0..<10_000).map { .data("{\"n\":\($0)}") })
        #expect(sandbox.process.counters.data == 10_000)
        #expect(sandbox.process.counters.starts == 1)
    }

    @Test("long answers of many calls pass while calls are still being sent")
    func fullBuffers() throws {
        let sandbox = try Sandbox(
            "function Decoder(bytes) { return { text: 'x'.repeat(20000), n: bytes[0] }; }")
        let frame = [UInt8](repeating: 7, count: 4_000)
        for _ in 0..<500 { sandbox.begin(1, frame) }
        let answers = sandbox.finish()
        #expect(answers.count == 500)
        #expect(answers.allSatisfy { $0.json?.utf8.count == 20_017 })
    }

    @Test("B-3: what a codec does to its bytes or leaves in its variables is gone in the next call")
    func freshness() throws {
        let sandbox = try Sandbox(
            """
            var decoded = {}, calls = 0;
            function Decoder(bytes, port) {
                calls++;
                forgotten = typeof forgotten === "undefined" ? 1 : forgotten + 1;
                decoded[port] = bytes.shift();
                bytes.length = 0;
                exports.last = port;
                return { decoded: decoded, calls: calls, forgotten: forgotten };
            }
            """)
        for port in UInt8(1)...3 { sandbox.begin(port: port, [port * 10, 1]) }
        #expect(
            sandbox.finish()
                == (1...3).map {
                    .data("{\"decoded\":{\"\($0)\":\($0 * 10)},\"calls\":1,\"forgotten\":1}")
                })
    }

    @Test("B-3: the globals of one codec are not seen by another")
    func separation() throws {
        let sandbox = try Sandbox(
            """
            globalThis.shared = 1; Array.prototype.shared = 1; JSON.stringify = () => "[]";
            function Decoder() { return { a: 1 }; }
            """)
        try sandbox.load(
            2, "function Decoder() { return { g: typeof shared, a: typeof [].shared }; }")
        #expect(sandbox.decode(1) == .data(#"{"a":1}"#))
        #expect(sandbox.decode(2) == .data(#"{"g":"undefined","a":"undefined"}"#))
    }

    @Test("B-3: the clock stands at the receive time, in UTC, and chance repeats itself")
    func clock() throws {
        let sandbox = try Sandbox(
            """
            function decodeUplink(input) {
                var start = Date.now();
                for (var i = 0; i < 20000; i++) {}
                class Later extends Date {}
                return { data: {
                    now: Date.now(), still: Date.now() === start, made: new Date().getTime(),
                    later: new Later().getTime(), received: input.recvTime.getTime(),
                    isDate: input.recvTime instanceof Date && new Date() instanceof Date,
                    zone: new Date().getTimezoneOffset(), text: Date(), hour: new Date().getHours(),
                    local: new Date(2020, 0, 2, 3).toISOString(), utc: Date.UTC(2020, 0, 1),
                    one: new Date(5).getTime(), same: Math.random() === chance } };
            }
            var chance = Math.random();
            """)
        let expected = """
            {"now":1700000000123,"still":true,"made":1700000000123,"later":1700000000123,\
            "received":1700000000123,"isDate":true,"zone":0,\
            "text":"Tue Nov 14 2023 22:13:20 GMT+0000 (Coordinated Universal Time)","hour":22,\
            "local":"2020-01-02T03:00:00.000Z","utc":1577836800000,"one":5,"same":false}
            """
        #expect(sandbox.decode() == .data(expected))
        #expect(sandbox.decode() == .data(expected))
        try sandbox.load(2, "function Decoder() { return { r: Math.random() }; }")
        let first = sandbox.decode(2)
        #expect(first?.json != nil)
        #expect(sandbox.decode(2) == first)
    }

    @Test(
        "B-3: an object with neither data nor warnings nor errors is the bare data of old drivers")
    func bareData() throws {
        let sandbox = try Sandbox(
            """
            function decodeUplink(input) {
                switch (input.fPort) {
                case 1: return { temperature: 4.2 };
                case 2: return { warnings: [], temperature: 4.2 };
                case 3: return { data: null };
                }
            }
            """)
        #expect(sandbox.decode(port: 1) == .data(#"{"temperature":4.2}"#))
        #expect(sandbox.decode(port: 2) == .failed(.notAnObject))
        #expect(sandbox.decode(port: 3) == .failed(.notAnObject))
    }

    @Test("warnings stand beside the data, errors instead of it, in whatever shape they come")
    func remarks() throws {
        let sandbox = try Sandbox(
            """
            function decodeUplink(input) {
                switch (input.fPort) {
                case 1: return { data: { a: 1 }, warnings: ["low", 5, { x: 1 }] };
                case 2: return { data: { a: 1 }, errors: ["bad frame"] };
                case 3: return { data: { a: 1 }, errors: [], warnings: [] };
                case 4: return { errors: "text" };
                case 5: return { data: { a: 1 }, warnings: new Array(1000).fill("w\\u00e4") };
                case 6: return { data: { a: 1 }, warnings: ["y".repeat(100000)] };
                }
            }
            """)
        #expect(sandbox.decode(port: 1) == .data(#"{"a":1}"#, ["low", "5", #"{"x":1}"#]))
        #expect(sandbox.decode(port: 2) == .errors(["bad frame"]))
        #expect(sandbox.decode(port: 3) == .data(#"{"a":1}"#))
        #expect(sandbox.decode(port: 4) == .errors(["text"]))
        #expect(
            sandbox.decode(port: 5)
                == .data(
                    #"{"a":1}"#, [String](repeating: "w\u{e4}", count: CodecBounds.remarks)))
        #expect(
            sandbox.decode(port: 6)
                == .data(#"{"a":1}"#, [String(repeating: "y", count: CodecBounds.remarkLength)]))
    }

    @Test("numbers that JSON has not become null, and text of all kinds comes whole")
    func values() throws {
        let sandbox = try Sandbox(
            #"""
            function Decoder() {
                return { nan: NaN, inf: -Infinity, none: undefined, text: "\u0000\n\ud83e\uddca\ud800é",
                         list: [undefined, 1.5e-7, -0] };
            }
            """#)
        #expect(
            sandbox.decode()
                == .data(
                    #"{"nan":null,"inf":null,"text":"\u0000\n🧊\ud800é","list":[null,1.5e-7,0]}"#))
    }

    @Test("variables of the device reach the codec")
    func variables() throws {
        let sandbox = try Sandbox("function Decode(port, bytes, vars) { return vars; }")
        sandbox.process.begin(
            codec: 1, port: 1, receivedMilliseconds: 0, bytes: [],
            variables: [("offset", "1.5"), ("näme", "wert")])
        sandbox.begin()
        #expect(
            sandbox.finish() == [.data(#"{"offset":"1.5","näme":"wert"}"#), .data("{}")])
    }

    @Test("more codecs than are held ready take turns")
    func turns() throws {
        let sandbox = Sandbox { $0.liveCodecs = 2 }
        for codec in UInt32(1)...6 {
            try sandbox.load(codec, "function Decoder() { return { codec: \(codec) }; }")
        }
        for round in 0..<3 { for codec in UInt32(1)...6 { sandbox.begin(codec, [UInt8(round)]) } }
        let expected: [Answer] = (1...6).map { .data("{\"codec\":\($0)}") }
        #expect(sandbox.finish() == expected + expected + expected)
    }

    @Test("a codec is replaced by another of its number, and is gone when forgotten")
    func replacing() throws {
        let sandbox = try Sandbox("function Decoder() { return { v: 1 }; }")
        try sandbox.load(1, "function Decoder() { return { v: 2 }; }")
        #expect(sandbox.decode() == .data(#"{"v":2}"#))
        sandbox.process.forget(codec: 1)
        #expect(sandbox.decode() == .failed(.notLoaded))
    }
}
