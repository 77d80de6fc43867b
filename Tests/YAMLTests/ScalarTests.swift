import Testing
import YAML

private func scalar(_ text: String, isPlain: Bool = true) -> Node {
    Node(.scalar(text, isPlain: isPlain), at: Node.Mark(line: 3, column: 7))
}

@Suite("A scalar is read as one type, in one notation")
struct ScalarTests {
    @Test(
        "Whole numbers are decimal",
        arguments: [
            ("0", 0), ("8080", 8080), ("-17", -17), ("9223372036854775807", Int64.max),
            ("-9223372036854775808", .min), ("-0", 0), ("9223372036854775808", nil), ("010", nil),
            ("0x10", nil), ("1_000", nil), ("+1", nil), ("1.0", nil), ("", nil), ("-", nil),
            ("٣", nil),
        ] as [(String, Int64?)])
    func integers(text: String, expected: Int64?) {
        #expect((try? scalar(text).int()) == expected)
    }

    @Test(
        "Numbers are decimal and finite",
        arguments: [
            ("57", 57), ("-2.5", -2.5), ("1e3", 1000), ("+4", 4), (".inf", nil), ("nan", nil),
            ("inf", nil), ("0x1p3", nil), ("1e999", nil), ("", nil), ("5 °C", nil),
        ] as [(String, Double?)])
    func numbers(text: String, expected: Double?) {
        #expect((try? scalar(text).double()) == expected)
    }

    @Test(
        "Only true and false are booleans",
        arguments: [
            ("true", true), ("false", false), ("yes", nil), ("on", nil), ("True", nil), ("1", nil),
        ] as [(String, Bool?)])
    func truths(text: String, expected: Bool?) {
        #expect((try? scalar(text).bool()) == expected)
    }

    @Test(
        "Durations carry their unit",
        arguments: [
            ("0s", .zero), ("250ms", .milliseconds(250)), ("30s", .seconds(30)),
            ("5m", .seconds(300)), ("12h", .seconds(43_200)), ("7d", .seconds(604_800)),
            ("30", nil), ("30 s", nil), ("1.5s", nil), ("-1s", nil), ("1h30m", nil), ("s", nil),
            ("30S", nil), ("٣s", nil), ("106751991168d", nil), ("99999999999999999999s", nil),
        ] as [(String, Duration?)])
    func durations(text: String, expected: Duration?) {
        #expect((try? scalar(text).duration()) == expected)
        #expect((try? scalar(text, isPlain: false).duration()) == expected)
    }

    @Test(
        "Sizes carry their unit",
        arguments: [
            ("0B", 0), ("512B", 512), ("64KiB", 65_536), ("64MiB", 67_108_864),
            ("2GiB", 2_147_483_648), ("64", nil), ("64MB", nil), ("64mib", nil), ("1.5GiB", nil),
            ("9999999999GiB", nil),
        ] as [(String, Int64?)])
    func sizes(text: String, expected: Int64?) {
        #expect((try? scalar(text).byteCount()) == expected)
    }

    @Test(
        "A duration is written in the largest unit that says it exactly",
        arguments: ["0s", "1ms", "1500ms", "30s", "90s", "2m", "25h", "7d", "90d"])
    func durationText(text: String) throws {
        let duration = try #require(Notation.duration(text))
        #expect(Notation.text(duration) == text)
    }

    @Test(
        "A size is written in the largest unit that says it exactly",
        arguments: ["0B", "1B", "1025B", "3KiB", "64MiB", "2GiB"])
    func sizeText(text: String) throws {
        let size = try #require(Notation.byteCount(text))
        #expect(Notation.text(byteCount: size) == text)
    }

    @Test("A quoted scalar is a text, never a number or a boolean")
    func quoted() throws {
        #expect(try scalar("8080", isPlain: false).string() == "8080")
        #expect(
            throws: ScalarError(
                expected: "a whole number such as 8080", found: "the quoted text '8080'",
                mark: Node.Mark(line: 3, column: 7))
        ) { try scalar("8080", isPlain: false).int() }
        #expect(throws: ScalarError.self) { try scalar("true", isPlain: false).bool() }
        #expect(throws: ScalarError.self) { try scalar("1.5", isPlain: false).double() }
    }

    @Test("Null is nothing, also not a text", arguments: ["", "~", "null", "Null", "NULL"])
    func null(text: String) {
        #expect(scalar(text).isNull)
        #expect(!scalar(text, isPlain: false).isNull)
        #expect(throws: ScalarError.self) { try scalar(text).string() }
        #expect((try? scalar(text, isPlain: false).string()) == text)
    }

    @Test("What stands in place of a scalar is named in the error, cut to one short line")
    func mismatches() {
        let mark = Node.Mark(line: 1, column: 1)
        #expect(Node(.sequence([]), at: mark).mismatch("a text").found == "a list")
        #expect(Node(.mapping([]), at: mark).mismatch("a text").found == "a mapping")
        #expect(scalar("a\nb").mismatch("x").found == "'a…'")
        #expect(scalar(String(repeating: "y", count: 5000)).mismatch("x").found.count < 50)
    }
}
