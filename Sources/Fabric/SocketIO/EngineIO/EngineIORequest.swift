import Wire

/// The host's name for an HTTP request that waits for its answer.
package struct Exchange: Hashable, Sendable {
    /// The connection it came by. A WebSocket that begins with the exchange keeps this name.
    package var connection: ConnectionNumber
    /// Counts the requests of the connection.
    package var serial: UInt32

    package init(connection: ConnectionNumber, serial: UInt32) {
        self.connection = connection
        self.serial = serial
    }
}

/// A complete HTTP request, or one to open a WebSocket, whose path is that of Engine.IO.
package struct EngineIORequest: Equatable, Sendable {
    package enum Method: Sendable {
        case get, post, options
        /// Any other; it is answered all the same.
        case other
    }

    /// The header fields that Engine.IO reads or hands on.
    package struct Headers: Equatable, Sendable {
        package var host: String?
        package var origin: String?
        package var contentType: String?
        package var authorization: String?
        package var userAgent: String?

        package init() {}
    }

    package var exchange: Exchange
    package var method: Method
    /// What follows the `?` of the target, as it was sent.
    package var query: QueryString
    package var headers = Headers()
    /// The peer's address without port.
    package var clientAddress: String
    /// Whether it is a well-formed request to open a WebSocket.
    package var isUpgrade = false

    package init(
        exchange: Exchange, method: Method, query: QueryString, clientAddress: String
    ) {
        self.exchange = exchange
        self.method = method
        self.query = query
        self.clientAddress = clientAddress
    }
}

/// The parameters of a request's target, found by name in the text itself.
package struct QueryString: Equatable, Sendable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    /// The decoded value of the first parameter of that name, or nil where there is none. A value
    /// that cannot be decoded is given as it was sent.
    package subscript(_ name: String) -> String? {
        for item in text.utf8.split(separator: UInt8(ascii: "&")) {
            let parts = item.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard let first = parts.first, Self.decoded(first) == name else { continue }
            guard parts.count == 2 else { return "" }
            return Self.decoded(parts[1]) ?? String(Substring(parts[1]))
        }
        return nil
    }

    private static func decoded(_ text: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let value = hexadecimalBytes(rest.prefix(2)), value.count == 1 else {
                    return nil
                }
                bytes += value
                rest = rest.dropFirst(2)
            case UInt8(ascii: "+"): bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
