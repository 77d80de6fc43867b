/// WebSocket frames as a server sends them (RFC 6455 §5.2): whole and never masked.
package enum ServerFrame {
    /// The most bytes a header takes.
    package static let longestHeader = 10

    private static let finalText: UInt8 = 0x81

    /// Appends a whole text message in one frame; `payload` must be UTF-8.
    package static func appendTextFrame(payload: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(finalText)
        appendLength(payload.count, to: &bytes)
        bytes.append(contentsOf: payload)
    }

    /// The length in the shortest of its three forms, as the RFC demands.
    private static func appendLength(_ count: Int, to bytes: inout [UInt8]) {
        switch count {
        case ..<126:
            bytes.append(UInt8(truncatingIfNeeded: count))
        case ..<65_536:
            bytes.append(126)
            appendBigEndian(count, bytes: 2, to: &bytes)
        default:
            bytes.append(127)
            appendBigEndian(count, bytes: 8, to: &bytes)
        }
    }

    private static func appendBigEndian(_ number: Int, bytes width: Int, to bytes: inout [UInt8]) {
        for place in (0..<width).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: number >> (place * 8)))
        }
    }
}
