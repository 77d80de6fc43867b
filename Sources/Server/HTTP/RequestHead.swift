package enum HTTPMethod: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case patch = "PATCH"
    case delete = "DELETE"
    case options = "OPTIONS"
    /// Any other; only under the paths where the owner answers every method. No method is spelt so.
    case other = "(other)"
}

/// What a request asks for.
package struct RequestTarget: Equatable, Sendable {
    /// The path as it was sent, such as `/v1/orders/a%2Fb`; `*` for the server as a whole.
    package let path: String
    /// The path's segments, each percent-decoded by itself: a `%2F` does not split, and none is
    /// `.`, `..` or holds a control character. `/v1/orders/` ends with an empty segment.
    package let segments: [String]
    /// The text after `?` as it was sent; empty where there is none.
    package let query: String

    /// The decoded value of the first parameter of that name.
    package func queryParameter(_ name: String) -> String? {
        for item in query.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = item.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = parts.first, PercentCoding.decodeForm(first) == name else { continue }
            return parts.count == 2 ? PercentCoding.decodeForm(parts[1]) : ""
        }
        return nil
    }

    /// The decoded names of the parameters, in their order; one that cannot be decoded is shown as
    /// it was sent.
    package var queryParameterNames: [String] {
        query.utf8.split(separator: UInt8(ascii: "&")).map { item in
            let name = item.prefix { $0 != UInt8(ascii: "=") }
            return PercentCoding.decodeForm(name) ?? String(decoding: name, as: UTF8.self)
        }
    }
}

/// Request line and the header fields that this daemon reads.
package struct RequestHead: Equatable, Sendable {
    package let method: HTTPMethod
    package let target: RequestTarget
    package internal(set) var host: String?
    package internal(set) var authorization: String?
    package internal(set) var contentType: String?
    package internal(set) var origin: String?
    package internal(set) var lastEventID: String?
    package internal(set) var userAgent: String?
    /// Whether the connection may serve another request after this one.
    package internal(set) var keepsAlive = false
    /// HTTP/1.1; the alternative is HTTP/1.0.
    package let isVersion11: Bool
    var contentLength = 0
    var expectsContinue = false
    var upgrade = UpgradeFields()

    /// The fields of a WebSocket handshake, not yet checked.
    struct UpgradeFields: Equatable, Sendable {
        var connectionTokens: [String] = []
        var protocols: [String] = []
        var key: String?
        var version: String?
        var subprotocols: [String] = []
        /// As offered, not yet taken apart.
        var extensions = ""
    }

    init(method: HTTPMethod, target: RequestTarget, isVersion11: Bool) {
        self.method = method
        self.target = target
        self.isVersion11 = isVersion11
    }
}

/// A request that cannot be served, and the status that says why.
package struct RequestFault: Error, Equatable {
    package let status: Int
    /// For the body of the answer; says what to mend.
    package let reason: String

    init(_ status: Int, _ reason: String) {
        self.status = status
        self.reason = reason
    }
}
