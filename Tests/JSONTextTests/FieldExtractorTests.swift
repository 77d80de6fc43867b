import JSONText
import Testing

/// A field's value with the text it holds, so that it can be compared.
private enum Found: Equatable {
    case value(FieldValue)
    case text(String)
}

private enum FoundRow: Equatable {
    case fields([Found])
    case notAnObject
    case duplicateName
}

private func extract(
    _ text: String, _ fields: [WantedField], limits: JSONLimits = .standard
) throws -> [FoundRow] {
    var extractor = try FieldExtractor(limits: limits)
    let plan = try extractor.register(fields)
    return try rows(Array(text.utf8), plan, of: fields.count, with: &extractor)
}

private func rows(
    _ bytes: [UInt8], _ plan: FieldExtractor.PlanNumber, of count: Int,
    with extractor: inout FieldExtractor
) throws -> [FoundRow] {
    var rows: [FoundRow] = []
    try extractor.begin(bytes.span, plan: plan)
    while let row = try extractor.nextRow() {
        switch row {
        case .notAnObject: rows.append(.notAnObject)
        case .duplicateName: rows.append(.duplicateName)
        case .fields:
            var found: [Found] = []
            for field in 0..<count {
                guard extractor[field] == .text else {
                    found.append(.value(extractor[field]))
                    continue
                }
                let text = extractor.text(field)
                var bytes: [UInt8] = []
                for index in text.indices { bytes.append(text[index]) }
                found.append(.text(String(decoding: bytes, as: UTF8.self)))
            }
            rows.append(.fields(found))
        }
    }
    return rows
}

private func field(_ path: String..., acceptsNumericText: Bool = false) -> WantedField {
    WantedField(path: path, acceptsNumericText: acceptsNumericText)
}

@Suite("Fields out of JSON messages (B-3)")
struct FieldExtractorTests {
    @Test(
        "a member is found as what it is",
        arguments: [
            ("{}", .value(.missing)),
            (#"{"b":1}"#, .value(.missing)),
            (#"{"A":1}"#, .value(.missing)),
            (#"{"aa":1,"":2}"#, .value(.missing)),
            (#"{"b":{"a":1}}"#, .value(.missing)),
            (#"{"b":[{"a":1}]}"#, .value(.missing)),
            (#"{"a":null}"#, .value(.null)),
            (#"{"a":true}"#, .value(.bool(true))),
            (#"{"a":false}"#, .value(.bool(false))),
            (#"{"a":-12}"#, .value(.integer(-12))),
            (#"{"a":4.25}"#, .value(.number(4.25))),
            (#"{"a":9223372036854775808}"#, .value(.number(0x1p63))),
            (#"{"a":1e999}"#, .value(.outOfRange)),
            (#"{"a":-1e999}"#, .value(.outOfRange)),
            (#"{"a":NaN}"#, .value(.notANumber)),
            (#"{"a":nan}"#, .value(.notANumber)),
            (#"{"a":-Infinity}"#, .value(.notANumber)),
            (#"{"a":Infinity}"#, .value(.notANumber)),
            (#"{"a":-inf}"#, .value(.notANumber)),
            (#"{"a":[1]}"#, .value(.container)),
            (#"{"a":{"a":1}}"#, .value(.container)),
            (#"{"a":"4.5"}"#, .text("4.5")),
            (#"{"a":""}"#, .text("")),
            (#"{"a":"\u00b0\"\\C"}"#, .text("°\"\\C")),
            (#"{"\u0061":7}"#, .value(.integer(7))),
            (#"{"x":[{"a":[1,{}]},[]],"a":7,"y":{"a":8}}"#, .value(.integer(7))),
            (" \u{9}{ \"a\" :\n7 } ", .value(.integer(7))),
            ("\u{FEFF}{\"a\":7}", .value(.integer(7))),
        ] as [(String, Found)])
    private func kinds(text: String, expected: Found) throws {
        #expect(try extract(text, [field("a")]) == [.fields([expected])])
    }

    @Test("paths lead through objects, and a path may end where another goes on")
    func nestedPaths() throws {
        let fields = [
            field("t"), field("data", "air"), field("data", "probe", "c"), field("data"),
            field("data", "air", "x"),
        ]
        let text = #"{"data":{"probe":{"d":1,"c":2.5},"air":4,"x":0},"x":{"air":9},"t":1}"#
        #expect(
            try extract(text, fields) == [
                .fields([
                    .value(.integer(1)), .value(.integer(4)), .value(.number(2.5)),
                    .value(.container), .value(.missing),
                ])
            ])
    }

    @Test(
        "a string counts as a number only where that is said, and only when it is one",
        arguments: [
            ("21.5", .value(.number(21.5))), ("-3", .value(.integer(-3))),
            ("+0.49E+01", .value(.number(4.9))), (#"2\u0031"#, .value(.integer(21))),
            (#"\u00321"#, .value(.integer(21))),
            ("", .text("")), ("+", .text("+")), ("+-1", .text("+-1")), ("21,5", .text("21,5")),
            ("21.5 °C", .text("21.5 °C")), ("nan", .text("nan")), (" 1", .text(" 1")),
            ("0x1", .text("0x1")), ("1e999", .value(.outOfRange)),
        ] as [(String, Found)])
    private func numericText(text: String, expected: Found) throws {
        let fields = [field("a", acceptsNumericText: true), field("b")]
        let unescaped = text.replacing(#"\u0031"#, with: "1").replacing(#"\u0032"#, with: "2")
        #expect(
            try extract(#"{"a":"\#(text)","b":"\#(text)"}"#, fields) == [
                .fields([expected, .text(unescaped)])
            ])
    }

    @Test("each row of an array is read on its own, and a bad one costs only itself")
    func badRows() throws {
        let text = """
            [{"a":1},7,{"a":2,"a":2},null,[{"a":3}],"x",{"a":99999999999999999999999},
             {"a":NaN},{},{"b":{"a":1},"b":{"a":2}},{"c":1,"c":2,"a":4}]
            """
        #expect(
            try extract(text, [field("a"), field("b", "a")]) == [
                .fields([.value(.integer(1)), .value(.missing)]),
                .notAnObject, .duplicateName, .notAnObject, .notAnObject, .notAnObject,
                .fields([.value(.number(1e23)), .value(.missing)]),
                .fields([.value(.notANumber), .value(.missing)]),
                .fields([.value(.missing), .value(.missing)]),
                .duplicateName,
                .fields([.value(.integer(4)), .value(.missing)]),
            ])
    }

    @Test("an array without rows is a message without rows")
    func noRows() throws {
        #expect(try extract("[]", [field("a")]).isEmpty)
    }

    @Test(
        "a message that is unsound anywhere is unsound as a whole, also beside the wanted fields",
        arguments: [
            ("", .empty, nil),
            ("21.5", .noRows, 0),
            ("\"a\"", .noRows, 0),
            ("null", .noRows, 0),
            ("NaN", .noRows, 0),
            ("21.5 x", .trailingContent, 5),
            ("hello", .invalidLiteral, 0),
            (#"{"a":1}x"#, .trailingContent, 7),
            (#"{"a":1}{"a":2}"#, .trailingContent, 7),
            (#"[{"a":1}],"#, .trailingContent, 9),
            (#"{"a":1"#, .truncated, 6),
            (#"[{"a":1},"#, .truncated, 9),
            (#"[{"a":1},{"a""#, .truncated, 13),
            (#"{"a":1,"z":nope}"#, .invalidLiteral, 11),
            (#"{"a":1,"z":NaNs}"#, .invalidLiteral, 11),
            (#"{"a":1,"z":01}"#, .invalidNumber, 11),
            (#"{"a":1,"z":"\q"}"#, .invalidEscape, 11),
            (#"{"a":1,"z":[}"#, .unexpectedToken, 12),
            (#"{"a":1,"z":{"y"}}"#, .unexpectedToken, 15),
            (#"{"a":1 "z":2}"#, .unexpectedToken, 7),
            (#"[{"a":1} {"a":2}]"#, .unexpectedToken, 9),
            (#"{"a":1,"z":2,}"#, .unexpectedToken, 13),
            ("{\"a\":1,\"z\":\"\u{1}\"}", .controlCharacter, nil),
        ] as [(String, JSONSyntaxError.Reason, Int?)])
    func unsound(text: String, reason: JSONSyntaxError.Reason, offset: Int?) {
        #expect(throws: JSONSyntaxError(reason, offset: offset)) {
            try extract(text, [field("a")])
        }
    }

    @Test("rows, depth and length are bounded, and the limit itself is within it")
    func limits() throws {
        let limits = JSONLimits(maximumBytes: 60, maximumDepth: 3, maximumRows: 2)
        #expect(try extract("[{},{}]", [field("a")], limits: limits).count == 2)
        #expect(throws: JSONSyntaxError(.tooManyRows, offset: 7)) {
            try extract("[{},{},{}]", [field("a")], limits: limits)
        }
        #expect(try extract(#"[{"b":[]}]"#, [field("a")], limits: limits).count == 1)
        #expect(throws: JSONSyntaxError(.tooDeep, offset: 7)) {
            try extract(#"[{"b":[[]]}]"#, [field("a")], limits: limits)
        }
        #expect(throws: JSONSyntaxError(.tooLarge)) {
            try extract(
                "{\"a\":\"\(String(repeating: "x", count: 60))\"}", [field("a")], limits: limits)
        }
    }

    @Test("an extractor serves several kinds of messages in any order, also after errors")
    func severalPlans() throws {
        var extractor = try FieldExtractor()
        let bag = try extractor.register([field("t"), field("temperature")])
        let tracker = try extractor.register([field("t"), field("lat"), field("lon")])
        let bagText = Array(#"{"t":1,"temperature":4.5,"lat":9}"#.utf8)
        let trackerText = Array(#"[{"t":2,"lat":48.5,"lon":11.25},{"t":3}]"#.utf8)
        let broken = Array(#"[{"t":2,"temperature":3},{"t":"#.utf8)
        for _ in 0..<3 {
            #expect(
                try rows(bagText, bag, of: 2, with: &extractor) == [
                    .fields([.value(.integer(1)), .value(.number(4.5))])
                ])
            #expect(throws: JSONSyntaxError.self) {
                try rows(broken, bag, of: 2, with: &extractor)
            }
            #expect(
                try rows(trackerText, tracker, of: 3, with: &extractor) == [
                    .fields([.value(.integer(2)), .value(.number(48.5)), .value(.number(11.25))]),
                    .fields([.value(.integer(3)), .value(.missing), .value(.missing)]),
                ])
        }
    }

    @Test(
        "the order and the company of the fields do not matter", arguments: 0..<50 as Range<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let names = ["t", "temperature", "humidity", "battery", "seq"]
        var extractor = try FieldExtractor()
        let plan = try extractor.register(names.map { field($0) })
        for _ in 0..<20 {
            var members = names.enumerated().map { "\"\($1)\":\($0)" }
            for index in 0..<3 { members.append("\"x\(index)\":\(random.text(random.value()))") }
            members.shuffle(using: &random.source)
            let text = "{" + members.joined(separator: ",") + "}"
            #expect(
                try rows(Array(text.utf8), plan, of: 5, with: &extractor) == [
                    .fields((0..<5).map { .value(.integer($0)) })
                ], "\(text)")
        }
    }
}
