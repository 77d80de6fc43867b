import DecodeProperties
import FoundationEssentials
import Testing

@Suite("What the decoder's fuzzer is fed with and has found (B-8)")
struct FuzzReplayTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz/FuzzDecode")

    @Test("B-8: the decoder's properties hold for every seed and every former failure")
    func replay() throws {
        var properties = try DecodeProperties()
        var count = 0
        for name in ["corpus", "failures"] {
            let folder = Self.folder.appending(path: name)
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            where !file.hasPrefix(".") {
                let input = try Array(Data(contentsOf: folder.appending(path: file)))
                properties.check(input.span)
                // Also with a byte changed, as the decoder's state outlives every input.
                for index in input.indices {
                    var changed = input
                    changed[index] ^= 0x15
                    properties.check(changed.span)
                }
                count += 1
            }
        }
        #expect(count >= 18)
    }
}
