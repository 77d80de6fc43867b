/// How a session ended. The texts are the protocol's.
package enum EngineIOClosure: String, Equatable, Sendable {
    /// The client closed it, or its WebSocket is gone.
    case transportClose = "transport close"
    /// The client broke a rule of its transport, or ended a pending poll.
    case transportError = "transport error"
    /// The client sent what is no packet, or none that it may send.
    case parseError = "parse error"
    case pingTimeout = "ping timeout"
    /// Asked for by the host.
    case forcedClose = "forced close"
    /// More waited for the client than may.
    case slowReader = "slow reader"
    case serverShutDown = "server shutting down"

    /// The status code of the close frame on a WebSocket.
    package var closeCode: UInt16 {
        switch self {
        case .transportClose, .transportError, .forcedClose, .pingTimeout: 1000
        case .parseError: 1002
        case .serverShutDown: CloseCode.goingAway.rawValue
        case .slowReader: CloseCode.slowReader.rawValue
        }
    }
}

/// What is to be known of a client beyond its messages; handed over once, and not kept here.
package struct EngineIOHandshake: Equatable, Sendable {
    package var query: QueryString
    package var headers: EngineIORequest.Headers
    package var clientAddress: String
}

package enum EngineIOEvent: Equatable, Sendable {
    case opened(ConnectionNumber, EngineIOHandshake)
    case message(ConnectionNumber, EngineIOMessage)
    /// Comes once for every session that was opened, as its last event.
    case closed(ConnectionNumber, EngineIOClosure)
}

/// What is to be done on the network.
package enum EngineIOAction: Equatable, Sendable {
    case answer(Exchange, EngineIOAnswer)
    /// To open the WebSocket; where that fails, `socketClosed` is to be called.
    case accept(Exchange)
    /// To answer a request to open a WebSocket, and to end its connection.
    case refuse(Exchange, EngineIOAnswer)
    /// To end a WebSocket with that status code after what `fill` still gives.
    case close(ConnectionNumber, code: UInt16)
}

/// What Engine.IO wants done since the host last asked, each list in the order in which it arose.
package struct EngineIOEffects: Equatable, Sendable {
    package var actions: [EngineIOAction] = []
    package var events: [EngineIOEvent] = []
    /// Sessions whose clients answered a ping.
    package var heard: [ConnectionNumber] = []
    /// Sessions whose poll has something to take: `answerPoll` is to be called for each.
    package var answerable: [ConnectionNumber] = []
    /// WebSockets for which something waits: `fill` is to be called when they take bytes. Named
    /// once until `fill` says that nothing is left.
    package var fillable: [ConnectionNumber] = []

    package init() {}

    package mutating func removeAll() {
        actions.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        heard.removeAll(keepingCapacity: true)
        answerable.removeAll(keepingCapacity: true)
        fillable.removeAll(keepingCapacity: true)
    }
}
