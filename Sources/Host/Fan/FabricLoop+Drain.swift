import Fabric
import Server
import System

// The end: clients are let go one after the other, so that they do not come back together.
extension FabricLoop {
    /// How long the last ones have to answer their close frame, in milliseconds.
    private static let answerMilliseconds: Int64 = 2_000

    func beginDrain(now: Moment) {
        guard drainEndsAt == nil else { return }
        drainEndsAt = now.uptime + drainMilliseconds + Self.answerMilliseconds
        log.info("letting clients go", ["clients": "\(fabric.connectionCount)"])
        fabric.beginDrain(over: drainMilliseconds, now: now)
    }

    /// Lets those go whose turn has come. Whoever has not gone by the end is ended with the server.
    func drain(now: Moment) {
        guard let end = drainEndsAt else { return }
        fabric.drain(now: now)
        // A Socket.IO session is over before its WebSocket has taken the close frame.
        let isOver = fabric.connectionCount == 0 && socketIO.socketCount == 0
        if isOver || now.uptime >= end { mail.drained.give(()) }
    }

    /// Answers whoever wants to come while the server ends.
    ///
    /// - Returns: Whether the event was that.
    func turnsAway(_ event: ServerEvent) -> Bool {
        guard drainEndsAt != nil else { return false }
        switch event {
        case .upgrade(let request):
            // A session that is not let go yet may still change its transport.
            let target = request.head.target
            let isSession =
                target.segments.first == Self.socketIOPath && !socketIO.isHandshake(target)
            guard !isSession else { return false }
            current.note(.ending, Platform(request.head))
            server.refuse(request.token, HTTPResponse(comeAgain()))
            return true
        case .request(let request) where socketIO.isHandshake(request.head.target):
            current.note(.ending, Platform(request.head))
            respond(to: request.token, comeAgain())
            return true
        default: return false
        }
    }

    private func comeAgain() -> APIResponse {
        var response = APIResponse.error(503, "shutting_down", "the server ends; come again")
        let seconds = fabric.retryDelay() / 1000 + 1
        response.headers.append(APIResponse.Header(name: "Retry-After", value: "\(seconds)"))
        return response
    }
}
