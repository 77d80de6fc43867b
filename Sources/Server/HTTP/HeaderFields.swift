/// The header fields of one request while they are read, line by line.
struct HeaderFields {
    /// Values of the fields that may come only once.
    private var single: [String: String] = [:]
    /// Elements of the fields that are lists and may be spread over lines.
    private var lists: [String: [String]] = [:]

    /// The extensions offered for a WebSocket, of all lines.
    private var extensions = ""

    private static let singleNames: Set<String> = [
        "authorization", "content-length", "content-type", "expect", "host", "last-event-id",
        "origin", "sec-websocket-key", "sec-websocket-version", "user-agent",
    ]
    private static let listNames: Set<String> = [
        "connection", "sec-websocket-protocol", "transfer-encoding", "upgrade",
    ]

    /// Takes `Name: value`. A field this daemon does not read is checked for form and dropped.
    mutating func take(_ line: ArraySlice<UInt8>) throws(RequestFault) {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            line[..<colon].allSatisfy(RequestParser.isTokenByte)
        else { throw RequestFault(400, "a header field is malformed") }
        let value = Self.trimmed(line[line.index(after: colon)...])
        guard value.allSatisfy({ $0 == UInt8(ascii: "\t") || ($0 >= 0x20 && $0 != 0x7F) }) else {
            throw RequestFault(400, "a header field holds a control character")
        }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        if Self.singleNames.contains(name) {
            guard single[name] == nil else {
                throw RequestFault(400, "the header field \(name) comes twice")
            }
            single[name] = String(decoding: value, as: UTF8.self)
        } else if name == "sec-websocket-extensions" {
            // Its elements may hold quoted text, in which a comma does not separate.
            if !extensions.isEmpty { extensions += "," }
            extensions += String(decoding: value, as: UTF8.self)
        } else if Self.listNames.contains(name) {
            for element in value.split(separator: UInt8(ascii: ",")) {
                let text = Self.trimmed(element)
                guard !text.isEmpty else { continue }
                lists[name, default: []].append(String(decoding: text, as: UTF8.self))
            }
        }
    }

    /// Fills in `head` and checks what belongs together.
    func apply(to head: inout RequestHead) throws(RequestFault) {
        head.host = single["host"]
        head.authorization = single["authorization"]
        head.contentType = single["content-type"]
        head.origin = single["origin"]
        head.lastEventID = single["last-event-id"]
        head.userAgent = single["user-agent"]
        head.upgrade = RequestHead.UpgradeFields(
            connectionTokens: (lists["connection"] ?? []).map { $0.lowercased() },
            protocols: (lists["upgrade"] ?? []).map { $0.lowercased() },
            key: single["sec-websocket-key"], version: single["sec-websocket-version"],
            subprotocols: lists["sec-websocket-protocol"] ?? [], extensions: extensions)
        head.keepsAlive =
            head.isVersion11 && !head.upgrade.connectionTokens.contains("close")
        guard head.host != nil || !head.isVersion11 else {
            throw RequestFault(400, "the header field host is missing")
        }
        try applyFraming(to: &head)
    }

    private func applyFraming(to head: inout RequestHead) throws(RequestFault) {
        if let expectation = single["expect"] {
            guard expectation.lowercased() == "100-continue" else {
                throw RequestFault(417, "this expectation cannot be met")
            }
            head.expectsContinue = true
        }
        if lists["transfer-encoding"] != nil {
            guard single["content-length"] == nil else {
                throw RequestFault(400, "the body has a length and a transfer coding")
            }
            throw RequestFault(411, "a body needs a content-length")
        }
        guard let length = single["content-length"] else { return }
        guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
            throw RequestFault(400, "the content-length is not a number")
        }
        // A number too large for an Int is too long a body as well.
        head.contentLength = Int(length) ?? .max
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var text = text.drop(while: isBlank)
        while let last = text.last, isBlank(last) { text.removeLast() }
        return text
    }
}
