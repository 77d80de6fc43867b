import ColdChain
import Fabric
import Server
import System
import Wire

// What is asked of the fabric's own state: answered here, because it is nowhere else.
extension FabricLoop {
    /// Entries of an answer by default and at most.
    private static let defaultEntries = 100
    private static let maximumEntries = 1_000

    func answerOfFabric(
        to request: HTTPRequest, by identity: Identity, now: Moment
    ) -> APIResponse {
        let segments = request.head.target.segments
        do throws(AccessRefusal) {
            guard segments.starts(with: ["v1", "fabric"]) else {
                return try activeOrders(request, of: identity, now: now)
            }
            guard identity.role == .administrator || identity.role == .support else {
                return .forbidden
            }
            return try administer(request, Array(segments.dropFirst(2)), identity, now: now)
        } catch {
            return error.response
        }
    }

    /// The caller's own open orders, and where to go on from (S-6).
    private func activeOrders(
        _ request: HTTPRequest, of identity: Identity, now: Moment
    ) throws(AccessRefusal) -> APIResponse {
        let after = request.head.target.queryParameter("after").map { Int($0) } ?? 0
        guard let after, after >= 0 else { throw .invalid("after") }
        let question = ActiveOrdersQuestion(
            identity: identity, after: after, limit: try limit(of: request.head.target))
        return APIResponse(status: 200, body: fabric.activeOrders(question, now: now.wall))
    }

    private func administer(
        _ request: HTTPRequest, _ segments: [String], _ identity: Identity, now: Moment
    ) throws(AccessRefusal) -> APIResponse {
        switch (request.head.method, segments.first, segments.count) {
        case (.get, "channels", 1): return try channels(request.head.target)
        case (.get, "connections", 1): return try connections(request.head.target, now: now)
        case (.delete, "connections", 2),
            (.post, "connections", 3)
        where segments.count == 2 || segments[2] == "close":
            let mayReturn = try mayReturn(request.head.target)
            guard let number = UInt64(segments[1]),
                fabric.remove(ConnectionNumber(number), mayReturn: mayReturn)
            else { return .error(404, "unknown_connection", "there is no such connection") }
            log.info(
                "connection closed", ["connection": segments[1], "by": identity.subject])
            return APIResponse(status: 204, body: [])
        case (.post, "users", 3) where segments[2] == "close":
            let count = fabric.remove(
                user: segments[1], mayReturn: try mayReturn(request.head.target))
            log.info(
                "connections of a user closed", ["connections": "\(count)", "by": identity.subject])
            return .json { $0.member("closed", Int64(count)) }
        default: return .notFound
        }
    }

    private func channels(_ target: RequestTarget) throws(AccessRefusal) -> APIResponse {
        let limit = try limit(of: target)
        let page = fabric.channelSummaries(
            prefix: target.queryParameter("prefix") ?? "",
            after: target.queryParameter("after") ?? "", limit: limit)
        return .json { writer in
            writer.name("channels")
            writer.array { list in
                for channel in page { list.object { $0.channelMembers(channel) } }
            }
            if page.count == limit { writer.member("next", page.last?.name) }
        }
    }

    private func connections(
        _ target: RequestTarget, now: Moment
    ) throws(AccessRefusal) -> APIResponse {
        let limit = try limit(of: target)
        let after = target.queryParameter("after").map { UInt64($0) } ?? 0
        guard let after else { throw .invalid("after") }
        let page = fabric.connectionSummaries(
            of: target.queryParameter("user"), after: after, limit: limit, now: now)
        return .json { writer in
            writer.name("connections")
            writer.array { list in
                for connection in page { list.object { $0.connectionMembers(connection) } }
            }
            if page.count == limit, let last = page.last {
                writer.member("next", "\(last.number.rawValue)")
            }
        }
    }

    private func limit(of target: RequestTarget) throws(AccessRefusal) -> Int {
        guard let text = target.queryParameter("limit") else { return Self.defaultEntries }
        guard let limit = Int(text), (1...Self.maximumEntries).contains(limit) else {
            throw .invalid("limit")
        }
        return limit
    }

    /// Whether a client that is sent away is told to come again; not where nothing is said.
    private func mayReturn(_ target: RequestTarget) throws(AccessRefusal) -> Bool {
        switch target.queryParameter("reconnect") {
        case nil, "false": return false
        case "true": return true
        default: throw .invalid("reconnect")
        }
    }
}

extension AccessRefusal {
    fileprivate static func invalid(_ field: String) -> AccessRefusal {
        AccessRefusal(
            reason: "\(field) is invalid",
            response: .error(400, "invalid", "\(field) is not one that is taken", field: field))
    }
}

extension JSONWriter {
    fileprivate mutating func channelMembers(_ channel: ChannelSummary) {
        member("name", channel.name)
        member("subscribers", Int64(channel.subscribers))
        member("lastSequence", channel.lastSequence.map { Int64(clamping: $0) })
        member("records", Int64(channel.records))
        member("states", Int64(channel.states))
    }

    fileprivate mutating func connectionMembers(_ connection: ConnectionSummary) {
        // More digits than JavaScript's numbers have.
        member("id", "\(connection.number.rawValue)")
        member("user", connection.user)
        member("role", connection.role.name)
        member("dialect", connection.dialect.name)
        member("platform", connection.platform.rawValue)
        member("connectedAt", instant: connection.connectedAt.milliseconds)
        member("lastHeardAt", instant: connection.heardAt.milliseconds)
        member("subscriptions", Int64(connection.subscriptions))
        member("queuedBytes", Int64(connection.queuedBytes))
    }
}
