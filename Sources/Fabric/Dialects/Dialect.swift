import Wire

/// The form in which a client is told what happens: one for each protocol that is served.
package enum Dialect: UInt8, CaseIterable, Sendable {
    /// `/v1/realtime`, subprotocol `wia-ind-009-v1` (W).
    case wia = 0
    /// `/v1` (T).
    case tableTap = 1
    /// `/tracking`.
    case tracking = 2
    /// `/realtime` (K).
    case booking = 3
    /// Server-sent events, `/v1/stream` (W-10).
    case eventStream = 4
    /// `/socket.io/` (S).
    case socketIO = 5

    /// Where the dialect's form stands among those of one event.
    var place: Int { Int(rawValue) }

    /// Appends what one client is told as it goes onto the wire.
    func append(
        control payload: [UInt8], as opcode: ServerFrame.Opcode, to bytes: inout [UInt8]
    ) {
        switch self {
        case .eventStream: bytes.append(contentsOf: payload)
        case .wia, .tableTap, .tracking, .booking, .socketIO:
            ServerFrame.append(opcode, payload: payload, to: &bytes)
        }
    }

    /// Whether a message names the channel it came by, so that one event has as many forms as it
    /// has channels.
    var namesChannel: Bool { self == .tableTap }
}
