import Deflate
import Testing
import Wire

@Suite("Compressing messages")
struct DeflateTests {
    private func inflated(
        _ payload: [UInt8], most: Int = 100_000
    ) throws -> (Inflater.Outcome, [UInt8]) {
        var output: [UInt8] = []
        let outcome = try Inflater().append(payload, to: &output, most: most)
        return (outcome, output)
    }

    /// What RFC 7692 §7.2.3 prints, all of `Hello`, and what an empty message is (§7.2.3.6).
    private static let examples: [(String, [UInt8], String)] = [
        ("one block", [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00], "Hello"),
        ("not compressed", [0, 5, 0, 0xFA, 0xFF, 0x48, 0x65, 0x6C, 0x6C, 0x6F, 0], "Hello"),
        ("a final block", [0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00], "Hello"),
        (
            "two blocks",
            [0xF2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xCA, 0xC9, 0xC9, 0x07, 0x00], "Hello"
        ),
        ("empty", [0], ""), ("nothing at all", [], ""),
    ]

    @Test("The standard's examples mean what it says", arguments: examples)
    func printedExamples(name: String, payload: [UInt8], text: String) throws {
        let (outcome, output) = try inflated(payload)
        #expect(outcome == .whole, "\(name)")
        #expect(output == Array(text.utf8), "\(name)")
    }

    @Test("What is compressed comes back, each message for itself, and an empty one is one zero")
    func roundTrip() throws {
        let deflater = try Deflater()
        let inflater = try Inflater()
        #expect(deflater.form(of: []) == [0])
        var generator = SplitMix64(state: 5)
        for count in [0, 1, 2, 100, 1023, 16_383, 16_384, 16_385, 32_768, 65_536, 1_000_000] {
            for distinct in [1, 7, 256] {
                let message = (0..<count).map { _ in
                    UInt8.random(in: 0...UInt8(distinct - 1), using: &generator)
                }
                let payload = try #require(deflater.form(of: message))
                // The same message has the same form, whatever was before it.
                #expect(try payload == Deflater().form(of: message))
                var output: [UInt8] = [1, 2]
                #expect(inflater.append(payload, to: &output, most: count) == .whole)
                #expect(output == [1, 2] + message)
            }
        }
    }

    @Test("A message that is cut off anywhere is not a message")
    func truncated() throws {
        let deflater = try Deflater()
        let message = Array("a reading of 64.5 degrees, and another of 64.5 degrees".utf8)
        let payload = try #require(deflater.form(of: message))
        for length in 1..<payload.count {
            #expect(try inflated(Array(payload[..<length])).0 == .malformed, "\(length) bytes")
        }
    }

    @Test("A message that would grow beyond its limit is given up as soon as it does")
    func bomb() throws {
        let deflater = try Deflater()
        let payload = try #require(deflater.form(of: [UInt8](repeating: 0, count: 50_000_000)))
        #expect(payload.count < 60_000)
        let (outcome, output) = try inflated(payload, most: 65_536)
        #expect(outcome == .tooLong)
        #expect(output.count <= 65_536)
        let exact = try #require(deflater.form(of: [UInt8](repeating: 0, count: 1000)))
        #expect(try inflated(exact, most: 1000).0 == .whole)
        #expect(try inflated(exact, most: 999).0 == .tooLong)
    }

    @Test("Random bytes are refused or mean something, never more than the limit")
    func randomBytes() throws {
        let inflater = try Inflater()
        var generator = SplitMix64(state: 6)
        for _ in 0..<20_000 {
            let payload = (0..<Int.random(in: 0..<64, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            var output: [UInt8] = []
            _ = inflater.append(payload, to: &output, most: 500)
            #expect(output.count <= 500)
        }
        var output: [UInt8] = []
        let hello = Self.examples[0]
        #expect(inflater.append(hello.1, to: &output, most: 5) == .whole)
        #expect(output == Array(hello.2.utf8))
    }
}

// Spans cannot be handed to the testing library's macros.
extension Deflater {
    func form(of message: [UInt8]) -> [UInt8]? { deflated(message.span) }
}

extension Inflater {
    func append(_ payload: [UInt8], to output: inout [UInt8], most: Int) -> Outcome {
        inflate(payload.span, into: &output, most: most)
    }
}
