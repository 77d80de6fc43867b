import Courier
import InteropSupport
import Testing

@Suite("Retry-After in all the forms of RFC 9110")
struct RetryAfterTests {
    /// 1994-11-06T08:49:37Z, the example of RFC 9110 §5.6.7.
    static let instant: Int64 = 784_111_777

    @Test(
        "Seconds and the three forms of a date are read",
        arguments: [
            ("0", 0), ("120", 120_000), ("9999999999", 9_999_999_999_000),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 60_000),
            ("Sunday, 06-Nov-94 08:49:37 GMT", 60_000), ("Sun Nov  6 08:49:37 1994", 60_000),
            ("Sun, 06 Nov 1994 08:48:36 GMT", 0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
        ] as [(String, Int64)])
    func read(value: String, milliseconds: Int64) {
        #expect(
            RetryAfter.milliseconds(value, nowSeconds: Self.instant - 60) == milliseconds)
    }

    @Test(
        "Anything else is not",
        arguments: [
            "", "-1", "+1", "1.5", "99999999999", "1e3", "120s", " 120", "soon", "Tomorrow",
            "1994-11-06", "Sun, 06 Nov", "Sun, 99 Nov 1994 08:49:37 GMT", "\u{0}",
            String(repeating: "S", count: 10_000),
        ])
    func notRead(value: String) {
        #expect(RetryAfter.milliseconds(value, nowSeconds: Self.instant - 60) == nil)
    }

    @Test("No clock, however wrong, makes the arithmetic fail", arguments: [Int64.min, -1, .max])
    func clocks(nowSeconds: Int64) {
        let wait = RetryAfter.milliseconds(
            "Sun, 06 Nov 1994 08:49:37 GMT", nowSeconds: nowSeconds)
        #expect((wait ?? 0) >= 0)
    }
}
