import FuzzSeeds
import RealtimeProperties
import Testing

@Suite("What the realtime fuzzer is fed with and has found (W-2)")
struct FuzzReplayTests {
    @Test("W-2: the properties of a client's messages hold for every seed and former failure")
    func replay() throws {
        var properties = try RealtimeProperties()
        let inputs = try FuzzSeeds.inputs(of: "FuzzRealtime")
        #expect(inputs.count >= 2_000)
        for input in inputs { properties.check(input.span) }
    }
}
