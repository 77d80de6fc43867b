extension Configuration {
    /// Whose bearer tokens (JWT) are accepted. Each key is good for one algorithm only.
    package struct Authentication: Equatable, Sendable {
        package var hs256Secret: ConfiguredSecret?
        package var hs256SecretFile: String?
        package var rs256KeyFiles: [String] = []
        package var es256KeyFiles: [String] = []
        package var issuer: String?
        package var audience: String?
        package var clockLeeway = Duration.seconds(30)

        /// Whether no key is configured at all, so that the daemon has to make its own.
        package var hasNoKey: Bool {
            hs256Secret == nil && hs256SecretFile == nil && rs256KeyFiles.isEmpty
                && es256KeyFiles.isEmpty
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
            example: "/etc/freshwire/hs256-secret",
            """
            A file with the secret that tokens are signed with (HS256), of 32 bytes at least; \
            where no key at all is set, one is made in the store's directory.
            """),
        Key(
            "hs256_secret", \.hs256Secret, secret,
            example: ConfiguredSecret(Array("a secret of at least 32 random bytes".utf8)),
            "The same secret written out; meant for the environment, a file is safer."),
        Key(
            "rs256_key_files", \.rs256KeyFiles, .list(of: .file, count: 0...16),
            "Files with the public keys of issuers that sign with RS256."),
        Key(
            "es256_key_files", \.es256KeyFiles, .list(of: .file, count: 0...16),
            "Files with the public keys of issuers that sign with ES256."),
        Key(
            "issuer", \.issuer, .text(), example: "https://login.example.com/",
            "The issuer (iss) that a token has to name; any where unset."),
        Key(
            "audience", \.audience, .text(), example: "freshwire",
            "The audience (aud) that a token has to name; any where unset."),
        Key(
            "clock_leeway", \.clockLeeway, .duration(.zero ... .seconds(300)),
            "How far the issuer's clock may be off when exp and nbf are checked."),
    ]
}
