import Wire

/// A message that Engine.IO carries, without the framing of the transport.
package enum EngineIOMessage: Equatable, Sendable {
    /// UTF-8.
    case text([UInt8])
    case binary([UInt8])

    package static func text(_ text: String) -> EngineIOMessage { .text(Array(text.utf8)) }
}

/// The digit that a packet begins with.
package enum EngineIOPacketKind: UInt8, Sendable {
    case open = 0x30
    case close = 0x31
    case ping = 0x32
    case pong = 0x33
    case message = 0x34
    case upgrade = 0x35
    case noop = 0x36
}

/// A packet that came from a client.
enum EngineIOPacket: Equatable {
    case open
    case close
    /// `2probe` tries a transport; any other ping is the server's to send.
    case ping(isProbe: Bool)
    case pong
    case message(EngineIOMessage)
    case upgrade
    case noop

    /// Reads a packet in its text form; nil where it is empty or of no known kind.
    init?(text: ArraySlice<UInt8>) {
        guard let first = text.first, let kind = EngineIOPacketKind(rawValue: first) else {
            return nil
        }
        switch kind {
        case .open: self = .open
        case .close: self = .close
        case .ping: self = .ping(isProbe: text.dropFirst().elementsEqual("probe".utf8))
        case .pong: self = .pong
        case .message: self = .message(.text(Array(text.dropFirst())))
        case .upgrade: self = .upgrade
        case .noop: self = .noop
        }
    }

    /// Reads a packet of a POST's body, where bytes come as `b` and Base64.
    init?(polled packet: ArraySlice<UInt8>) {
        guard packet.first == PollingPayload.binaryMark else {
            self.init(text: packet)
            return
        }
        guard let bytes = Base64.padded.decode(packet.dropFirst()) else { return nil }
        self = .message(.binary(bytes))
    }
}

/// A packet to a client, as WebSocket and polling both know it.
enum OutgoingPacket {
    /// With the digit of its kind.
    case text([UInt8])
    /// Always a message.
    case binary([UInt8])

    init(_ message: EngineIOMessage) {
        switch message {
        case .text(let text): self = .text([EngineIOPacketKind.message.rawValue] + text)
        case .binary(let bytes): self = .binary(bytes)
        }
    }

    init(_ kind: EngineIOPacketKind) {
        self = .text([kind.rawValue])
    }

    var byteCount: Int {
        switch self {
        case .text(let bytes), .binary(let bytes): bytes.count
        }
    }

    func appendFrame(to bytes: inout [UInt8]) {
        switch self {
        case .text(let text): ServerFrame.append(.text, payload: text, to: &bytes)
        case .binary(let data): ServerFrame.append(.binary, payload: data, to: &bytes)
        }
    }
}

/// The frame of a message, made once for all sessions it goes to. On polling it is taken apart.
package enum EngineIOFrame {
    /// Appends the WebSocket frame of a message whose text is `text`.
    package static func append(message text: some Collection<UInt8>, to bytes: inout [UInt8]) {
        ServerFrame.appendHeader(.text, payloadBytes: text.count + 1, to: &bytes)
        bytes.append(EngineIOPacketKind.message.rawValue)
        bytes.append(contentsOf: text)
    }
}
