import Foundation
import InteropSupport

/// Tokens and keys made by PyJWT, for one instant.
struct ForeignTokens: Decodable, Sendable {
    var secret: String
    var keys: [String: String]
    /// Sets of keys, as their texts.
    var sets: [String: String]
    var tokens: [String: String]

    /// 2027-01-15T08:00:00Z, in seconds since 1970.
    static let now: Int64 = 1_800_000_000

    static let made = Result {
        try JSONDecoder().decode(
            ForeignTokens.self, from: Python.output(of: "tokens.py", [String(now)]))
    }
}
