/// Which pages may connect: those of the server's own host and of the origins listed. Clients that
/// name no origin are no browsers, and may.
struct CrossOrigin {
    enum Verdict: Equatable {
        /// No origin is named.
        case absent
        case allowed(String)
        case refused
        /// The field holds bytes that no header field may hold.
        case malformed
    }

    /// How long a browser may keep what a preflight request was told: ten minutes, in seconds.
    private static let preflightAge = 600

    let allowed: Set<String>

    func verdict(on headers: EngineIORequest.Headers) -> Verdict {
        guard let origin = headers.origin else { return .absent }
        let isMalformed = origin.utf8.contains { ($0 < 0x20 && $0 != 0x09) || $0 == 0x7F }
        guard !isMalformed else { return .malformed }
        if allowed.contains("*") { return .allowed(origin) }
        guard origin != "null", allowed.contains(origin) || isOwn(origin, host: headers.host) else {
            return .refused
        }
        return .allowed(origin)
    }

    private func isOwn(_ origin: String, host: String?) -> Bool {
        guard let host, !host.isEmpty else { return false }
        return origin == "http://" + host || origin == "https://" + host
    }

    /// What lets the page of an allowed origin read an answer. Credentials are not allowed: tokens
    /// are sent by the page itself.
    func fields(for headers: EngineIORequest.Headers) -> [EngineIOAnswer.Field] {
        guard headers.origin != nil else { return [] }
        let varies = EngineIOAnswer.Field(name: "Vary", value: "Origin")
        guard case .allowed(let origin) = verdict(on: headers) else { return [varies] }
        return [
            varies, EngineIOAnswer.Field(name: "Access-Control-Allow-Origin", value: origin),
        ]
    }

    func preflightAnswer() -> EngineIOAnswer {
        var answer = EngineIOAnswer(status: 204)
        answer.fields = [
            EngineIOAnswer.Field(name: "Access-Control-Allow-Methods", value: "GET, POST"),
            EngineIOAnswer.Field(
                name: "Access-Control-Allow-Headers", value: "Authorization, Content-Type"),
            EngineIOAnswer.Field(
                name: "Access-Control-Max-Age", value: String(Self.preflightAge)),
        ]
        return answer
    }
}
