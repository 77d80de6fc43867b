/// Tokens that were called back before they ran out.
package struct RevocationList: Equatable, Sendable {
    /// By the claim `jti`.
    private var tokens: Set<String> = []
    /// By the claim `sub`: every token issued before an instant, in milliseconds since 1970.
    private var subjects: [String: Int64] = [:]

    package init() {}

    package mutating func revoke(token: String) { tokens.insert(token) }

    package mutating func revoke(tokensOf subject: String, issuedBefore instant: Int64) {
        subjects[subject] = max(subjects[subject] ?? .min, instant)
    }

    package var isEmpty: Bool { tokens.isEmpty && subjects.isEmpty }

    /// - Parameter issuedAt: Milliseconds since 1970; a token that does not say is taken for old.
    package func contains(token: String?, of subject: String, issuedAt: Int64?) -> Bool {
        if let token, tokens.contains(token) { return true }
        guard let instant = subjects[subject] else { return false }
        return (issuedAt ?? .min) < instant
    }
}
