import Fabric
import Server

/// What a client asks for when it opens a WebSocket, as far as it is met (W-1, W-17).
struct WebSocketTerms {
    var encoding = MessageEncoding.json
    /// The subprotocol to answer with, where it was offered.
    var subprotocol: String?
    /// How many states a second the client wants at most (K-6); nil where it does not say.
    let updatesPerSecond: Double?

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
        subprotocol = dialect.subprotocol
        guard dialect == .wia, let name = subprotocol else { return }
        let packed = name + "+msgpack"
        subprotocol = request.subprotocols.first { $0 == name || $0 == packed }
        if subprotocol == packed { encoding = .messagePack }
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
