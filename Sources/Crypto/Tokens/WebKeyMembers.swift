internal import Wire

/// What the members of a JSON Web Key say of its use.
enum WebKeyMembers {
    /// The one algorithm that the key is good for: what it says itself, else what its type means.
    static func algorithm(of fields: JSON) throws(TokenKeyError) -> TokenAlgorithm {
        let possible: [TokenAlgorithm]
        switch (fields["kty"]?.string, fields["crv"]?.string) {
        case ("oct", _): possible = [.hs256]
        case ("RSA", _): possible = [.rs256, .ps256]
        case ("EC", "P-256"): possible = [.es256]
        case ("OKP", "Ed25519"): possible = [.edDSA]
        case ("EC", let curve), ("OKP", let curve):
            throw .unsupported("curve \(curve ?? "unknown")")
        case (let type, _): throw .unsupported("type \(type ?? "unknown")")
        }
        if let use = fields["use"], use.string != "sig" {
            throw .unsupported("use \(use.string ?? "unknown")")
        }
        if let operations = fields["key_ops"],
            operations.array?.contains(where: { $0.string == "verify" }) != true
        {
            throw .unsupported("it is not for verifying")
        }
        guard let stated = fields["alg"] else { return possible[0] }
        guard let algorithm = stated.string.flatMap({ TokenAlgorithm(name: $0) }),
            possible.contains(algorithm)
        else { throw .unsupported("algorithm \(stated.string ?? "unknown")") }
        return algorithm
    }
}
