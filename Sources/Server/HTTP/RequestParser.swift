/// Reads the head of an HTTP/1.1 request (RFC 9112) out of received bytes.
///
/// It is strict where leniency lets two parties read one message differently: bare line feeds, folded
/// lines, space before a colon, two lengths, a length beside a transfer coding are all refused.
package struct RequestParser {
    package let limits: ConnectionLimits
    /// `ListenerSettings.everyMethodPaths`.
    private let everyMethodPaths: Set<String>

    package init(limits: ConnectionLimits, everyMethodPaths: Set<String> = []) {
        self.limits = limits
        self.everyMethodPaths = everyMethodPaths
    }

    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")

    /// The number of bytes up to the end of the head, or nil where more have to come. Bytes before
    /// `searched` were looked at by an earlier call.
    package func headEnd(in input: [UInt8], searched: Int) throws(RequestFault) -> Int? {
        for index in searched..<input.count {
            let byte = input[index]
            if index == 0, !Self.isTokenByte(byte) {
                throw RequestFault(400, "the request does not begin with a method")
            }
            guard byte == Self.lineFeed else { continue }
            guard index > 0, input[index - 1] == Self.carriageReturn else {
                throw RequestFault(400, "a line ends without a carriage return")
            }
            if index >= 3, input[index - 2] == Self.lineFeed {
                guard index < limits.headerBytes else { break }
                return index + 1
            }
        }
        try checkLength(of: input)
        return nil
    }

    private func checkLength(of input: [UInt8]) throws(RequestFault) {
        guard input.count > min(limits.requestLineBytes, limits.headerBytes) else { return }
        let line = input.firstIndex(of: Self.lineFeed) ?? input.count
        guard line <= limits.requestLineBytes else {
            throw RequestFault(414, "the request line is too long")
        }
        guard input.count < limits.headerBytes else {
            throw RequestFault(431, "the header fields are too long")
        }
    }

    /// Parses a head that `headEnd` found; `head` ends with the empty line.
    package func parse(_ head: ArraySlice<UInt8>) throws(RequestFault) -> RequestHead {
        var lines = head.dropLast(4).split(
            separator: Self.lineFeed, omittingEmptySubsequences: false)
        let requestLine = Self.withoutCarriageReturn(lines.removeFirst())
        guard requestLine.count <= limits.requestLineBytes else {
            throw RequestFault(414, "the request line is too long")
        }
        guard lines.count <= limits.headerFields else {
            throw RequestFault(431, "there are too many header fields")
        }
        var request = try self.requestLine(requestLine)
        var fields = HeaderFields()
        for line in lines {
            try fields.take(Self.withoutCarriageReturn(line))
        }
        try fields.apply(to: &request)
        return request
    }

    private static func withoutCarriageReturn(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        line.last == carriageReturn ? line.dropLast() : line
    }

    private func requestLine(
        _ line: ArraySlice<UInt8>
    ) throws(RequestFault) -> RequestHead {
        let parts = line.split(separator: Self.space, omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw RequestFault(400, "the request line is malformed") }
        let method = try self.method(parts[0], of: parts[1])
        let version = String(decoding: parts[2], as: UTF8.self)
        guard version == "HTTP/1.1" || version == "HTTP/1.0" else {
            guard version.hasPrefix("HTTP/") else {
                throw RequestFault(400, "the request line is malformed")
            }
            throw RequestFault(505, "this server speaks HTTP/1.1")
        }
        let target = try RequestTarget(parsing: parts[1], method: method)
        return RequestHead(method: method, target: target, isVersion11: version == "HTTP/1.1")
    }

    private func method(
        _ text: ArraySlice<UInt8>, of target: ArraySlice<UInt8>
    ) throws(RequestFault) -> HTTPMethod {
        let name = String(decoding: text, as: UTF8.self)
        guard !text.isEmpty, text.allSatisfy(Self.isTokenByte) else {
            throw RequestFault(400, "the request line is malformed")
        }
        if let method = HTTPMethod(rawValue: name) { return method }
        if !everyMethodPaths.isEmpty,
            let first = try RequestTarget(parsing: target, method: .other).segments.first,
            everyMethodPaths.contains(first)
        {
            return .other
        }
        if ["PUT", "TRACE", "CONNECT"].contains(name) {
            throw RequestFault(405, "this method is not allowed")
        }
        throw RequestFault(501, "this method is not known")
    }

    /// RFC 9110 §5.6.2.
    static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "!"), UInt8(ascii: "#"),
            UInt8(ascii: "$"), UInt8(ascii: "%"), UInt8(ascii: "&"), UInt8(ascii: "'"),
            UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "^"), UInt8(ascii: "_"), UInt8(ascii: "`"), UInt8(ascii: "|"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}

extension RequestTarget {
    /// `text` in origin form (`/path?query`), absolute form (`http://host/path`), or `*`.
    init(parsing text: ArraySlice<UInt8>, method: HTTPMethod) throws(RequestFault) {
        guard text.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else {
            throw RequestFault(400, "the request target holds a character that must be escaped")
        }
        if text.elementsEqual("*".utf8), method == .options {
            self.init(path: "*", segments: [], query: "")
            return
        }
        let parts = Self.originForm(text).split(
            separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.first == UInt8(ascii: "/") else {
            throw RequestFault(400, "the request target does not begin with a slash")
        }
        var segments: [String] = []
        for part in path.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        {
            guard let segment = PercentCoding.decodeSegment(part) else {
                throw RequestFault(400, "the path is not safely decodable")
            }
            segments.append(segment)
        }
        self.init(
            path: String(decoding: path, as: UTF8.self), segments: segments,
            query: parts.count == 2 ? String(decoding: parts[1], as: UTF8.self) : "")
    }

    /// Scheme and authority say which server is meant, and there is only this one.
    private static func originForm(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        for scheme in ["http://", "https://"] where text.starts(with: scheme.utf8) {
            let rest = text.dropFirst(scheme.utf8.count)
            return rest[(rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex)...]
        }
        return text
    }
}
