import Glibc

/// A TCP client that sends what no well-behaved client would.
final class RawClient {
    private let socket: CInt
    private var received: [UInt8] = []

    /// How long a read waits before it is a failure.
    static let patienceSeconds = 5

    struct Failure: Error {
        let reason: String
    }

    init(port: Int, receiveBufferBytes: CInt? = nil) throws {
        socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        if var bytes = receiveBufferBytes {
            unsafe setsockopt(
                socket, SOL_SOCKET, SO_RCVBUF, &bytes, socklen_t(MemoryLayout<CInt>.size))
        }
        var patience = timeval(tv_sec: Self.patienceSeconds, tv_usec: 0)
        unsafe setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe connect(socket, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Failure(reason: "cannot connect: \(errno)") }
    }

    deinit {
        if socket >= 0 { close(socket) }
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    /// Errors are left to the next read.
    func send(_ bytes: [UInt8]) {
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    socket, buffer.baseAddress?.advanced(by: sent), buffer.count - sent,
                    CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// Ends the connection with a reset instead of an orderly end.
    func reset() {
        var lingering = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            socket, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
        // Replaces the descriptor, and so closes the connection; `deinit` closes the replacement.
        let null = unsafe open("/dev/null", O_RDONLY)
        dup2(null, socket)
        close(null)
    }

    /// Exactly that many bytes.
    func read(_ count: Int) throws -> [UInt8] {
        while received.count < count {
            guard try receiveMore() else { throw Failure(reason: "the connection ended early") }
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    /// Everything up to and with an empty line.
    func readHead() throws -> String {
        while true {
            let text = String(decoding: received, as: UTF8.self)
            if let end = text.range(of: "\r\n\r\n") {
                let head = String(text[..<end.upperBound])
                received.removeFirst(head.utf8.count)
                return head
            }
            guard try receiveMore() else { throw Failure(reason: "the connection ended early") }
        }
    }

    /// Everything up to the end of the connection.
    func readToEnd() throws -> [UInt8] {
        while try receiveMore() {}
        defer { received = [] }
        return received
    }

    /// Whether anything came; false at the end of the connection. A reset is an end, too.
    private func receiveMore() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        if count < 0, errno == EAGAIN { throw Failure(reason: "nothing came") }
        guard count > 0 else { return false }
        received.append(contentsOf: buffer[..<count])
        return true
    }
}

extension String {
    fileprivate func range(of text: String) -> Range<String.Index>? {
        firstRange(of: text)
    }
}

// MARK: - WebSocket

struct ReceivedFrame: Equatable {
    var opcode: UInt8
    var payload: [UInt8]
    /// RSV1 is set.
    var isCompressed = false

    var text: String { String(decoding: payload, as: UTF8.self) }
    /// The code of a close frame.
    var code: Int? { payload.count >= 2 ? Int(payload[0]) << 8 | Int(payload[1]) : nil }
}

extension RawClient {
    static let key = "dGhlIHNhbXBsZSBub25jZQ=="

    static func handshake(
        path: String = "/", fields: [(String, String?)] = []
    ) -> String {
        var all: [(String, String?)] = [
            ("Host", "localhost"), ("Connection", "keep-alive, Upgrade"), ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", key),
        ]
        for (name, value) in fields {
            all.removeAll { $0.0 == name }
            all.append((name, value))
        }
        let lines = all.compactMap { name, value in value.map { "\(name): \($0)\r\n" } }
        return "GET \(path) HTTP/1.1\r\n\(lines.joined())\r\n"
    }

    /// A client whose WebSocket is open.
    static func webSocket(
        port: Int, path: String = "/", fields: [(String, String?)] = [],
        receiveBufferBytes: CInt? = nil
    ) throws -> RawClient {
        let client = try RawClient(port: port, receiveBufferBytes: receiveBufferBytes)
        client.send(handshake(path: path, fields: fields))
        let head = try client.readHead()
        guard head.hasPrefix("HTTP/1.1 101 ") else { throw Failure(reason: head) }
        return client
    }

    /// A frame as a client sends it, masked.
    static func frame(
        _ opcode: UInt8, _ payload: [UInt8], isFinal: Bool = true, isCompressed: Bool = false,
        mask: [UInt8] = [1, 2, 3, 4]
    ) -> [UInt8] {
        var bytes = [(isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode]
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        case ...0xFFFF:
            bytes += [0x80 | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            bytes.append(0x80 | 127)
            for index in (0..<8).reversed() {
                bytes.append(UInt8(payload.count >> (8 * index) & 0xFF))
            }
        }
        bytes += mask
        bytes += payload.enumerated().map { $1 ^ mask[$0 & 3] }
        return bytes
    }

    func sendText(_ text: String) {
        send(Self.frame(1, Array(text.utf8)))
    }

    func readFrame() throws -> ReceivedFrame {
        let header = try read(2)
        var length = Int(header[1])
        if length == 126 {
            length = try read(2).reduce(0) { $0 << 8 | Int($1) }
        } else if length == 127 {
            length = try read(8).reduce(0) { $0 << 8 | Int($1) }
        }
        return ReceivedFrame(
            opcode: header[0] & 0xF, payload: try read(length),
            isCompressed: header[0] & 0x40 != 0)
    }
}
