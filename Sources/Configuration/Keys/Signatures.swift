extension Configuration {
    /// What is signed beside TLS, so that it can be verified behind it (W-14, T-14).
    package struct Signatures: Equatable, Sendable {
        /// Signs what is sent; nil where that is not signed.
        package var secretFile: String?
        /// What each user's own secret is made from; without it users sign with that of above.
        package var userSecretFile: String?
        package var isRequired = false

        package init() {}
    }

    /// What only its recipient can read, whoever else the bytes pass through (T-14).
    package struct Sealing: Equatable, Sendable {
        package enum Mode: String, CaseIterable, Sendable {
            case off
            /// For those whose key is known; in clear for others.
            case known
            /// For those whose key is known; left out for others.
            case required
        }

        package var mode = Mode.off
        package var recipientsFile: String?

        package init() {}
    }
}

extension Configuration.Sealing.Mode: Choice {}

extension Configuration.Signatures: Section {
    static let keys: [Key<Self>] = [
        Key(
            "secret_file", \.secretFile, .privateFile, example: "/etc/freshwire/message-secret",
            "A file with the secret that signs what is sent (HMAC-SHA256), of 24 bytes at least."),
        Key(
            "user_secret_file", \.userSecretFile, .privateFile,
            example: "/etc/freshwire/user-secret",
            """
            A file with the secret that each user's own is made from, of 24 bytes at least; \
            without it clients sign with the secret of secret_file.
            """),
        Key(
            "required", \.isRequired, .truth,
            "Whether messages of clients without a signature are refused."),
    ]
}

extension Configuration.Sealing: Section {
    static let keys: [Key<Self>] = [
        Key(
            "mode", \.mode, .choice,
            """
            Whether sensitive members are encrypted: never (off), for clients with a known key \
            (known), or so and left out for all others (required).
            """),
        Key(
            "recipients_file", \.recipientsFile, .privateFile,
            example: "/etc/freshwire/recipients.jwks",
            "The keys of recipients (a JSON Web Key Set), each named for a user, site or role."),
    ]
}

extension Configuration.Signatures {
    func check(_ findings: inout Findings) {
        guard isRequired, secretFile == nil, userSecretFile == nil else { return }
        findings.error(
            "needs server.signatures.secret_file or user_secret_file to verify with",
            at: "server.signatures.required",
            comparing: [
                "server.signatures.secret_file", "server.signatures.user_secret_file",
            ])
    }
}

extension Configuration.Sealing {
    func check(_ findings: inout Findings) {
        guard mode == .known, recipientsFile == nil else { return }
        findings.error(
            "needs server.sealing.recipients_file", at: "server.sealing.mode",
            comparing: ["server.sealing.recipients_file"])
    }
}
