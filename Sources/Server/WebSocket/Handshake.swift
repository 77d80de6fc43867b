/// The opening handshake of a WebSocket (RFC 6455 §4.2.1).
enum Handshake {
    /// Whether the request wants another protocol on its connection. Only WebSocket is known;
    /// another is ignored, as RFC 9110 §7.8 allows, and the request is served as it stands; so is
    /// any in HTTP/1.0.
    static func isRequested(by head: RequestHead) -> Bool {
        head.isVersion11 && head.upgrade.protocols.contains("websocket")
    }

    /// Checks everything but who may come in.
    static func check(_ head: RequestHead) throws(RequestFault) {
        guard head.method == .get else {
            throw RequestFault(400, "a websocket is opened with GET")
        }
        guard head.upgrade.connectionTokens.contains("upgrade") else {
            throw RequestFault(400, "the header field connection does not say upgrade")
        }
        guard head.contentLength == 0 else {
            throw RequestFault(400, "a websocket handshake has no body")
        }
        guard head.upgrade.version == "13" else {
            throw RequestFault(426, "the websocket version must be 13")
        }
        guard let key = head.upgrade.key, isKey(key) else {
            throw RequestFault(400, "the websocket key is not 16 bytes in base64")
        }
        guard
            head.upgrade.subprotocols.allSatisfy({ $0.utf8.allSatisfy(RequestParser.isTokenByte) })
        else { throw RequestFault(400, "a subprotocol name is malformed") }
    }

    /// Sixteen bytes are 22 digits of base64 and two of padding; the last digit holds four bits.
    private static func isKey(_ text: String) -> Bool {
        let digits = text.utf8.prefix(22)
        return text.utf8.count == 24 && text.hasSuffix("==")
            && digits.allSatisfy { digit in
                switch digit {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"):
                    true
                default:
                    false
                }
            } && digits.last.map { "AQgw".utf8.contains($0) } == true
    }

    /// The 101 answer. `subprotocol` and `compression` are what was offered, or nil.
    static func acceptance(
        key: String, subprotocol: String?, compression: DeflateAgreement?
    ) -> [UInt8] {
        var bytes = Array("HTTP/1.1 101 Switching Protocols\r\n".utf8)
        for (name, value) in [
            ("Upgrade", "websocket"), ("Connection", "Upgrade"),
            ("Sec-WebSocket-Accept", SHA1.acceptKey(for: key)),
        ] {
            HTTPResponse.append(HTTPResponse.Field(name, value), to: &bytes)
        }
        if let subprotocol {
            HTTPResponse.append(
                HTTPResponse.Field("Sec-WebSocket-Protocol", subprotocol), to: &bytes)
        }
        if let compression {
            HTTPResponse.append(
                HTTPResponse.Field("Sec-WebSocket-Extensions", compression.answer), to: &bytes)
        }
        bytes.append(contentsOf: "\r\n".utf8)
        return bytes
    }
}
