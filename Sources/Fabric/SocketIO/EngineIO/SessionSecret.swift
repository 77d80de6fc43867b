import Wire

/// Makes session identifiers: whoever knows one may speak for its session.
struct SessionSecret {
    /// Random bytes of an identifier; with the four of the counter they are 15, which are 20
    /// letters of base64url without padding.
    private static let randomBytes = 11

    static let letters = 20

    /// Keeps two identifiers apart whatever the generator gives.
    private var made: UInt32 = 0

    mutating func next(from random: inout some RandomNumberGenerator) -> String {
        var bytes = (0..<Self.randomBytes).map { _ in
            UInt8.random(in: .min ... .max, using: &random)
        }
        for shift in [24, 16, 8, 0] as [UInt32] {
            bytes.append(UInt8(truncatingIfNeeded: made >> shift))
        }
        made &+= 1
        return Base64.urlSafe.encode(bytes)
    }
}
