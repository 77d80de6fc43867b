import Crypto
import Testing

@Suite("Sealed messages")
struct SealedMessageTests {
    struct Vector: Sendable {
        var key: String
        var nonce: String
        var associated: String
        var sealed: String
        var tag: String
        var message: String
    }

    static let vectors = [
        // RFC 3610 §8, packet vector 1: tag of 8 bytes, nonce of 13.
        Vector(
            key: "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", nonce: "00000003020100a0a1a2a3a4a5",
            associated: "0001020304050607",
            sealed: "588c979a61c663d2f066d0c2c0f989806d5f6b61dac384",
            tag: "17e8d12cfdf926e0",
            message: "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e"),
        // RFC 3610 §8, packet vector 7: tag of 10 bytes.
        Vector(
            key: "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf", nonce: "00000009080706a0a1a2a3a4a5",
            associated: "0001020304050607",
            sealed: "0135d1b2c95f41d5d1d4fec185d166b8094e999dfed96c", tag: "048c56602c97acbb7490",
            message: "08090a0b0c0d0e0f101112131415161718191a1b1c1d1e"),
        // NIST SP 800-38C, example 1: tag of 4 bytes, nonce of 7.
        Vector(
            key: "404142434445464748494a4b4c4d4e4f", nonce: "10111213141516",
            associated: "0001020304050607", sealed: "7162015b", tag: "4dac255d",
            message: "20212223"),
    ]

    @Test("open where key, nonce, associated data and tag are theirs", arguments: vectors)
    func opens(vector: Vector) throws {
        let opener = try SealedMessageOpener()
        var message: [UInt8] = [1, 2, 3]
        for _ in 0..<3 {
            #expect(try open(vector, by: opener, &message))
            #expect(message == bytes(vector.message))
        }
    }

    @Test("stay shut where a single bit differs", arguments: vectors)
    func staysShut(vector: Vector) throws {
        let opener = try SealedMessageOpener()
        for part in [\Vector.key, \.nonce, \.associated, \.sealed, \.tag] {
            var changed = vector
            changed[keyPath: part] = flippingLastBit(vector[keyPath: part])
            var message: [UInt8] = []
            #expect(try !open(changed, by: opener, &message))
            #expect(message.isEmpty)
            // What failed leaves nothing behind.
            #expect(try open(vector, by: opener, &message))
        }
    }

    @Test("of lengths that the cipher does not have are refused")
    func lengths() throws {
        let opener = try SealedMessageOpener()
        let vector = Self.vectors[0]
        for (part, text) in [
            (\Vector.key, "00"), (\.nonce, "000102030405"), (\.tag, "00"), (\.tag, "0001020304"),
            (\.sealed, ""),
        ] {
            var changed = vector
            changed[keyPath: part] = text
            var message: [UInt8] = []
            #expect(throws: CryptoFailure.self) { try open(changed, by: opener, &message) }
        }
    }

    private func open(
        _ vector: Vector, by opener: SealedMessageOpener, _ message: inout [UInt8]
    ) throws -> Bool {
        let sealed = bytes(vector.sealed)
        let tag = bytes(vector.tag)
        let nonce = bytes(vector.nonce)
        let associated = bytes(vector.associated)
        return try opener.open(
            sealed.span, tag: tag.span, nonce: nonce.span, associated: associated.span,
            key: Secret(bytes(vector.key)), into: &message)
    }

    private func flippingLastBit(_ text: String) -> String {
        var bytes = bytes(text)
        bytes[bytes.count - 1] ^= 1
        return bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func bytes(_ text: String) -> [UInt8] {
        let digits = Array(text.utf8).map { UInt8($0 < 58 ? $0 - 48 : $0 - 87) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
