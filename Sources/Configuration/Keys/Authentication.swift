extension Configuration {
    /// Whose bearer tokens (JWT) are accepted. Each key is good for one algorithm only.
    package struct Authentication: Equatable, Sendable {
        package var hs256Secret: ConfiguredSecret?
        package var hs256SecretFile: String?
        package var rs256KeyFiles: [String] = []
        package var es256KeyFiles: [String] = []
        package var edDSAKeyFiles: [String] = []
        package var keySetFile: String?
        package var revokedFile: String?
        package var issuer: String?
        package var audience: String?
        package var clockLeeway = Duration.seconds(30)
        package var expiryWarning = Duration.seconds(60)
        package var refreshLifetime = Duration.seconds(15 * 60)
        package var sessionMaximum = Duration.seconds(12 * 3600)

        /// Whether no key is configured at all, so that the daemon has to make its own.
        package var hasNoKey: Bool {
            hs256Secret == nil && hs256SecretFile == nil && rs256KeyFiles.isEmpty
                && es256KeyFiles.isEmpty && edDSAKeyFiles.isEmpty && keySetFile == nil
        }

        package init() {}
    }
}

extension Configuration.Authentication: Section {
    // RFC 7518 §3.2: a key as long as the hash at least.
    private static let secret = ValueType<ConfiguredSecret>.secret(minimumBytes: 32)

    static let keys: [Key<Self>] = [
        Key(
            "hs256_secret_file", \.hs256SecretFile, .privateFile,
            example: "/etc/freshwire/hs256-secret", isReloadable: true,
            """
            A file with the secret that tokens are signed with (HS256), of 32 bytes at least; \
            where no key at all is set, one is made in the store's directory.
            """),
        Key(
            "hs256_secret", \.hs256Secret, secret,
            example: ConfiguredSecret(Array("a secret of at least 32 random bytes".utf8)),
            isReloadable: true,
            "The same secret written out; meant for the environment, a file is safer."),
        Key(
            "rs256_key_files", \.rs256KeyFiles, .list(of: .file, count: 0...16),
            isReloadable: true,
            "Files with the public keys of issuers that sign with RS256."),
        Key(
            "es256_key_files", \.es256KeyFiles, .list(of: .file, count: 0...16),
            isReloadable: true,
            "Files with the public keys of issuers that sign with ES256."),
        Key(
            "eddsa_key_files", \.edDSAKeyFiles, .list(of: .file, count: 0...16),
            isReloadable: true,
            "Files with the public keys of issuers that sign with EdDSA on Ed25519."),
        Key(
            "jwks_file", \.keySetFile, .file, example: "/etc/freshwire/jwks.json",
            isReloadable: true,
            """
            A JSON Web Key Set with the public keys of issuers, each good for one algorithm; read \
            again at a reload.
            """),
        Key(
            "revoked_file", \.revokedFile, .file, example: "/etc/freshwire/revoked-tokens",
            isReloadable: true,
            """
            Tokens that were called back, one a line: 'jti ID', or 'sub ID TIME' for all that a \
            user was given before; read again at a reload.
            """),
        Key(
            "issuer", \.issuer, .text(), example: "https://login.example.com/",
            isReloadable: true,
            "The issuer (iss) that a token has to name; any where unset."),
        Key(
            "audience", \.audience, .text(), example: "freshwire", isReloadable: true,
            "The audience (aud) that a token has to name; any where unset."),
        Key(
            "clock_leeway", \.clockLeeway, .duration(.zero ... .seconds(300)),
            isReloadable: true,
            "How far the issuer's clock may be off when exp and nbf are checked."),
        Key(
            "expiry_warning", \.expiryWarning, .duration(.seconds(1) ... .seconds(3600)),
            """
            How long before a token runs out its client is warned, so that it can show another in \
            the open connection; TableTap has a key of its own.
            """),
        Key(
            "refresh_lifetime", \.refreshLifetime, .duration(.seconds(60) ... .seconds(86_400)),
            isReloadable: true,
            "How long a token holds that POST /v1/tokens/refresh gives for one of this daemon's own."
        ),
        Key(
            "session_maximum", \.sessionMaximum, .duration(.zero ... .seconds(31 * 86_400)),
            isReloadable: true,
            """
            How long after somebody logged in their tokens can be refreshed; 0s refreshes none.
            """),
    ]
}
