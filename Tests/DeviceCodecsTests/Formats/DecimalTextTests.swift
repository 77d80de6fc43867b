import DeviceCodecs
import Testing

@Suite("Decimal numbers as text")
struct DecimalTextTests {
    @Test(
        "A number has the value that its digits mean",
        arguments: [
            ("0", 0), ("-0", 0), ("21.5", 21.5), (" -7 ", -7), ("+0.49E+01", 4.9), (".5", 0.5),
            ("5.", 5), ("51.4459466", 51.4459466), ("-122.4194155", -122.4194155),
            ("1440363922", 1_440_363_922), ("1e-7", 1e-7), ("0.000000", 0), ("1E3", 1000),
            ("123456789012345678901234567890", 1.2345678901234568e29), ("1e-400", 0),
            ("0.30000000000000004441", 0.3),
        ])
    func numbers(text: String, value: Double) throws {
        let read = DecimalText.number(Array(text.utf8).span)
        let number = try #require(read)
        #expect(abs(number - value) <= value.ulp)
        if text.count <= 15 { #expect(number == value) }
    }

    @Test(
        "Anything else is no number",
        arguments: [
            "", " ", "-", "+", ".", "-.", "e5", "1e", "1e+", "1,5", "21.5 °C", "nan", "inf", "0x10",
            "1 2", "1.2.3", "--1", "1e400",
        ])
    func refused(text: String) {
        let number = DecimalText.number(Array(text.utf8).span)
        #expect(number == nil)
    }

    @Test(
        "A whole number is one up to the limits of 64 bits",
        arguments: [
            ("0", Int64(0)), ("-17", -17), ("+17", 17), ("9223372036854775807", .max),
            ("-9223372036854775808", .min), ("9223372036854775808", nil),
            ("-9223372036854775809", nil), ("1.0", nil), ("", nil), ("-", nil), ("a", nil),
        ])
    func integers(text: String, value: Int64?) {
        let number = DecimalText.integer(Array(text.utf8).span)
        #expect(number == value)
    }
}
