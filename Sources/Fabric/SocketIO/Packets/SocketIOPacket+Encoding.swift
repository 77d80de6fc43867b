package import Wire

extension SocketIOPacket {
    /// The text of the packet, as an Engine.IO message carries it.
    package var text: [UInt8] {
        var bytes: [UInt8] = [SocketIOPacketKind(self).rawValue]
        if let attachments {
            bytes.append(decimal: Int64(attachments))
            bytes.append(UInt8(ascii: "-"))
        }
        if namespace != Self.mainNamespace {
            bytes.append(contentsOf: namespace.utf8)
            bytes.append(UInt8(ascii: ","))
        }
        switch content {
        case .event(_, let number?), .acknowledgement(_, let number): bytes.append(decimal: number)
        default: break
        }
        if let payload { bytes.append(contentsOf: payload.bytes) }
        return bytes
    }

    private var payload: JSON? {
        switch content {
        case .connect(let payload): payload
        case .disconnect: nil
        case .event(let values, _), .acknowledgement(let values, _): .array(values)
        case .connectError(let payload): payload
        }
    }
}

/// Writes events that go to many clients, each once as the frame that all of them get.
package struct SocketIOEventText: Sendable {
    private var writer = JSONWriter()

    package init() {}

    /// Appends the frame of an event.
    ///
    /// - Parameters:
    ///   - offset: names the event to a client that recovers its session (connection state
    ///     recovery): the last argument. A client that may recover takes the last argument of any
    ///     event for it where that is a text, so such an event must not go without an offset.
    ///   - acknowledgement: asks whoever gets it to call back under the number.
    ///   - arguments: writes the arguments, one value after the other.
    package mutating func appendFrame(
        _ name: String, namespace: String = SocketIOPacket.mainNamespace, offset: String? = nil,
        acknowledgement: UInt64? = nil, to bytes: inout [UInt8],
        arguments: (inout JSONWriter) -> Void
    ) {
        writer.removeAll()
        writer.array { writer in
            writer.value(name)
            arguments(&writer)
            if let offset { writer.value(offset) }
        }
        let isMain = namespace == SocketIOPacket.mainNamespace
        let number = acknowledgement.map { Array(String($0).utf8) } ?? []
        let prefixBytes = 2 + (isMain ? 0 : namespace.utf8.count + 1) + number.count
        ServerFrame.appendHeader(
            .text, payloadBytes: prefixBytes + writer.bytes.count, to: &bytes)
        bytes.append(EngineIOPacketKind.message.rawValue)
        bytes.append(SocketIOPacketKind.event.rawValue)
        if !isMain {
            bytes.append(contentsOf: namespace.utf8)
            bytes.append(UInt8(ascii: ","))
        }
        bytes.append(contentsOf: number)
        bytes.append(contentsOf: writer.bytes)
    }
}
