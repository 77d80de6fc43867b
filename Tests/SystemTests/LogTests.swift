import System
import Testing

@Suite("Log lines")
struct LogTests {
    @Test(
        "no value from outside can forge a field or a line",
        arguments: [
            ("plain-value_1.2", "plain-value_1.2"), ("", "\"\""), ("two words", "\"two words\""),
            ("a=b", "\"a=b\""), ("say \"hi\"", "\"say \\\"hi\\\"\""),
            ("back\\slash", "\"back\\\\slash\""),
            ("line\nlevel=error", "\"line\\nlevel=error\""), ("\r\t", "\"\\r\\t\""),
            ("\u{1B}[31m", "\"\\u{1b}[31m\""), ("\u{2028}", "\"\\u{2028}\""),
            ("\u{85}", "\"\\u{85}\""), ("käse", "\"käse\""),
        ])
    func quoting(value: String, shown: String) {
        #expect(Log.quoted(value) == shown)
    }

    @Test("levels are in order of how much they matter")
    func levels() {
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
        #expect(LogLevel.debug < .error)
    }
}
