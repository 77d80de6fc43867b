import Server
import Testing

@Suite("Serving WebSockets")
struct WebSocketTests {
    @Test(
        "A handshake that is not RFC 6455's is answered before any 101",
        arguments: [
            ([("Sec-WebSocket-Version", "8")], 426), ([("Sec-WebSocket-Version", nil)], 426),
            ([("Sec-WebSocket-Version", "13, 8")], 426), ([("Sec-WebSocket-Key", nil)], 400),
            ([("Sec-WebSocket-Key", "c2hvcnQ=")], 400),
            ([("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZR==")], 400),
            ([("Connection", "keep-alive")], 400), ([("Connection", nil)], 400),
            ([("Host", nil)], 400), ([("Content-Length", "5")], 400),
            ([("Sec-WebSocket-Protocol", "a b")], 400),
        ] as [([(String, String?)], Int)])
    func handshakeFaults(fields: [(String, String?)], status: Int) throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send(RawClient.handshake(fields: fields))
        let head = try client.readHead()
        #expect(head.hasPrefix("HTTP/1.1 \(status) "))
        #expect(head.contains("\r\nSec-WebSocket-Version: 13\r\n") == (status == 426))
    }

    @Test(
        "Names in a handshake may be in any case, and stand among others",
        arguments: [
            ("keep-alive , UPGRADE", "WebSocket"), ("Upgrade", "h2c, WEBSOCKET"),
            (",upgrade,", "websocket"),
        ])
    func handshakeNames(connection: String, upgrade: String) throws {
        let server = try RunningServer()
        let client = try RawClient.webSocket(
            port: server.port, fields: [("Connection", connection), ("Upgrade", upgrade)])
        client.sendText("open")
        #expect(try client.readFrame().text == "open")
    }

    @Test(
        "Only GET of HTTP/1.1 opens a WebSocket",
        arguments: [("POST / HTTP/1.1", 400), ("GET / HTTP/1.0", 404), ("HEAD / HTTP/1.1", 400)])
    func handshakeMethod(line: String, status: Int) throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        let rest = RawClient.handshake().drop { $0 != "\r\n" }
        client.send(line + rest)
        #expect(try client.readHead().hasPrefix("HTTP/1.1 \(status) "))
        #expect(server.seen.accepted == 0)
    }

    @Test("The answer proves the key, and names no extension that was offered")
    func acceptance() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send(
            RawClient.handshake(
                path: "/v1/any/path?a=b",
                fields: [("Sec-WebSocket-Extensions", "permessage-deflate")]))
        let head = try client.readHead()
        #expect(head.hasPrefix("HTTP/1.1 101 "))
        #expect(head.contains("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        #expect(!head.lowercased().contains("extensions"))
    }

    /// A bearer token as browsers can send it, longer than any short list of names.
    private static let longToken =
        "base64url.bearer." + String(repeating: "x", count: 2000) + ", " + RunningServer.subprotocol

    @Test(
        "A subprotocol is answered only where it was offered",
        arguments: [
            ("/", nil, nil), ("/", "other", nil), ("/", "other, wia-ind-009-v1", "wia-ind-009-v1"),
            ("/", longToken, "wia-ind-009-v1"), ("/foreign", "other", nil), ("/foreign", nil, nil),
        ] as [(String, String?, String?)])
    func subprotocols(path: String, offered: String?, answered: String?) throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send(
            RawClient.handshake(path: path, fields: [("Sec-WebSocket-Protocol", offered)]))
        let head = try client.readHead()
        #expect(head.hasPrefix("HTTP/1.1 101 "))
        let line = answered.map { "\r\nSec-WebSocket-Protocol: \($0)\r\n" }
        #expect(head.contains("Sec-WebSocket-Protocol") == (answered != nil))
        if let line { #expect(head.contains(line)) }
    }

    @Test("The owner can refuse with a status and a body")
    func refusal() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send(RawClient.handshake(path: "/refuse"))
        let text = String(decoding: try client.readToEnd(), as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 403 "))
        #expect(text.hasSuffix(#"{"error":"no"}"#))
        #expect(server.seen.closures.isEmpty)
    }

    @Test("Frames sent right behind the handshake are read")
    func earlyFrames() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send(Array(RawClient.handshake().utf8) + RawClient.frame(1, Array("early".utf8)))
        _ = try client.readHead()
        #expect(try client.readFrame().text == "early")
    }

    @Test("Messages of every length come back, and pings between fragments are answered")
    func echo() throws {
        let server = try RunningServer()
        let client = try RawClient.webSocket(port: server.port)
        for count in [0, 1, 125, 126, 65_535, 65_536] {
            let payload = [UInt8](repeating: 7, count: count)
            client.send(RawClient.frame(2, payload))
            #expect(try client.readFrame() == ReceivedFrame(opcode: 2, payload: payload))
        }
        client.send(RawClient.frame(1, Array("hal".utf8), isFinal: false))
        client.send(RawClient.frame(9, Array("ping".utf8)))
        #expect(try client.readFrame() == ReceivedFrame(opcode: 10, payload: Array("ping".utf8)))
        client.send(RawClient.frame(0, Array("lo".utf8)))
        #expect(try client.readFrame().text == "hallo")
    }

    @Test(
        "Whoever breaks the protocol gets what it is owed, the code, and the end, reported once",
        arguments: [
            ([0x81, 1, 97], 1002), ([0x82, 0xFE, 0, 1, 0, 0, 0, 0, 9], 1002),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 9], 1002),
            ([0x82, 0xFF, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0], 1009),
            (RawClient.frame(1, [0xC0, 0xAF]), 1007),
            ((0..<65).flatMap { RawClient.frame($0 == 0 ? 1 : 0, [97], isFinal: false) }, 1008),
        ] as [([UInt8], Int)])
    func violations(bytes: [UInt8], code: Int) throws {
        let server = try RunningServer()
        let client = try RawClient.webSocket(port: server.port)
        client.send(RawClient.frame(1, Array("before".utf8)) + bytes)
        #expect(try client.readFrame().text == "before")
        let frame = try client.readFrame()
        #expect(frame.opcode == 8)
        #expect(frame.code == code)
        #expect(try client.readToEnd().isEmpty)
        #expect(server.wait { $0.closures == [.violation(code: UInt16(code))] })
    }

    @Test(
        "A close frame is answered with its code, and the server ends the connection",
        arguments: [([3, 232], 1000), ([15, 160, 98, 121, 101], 4000), ([], nil)]
            as [([UInt8], Int?)])
    func closedByPeer(payload: [UInt8], code: Int?) throws {
        let server = try RunningServer()
        let client = try RawClient.webSocket(port: server.port)
        client.send(RawClient.frame(8, payload))
        let frame = try client.readFrame()
        #expect(frame.opcode == 8)
        #expect(frame.code == code)
        #expect(try client.readToEnd().isEmpty)
        #expect(server.wait { $0.closures == [.byPeer(code: code.map { UInt16($0) })] })
    }

    @Test("What comes behind a close frame is not read, and the server is first to end the line")
    func nothingAfterClose() throws {
        let server = try RunningServer()
        let client = try RawClient.webSocket(port: server.port)
        client.send(
            RawClient.frame(8, [3, 232]) + RawClient.frame(1, Array("behind".utf8))
                + RawClient.frame(9, [1])
                + RawClient.frame(8, [15, 160]) + [0xFF, 0xFF])
        #expect(try client.readFrame().code == 1000)
        #expect(try client.readToEnd().isEmpty)
        #expect(server.wait { $0.closures == [.byPeer(code: 1000)] })
    }

    @Test("A message in as many pieces as are allowed comes back, with pings between them")
    func manyPieces() throws {
        let server = try RunningServer { $0.limits.fragments = 64 }
        let client = try RawClient.webSocket(port: server.port)
        for index in 0..<64 {
            client.send(
                RawClient.frame(9, [UInt8(index)])
                    + RawClient.frame(index == 0 ? 1 : 0, [97], isFinal: index == 63))
        }
        for index in 0..<64 { #expect(try client.readFrame().payload == [UInt8(index)]) }
        #expect(try client.readFrame().text == String(repeating: "a", count: 64))
    }

    @Test("Closing sends what is owed first, then code and reason, and waits for the answer")
    func closedByServer() throws {
        let server = try RunningServer()
        let client = try RawClient.webSocket(port: server.port)
        client.sendText("close 4001")
        #expect(try client.readFrame().text == "last")
        let frame = try client.readFrame()
        #expect(frame.code == 4001)
        #expect(String(decoding: frame.payload.dropFirst(2), as: UTF8.self) == "as asked")
        #expect(server.seen.closures.isEmpty)
        client.send(RawClient.frame(8, [15, 161]))
        #expect(try client.readToEnd().isEmpty)
        #expect(server.wait { $0.closures == [.byServer] })
    }

    @Test("A peer that does not answer a close frame is given up after the deadline")
    func closeUnanswered() throws {
        let server = try RunningServer { $0.limits.closeDeadline = .milliseconds(200) }
        let client = try RawClient.webSocket(port: server.port)
        client.sendText("close 1000")
        #expect(try client.readFrame().text == "last")
        #expect(try client.readFrame().code == 1000)
        #expect(try client.readToEnd().isEmpty)
        #expect(server.wait { $0.closures == [.byServer] })
    }

    @Test("A connection that ends without a close frame is reported once")
    func lost() throws {
        let server = try RunningServer()
        do {
            let reset = try RawClient.webSocket(port: server.port)
            reset.reset()
            _ = try RawClient.webSocket(port: server.port)
        }
        #expect(server.wait { $0.closures == [.lost, .lost] })
    }

    @Test("A peer that is silent is pinged, and given up when it does not answer")
    func halfOpen() throws {
        let server = try RunningServer { $0.limits.pingInterval = .seconds(1) }
        let silent = try RawClient.webSocket(port: server.port)
        let alive = try RawClient.webSocket(port: server.port)
        for _ in 0..<3 {
            let frame = try alive.readFrame()
            #expect(frame == ReceivedFrame(opcode: 9, payload: []))
            alive.send(RawClient.frame(10, frame.payload))
        }
        #expect(try silent.readToEnd().starts(with: [0x89, 0]))
        #expect(server.wait { $0.closures == [.unresponsive] })
        alive.sendText("here")
        while true {
            let frame = try alive.readFrame()
            guard frame.opcode == 9 else {
                #expect(frame.text == "here")
                break
            }
        }
    }

    @Test("A slow reader gets every frame, in order, once it reads")
    func slowReader() throws {
        let server = try RunningServer { $0.limits.writeBytes = 4096 }
        let client = try RawClient.webSocket(port: server.port, receiveBufferBytes: 2048)
        let rounds = 4
        let each = 60_000
        for _ in 0..<rounds { client.sendText("push \(each)") }
        // Another client is served while this one does not read.
        let other = try RawClient.webSocket(port: server.port)
        other.sendText("hello")
        #expect(try other.readFrame().text == "hello")
        for _ in 0..<rounds {
            for index in 0..<each {
                let text = try client.readFrame().text
                guard text == "message \(index)" else {
                    Issue.record("expected message \(index), got \(text)")
                    return
                }
            }
        }
    }

    @Test("A peer that never reads is given up")
    func neverReads() throws {
        let server = try RunningServer {
            $0.limits.pingInterval = .milliseconds(300)
            $0.limits.writeBytes = 4096
        }
        let client = try RawClient.webSocket(port: server.port, receiveBufferBytes: 2048)
        for _ in 0..<20 { client.sendText("push 65000") }
        #expect(server.wait { $0.closures == [.unresponsive] })
        _ = client
    }
}
