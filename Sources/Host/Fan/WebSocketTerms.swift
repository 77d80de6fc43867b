import Fabric
import Server

/// What a client asks for when it opens a WebSocket, as far as it is met (W-1, W-17).
struct WebSocketTerms {
    var encoding = MessageEncoding.json
    /// The subprotocol to answer with, where it was offered.
    var subprotocol: String?
    /// How many states a second the client wants at most (K-6); nil where it does not say.
    let updatesPerSecond: Double?

    /// The WIA dialect's name, and its name with MessagePack.
    private static let wia: [(name: String, encoding: MessageEncoding)] = [
        ("wia-ind-009-v1", .json), ("wia-ind-009-v1+msgpack", .messagePack),
    ]

    /// A subprotocol decides before the query's `encoding`, which every dialect has.
    init(_ request: UpgradeRequest, in dialect: Dialect) throws(AccessRefusal) {
        updatesPerSecond = try request.head.target.updatesPerSecond()
        switch request.head.target.queryParameter("encoding") {
        case nil, "json": break
        case "msgpack": encoding = .messagePack
        default:
            throw AccessRefusal(
                reason: "unknown encoding",
                response: .error(
                    400, "unknown_encoding", "encoding is json or msgpack", field: "encoding"))
        }
        guard dialect == .wia else {
            subprotocol = dialect.subprotocol
            return
        }
        for offered in request.subprotocols {
            guard let known = Self.wia.first(where: { $0.name == offered }) else { continue }
            subprotocol = known.name
            if known.encoding == .messagePack { encoding = .messagePack }
            return
        }
    }
}

extension RequestTarget {
    /// How many states a second a client wants at most, of any dialect: `?maxUpdatesPerSecond=0.5`.
    func updatesPerSecond() throws(AccessRefusal) -> Double? {
        guard let text = queryParameter("maxUpdatesPerSecond") else { return nil }
        guard let most = Double(text), most > 0, most.isFinite else {
            throw AccessRefusal(
                reason: "maxUpdatesPerSecond is no number",
                response: .error(
                    400, "invalid", "maxUpdatesPerSecond is a number above 0",
                    field: "maxUpdatesPerSecond"))
        }
        return most
    }
}
