import Fabric
import Server
import System

extension FabricLoop {
    /// Begins a stream of events, or says why not: with a status that stops a browser where coming
    /// again would not help, and otherwise with a stream that ends at once.
    func openStream(_ request: HTTPRequest, now: Moment) {
        let head = request.head
        let origin = head.origin
        if let origin, !isAllowed(origin) {
            refuseStream(
                request, reason: "origin not allowed", .forbidden, origin: nil, as: .origin)
            return
        }
        switch head.method {
        case .get: break
        case .options:
            respond(to: request.token, shared(CrossOrigin.permission, with: origin))
            return
        default:
            let response = APIResponse.methodNotAllowed(head.method, allowed: "GET, OPTIONS")
            refuseStream(request, reason: "method", response, origin: origin)
            return
        }
        do throws(AccessRefusal) {
            let identity = try router.tokens.identity(of: head, takesQuery: true, now: now.wall)
                .get().coming(from: request.clientAddress)
            let asked = try EventStreamRequest(head, limits: fabric.limits)
            let connection = request.token.connection
            let refusal = fabric.openStream(
                ConnectionNumber(connection), identity: identity, to: asked.channels,
                after: asked.lastMessage, on: Platform(head), now: now)
            if let refusal { throw AccessRefusal(refusal) }
            if let most = asked.updatesPerSecond {
                fabric.limitUpdates(of: ConnectionNumber(connection), toPerSecond: most)
            }
            let response = HTTPResponse(shared(.eventStream(body: []), with: origin))
            if !server.stream(request.token, response) {
                fabric.disconnect(ConnectionNumber(connection))
            }
        } catch {
            refuseStream(request, reason: error.reason, error.response, origin: origin)
        }
    }

    private func refuseStream(
        _ request: HTTPRequest, reason: String, _ response: APIResponse, origin: String?,
        as failure: AdmissionFailure? = nil
    ) {
        // Where there is no room, the fabric has counted it.
        if response.status != 200 {
            let failure = failure ?? AdmissionFailure(status: response.status)
            current.note(failure, Platform(request.head))
        }
        log.info("stream refused", ["client": request.clientAddress, "reason": reason])
        respond(to: request.token, shared(response, with: origin))
    }

    private func shared(_ response: APIResponse, with origin: String?) -> APIResponse {
        guard let origin else { return response }
        var response = response
        response.headers += CrossOrigin.headers(for: origin)
        return response
    }
}

extension APIResponse {
    static func eventStream(body: [UInt8]) -> APIResponse {
        var response = APIResponse(status: 200, contentType: "text/event-stream", body: body)
        // Asks a proxy to pass on each event when it comes.
        response.headers.append(Header(name: "X-Accel-Buffering", value: "no"))
        return response
    }
}

extension AccessRefusal {
    init(_ refusal: StreamRefusal) {
        switch refusal {
        case .accessDenied:
            self.init(reason: "not the user's channel", response: .forbidden)
        case .tokenExpired:
            self.init(reason: "token expired", response: .unauthorized)
        case .unknownOrder:
            self.init(
                reason: "unknown order",
                response: .error(404, "unknown_order", "there is no such order"))
        case .tooManyChannels:
            self.init(
                reason: "too many channels",
                response: .error(
                    400, "too_many_channels", "a stream may not follow as many channels",
                    field: "channels"))
        case .overloaded(let retry):
            self.init(
                reason: "no room",
                response: .eventStream(body: StreamRefusal.comeAgain(after: retry)))
        }
    }
}
