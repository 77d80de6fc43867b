import Foundation
import InteropSupport
import Testing

/// The cases of Autobahn|Testsuite. `FRESHWIRE_ALL_WEBSOCKET_CASES=1` runs them in full, with the
/// messages of 16 MiB and a thousand messages for each kind of compression, which takes minutes.
@Suite("Autobahn's WebSocket cases", .serialized)
struct AutobahnTests {
    private struct Report: Decodable {
        let cases: Int
        /// How often a case of a group ended in a way.
        let ends: [String: [String: Int]]
        let failed: [String]
        /// Cases that passed, though not in the strictest way.
        let lenient: [String]
    }

    private static let runsAll =
        ProcessInfo.processInfo.environment["FRESHWIRE_ALL_WEBSOCKET_CASES"] == "1"

    private func run(
        _ patterns: String, isCompressed: Bool, _ options: [String] = []
    ) throws -> Report {
        let echo = try EchoProgram(isCompressed: isCompressed)
        let output = try InteropSupport.Python.webSocketCases([echo.url, patterns] + options)
        return try JSONDecoder().decode(Report.self, from: output)
    }

    @Test(
        "Every case of framing, pings, fragments, UTF-8 and closing is passed strictly",
        arguments: [false, true])
    func framing(isCompressed: Bool) throws {
        let report = try run("[1-7].*,10.*", isCompressed: isCompressed)
        #expect(report.failed.isEmpty)
        #expect(report.lenient.isEmpty)
        #expect(report.cases == 247)
    }

    @Test("Messages up to 16 MiB come back, however they are cut", .enabled(if: runsAll))
    func large() throws {
        let report = try run("9.*", isCompressed: false, ["--at-once", "1"])
        #expect(report.failed.isEmpty)
        #expect(report.cases == 54)
    }

    @Test("W-17: every case of compression is passed, with all payloads, sizes and parameters")
    func compression() throws {
        let options = ["--at-once", "2"] + (Self.runsAll ? [] : ["--messages", "20"])
        let report = try run("12.*,13.*", isCompressed: true, options)
        #expect(report.failed.isEmpty)
        #expect(report.cases == 216)
        // A case counts as well only where compression was agreed on.
        #expect(report.ends == ["12": ["OK": 90], "13": ["OK": 126]])
    }
}
