import Foundation
import InteropSupport
import Testing

@Suite("The oracle mode and ioos_qc 3.0.0 itself")
struct OracleAgreementTests {
    /// Six seconds of comparing and, the first time, a minute for the package and what it needs.
    @Test("agree on 13,000 random series")
    func agreement() throws {
        let run = try Python.oracle("oracle.py", [program(), "--series", "13000", "--seed", "4"])
        #expect(run.code == 0, "\(run.output)")
        #expect(run.output.contains("\"series\": 13000"), "\(run.output)")
    }

    /// Built beside the tests.
    private func program() -> String {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().appending(path: "QualityOracle").path
    }
}
