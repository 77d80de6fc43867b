import Crypto
import Testing

@Suite("The signatures printed in RFC 7515 are found good")
struct PublishedTokenTests {
    static let claims =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFt"
        + "cGxlLmNvbS9pc19yb290Ijp0cnVlfQ"

    static let vectors = [
        (  // A.1
            #"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75"#
                + #"aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#,
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", claims,
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        ),
        (  // A.3
            #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
                + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#,
            "eyJhbGciOiJFUzI1NiJ9", claims,
            "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
                + "pmWQxfKTUJqPP3-Kg6NU1Q"
        ),
    ]

    /// The example's claims name no subject, which is looked for once the signature is good.
    @Test("A.1 and A.3 get as far as their claims", arguments: vectors)
    func signature(key: String, header: String, claims: String, signature: String) throws {
        let verifier = try TokenVerifier(TokenRules(keys: [TokenKey(.jwk(Secret(utf8: key)))]))
        #expect(throws: TokenError.missingClaim("sub")) {
            try verifier.verify("\(header).\(claims).\(signature)", now: 0)
        }
        let spoiled = "A" + signature.dropFirst()
        #expect(throws: TokenError.badSignature) {
            try verifier.verify("\(header).\(claims).\(spoiled)", now: 0)
        }
    }
}
