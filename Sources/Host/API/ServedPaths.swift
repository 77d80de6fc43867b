import Server

/// A path that is served over HTTP, and by which methods.
package struct ServedPath: Equatable, Sendable {
    /// As in the description of the API, such as `/v1/orders/{orderId}/bags`.
    package let template: String
    let methods: [HTTPMethod]
    /// Nil where any segment stands.
    private let segments: [String?]

    fileprivate init(_ template: String, _ methods: HTTPMethod...) {
        self.template = template
        self.methods = methods
        segments = template.dropFirst().split(separator: "/").map {
            $0.hasPrefix("{") ? nil : String($0)
        }
    }

    fileprivate func matches(_ path: [String]) -> Bool {
        path.count == segments.count
            && zip(path, segments).allSatisfy { part, segment in segment == nil || segment == part }
    }

    /// Such as `["GET", "POST"]`.
    package var methodNames: [String] { methods.map(\.rawValue) }
}

/// Everything that is served over HTTP but Socket.IO. What is not in this list is not served: it is
/// asked before anything looks at a request. A test compares it with `Documentation/openapi.yaml`, so
/// no path is served that is not described.
package enum ServedPaths {
    /// Where several match, the first one is meant.
    package static let all: [ServedPath] = [
        ServedPath("/health/live", .get, .head),
        ServedPath("/health/ready", .get, .head),
        ServedPath("/metrics", .get, .head),
        ServedPath("/v1/orders", .post),
        ServedPath("/v1/orders/active", .get),
        ServedPath("/orders/active", .get),
        ServedPath("/v1/orders/{orderId}", .get, .patch),
        ServedPath("/v1/orders/{orderId}/bags", .post),
        ServedPath("/v1/orders/{orderId}/temperature", .get),
        ServedPath("/v1/orders/{orderId}/freshness", .get),
        ServedPath("/v1/orders/{orderId}/flags", .get),
        ServedPath("/v1/orders/{orderId}/checkpoints", .get, .post),
        ServedPath("/v1/alerts", .get),
        ServedPath("/v1/alerts/{number}", .get),
        ServedPath("/v1/alerts/{number}/acknowledge", .post),
        ServedPath("/v1/alerts/{number}/assign", .post),
        ServedPath("/v1/alerts/{number}/comment", .post),
        ServedPath("/v1/alerts/{number}/action", .post),
        ServedPath("/v1/alerts/{number}/release", .post),
        ServedPath("/v1/alerts/{number}/close", .post),
        ServedPath("/v1/alerts/{number}/sign", .post),
        ServedPath("/v1/devices", .get, .post),
        ServedPath("/v1/devices/unknown", .get, .patch, .delete),
        ServedPath("/v1/devices/adopt", .get, .post, .patch, .delete),
        ServedPath("/v1/devices/{deviceId}", .get, .patch, .delete),
        ServedPath("/v1/devices/{deviceId}/calibrations", .get, .post),
        ServedPath("/v1/dead-letters", .get),
        ServedPath("/v1/dead-letters/{letter}/replay", .post),
        ServedPath("/v1/decode", .post),
        ServedPath("/v1/export/readings", .get),
        ServedPath("/v1/export/alerts", .get),
        ServedPath("/v1/export/orders/{orderId}", .get),
        ServedPath("/v1/holds", .get, .post),
        ServedPath("/v1/holds/{hold}", .delete),
        ServedPath("/v1/subjects/{kind}/{person}", .get, .delete),
        ServedPath("/v1/haccp/plan", .get),
        ServedPath("/v1/tokens/refresh", .post),
        ServedPath("/v1/accesses", .get),
        ServedPath("/v1/events", .post),
        ServedPath("/v1/offers/{offerId}/accept", .post),
        ServedPath("/v1/offers/{offerId}/decline", .post),
        ServedPath("/v1/fabric/channels", .get),
        ServedPath("/v1/fabric/connections", .get),
        ServedPath("/v1/fabric/connections/{connection}", .delete),
        ServedPath("/v1/fabric/connections/{connection}/close", .post),
        ServedPath("/v1/fabric/users/{user}/close", .post),
        ServedPath("/v1/stream", .get, .options),
        ServedPath("/v1/stream/orders/{orderId}", .get, .options),
    ]

    /// Whether the engine takes such requests, one after the other in the order in which they came: then
    /// the next one of a connection need not wait for the answer, and many are one commit.
    static func areTakenInOrder(_ method: HTTPMethod, _ path: [String]) -> Bool {
        guard path.count >= 2, path[0] == "v1" else { return false }
        switch method {
        case .post, .patch: return path[1] == "orders" || path[1] == "events"
        case .get, .head, .delete, .options, .other: return false
        }
    }

    /// Why a request is not served: 404 where there is no such path, 405 where there is for another
    /// method; nil where it is served.
    static func refusal(of method: HTTPMethod, _ path: [String]) -> APIResponse? {
        guard let served = all.first(where: { $0.matches(path) }) else { return .notFound }
        if served.methods.contains(method) { return nil }
        return .methodNotAllowed(method, allowed: served.methodNames.joined(separator: ", "))
    }
}
