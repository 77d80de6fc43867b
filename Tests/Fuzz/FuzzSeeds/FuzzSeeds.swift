import FoundationEssentials

/// What a fuzzer is fed with and has found, for the normal tests to replay.
package enum FuzzSeeds {
    /// Every seed and every former failure of a fuzzer.
    package static func seeds(of fuzzer: String) throws -> [[UInt8]] {
        let fuzzers = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent()
        var inputs: [[UInt8]] = []
        for name in ["corpus", "failures"] {
            let folder = fuzzers.appending(path: fuzzer).appending(path: name)
            for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            where !file.hasPrefix(".") {
                inputs.append(try Array(Data(contentsOf: folder.appending(path: file))))
            }
        }
        return inputs
    }

    /// Every seed and every former failure of a fuzzer, each also with one byte changed at every
    /// place, as what is tested outlives its inputs.
    package static func inputs(of fuzzer: String) throws -> [[UInt8]] {
        var inputs: [[UInt8]] = []
        for input in try seeds(of: fuzzer) {
            inputs.append(input)
            for index in input.indices {
                var changed = input
                changed[index] ^= 0x15
                inputs.append(changed)
            }
        }
        return inputs
    }
}
