import ColdChain
import Crypto
import Fabric
import Server
import Wire

/// Verifies the tokens that clients show, and renews those of this daemon.
struct TokenDesk {
    private let settings: TokenSettings
    private let verifier: TokenVerifier
    private let issuer: TokenIssuer?

    /// Names no subprotocol: what follows is a token, which a browser can send in no other header
    /// field.
    private static let subprotocolPrefix = "bearer."

    init(_ settings: TokenSettings) throws(StartError) {
        self.settings = settings
        do throws(TokenKeyError) {
            verifier = try TokenVerifier(settings.rules)
            if let secret = settings.secret {
                issuer = try TokenIssuer(secret: secret)
            } else {
                issuer = nil
            }
        } catch {
            throw StartError("token keys: \(error.description)")
        }
    }

    /// Who asks, from the bearer token of the `Authorization` field; or, where a browser cannot set
    /// one, from among the subprotocols or from the query, in this order.
    func identity(
        of head: RequestHead, subprotocols: [String] = [], takesQuery: Bool, now: Timestamp
    ) -> Result<Identity, AccessRefusal> {
        if head.authorization == nil {
            let offered = subprotocols.first { $0.hasPrefix(Self.subprotocolPrefix) }
                .map { String($0.dropFirst(Self.subprotocolPrefix.count)) }
            let asked =
                takesQuery
                ? head.target.queryParameter("access_token") ?? head.target.queryParameter("token")
                : nil
            if let token = offered ?? asked { return identity(token: token, now: now) }
        }
        return identity(authorization: head.authorization, now: now)
    }

    /// Who asks, from the bearer token of the value of an `Authorization` field.
    func identity(
        authorization: String?, now: Timestamp
    ) -> Result<Identity, AccessRefusal> {
        guard let token = bearerToken(in: authorization) else {
            return .failure(AccessRefusal(reason: "no bearer token", response: .unauthorized))
        }
        return identity(token: token, now: now)
    }

    /// Whose token it is.
    func identity(token: String, now: Timestamp) -> Result<Identity, AccessRefusal> {
        do throws(TokenError) {
            let verified = try verifier.verify(token, now: now.milliseconds)
            guard let identity = Identity(verified) else {
                return .failure(AccessRefusal(reason: "unknown role", response: .forbidden))
            }
            return .success(identity)
        } catch {
            return .failure(
                AccessRefusal(reason: error.description, response: .unauthorized))
        }
    }

    /// Whether the token of an identity was called back since.
    func hasRevoked(_ identity: Identity) -> Bool {
        settings.rules.revocations.contains(
            token: identity.tokenID, of: identity.subject,
            issuedAt: identity.issuedAt?.milliseconds)
    }

    /// Exchanges the token of the `Authorization` field for a new one.
    func refresh(_ head: RequestHead, now: Timestamp) -> APIResponse {
        guard let issuer, settings.sessionMaximum > 0 else {
            return .error(
                403, "not_refreshable", "tokens are not issued here: ask whoever issued this one")
        }
        guard let token = bearerToken(in: head.authorization),
            let verified = try? verifier.verify(token, now: now.milliseconds),
            // Which the leeway for another's clock does not cover.
            verified.expiresAt > now.milliseconds
        else { return .unauthorized }
        do throws(TokenRefreshError) {
            let issued = try issuer.refreshed(
                verified, lifetime: settings.refreshLifetime, session: settings.sessionMaximum,
                now: now.milliseconds)
            return .json { writer in
                writer.member("token", issued.text)
                writer.member("tokenType", "Bearer")
                writer.member("expiresAt", instant: issued.expiresAt)
                writer.member("expiresIn", (issued.expiresAt - now.milliseconds) / 1000)
            }
        } catch {
            switch error {
            case .foreign: return .error(403, "not_refreshable", error.description)
            case .sessionOver: return .error(403, "session_over", error.description)
            case .cryptography:
                return .error(500, "not_signed", "the token could not be signed; try again")
            }
        }
    }

    /// The scheme's name is case-insensitive (RFC 9110 §11.1).
    private func bearerToken(in field: String?) -> String? {
        guard let field else { return nil }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }
}

/// Why a request was refused: the reason for the log, the answer for the bearer.
struct AccessRefusal: Error {
    var reason: String
    var response: APIResponse
}

extension Identity {
    /// Nil where the fabric knows no such role.
    fileprivate init?(_ verified: VerifiedToken) {
        guard let role = Role(name: verified.role) else { return nil }
        self.init(
            subject: verified.subject, role: role,
            site: verified.site ?? verified.cafe(of: role),
            expiresAt: Timestamp(milliseconds: verified.expiresAt))
        if role == .employee {
            counters = verified.claims["counters"]?.array?.compactMap(\.string) ?? []
        }
        personName = verified.claims["name"]?.string
        tokenID = verified.claims["jti"]?.string
        issuedAt = verified.issuedAt.map { Timestamp(milliseconds: $0) }
        if let words = verified.scopes { scopes = ChannelScopes(words) }
        requestTier = verified.claims["tier"]?.string
        isQualifiedIndividual =
            role == .foodSafety
            || (role.seesAlerts && verified.scopes?.contains(Role.foodSafety.name) == true)
    }
}

extension VerifiedToken {
    /// The cafe that a claim of the cafes' own names, for the roles that only have one.
    fileprivate func cafe(of role: Role) -> String? {
        switch role {
        case .customer, .employee, .manager: claims["cafeId"]?.string
        default: nil
        }
    }
}
