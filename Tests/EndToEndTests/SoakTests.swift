import Foundation
import InteropSupport
import Testing

/// A short form of `make soak`.
@Suite struct SoakTests {
    @Test(
        "W-5, W-10, S-1, T-11: a minute of cut lines, slow readers and restarts loses no record and repeats none"
    )
    func minute() throws {
        let printed = try Python.output(
            of: "../Soak/soak.py",
            ["--program", Freshwire.program, "--minutes", "1", "--seed", "1"])
        #expect(
            String(decoding: printed, as: UTF8.self)
                .hasSuffix("no record is missing, none was repeated\n"))
    }
}
