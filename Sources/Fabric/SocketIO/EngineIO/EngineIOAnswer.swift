import Wire

/// An answer to an HTTP request, without the fields that the server sets itself.
package struct EngineIOAnswer: Equatable, Sendable {
    package struct Field: Equatable, Sendable {
        package var name: String
        package var value: String
    }

    package var status: Int
    package var fields: [Field]
    package var body: [UInt8]

    init(status: Int, contentType: String? = nil, body: [UInt8] = []) {
        self.status = status
        fields = contentType.map { [Field(name: "Content-Type", value: $0)] } ?? []
        self.body = body
    }

    /// What a poll gets. No cache may keep it.
    static func packets(_ payload: PollingPayload) -> EngineIOAnswer {
        var answer = EngineIOAnswer(
            status: 200, contentType: "text/plain; charset=UTF-8", body: payload.bytes)
        answer.fields.append(Field(name: "Cache-Control", value: "no-store"))
        return answer
    }

    /// What a POST gets; clients compare the text.
    static func taken() -> EngineIOAnswer {
        var answer = EngineIOAnswer(status: 200, contentType: "text/html", body: Array("ok".utf8))
        answer.fields.append(Field(name: "Cache-Control", value: "no-store"))
        return answer
    }
}

/// Why a request is not served. The raw value is the code of the protocol; the last one is ours.
package enum EngineIORefusal: Int, Error, CaseIterable, Sendable {
    case unknownTransport = 0
    case unknownSession = 1
    case wrongMethod = 2
    case badRequest = 3
    case forbidden = 4
    case unsupportedVersion = 5
    case tooManySessions = 6

    package var message: String {
        switch self {
        case .unknownTransport: "Transport unknown"
        case .unknownSession: "Session ID unknown"
        case .wrongMethod: "Bad handshake method"
        case .badRequest: "Bad request"
        case .forbidden: "Forbidden"
        case .unsupportedVersion: "Unsupported protocol version"
        case .tooManySessions: "Too many sessions"
        }
    }

    private var status: Int {
        switch self {
        case .forbidden: 403
        case .tooManySessions: 503
        default: 400
        }
    }

    var answer: EngineIOAnswer {
        var json = JSONWriter(capacity: 64)
        json.object { json in
            json.member("code", Int64(rawValue))
            json.member("message", message)
        }
        return EngineIOAnswer(status: status, contentType: "application/json", body: json.bytes)
    }

    /// What a request to open a WebSocket gets: the status is 400 whatever the reason.
    var upgradeAnswer: EngineIOAnswer {
        EngineIOAnswer(status: 400, contentType: "text/html", body: Array(message.utf8))
    }
}
