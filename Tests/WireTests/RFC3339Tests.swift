import Testing
import Wire

/// B-4: every time in the log is readable text, and every readable time is understood.
@Suite("RFC 3339")
struct RFC3339Tests {
    @Test(
        "an instant has one text, and that text names the instant",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (1, "1970-01-01T00:00:00.001Z"),
            (1_795_176_000_500, "2026-11-20T12:00:00.500Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
            (-2_203_977_600_000, "1900-02-28T00:00:00.000Z"),
            (1_709_164_800_000, "2024-02-29T00:00:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func bothWays(milliseconds: Int64, text: String) {
        #expect(RFC3339.text(milliseconds) == text)
        #expect(RFC3339.parse(text) == milliseconds)
    }

    @Test(
        "what lies beyond the years 1 to 9999 is written as the nearest instant inside",
        arguments: [
            (Int64.min, "0001-01-01T00:00:00.000Z"), (Int64.max, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func clamped(milliseconds: Int64, text: String) {
        #expect(RFC3339.text(milliseconds) == text)
    }

    @Test(
        "other spellings of an instant are understood",
        arguments: [
            ("2026-11-20T12:00:00Z", 1_795_176_000_000),
            ("2026-11-20t12:00:00z", 1_795_176_000_000),
            ("2026-11-20 12:00:00Z", 1_795_176_000_000),
            ("2026-11-20T13:00:00+01:00", 1_795_176_000_000),
            ("2026-11-20T06:30:00-05:30", 1_795_176_000_000),
            ("2026-11-21T00:00:00+12:00", 1_795_176_000_000),
            ("2026-11-20T12:00:00-00:00", 1_795_176_000_000),
            ("2026-11-20T12:00:00.5Z", 1_795_176_000_500),
            ("2026-11-20T12:00:00.05Z", 1_795_176_000_050),
            ("2026-11-20T12:00:00.1239999999999999Z", 1_795_176_000_123),
            ("2026-12-31T23:59:60Z", 1_798_761_599_000),
            ("2024-12-31T23:30:00-01:00", 1_735_691_400_000),
        ] as [(String, Int64)])
    func understood(text: String, milliseconds: Int64) {
        #expect(RFC3339.parse(text) == milliseconds)
    }

    @Test(
        "what is not RFC 3339 is refused",
        arguments: [
            "", "2026-11-20", "2026-11-20T12:00:00", "2026-11-20T12:00Z", "2026-11-20T12:00:00.Z",
            "2026-11-20T12:00:00+0100", "2026-11-20T12:00:00+01", "2026-11-20T12:00:00+24:00",
            "2026-11-20T12:00:00+01:60", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
            "2026-11-31T00:00:00Z", "2026-11-00T00:00:00Z", "2026-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-11-20T24:00:00Z",
            "2026-11-20T12:60:00Z", "2026-11-20T12:00:61Z", "2026/11/20T12:00:00Z",
            "2026-11-20T12:00:00ZZ", "2026-11-20T12:00:00 Z", "+026-11-20T12:00:00Z",
            "２026-11-20T12:00:00Z", "2026-11-20T12:00:00.5", "2026-11-20T12:00:00.5x",
            "26-11-20T12:00:00.000Z",
        ])
    func refused(text: String) {
        #expect(RFC3339.parse(text) == nil)
    }

    @Test("every instant that text can name comes back from its text")
    func roundTrip() {
        var random = Seeded(state: 7)
        for _ in 0..<2_000 {
            let instant = Int64.random(in: RFC3339.representable, using: &random)
            #expect(RFC3339.parse(RFC3339.text(instant)) == instant)
        }
    }

    @Test("each day of 800 years follows the day before it")
    func everyDay() {
        var day: Int64 = -11_676_096_000_000  // 1600-01-01
        var before = ""
        for _ in 0..<292_194 / 37 {
            let text = RFC3339.text(day)
            #expect(text > before)
            #expect(RFC3339.parse(text) == day)
            before = text
            day += 37 * 86_400_000
        }
    }
}
