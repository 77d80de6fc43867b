import Wire

/// The line format of server-sent events (WHATWG HTML §9.2). Whatever a value holds, it cannot forge
/// a line of its own.
enum ServerSentEvent {
    static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    /// Appends a field of one line; CR, LF and NUL in the value are left out.
    static func append(_ name: String, _ value: some Sequence<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: ": ".utf8)
        for byte in value where byte != lineFeed && byte != carriageReturn && byte != 0 {
            bytes.append(byte)
        }
        bytes.append(lineFeed)
    }

    static func append(_ name: String, decimal number: Int64, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: name.utf8)
        bytes.append(contentsOf: ": ".utf8)
        bytes.append(decimal: number)
        bytes.append(lineFeed)
    }

    /// Appends the data, with a field for each of its lines; CR, LF and CRLF end a line.
    static func append(data: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(contentsOf: "data: ".utf8)
        var afterReturn = false
        for byte in data {
            switch byte {
            case lineFeed where afterReturn: break
            case lineFeed, carriageReturn: bytes.append(contentsOf: "\ndata: ".utf8)
            case 0: break
            default: bytes.append(byte)
            }
            afterReturn = byte == carriageReturn
        }
        bytes.append(lineFeed)
    }

    /// Ends an event.
    static func end(_ bytes: inout [UInt8]) {
        bytes.append(lineFeed)
    }

    /// A comment, which clients throw away: it shows that the line is alive, and where the client is
    /// gone the write fails. A few bytes could stay in a proxy's buffer until it gives the line up
    /// for idle, so there are more. It ends without an empty line, which some clients take for an
    /// event.
    static let comment: [UInt8] =
        [UInt8(ascii: ":")] + [UInt8](repeating: UInt8(ascii: " "), count: 1022) + [lineFeed]
}
