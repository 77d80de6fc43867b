import Crypto
import Testing
import Wire

@Suite("Sealing with AES-256-GCM")
struct SealingKeyTests {
    private func bytes(_ digits: String) throws -> [UInt8] {
        try #require(hexadecimalBytes(digits.utf8))
    }

    private func key(_ digits: String) throws -> SealingKey {
        try SealingKey(Secret(try bytes(digits)))
    }

    private let first = String(repeating: "0f", count: 32)

    /// Test case 16 of "The Galois/Counter Mode of Operation" (McGrew, Viega), which NIST took over.
    @Test("opens what the mode's authors sealed")
    func published() throws {
        let key = try key("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        let sealed = try bytes(
            "cafebabefacedbaddecaf888"
                + "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                + "76fc6ece0f4e1768cddf8853bb2d551b")
        let text = try bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
        let context = try bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        #expect(try key.open(sealed, context: context) == text)
        #expect(try key.open(sealed, context: []) == nil)
    }

    @Test(
        "what is sealed opens again, and is sealed otherwise each time", arguments: [0, 1, 16, 99])
    func roundTrip(count: Int) throws {
        let key = try key(first)
        let text = (0..<count).map { UInt8($0) }
        let sealed = try key.seal(text, context: [7])
        #expect(sealed.count == count + SealingKey.overheadBytes)
        #expect(try key.open(sealed, context: [7]) == text)
        #expect(try key.seal(text, context: [7]) != sealed)
    }

    @Test("any bit changed, another context, another key or too few bytes do not open")
    func refused() throws {
        let key = try key(first)
        let sealed = try key.seal([1, 2, 3], context: [7, 8])
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 1
            #expect(try key.open(changed, context: [7, 8]) == nil)
        }
        #expect(try key.open(sealed, context: [7]) == nil)
        let other = try self.key(String(repeating: "0e", count: 32))
        #expect(try other.open(sealed, context: [7, 8]) == nil)
        for count in [0, 12, 27] {
            #expect(try key.open(Array(sealed.prefix(count)), context: [7, 8]) == nil)
        }
        #expect(try other.identifier(label: [1]) != key.identifier(label: [1]))
        #expect(try key.identifier(label: [1]) > 0)
    }

    @Test("a key of another length is refused", arguments: [0, 16, 31, 33])
    func lengths(count: Int) {
        #expect(throws: CryptoFailure.self) {
            try SealingKey(Secret([UInt8](repeating: 1, count: count)))
        }
    }
}
