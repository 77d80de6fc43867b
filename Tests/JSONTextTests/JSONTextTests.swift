import JSONText
import Testing
import Wire

@Suite("JSON text as a tree")
struct JSONTextTests {
    @Test(
        "valid texts are read by RFC 8259",
        arguments: [
            ("null", .null),
            (" \t\r\n true ", .bool(true)),
            ("false", .bool(false)),
            ("0", .integer(0)),
            ("-0", .integer(0)),
            ("-17", .integer(-17)),
            ("9223372036854775807", .integer(.max)),
            ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("-9223372036854775809", .number(-9_223_372_036_854_775_808)),
            ("18446744073709551616", .number(18_446_744_073_709_551_616)),
            ("1.0", .number(1)),
            ("-0.0", .number(-0.0)),
            ("0.1", .number(0.1)),
            ("4.35", .number(4.35)),
            ("1e3", .number(1000)),
            ("1E+3", .number(1000)),
            ("12.5e-1", .number(1.25)),
            ("1e-400", .number(0)),
            ("0e999", .number(0)),
            ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
            ("5e-324", .number(.leastNonzeroMagnitude)),
            ("2.2250738585072014e-308", .number(.leastNormalMagnitude)),
            ("9007199254740993.0", .number(9_007_199_254_740_992)),
            ("123456789012345678901234567890", .number(123456789012345677877719597056)),
            ("\"\"", .string("")),
            (#""a\"b\\c\/d\b\f\n\r\t""#, .string("a\"b\\c/d\u{8}\u{C}\n\r\t")),
            (#""\u0041\u00e9\u20AC\uD83D\uDE00""#, .string("Aé€😀")),
            ("\"é€😀\"", .string("é€😀")),
            (#""\u0000""#, .string("\0")),
            ("[]", .array([])),
            ("{}", .object([])),
            ("[1,[2,[]],{}]", [1, [2, []], [:]]),
            (#"{"a":{"b":[null]},"a":2}"#, ["a": ["b": [nil]], "a": 2]),
            ("\u{FEFF}[1]", [1]),
        ] as [(String, JSON)])
    func valid(text: String, expected: JSON) throws {
        #expect(try JSONText.parse(Array(text.utf8)) == expected)
    }

    @Test(
        "invalid texts are refused with reason and place",
        arguments: [
            ("", .empty, nil),
            (" \n", .empty, nil),
            ("\u{FEFF}", .empty, nil),
            ("nul", .invalidLiteral, 0),
            ("nulll", .invalidLiteral, 0),
            ("True", .invalidLiteral, 0),
            ("[NaN]", .invalidLiteral, 1),
            ("[-Infinity]", .invalidNumber, 1),
            ("01", .invalidNumber, 0),
            ("-", .invalidNumber, 0),
            ("+1", .invalidLiteral, 0),
            (".5", .invalidLiteral, 0),
            ("5.", .invalidNumber, 0),
            ("1e", .invalidNumber, 0),
            ("1e+", .invalidNumber, 0),
            ("0x10", .invalidNumber, 0),
            ("1_000", .invalidNumber, 0),
            ("1\"2\"", .invalidNumber, 0),
            ("[1e999]", .numberOutOfRange, 1),
            ("[-1e999]", .numberOutOfRange, 1),
            ("\"a", .truncated, 2),
            ("[", .truncated, 1),
            ("[1", .truncated, 2),
            ("[1,", .truncated, 3),
            ("{\"a\"", .truncated, 4),
            ("{\"a\":", .truncated, 5),
            ("{\"a\":1", .truncated, 6),
            ("[1]]", .trailingContent, 3),
            ("1 2", .trailingContent, 2),
            ("{}{}", .trailingContent, 2),
            ("[1]\0", .trailingContent, 3),
            ("[1,]", .unexpectedToken, 3),
            ("[,1]", .unexpectedToken, 1),
            ("[1 2]", .unexpectedToken, 3),
            ("[1}", .unexpectedToken, 2),
            ("{1:2}", .unexpectedToken, 1),
            ("{\"a\" 1}", .unexpectedToken, 5),
            ("{\"a\":1,}", .unexpectedToken, 7),
            ("{\"a\":}", .unexpectedToken, 5),
            ("{\"a\":1]", .unexpectedToken, 6),
            ("{\"a\"\"b\"}", .unexpectedToken, 4),
            ("\u{FEFF}[1 2]", .unexpectedToken, 6),
            ("\u{C}1", .invalidLiteral, 0),
            (#""\x""#, .invalidEscape, 0),
            (#""\u12""#, .invalidEscape, 0),
            (#""\uD800""#, .invalidEscape, 0),
            (#""\uDC00""#, .invalidEscape, 0),
            (#""\uD800\u0041""#, .invalidEscape, 0),
            (#"["\uD800\""]"#, .invalidEscape, 1),
            (#"\"a\""#, .invalidLiteral, 0),
            ("\"a\nb\"", .controlCharacter, nil),
            ("\"a\0b\"", .controlCharacter, nil),
        ] as [(String, JSONSyntaxError.Reason, Int?)])
    func invalid(text: String, reason: JSONSyntaxError.Reason, offset: Int?) {
        #expect(throws: JSONSyntaxError(reason, offset: offset)) {
            try JSONText.parse(Array(text.utf8))
        }
    }

    @Test(
        "bytes that are no UTF-8 are refused, inside and outside of strings",
        arguments: [
            [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
            [0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], [0x22, 0xE2, 0x82, 0x22],
            [0xFF, 0xFE, 0x31, 0x00],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) {
        #expect(throws: JSONSyntaxError(.invalidUTF8)) { try JSONText.parse(bytes) }
    }

    @Test("depth and length are bounded, and the limit itself is within it")
    func limits() throws {
        let limits = JSONLimits(maximumBytes: 40, maximumDepth: 3, maximumRows: 1)
        #expect(throws: Never.self) { try JSONText.parse(Array("[[[1]]]".utf8), limits: limits) }
        #expect(throws: JSONSyntaxError(.tooDeep, offset: 3)) {
            try JSONText.parse(Array("[[[[1]]]]".utf8), limits: limits)
        }
        let longest = [UInt8](repeating: UInt8(ascii: " "), count: 39) + [UInt8(ascii: "7")]
        #expect(try JSONText.parse(longest, limits: limits) == 7)
        #expect(throws: JSONSyntaxError(.tooLarge)) {
            try JSONText.parse([UInt8(ascii: " ")] + longest, limits: limits)
        }
    }

    @Test(
        "a megabyte made to hurt is refused or read",
        arguments: ["[", "{\"a\":", "\"", "1", "[],", "{\"", "\\", "-", "e", ":", " "])
    func bomb(piece: String) {
        let count = (1 << 20) / piece.utf8.count
        let bytes = Array(String(repeating: piece, count: count).utf8)
        #expect(throws: JSONSyntaxError.self) { try JSONText.parse(bytes) }
        #expect(throws: Never.self) {
            try JSONText.parse(
                [UInt8(ascii: "[")] + Array(bytes.count.description.utf8) + Array("]".utf8))
        }
    }

    @Test("a tree of the greatest depth is built and taken down")
    func deepest() throws {
        let limits = JSONLimits(maximumBytes: 1 << 20, maximumDepth: .max, maximumRows: 1)
        let depth = JSONLimits.deepest
        let open = [UInt8](repeating: UInt8(ascii: "["), count: depth)
        let close = [UInt8](repeating: UInt8(ascii: "]"), count: depth)
        #expect(try JSONText.parse(open + close, limits: limits).bytes == open + close)
        #expect(throws: JSONSyntaxError(.tooDeep, offset: depth)) {
            try JSONText.parse([UInt8(ascii: "[")] + open + close, limits: limits)
        }
    }

    @Test("the reader is as good as new after every error")
    func reuse() throws {
        let reader = try JSONTextReader()
        for text in ["[1,", "\"", "[[[[", "{\"a\":1]", "", "[1e999]"] {
            let bytes = Array(text.utf8)
            #expect(throws: JSONSyntaxError.self) { try reader.parse(bytes.span) }
            let sound = Array(#"{"a":[1,2.5,"x"]}"#.utf8)
            #expect(try reader.parse(sound.span) == ["a": [1, 2.5, "x"]])
        }
    }
}
