internal import Wire

/// The keys of a JSON Web Key Set (RFC 7517 §5) that tokens can be checked with.
package struct TokenKeySet: Equatable, Sendable {
    /// More keys than issuers publish while they exchange theirs; it bounds how many are tried for a
    /// token that names none.
    package static let maximumKeys = 32
    /// More than so many keys need, in bytes.
    package static let maximumBytes = 256 << 10

    package private(set) var keys: [TokenKey] = []
    /// Which keys of the set are not used, and why, for the log. RFC 7517 has those that are not
    /// understood ignored.
    package private(set) var passedOver: [String] = []

    /// - Throws: Where the set must not be used at all: it is none, gives away a private or a shared
    ///   key, calls two keys by one name, or has none that tokens can be checked with.
    package init(_ text: [UInt8]) throws(TokenKeyError) {
        guard text.count <= Self.maximumBytes, let set = JSON(tokenText: text),
            let members = set["keys"]?.array, members.count <= Self.maximumKeys
        else { throw .noKeySet(maximum: Self.maximumKeys) }
        var names: Set<String> = []
        for (place, fields) in members.enumerated() {
            if Self.givesAway(fields) { throw .privateKey }
            do throws(TokenKeyError) {
                let key = try Self.key(fields)
                if let name = key.identifier, !names.insert(name).inserted {
                    throw TokenKeyError.sameName(name)
                }
                keys.append(key)
            } catch {
                if case .sameName = error { throw error }
                let name = fields["kid"]?.string.map { " (\($0.prefix(64)))" } ?? ""
                passedOver.append("key \(place + 1)\(name): \(error.description)")
            }
        }
        guard !keys.isEmpty else { throw .noKeys }
    }

    /// Whether a key is in a public set that belongs to its owner alone, whatever it is for.
    private static func givesAway(_ fields: JSON) -> Bool {
        fields["d"] != nil || fields["k"] != nil || fields["kty"] == "oct"
    }

    /// - Throws: Where the key is none that a token can be checked with.
    private static func key(_ fields: JSON) throws(TokenKeyError) -> TokenKey {
        _ = try WebKeyMembers.algorithm(of: fields)
        var writer = JSONWriter()
        writer.value(fields)
        let key = TokenKey(.jwk(Secret(writer.bytes)), identifier: fields["kid"]?.string)
        _ = try LoadedKey(key)
        return key
    }
}
