internal import COpenSSL
internal import Wire

/// A UUID of version 5 (RFC 9562 §5.5): the same name in the same namespace has the same one,
/// wherever it is made. The SHA-1 in it tells names apart and guards nothing.
package struct NameBasedUUID: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// RFC 9562 §6.6: the namespace of names that are URLs, of which URNs are some.
    package static let urlNamespace = NameBasedUUID(
        high: 0x6ba7_b811_9dad_11d1, low: 0x80b4_00c0_4fd4_30c8)

    private init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    package init(of name: [UInt8], in namespace: NameBasedUUID) throws(CryptoFailure) {
        let message = namespace.bytes + name
        var digest = [UInt8](repeating: 0, count: 20)
        // Writes the 20 bytes that `digest` has.
        let isMade = unsafe EVP_Digest(message, message.count, &digest, nil, EVP_sha1(), nil) == 1
        guard isMade else { throw CryptoFailure(operation: "SHA-1") }
        let high = digest[..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let low = digest[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        self.high = high & ~0xF000 | 0x5000
        self.low = low & ~(0b11 << 62) | 0b10 << 62
    }

    private var bytes: [UInt8] {
        [high, low].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> (56 - 8 * UInt64($0))) }
        }
    }

    /// Such as `2ed6657d-e927-568b-95e1-2665a8aea6a2`.
    package var text: String {
        let digits = Array(hexadecimal(bytes))
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
            .joined(separator: "-")
    }
}
