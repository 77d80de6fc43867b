import FormatProperties
import FuzzSeeds
import Testing

@Suite("What the formats' fuzzer is fed with and has found (B-8)")
struct FormatReplayTests {
    @Test("B-8: every format's properties hold for every seed and every former failure")
    func replay() throws {
        var properties = try FormatProperties()
        for input in try FuzzSeeds.inputs(of: "FuzzFormats") { properties.check(input.span) }
    }

    @Test("B-8: every format has seeds")
    func seeds() throws {
        let inputs = try FuzzSeeds.inputs(of: "FuzzFormats")
        for (number, name) in FormatProperties.names.enumerated() {
            #expect(inputs.contains { $0.first == UInt8(number) }, "\(name)")
        }
    }
}
