import Testing
import Wire

@Suite("JSON text")
struct JSONWriterTests {
    @Test(
        "text is escaped where JSON asks for it, and nowhere else",
        arguments: [
            ("", #""""#), ("bag-7", #""bag-7""#), ("say \"hi\"", #""say \"hi\"""#),
            ("a\\b", #""a\\b""#), ("a/b", #""a/b""#), ("a\nb\rc\td", #""a\nb\rc\td""#),
            ("\u{0}", #""\u0000""#), ("\u{8}\u{c}\u{1f}", #""\u0008\u000c\u001f""#),
            ("\u{7f}", "\"\u{7f}\""), ("57 °C", "\"57 °C\""), ("日本🍜", "\"日本🍜\""),
            ("\u{2028}", "\"\u{2028}\""),
        ])
    func escapes(text: String, json: String) {
        #expect(JSON.string(text).text == json)
    }

    @Test(
        "a number that JSON has no form for is null",
        arguments: [Double.nan, .signalingNaN, .infinity, -.infinity])
    func noForm(number: Double) {
        #expect(JSON.number(number).text == "null")
    }

    @Test(
        "values are written compactly, members in their order",
        arguments: [
            (nil, "null"), (true, "true"), (false, "false"), (12, "12"), (-0.5, "-0.5"),
            ([], "[]"), ([:], "{}"), ([1, [2, []], [:]], "[1,[2,[]],{}]"),
            (["b": 1, "a": ["x": nil], "c": [true]], #"{"b":1,"a":{"x":null},"c":[true]}"#),
        ] as [(JSON, String)])
    func compact(value: JSON, text: String) {
        #expect(value.text == text)
    }

    @Test("commas stand between members and elements, whatever was written before")
    func commas() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("text", "a")
            writer.member("number", 1.5)
            writer.member("whole", Int64(7))
            writer.member("truth", true)
            writer.member("instant", instant: 0)
            writer.name("none")
            writer.null()
            writer.name("inner")
            writer.object { _ in }
            writer.name("raw")
            writer.raw(Array("[1]".utf8))
            writer.name("list")
            writer.array { writer in
                writer.value(1)
                writer.array { _ in }
                writer.value("x")
            }
        }
        #expect(
            writer.text
                == #"{"text":"a","number":1.5,"whole":7,"truth":true,"#
                + #""instant":"1970-01-01T00:00:00.000Z","none":null,"inner":{},"raw":[1],"#
                + #""list":[1,[],"x"]}"#)
    }

    @Test("a member without a value is left out")
    func absent() {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("a", String?.none)
            writer.member("b", Double?.none)
            writer.member("c", Int64?.none)
            writer.member("d", Int64?.some(1))
        }
        #expect(writer.text == #"{"d":1}"#)
    }

    @Test("an emptied writer begins anew")
    func emptied() {
        var writer = JSONWriter()
        writer.array { $0.value(1) }
        writer.removeAll()
        writer.value("a")
        #expect(writer.text == #""a""#)
    }
}

@Suite("JSON values")
struct JSONValueTests {
    private let value: JSON = [
        "text": "a", "whole": 3, "number": 2.5, "truth": true, "none": nil, "list": [1],
        "text ": "b",
    ]

    @Test("a member is found by its name, and is what it is")
    func members() {
        #expect(value["text"]?.string == "a")
        #expect(value["whole"]?.integer == 3)
        #expect(value["whole"]?.double == 3)
        #expect(value["number"]?.double == 2.5)
        #expect(value["number"]?.integer == nil)
        #expect(value["truth"]?.bool == true)
        #expect(value["list"]?.array == [1])
        #expect(value["none"] == .null)
        #expect(value["absent"] == nil)
        #expect(value.members?.count == 7)
    }

    @Test("what is asked of another kind of value is nothing")
    func otherKinds() {
        #expect(JSON.string("1").integer == nil)
        #expect(JSON.string("1").double == nil)
        #expect(JSON.bool(true).integer == nil)
        #expect(JSON.integer(1).string == nil)
        #expect(JSON.integer(1).bool == nil)
        #expect(JSON.array([]).members == nil)
        #expect(JSON.array([])["a"] == nil)
        #expect(JSON.null.array == nil)
    }

    @Test("of two members with one name the first is found")
    func repeated() {
        let value = JSON.object([JSON.Member("a", 1), JSON.Member("a", 2)])
        #expect(value["a"] == 1)
    }
}
