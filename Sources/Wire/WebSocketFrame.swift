/// Frames that a WebSocket server sends (RFC 6455 §5.2): unmasked, in one piece, with the shortest
/// form of the length.
///
/// A frame is the same for every subscriber, so it is made once and its bytes go into every outbox.
package enum ServerFrame {
    /// The longest header of an unmasked frame: two bytes and a 64-bit length.
    package static let maximumHeaderBytes = 10
    /// What a control frame may carry (RFC 6455 §5.5).
    package static let maximumControlPayloadBytes = 125

    private static let final: UInt8 = 0x80
    /// RSV1: the payload is the compressed form of the message (RFC 7692 §7.2).
    private static let compressed: UInt8 = 0x40

    package enum Opcode: UInt8, Sendable {
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA
    }

    /// The frame of a text message; `payload` is UTF-8.
    package static func text(_ payload: [UInt8]) -> [UInt8] {
        frame(.text, payload)
    }

    package static func binary(_ payload: [UInt8]) -> [UInt8] {
        frame(.binary, payload)
    }

    /// An empty ping: its pong, or anything else from the peer, shows that it lives.
    package static let ping: [UInt8] = [final | Opcode.ping.rawValue, 0]

    /// A close frame. A reason longer than 123 bytes is cut between two characters.
    package static func close(_ code: UInt16, reason: String = "") -> [UInt8] {
        var payload = [UInt8(truncatingIfNeeded: code >> 8), UInt8(truncatingIfNeeded: code)]
        for character in reason.unicodeScalars {
            let text = UTF8.encode(character) ?? UTF8.encodedReplacementCharacter
            guard payload.count + text.count <= maximumControlPayloadBytes else { break }
            payload.append(contentsOf: text)
        }
        return frame(.close, payload)
    }

    /// Appends header and payload of one frame.
    package static func append(
        _ opcode: Opcode, payload: some Collection<UInt8>, to bytes: inout [UInt8]
    ) {
        appendHeader(opcode, payloadBytes: payload.count, to: &bytes)
        bytes.append(contentsOf: payload)
    }

    /// The frame of a message whose compressed form is `payload`, for a reader that agreed to it.
    package static func compressed(_ opcode: Opcode, _ payload: [UInt8]) -> [UInt8] {
        var bytes = frame(opcode, payload)
        bytes[0] |= compressed
        return bytes
    }

    /// How long the frame is that the bytes begin with; nil where they are less than one.
    package static func length(of bytes: ArraySlice<UInt8>) -> Int? {
        let start = bytes.startIndex
        guard bytes.count >= 2 else { return nil }
        let header = bytes[start + 1] < 126 ? 2 : bytes[start + 1] == 126 ? 4 : maximumHeaderBytes
        guard bytes.count >= header else { return nil }
        let payload =
            header == 2
            ? Int(bytes[start + 1])
            : bytes[start + 2..<start + header].reduce(0) { $0 << 8 | Int($1) }
        return bytes.count - header >= payload ? header + payload : nil
    }

    /// How many bytes of a frame are its header; nil where these are not even a header.
    package static func headerBytes(of frame: [UInt8]) -> Int? {
        guard frame.count >= 2 else { return nil }
        let bytes = frame[1] < 126 ? 2 : frame[1] == 126 ? 4 : maximumHeaderBytes
        return frame.count >= bytes ? bytes : nil
    }

    /// The message in a frame; empty where these are not even a header.
    package static func payload(of frame: [UInt8]) -> ArraySlice<UInt8> {
        guard let header = headerBytes(of: frame) else { return [] }
        return frame[header...]
    }

    /// Appends the header alone, for a payload of `payloadBytes` that the caller appends after it.
    package static func appendHeader(
        _ opcode: Opcode, payloadBytes: Int, to bytes: inout [UInt8]
    ) {
        bytes.append(final | opcode.rawValue)
        let lengthBytes: Int
        switch payloadBytes {
        case ..<126:
            bytes.append(UInt8(truncatingIfNeeded: payloadBytes))
            return
        case ...0xFFFF:
            bytes.append(126)
            lengthBytes = 2
        default:
            bytes.append(127)
            lengthBytes = 8
        }
        for index in (0..<lengthBytes).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: payloadBytes >> (8 * index)))
        }
    }

    private static func frame(_ opcode: Opcode, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(maximumHeaderBytes + payload.count)
        append(opcode, payload: payload, to: &bytes)
        return bytes
    }
}
