/// A connection of the server. The slot is used again after it, the generation is not.
package struct ConnectionID: Hashable, Sendable {
    package let slot: UInt32
    package let generation: UInt32

    package init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }
}

/// A request that waits for its answer. An answer to a request that is over is ignored.
package struct RequestToken: Hashable, Sendable {
    /// The connection the request came by.
    package let connection: ConnectionID
    /// Counts the requests of the connection, so that an answer finds the one it is for.
    package let serial: UInt32

    package init(connection: ConnectionID, serial: UInt32) {
        self.connection = connection
        self.serial = serial
    }
}

/// A complete HTTP request.
package struct HTTPRequest: Sendable {
    package let token: RequestToken
    package let head: RequestHead
    package let body: [UInt8]
    /// The peer's address without port. A proxy's, where one stands in between.
    package let clientAddress: String
}

/// A well-formed request to open a WebSocket. Nothing has been answered yet.
package struct UpgradeRequest: Sendable {
    package let token: RequestToken
    package let head: RequestHead
    /// What the client offers, in its order of preference. The answer may name one of these, or none.
    package let subprotocols: [String]
    package let clientAddress: String
}

package enum MessageKind: Sendable {
    case text
    case binary
}

/// How a WebSocket ended.
package enum Closure: Equatable, Sendable {
    /// The peer sent a close frame, with or without a code.
    case byPeer(code: UInt16?)
    /// Asked for by `close`, and answered by the peer.
    case byServer
    /// The peer broke the protocol or a limit and was told so with this code.
    case violation(code: UInt16)
    /// The peer was not heard, or did not read, for too long.
    case unresponsive
    /// The TCP connection ended without a close frame.
    case lost
}

package enum ServerEvent: Sendable {
    /// To be answered with `respond`.
    indirect case request(HTTPRequest)
    /// To be answered with `accept` or `refuse`.
    indirect case upgrade(UpgradeRequest)
    /// The client has taken what there is of an answer in pieces: the next one is to be given with
    /// `send`. It comes once for each piece.
    case room(RequestToken)
    /// The client is gone before its request was answered, or before the end of an answer in
    /// pieces; nothing more is to be given.
    case abandoned(RequestToken)
    /// A complete message; its payload is `ServerTurn.payload(range)`. Text is valid UTF-8.
    case message(ConnectionID, MessageKind, Range<Int>)
    /// A ping or a pong came: the peer lives.
    case heard(ConnectionID)
    /// Comes once for every accepted WebSocket and every stream, as its last event.
    case closed(ConnectionID, Closure)
    /// A line the library wrote. The library logs for the whole process: where there are two
    /// servers, either may report it.
    indirect case log(LibraryLogLine)
}

package struct LibraryLogLine: Equatable, Sendable {
    package let isError: Bool
    package let text: String
}

/// What one turn of the server brought. The owner hands the same value in again each turn, so that
/// its memory is used again.
package struct ServerTurn: Sendable {
    /// In the order in which they happened.
    package internal(set) var events: [ServerEvent] = []
    var payloads: [UInt8] = []

    package init() {}

    /// The payload of a message of this turn.
    package func payload(_ range: Range<Int>) -> ArraySlice<UInt8> {
        payloads[range]
    }

    mutating func removeAll() {
        events.removeAll(keepingCapacity: true)
        payloads.removeAll(keepingCapacity: true)
    }
}
