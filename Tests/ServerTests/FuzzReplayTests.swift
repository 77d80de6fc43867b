import FoundationEssentials
import RealtimeProperties
import Testing

@Suite("What the realtime fuzzer is fed with and has found (W-2)")
struct FuzzReplayTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fuzz/FuzzRealtime")

    @Test("W-2: the properties of a client's messages hold for every seed and former failure")
    func replay() throws {
        var properties = try RealtimeProperties()
        var count = 0
        for name in ["corpus", "failures"] {
            let folder = Self.folder.appending(path: name)
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            where !file.hasPrefix(".") {
                let input = try Array(Data(contentsOf: folder.appending(path: file)))
                properties.check(input.span)
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
