import Server
import Wire

/// The frames that each WebSocket is still to be sent.
struct EchoOutboxes: FrameSource {
    private var frames: [ConnectionID: [[UInt8]]] = [:]

    mutating func add(
        _ kind: MessageKind, _ payload: ArraySlice<UInt8>, to connection: ConnectionID
    ) {
        var frame: [UInt8] = []
        ServerFrame.append(kind == .text ? .text : .binary, payload: payload, to: &frame)
        frames[connection, default: []].append(frame)
    }

    mutating func forget(_ connection: ConnectionID) { frames[connection] = nil }

    mutating func fill(_ connection: ConnectionID, into buffer: inout WriteBuffer) -> Bool {
        guard var waiting = frames.removeValue(forKey: connection) else { return false }
        var taken = 0
        while taken < waiting.count, !buffer.isFull {
            buffer.append(waiting[taken])
            taken += 1
        }
        guard taken < waiting.count else { return false }
        waiting.removeFirst(taken)
        frames[connection] = waiting
        return true
    }
}
