import Wire

/// The body of a poll's answer or of a POST: packets with a separator between them.
struct PollingPayload {
    static let separator: UInt8 = 0x1e
    static let binaryMark = UInt8(ascii: "b")

    private(set) var bytes: [UInt8] = []

    private(set) var packets = 0

    var isEmpty: Bool { packets == 0 }

    mutating func append(_ packet: OutgoingPacket) {
        switch packet {
        case .text(let text): append(text: text[...])
        case .binary(let data): append(binary: data[...])
        }
    }

    private mutating func append(text: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: text)
    }

    private mutating func append(binary: ArraySlice<UInt8>) {
        separate()
        bytes.append(Self.binaryMark)
        Base64.padded.append(binary, to: &bytes)
    }

    private mutating func separate() {
        if packets > 0 { bytes.append(Self.separator) }
        packets += 1
    }

    /// Appends what WebSocket frames of a server carry, one packet a frame. Frames that carry no
    /// message, and anything that is no whole frame, are left out.
    mutating func append(frames: [UInt8]) {
        var place = 0
        while let frame = FrameView(frames, at: place) {
            switch frame.opcode {
            case .text: append(text: frames[frame.payload])
            case .binary: append(binary: frames[frame.payload])
            case .close, .ping, .pong, nil: break
            }
            place = frame.payload.upperBound
        }
    }
}

/// Where the payload of a server's frame lies.
private struct FrameView {
    let opcode: ServerFrame.Opcode?
    let payload: Range<Int>

    init?(_ bytes: [UInt8], at start: Int) {
        guard bytes.count - start >= 2 else { return nil }
        opcode = ServerFrame.Opcode(rawValue: bytes[start] & 0x0F)
        let short = Int(bytes[start + 1] & 0x7F)
        let lengthBytes = short == 127 ? 8 : short == 126 ? 2 : 0
        let begin = start + 2 + lengthBytes
        guard begin <= bytes.count else { return nil }
        var length = lengthBytes == 0 ? UInt64(short) : 0
        for byte in bytes[start + 2..<begin] { length = length << 8 | UInt64(byte) }
        guard length <= UInt64(bytes.count - begin) else { return nil }
        payload = begin..<begin + Int(length)
    }
}
