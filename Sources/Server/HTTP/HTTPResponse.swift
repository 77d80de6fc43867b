/// An answer to an HTTP request.
package struct HTTPResponse: Equatable, Sendable {
    package struct Field: Equatable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var status: Int
    /// Without `Content-Length`, `Connection` and `Date`, which the server sets. A control character
    /// in a value is sent as a space, so that no value can forge a field.
    package var fields: [Field]
    package var body: [UInt8]

    package init(status: Int, fields: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    package init(status: Int, fields: [Field] = [], json: [UInt8]) {
        self.init(
            status: status, fields: fields + [Field("Content-Type", "application/json")],
            body: json)
    }
}

extension HTTPResponse {
    /// What the server says itself about a request that never reached the owner.
    init(_ fault: RequestFault) {
        var json: [UInt8] = []
        // Reasons are constants and field names: no character in them needs an escape.
        json.append(contentsOf: #"{"error":{"status":\#(fault.status),"message":""#.utf8)
        json.append(contentsOf: fault.reason.utf8)
        json.append(contentsOf: #""}}"#.utf8)
        self.init(status: fault.status, json: json)
        switch fault.status {
        case 405:
            fields.append(Field("Allow", "GET, HEAD, POST, PATCH, DELETE, OPTIONS"))
        case 429, 503:
            fields.append(Field("Retry-After", String(ConnectionRate.retrySeconds)))
        case 426:
            fields.append(Field("Upgrade", "websocket"))
            fields.append(Field("Sec-WebSocket-Version", "13"))
        default:
            break
        }
    }

    /// Head and body as they go onto the wire.
    func encoded(date: [UInt8], withBody: Bool, keepsAlive: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + (withBody ? body.count : 0))
        appendHead(
            date: date, framing: .length(body.count), keepsAlive: keepsAlive, to: &bytes)
        if withBody, status != 204, status != 304 {
            bytes.append(contentsOf: body)
        }
        return bytes
    }

    /// The head of an answer that follows in chunks (RFC 9112 §7.1), and the body as the first one.
    func encodedAsChunks(date: [UInt8], keepsAlive: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        appendHead(date: date, framing: .chunks, keepsAlive: keepsAlive, to: &bytes)
        Self.append(chunk: body, to: &bytes)
        return bytes
    }

    /// An empty chunk would be the end, and is left out.
    static func append(chunk: [UInt8], to bytes: inout [UInt8]) {
        guard !chunk.isEmpty else { return }
        bytes.append(contentsOf: String(chunk.count, radix: 16).utf8)
        bytes.append(contentsOf: "\r\n".utf8)
        bytes.append(contentsOf: chunk)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    /// Puts the frame of a chunk around bytes that wait to be written, where there are any.
    static func makeChunk(of bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        bytes.insert(contentsOf: "\(String(bytes.count, radix: 16))\r\n".utf8, at: 0)
        bytes.append(contentsOf: "\r\n".utf8)
    }

    /// The head of an answer that ends with its connection, or with the chunk that says so.
    func encodedAsStream(date: [UInt8], isChunked: Bool) -> [UInt8] {
        var bytes: [UInt8] = []
        appendHead(date: date, framing: isChunked ? .chunks : .end, keepsAlive: false, to: &bytes)
        return bytes
    }

    static let lastChunk = Array("0\r\n\r\n".utf8)

    /// How a client finds the end of the body.
    private enum Framing {
        case length(Int)
        case chunks
        /// By the end of the connection, the only way that HTTP/1.0 knows.
        case end

        var field: String {
            switch self {
            case .length(let bytes): "Content-Length: \(bytes)\r\n"
            case .chunks: "Transfer-Encoding: chunked\r\n"
            case .end: ""
            }
        }
    }

    private func appendHead(
        date: [UInt8], framing: Framing, keepsAlive: Bool, to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: "HTTP/1.1 \(status) \(Self.phrase(status))\r\nDate: ".utf8)
        bytes.append(contentsOf: date)
        bytes.append(contentsOf: "\r\n".utf8)
        for field in fields {
            Self.append(field, to: &bytes)
        }
        // RFC 9110 §8.6: these statuses have no content and no length.
        if status != 204, status != 304, status >= 200 {
            bytes.append(contentsOf: framing.field.utf8)
        }
        let announcesUpgrade = status == 426
        if announcesUpgrade {
            bytes.append(contentsOf: "Connection: Upgrade, close\r\n".utf8)
        } else if !keepsAlive {
            bytes.append(contentsOf: "Connection: close\r\n".utf8)
        }
        bytes.append(contentsOf: "\r\n".utf8)
    }

    static func append(_ field: Field, to bytes: inout [UInt8]) {
        for byte in field.name.utf8 where RequestParser.isTokenByte(byte) { bytes.append(byte) }
        bytes.append(contentsOf: ": ".utf8)
        for byte in field.value.utf8 { bytes.append(byte < 0x20 || byte == 0x7F ? 0x20 : byte) }
        bytes.append(contentsOf: "\r\n".utf8)
    }

    private static func phrase(_ status: Int) -> String {
        phrases[status] ?? "Status"
    }

    private static let phrases: [Int: String] = [
        200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
        301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified",
        307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request",
        401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
        406: "Not Acceptable", 408: "Request Timeout", 409: "Conflict", 410: "Gone",
        411: "Length Required", 412: "Precondition Failed", 413: "Content Too Large",
        414: "URI Too Long", 415: "Unsupported Media Type", 417: "Expectation Failed",
        422: "Unprocessable Content", 426: "Upgrade Required", 428: "Precondition Required",
        429: "Too Many Requests", 431: "Request Header Fields Too Large",
        500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
        504: "Gateway Timeout", 505: "HTTP Version Not Supported", 507: "Insufficient Storage",
    ]
}
