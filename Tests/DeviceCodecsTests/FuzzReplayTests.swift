import DecodeProperties
import FuzzSeeds
import Testing

@Suite("What the decoder's fuzzer is fed with and has found (B-8)")
struct FuzzReplayTests {
    @Test("B-8: the decoder's properties hold for every seed and every former failure")
    func replay() throws {
        var properties = try DecodeProperties()
        let inputs = try FuzzSeeds.inputs(of: "FuzzDecode")
        #expect(inputs.count >= 1_000)
        for input in inputs { properties.check(input.span) }
    }
}
