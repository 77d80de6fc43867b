package import Wire

/// What a client that was here before shows to go on where it was.
package struct RecoveryRequest: Equatable, Sendable {
    /// The private name of its earlier session.
    package var session: String
    /// The offset of the last event that it got; nil where it got none.
    package var offset: String?

    package init(session: String, offset: String?) {
        self.session = session
        self.offset = offset
    }
}

/// The values of an event or an acknowledgement, with the bytes that placeholders stand for.
package struct SocketIOArguments: Equatable, Sendable {
    package var values: [JSON]
    /// Found by `JSON.attachment`.
    package var attachments: [[UInt8]]

    package init(_ values: [JSON], attachments: [[UInt8]] = []) {
        self.values = values
        self.attachments = attachments
    }
}

/// How a client left a namespace. Only one who left with its session may recover it.
package enum Departure: Equatable, Sendable {
    case byClient
    case withSession
}

package enum SocketIOEvent: Equatable, Sendable {
    /// To be answered with `accept` or `refuse`.
    case connectRequested(namespace: String, auth: JSON?, RecoveryRequest?)
    /// - acknowledgement: where not nil, `acknowledge` is to be called with it, once.
    case event(
        namespace: String, name: String, SocketIOArguments, acknowledgement: UInt64?)
    /// The client has confirmed an event.
    case acknowledged(UInt64, SocketIOArguments)
    /// The client has called back for an event that was written once for many.
    case calledBack(UInt64, SocketIOArguments)
    /// The client has not confirmed an event in time, and cannot any more.
    case unacknowledged(UInt64)
    case left(namespace: String, Departure)
}

/// What one client's Socket.IO session wants done since it was last asked.
package struct SocketIOEffects: Equatable, Sendable {
    /// To be sent by Engine.IO, in this order.
    package var messages: [EngineIOMessage] = []
    package var events: [SocketIOEvent] = []
    /// The Engine.IO session is to be closed after the messages.
    package var closes = false

    package init() {}

    package mutating func removeAll() {
        messages.removeAll(keepingCapacity: true)
        events.removeAll(keepingCapacity: true)
        closes = false
    }
}
