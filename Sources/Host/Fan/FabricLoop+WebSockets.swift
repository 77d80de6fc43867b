import Fabric
import Server
import System

extension FabricLoop {
    /// Opens a WebSocket in the dialect of its path, or says why not.
    func open(_ request: UpgradeRequest, now: Moment) {
        guard let dialect = Dialect(path: request.head.target.segments) else {
            refuse(request, .notFound, reason: "no such path")
            return
        }
        if let origin = request.head.origin, !isAllowed(origin) {
            refuse(request, .forbidden, reason: "origin not allowed", as: .origin)
            return
        }
        do throws(AccessRefusal) {
            let terms = try WebSocketTerms(request, in: dialect)
            if dialect == .tableTap {
                openTableTap(request, terms, now: now)
                return
            }
            let identity = try identity(
                of: request, takesQuery: dialect != .wia, now: now
            ).get()
            guard server.accept(request.token, subprotocol: terms.subprotocol) else { return }
            fabric.connect(
                ConnectionNumber(request.token.connection), identity: identity, in: dialect,
                as: terms.encoding, on: Platform(request.head), now: now)
            limitUpdates(of: request, terms)
        } catch {
            refuse(request, error.response, reason: error.reason)
        }
    }

    /// A token that is not accepted is answered in a message: a browser's client would not see the
    /// status of an HTTP answer, and come back with the same token for ever.
    private func openTableTap(
        _ request: UpgradeRequest, _ terms: WebSocketTerms, now: Moment
    ) {
        let connection = ConnectionNumber(request.token.connection)
        let identity = identity(of: request, takesQuery: true, now: now)
        guard server.accept(request.token, subprotocol: terms.subprotocol) else { return }
        switch identity {
        case .success(let identity):
            fabric.connect(
                connection, identity: identity, in: .tableTap, as: terms.encoding,
                on: Platform(request.head), now: now)
            limitUpdates(of: request, terms)
        case .failure(let refusal):
            current.note(.unauthorized, Platform(request.head))
            log.info(
                "websocket refused",
                ["client": request.clientAddress, "reason": refusal.reason])
            fabric.turnAway(connection, in: .tableTap, now: now)
        }
    }

    private func limitUpdates(of request: UpgradeRequest, _ terms: WebSocketTerms) {
        guard let most = terms.updatesPerSecond else { return }
        fabric.limitUpdates(
            of: ConnectionNumber(request.token.connection), toPerSecond: most)
    }

    /// A browser tells where its page is from; other programs tell nothing.
    func isAllowed(_ origin: String) -> Bool {
        allowedOrigins.contains("*") || allowedOrigins.contains(origin)
    }

    private func refuse(
        _ request: UpgradeRequest, _ response: APIResponse, reason: String,
        as failure: AdmissionFailure? = nil
    ) {
        let failure = failure ?? AdmissionFailure(status: response.status)
        current.note(failure, Platform(request.head))
        log.info(
            "websocket refused", ["client": request.clientAddress, "reason": reason])
        server.refuse(request.token, HTTPResponse(response))
    }
}
