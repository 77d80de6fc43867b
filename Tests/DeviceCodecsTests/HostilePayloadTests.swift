import ColdChain
import DeviceCodecs
import JSONText
import Testing

@Suite("Payloads made to hurt (B-8)")
struct HostilePayloadTests {
    private static let megabyte = 1 << 20

    /// A payload that is not printed whole where a test fails.
    struct Bomb: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var start = ""
        var piece: String
        var count: Int
        var end = ""

        var payload: [UInt8] {
            Array((start + String(repeating: piece, count: count) + end).utf8)
        }
    }

    @Test(
        "B-8: what is too large, too deep or too long is refused for that reason",
        arguments: [
            (Bomb(testDescription: "arrays", piece: "[", count: megabyte), .tooDeep),
            (Bomb(testDescription: "objects", piece: "{\"a\":", count: megabyte / 5), .tooDeep),
            (
                Bomb(
                    testDescription: "arrays in a row", start: "{\"temperature\":4,\"x\":",
                    piece: "[", count: 64), .tooDeep
            ),
            (Bomb(testDescription: "space", piece: " ", count: megabyte), .emptyPayload),
            (Bomb(testDescription: "more space", piece: " ", count: megabyte + 1), .tooLarge),
            (
                Bomb(testDescription: "rows", start: "[", piece: "{},", count: 10_000, end: "{}]"),
                .tooManyRows
            ),
            (
                Bomb(
                    testDescription: "readings without an end", start: "[",
                    piece: "{\"temperature\":4},", count: 10_001), .tooManyRows
            ),
            (
                Bomb(testDescription: "numbers", start: "[", piece: "0,", count: 200_000),
                .tooManyRows
            ),
            (
                Bomb(
                    testDescription: "digits", start: "{\"temperature\":", piece: "9",
                    count: megabyte - 16, end: "}"), .notFinite
            ),
            (
                Bomb(
                    testDescription: "an open string", start: "{\"temperature\":4,\"x\":\"",
                    piece: "y", count: megabyte - 30), .notJSON
            ),
            (Bomb(testDescription: "backslashes", piece: "\\", count: megabyte), .notJSON),
            (Bomb(testDescription: "quotes", piece: "\"", count: megabyte), .notJSON),
            (Bomb(testDescription: "empty names", piece: "{\"\":", count: 200_000), .tooDeep),
        ] as [(Bomb, DecodingReason)])
    func bomb(bomb: Bomb, expected: DecodingReason) throws {
        let outcome = try decode(bomb.payload, with: shipped("generic/bag"))
        #expect(outcome == .failure(expected))
    }

    @Test("B-8: 10,000 rows are a message, and so is one of a megabyte")
    func largest() throws {
        let rows = [String](repeating: "{\"temperature\":4}", count: 10_000)
        let batch = "[" + rows.joined(separator: ",") + "]"
        let outcome = try decode(Array(batch.utf8), with: shipped("generic/bag"))
        let isWhole =
            outcome == .samples([Decoded](repeating: Decoded(temperature: 4), count: 10_000))
        #expect(isWhole)
        let start = "{\"temperature\":4,\"x\":\""
        let long =
            start + String(repeating: "y", count: Self.megabyte - start.utf8.count - 2) + "\"}"
        let longOutcome = try decode(Array(long.utf8), with: shipped("generic/bag"))
        #expect(longOutcome == .samples([Decoded(temperature: 4)]))
    }

    @Test("B-8: the limits are settings")
    func limits() throws {
        let limits = JSONLimits(maximumBytes: 50, maximumDepth: 2, maximumRows: 1)
        let bag = try shipped("generic/bag")
        let cases: [(String, Outcome)] = [
            ("[{\"temperature\":4}]", .samples([Decoded(temperature: 4)])),
            ("[{\"temperature\":4},{}]", .failure(.tooManyRows)),
            ("[{\"temperature\":[]}]", .failure(.tooDeep)),
            (String(repeating: "x", count: 51), .failure(.tooLarge)),
        ]
        for (payload, expected) in cases {
            #expect(try decode(Array(payload.utf8), with: bag, limits: limits) == expected)
        }
    }

    @Test(
        "B-8: bytes that are no UTF-8 are refused wherever they stand",
        arguments: [
            [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
        ] as [[UInt8]])
    func invalidUTF8(bytes: [UInt8]) throws {
        let inside = Array("{\"temperature\":4,\"x\":\"".utf8) + bytes + Array("\"}".utf8)
        #expect(try decode(inside, with: shipped("generic/bag")) == .failure(.invalidUTF8))
        let behind = Array("{\"temperature\":4}".utf8) + bytes
        #expect(try decode(behind, with: shipped("generic/bag")) == .failure(.invalidUTF8))
    }

    @Test("B-8: a message cut at any byte is refused, never half recorded")
    func cut() throws {
        let catalogue = try ProfileCatalogue([shipped("generic/bag")])
        var decoder = try PayloadDecoder(catalogue)
        var batch = SampleBatch()
        let payload = Array(
            #"[{"t":1795176000000,"temperature":-4.25e0,"x":"\u00e9€"},{"t":1,"temperature":4}]"#
                .utf8)
        for length in 1..<payload.count {
            let outcome = try decode(
                Array(payload.prefix(length)), catalogue, &decoder, &batch)
            #expect(outcome == .failure(.notJSON) || outcome == .failure(.invalidUTF8))
        }
    }
}
