import ColdChain
import Configuration
import Crypto
import System
import Wire

/// How bearer tokens are verified and renewed, as the configuration and the files it names say.
struct TokenSettings: Equatable, Sendable {
    var rules: TokenRules
    /// What new tokens are signed with; nil where tokens come from elsewhere only.
    var secret: Crypto.Secret?
    /// Of a refreshed token, in seconds.
    var refreshLifetime: Int64
    /// How long after its login a token can be refreshed, in seconds.
    var sessionMaximum: Int64
    /// What of the key set is not used, and why.
    var passedOver: [String] = []

    private static let listBytes = 4 << 20

    /// - Throws: Where a daemon must not start with these, or go on by them.
    init(_ configuration: Configuration) throws(StartError) {
        let settings = configuration.authentication
        var keys = try TokenKeys.load(configuration)
        if let path = settings.keySetFile {
            let text = try Self.read(path, limit: TokenKeySet.maximumBytes + 1)
            do throws(TokenKeyError) {
                let set = try TokenKeySet(text)
                keys += set.keys
                passedOver = set.passedOver
            } catch {
                throw StartError("auth.jwks_file: \(path): \(error.description)")
            }
        }
        rules = TokenRules(
            keys: keys, issuer: settings.issuer, audience: settings.audience)
        rules.leewaySeconds = settings.clockLeeway.wholeSeconds
        secret = try TokenKeys.hs256Secret(configuration)
        refreshLifetime = settings.refreshLifetime.wholeSeconds
        sessionMaximum = settings.sessionMaximum.wholeSeconds
        if let path = settings.revokedFile {
            rules.revocations = try Self.revocations(
                try Self.read(path, limit: Self.listBytes), path)
        }
        do throws(TokenKeyError) {
            _ = try TokenVerifier(rules)
        } catch {
            throw StartError("token keys: \(error.description)")
        }
    }

    /// Says which keys are not used: their issuer's tokens will be refused.
    func warn(_ log: Log) {
        for reason in passedOver {
            log.warning("key of auth.jwks_file not used", ["reason": reason])
        }
    }

    private static func read(_ path: String, limit: Int) throws(StartError) -> [UInt8] {
        try StartError.catching { () throws(SystemError) in try File.read(path, limit: limit) }
    }

    /// Lines of `jti ID` and `sub ID TIME`; an empty one and one that begins with `#` say nothing. A
    /// list that is not understood revokes nothing silently: it is refused.
    private static func revocations(
        _ text: [UInt8], _ path: String
    ) throws(StartError) -> RevocationList {
        var list = RevocationList()
        let lines = String(decoding: text, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        for (place, line) in lines.enumerated() {
            let words = line.split(whereSeparator: \.isWhitespace)
            if words.isEmpty || words[0].hasPrefix("#") { continue }
            if words.count == 2, words[0] == "jti" {
                list.revoke(token: String(words[1]))
            } else if words.count == 3, words[0] == "sub",
                let instant = RFC3339.parse(String(words[2]))
            {
                list.revoke(tokensOf: String(words[1]), issuedBefore: instant)
            } else {
                throw StartError(
                    "auth.revoked_file: \(path): line \(place + 1) is neither"
                        + " 'jti ID' nor 'sub ID 2026-11-20T12:00:00Z'")
            }
        }
        return list
    }
}
