import Fabric
import Server

/// What a request for a stream of events asks (W-10).
struct EventStreamRequest: Equatable {
    var channels: [Channel]
    /// The last message the client has.
    var lastMessage: String?
    /// How many states a second it wants at most.
    var updatesPerSecond: Double?

    static func isMeant(by target: RequestTarget) -> Bool {
        target.segments.starts(with: ["v1", "stream"])
    }

    /// `/v1/stream/orders/{id}`, or `/v1/stream?channels=` with names of any dialect, parted by
    /// commas.
    ///
    /// A browser that comes again by itself asks for the same address with a newer header: so the
    /// header counts before the query.
    init(_ head: RequestHead, limits: FabricLimits) throws(AccessRefusal) {
        let target = head.target
        let rest = target.segments.dropFirst(2)
        if rest.count == 2, rest.first == "orders", let order = rest.last, !order.isEmpty {
            channels = [Channel(.order, order)]
        } else if rest.isEmpty, let names = target.queryParameter("channels") {
            channels = try Self.channels(names)
        } else {
            throw AccessRefusal(reason: "no such stream", response: .notFound)
        }
        guard channels.allSatisfy({ $0.subject.utf8.count <= limits.channelNameBytes }) else {
            throw AccessRefusal(
                reason: "a channel's name is too long",
                response: .error(400, "invalid", "a channel's name is too long"))
        }
        updatesPerSecond = try target.updatesPerSecond()
        let last = [head.lastEventID, target.queryParameter("lastEventId")]
        lastMessage = last.compactMap { $0 }.first { !$0.isEmpty }
    }

    private static func channels(_ names: String) throws(AccessRefusal) -> [Channel] {
        var channels: [Channel] = []
        for name in names.split(separator: ",", omittingEmptySubsequences: false) {
            guard let channel = Channel(anyName: String(name)) else {
                throw AccessRefusal(
                    reason: "unknown channel",
                    response: .error(
                        404, "unknown_channel",
                        "channels names one that does not exist; such as orders.ORD-1,users.U-1",
                        field: "channels"))
            }
            if !channels.contains(channel) { channels.append(channel) }
        }
        return channels
    }
}

/// What pages of another origin may do with streams.
enum CrossOrigin {
    /// For an answer to a page of an origin that is allowed.
    static func headers(for origin: String) -> [APIResponse.Header] {
        [
            APIResponse.Header(name: "Access-Control-Allow-Origin", value: origin),
            APIResponse.Header(name: "Vary", value: "Origin"),
        ]
    }

    /// The answer to the question before the request, which a browser asks because of the token
    /// and of an identifier to resume after.
    static let permission: APIResponse = {
        var response = APIResponse(status: 204, body: [])
        response.headers = [
            APIResponse.Header(name: "Access-Control-Allow-Methods", value: "GET"),
            APIResponse.Header(
                name: "Access-Control-Allow-Headers",
                value: "Authorization, Last-Event-ID, Cache-Control"),
            // In seconds: browsers ask anew after ten minutes.
            APIResponse.Header(name: "Access-Control-Max-Age", value: "600"),
        ]
        return response
    }()
}
