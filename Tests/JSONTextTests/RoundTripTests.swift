import JSONText
import Testing
import Wire

@Suite("JSON text there and back")
struct RoundTripTests {
    @Test(
        "every value the writer writes is read back as itself", arguments: 0..<20 as Range<UInt64>)
    func writer(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let reader = try JSONTextReader()
        for _ in 0..<100 {
            let value = random.value()
            let bytes = value.bytes
            #expect(try reader.parse(bytes.span) == value)
        }
    }

    @Test(
        "every way to write a value is read as that value", arguments: 100..<120 as Range<UInt64>)
    func anyNotation(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let reader = try JSONTextReader()
        for _ in 0..<100 {
            let value = random.value()
            let bytes = Array(random.text(value).utf8)
            #expect(
                try reader.parse(bytes.span) == value, "\(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test(
        "a text cut anywhere is refused, never read as something else",
        arguments: 0..<5 as Range<UInt64>)
    func cut(seed: UInt64) throws {
        var random = RandomJSON(seed: seed)
        let reader = try JSONTextReader()
        for _ in 0..<20 {
            let bytes = JSON.array([random.value(), random.value()]).bytes
            for length in 0..<bytes.count {
                let beginning = Array(bytes.prefix(length))
                #expect(throws: JSONSyntaxError.self) { try reader.parse(beginning.span) }
            }
        }
    }

    @Test("numbers are read as the standard library reads them", arguments: 0..<4 as Range<UInt64>)
    func numbers(seed: UInt64) throws {
        var source = SplitMix64(state: seed)
        let reader = try JSONTextReader()
        for _ in 0..<5000 {
            let digits = String(
                UInt64.random(in: 0...UInt64.max, using: &source)
                    >> UInt64.random(in: 0..<64, using: &source))
            let fraction = String(UInt64.random(in: 0...999_999_999, using: &source))
            let exponent = Int.random(in: -340...300, using: &source)
            let text = "-\(digits).\(fraction)e\(exponent)"
            let expected = try #require(Double(text))
            guard expected.isFinite else { continue }
            let bytes = Array(text.utf8)
            #expect(try reader.parse(bytes.span) == .number(expected), "\(text)")
        }
    }
}
