import Configuration
package import Crypto
package import Fabric
import Wire

extension MessageSigning {
    /// As the configuration says; nil where nothing is signed and nothing verified.
    static func configured(
        _ settings: Configuration.Signatures
    ) throws(StartError) -> MessageSigning? {
        guard settings.secretFile != nil || settings.userSecretFile != nil else { return nil }
        return signing(
            with: try secret(settings.secretFile), users: try secret(settings.userSecretFile),
            isRequired: settings.isRequired)
    }

    /// - Parameters:
    ///   - secret: Signs what is sent, the same for everybody: one signature a message.
    ///   - users: What each user's own secret is made from; where nil, users sign with `secret`.
    package static func signing(
        with secret: Secret?, users: Secret?, isRequired: Bool
    ) -> MessageSigning {
        MessageSigning(
            signature: { signed in secret.flatMap { signature(of: signed, by: $0) } },
            isGenuine: { signed, signature, user in
                guard let secret = users.map({ ownSecret(of: user, from: $0) }) ?? secret,
                    let expected = MessageSigning.signature(of: signed, by: secret)
                else { return false }
                return isEqualInConstantTime(expected.span, signature.span)
            },
            isRequired: isRequired)
    }

    /// The secret that a user signs with: the platform makes it from the same two, and hands it over
    /// with the token. It is used as it stands, as 64 hexadecimal digits.
    package static func ownSecret(of user: String, from secret: Secret) -> Secret? {
        signature(of: Array(user.utf8), by: secret).map { Secret($0) }
    }

    /// HMAC-SHA256 in lower-case hexadecimal digits; nil where the library has no memory for it.
    private static func signature(of message: [UInt8], by secret: Secret) -> [UInt8]? {
        guard let code = try? hmacSHA256(message.span, key: secret) else { return nil }
        return Array(hexadecimal(code).utf8)
    }

    /// Shorter ones can be guessed.
    private static let minimumBytes = 24

    private static func secret(_ file: String?) throws(StartError) -> Secret? {
        guard let file else { return nil }
        let secret: Secret
        do throws(TextFileError) {
            secret = Secret(try TextFile.readSecret(file).revealed)
        } catch {
            throw StartError(error.description)
        }
        guard secret.count >= minimumBytes else {
            throw StartError("\(file) is shorter than \(minimumBytes) bytes, which can be guessed")
        }
        return secret
    }
}
