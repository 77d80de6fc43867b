import Deflate
import Server
import Testing

@Suite("Compressed WebSocket messages")
struct CompressionTests {
    private static let agreed =
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover"

    private func deflated(_ text: String) throws -> [UInt8] {
        try #require(try Deflater().form(of: Array(text.utf8)))
    }

    @Test(
        "W-17: the first offer that can be met is agreed on, and any other leaves the connection",
        arguments: [
            ("permessage-deflate", agreed),
            ("permessage-deflate; client_max_window_bits", agreed),
            ("permessage-deflate ;client_max_window_bits = 8", agreed),
            ("permessage-deflate; client_no_context_takeover", agreed),
            ("permessage-deflate; server_no_context_takeover", agreed),
            (
                "permessage-deflate; server_max_window_bits=9",
                agreed + "; server_max_window_bits=9"
            ),
            (
                "permessage-deflate; server_max_window_bits=\"1\\5\"",
                agreed + "; server_max_window_bits=15"
            ),
            (", x-webkit-deflate-frame, permessage-deflate", agreed),
            ("permessage-deflate; server_max_window_bits=8, permessage-deflate", agreed),
            ("permessage-deflate; unknown, permessage-deflate; client_max_window_bits", agreed),
            ("permessage-deflate\r\nSec-WebSocket-Extensions: other", agreed),
            ("other; a=b\r\nSec-WebSocket-Extensions: permessage-deflate", agreed),
            ("", nil), ("permessage-bzip2", nil), ("PerMessage-Deflate2", nil),
            ("permessage-deflate;", nil), ("permessage-deflate; unknown", nil),
            ("permessage-deflate permessage-deflate", nil),
            ("permessage-deflate; server_max_window_bits", nil),
            ("permessage-deflate; server_max_window_bits=8", nil),
            ("permessage-deflate; server_max_window_bits=16", nil),
            ("permessage-deflate; server_max_window_bits=010", nil),
            ("permessage-deflate; server_max_window_bits=+9", nil),
            ("permessage-deflate; client_max_window_bits=7", nil),
            ("permessage-deflate; client_max_window_bits=", nil),
            ("permessage-deflate; client_max_window_bits=\"9", nil),
            ("permessage-deflate; server_no_context_takeover=1", nil),
            ("permessage-deflate; client_no_context_takeover=true", nil),
            (
                "permessage-deflate; client_no_context_takeover; client_no_context_takeover", nil
            ),
            (
                "permessage-deflate; server_max_window_bits=9; server_max_window_bits=10", nil
            ),
            ("other; quoted=\"a, permessage-deflate, b\"", nil),
        ] as [(String, String?)])
    func negotiation(offer: String, answer: String?) throws {
        let server = try RunningServer { $0.compresses = true }
        let client = try RawClient(port: server.port)
        client.send(RawClient.handshake(fields: [("Sec-WebSocket-Extensions", offer)]))
        let head = try client.readHead()
        #expect(head.hasPrefix("HTTP/1.1 101 "))
        let lines = head.split(separator: "\r\n").filter {
            $0.hasPrefix("Sec-WebSocket-Extensions")
        }
        #expect(lines == (answer.map { ["Sec-WebSocket-Extensions: \($0)"] } ?? []))
        client.sendText("plain")
        #expect(try client.readFrame().text == "plain")
    }

    private func client(of server: RunningServer) throws -> RawClient {
        try RawClient.webSocket(
            port: server.port, fields: [("Sec-WebSocket-Extensions", "permessage-deflate")])
    }

    @Test("Compressed messages are read, in pieces and between plain ones, of many clients at once")
    func received() throws {
        let server = try RunningServer { $0.compresses = true }
        let clients = try (0..<3).map { _ in try client(of: server) }
        for (index, client) in clients.enumerated() {
            let text = "grüße an \(index), grüße an \(index)"
            let payload = try deflated(text)
            client.send(RawClient.frame(1, payload, isCompressed: true))
            #expect(try client.readFrame() == ReceivedFrame(opcode: 1, payload: Array(text.utf8)))
            client.sendText("plain")
            #expect(try client.readFrame().text == "plain")
            let frames = payload.enumerated().map { place, byte in
                RawClient.frame(
                    place == 0 ? 1 : 0, [byte], isFinal: place == payload.count - 1,
                    isCompressed: place == 0)
            }
            client.send(frames[0] + RawClient.frame(9, [1]) + frames[1...].joined())
            #expect(try client.readFrame().opcode == 10)
            #expect(try client.readFrame().text == text)
            client.send(RawClient.frame(1, [0], isCompressed: true))
            #expect(try client.readFrame().payload.isEmpty)
        }
    }

    @Test(
        "A compressed message that is not one ends the connection with the code that says why",
        arguments: [
            ("no deflate", [0xFF, 0xFF], 1007), ("cut", [0xF2, 0x48], 1007),
            ("not UTF-8", [0x00, 0x01, 0x00, 0xFE, 0xFF, 0xC3, 0x00], 1007),
        ] as [(String, [UInt8], Int)])
    func refused(name: String, payload: [UInt8], code: Int) throws {
        let server = try RunningServer { $0.compresses = true }
        let client = try client(of: server)
        client.send(RawClient.frame(1, payload, isCompressed: true))
        #expect(try client.readFrame().code == code, "\(name)")
        #expect(try client.readToEnd().isEmpty)
        #expect(server.wait { $0.closures == [.violation(code: UInt16(code))] })
        // The one decompressor serves the next as if nothing had been.
        let other = try self.client(of: server)
        other.send(RawClient.frame(1, try deflated("next"), isCompressed: true))
        #expect(try other.readFrame().text == "next")
    }

    @Test("A message that grows beyond the limit when it is inflated is told 1009")
    func bomb() throws {
        let server = try RunningServer {
            $0.compresses = true
            $0.limits.messageBytes = 10_000
        }
        let most = try client(of: server)
        most.send(
            RawClient.frame(
                1, try deflated(.init(repeating: "a", count: 10_000)), isCompressed: true))
        #expect(try most.readFrame().payload.count == 10_000)
        most.send(
            RawClient.frame(
                1, try deflated(.init(repeating: "a", count: 10_001)), isCompressed: true))
        #expect(try most.readFrame().code == 1009)
    }

    @Test("A few bytes may not become many messages of the greatest length")
    func manyBombs() throws {
        let server = try RunningServer { $0.compresses = true }
        let client = try client(of: server)
        let frame = RawClient.frame(
            2, try deflated(.init(repeating: "a", count: 65_536)), isCompressed: true)
        client.send([[UInt8]](repeating: frame, count: 200).flatMap { $0 })
        var last = try client.readFrame()
        while last.opcode == 2 { last = try client.readFrame() }
        #expect(last.code == 1008)
    }

    @Test("Nobody is sent or may send what was not agreed on")
    func notAgreed() throws {
        let server = try RunningServer()
        let client = try client(of: server)
        client.send(RawClient.frame(1, try deflated("text"), isCompressed: true))
        #expect(try client.readFrame().code == 1002)
        let echo = try EchoProgram(isCompressed: true)
        let plain = try RawClient.webSocket(port: echo.port)
        let long = String(repeating: "long ", count: 1000)
        plain.sendText(long)
        let frame = try plain.readFrame()
        #expect(frame.text == long)
        #expect(!frame.isCompressed)
    }

    @Test(
        "A message goes out compressed where it is long enough and fits the window agreed on",
        arguments: [
            ("permessage-deflate", 1023, false), ("permessage-deflate", 1024, true),
            ("permessage-deflate", 100_000, true),
            ("permessage-deflate; server_max_window_bits=12", 4096, true),
            ("permessage-deflate; server_max_window_bits=12", 4097, false),
        ])
    func sent(offer: String, count: Int, isCompressed: Bool) throws {
        let echo = try EchoProgram(isCompressed: true)
        let client = try RawClient.webSocket(
            port: echo.port, fields: [("Sec-WebSocket-Extensions", offer)])
        let text = String(repeating: "b", count: count)
        client.sendText(text)
        let frame = try client.readFrame()
        #expect(frame.isCompressed == isCompressed)
        var payload = frame.payload
        if isCompressed {
            payload = []
            #expect(frame.payload.count < count / 10)
            #expect(
                try Inflater().append(frame.payload, to: &payload, most: count) == .whole)
        }
        #expect(payload == Array(text.utf8))
    }

    private static let conversation = """
        import asyncio, sys, random, websockets
        from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Offer
        async def main(url):
            chance = random.Random(1)
            for bits in range(9, 16):
                offer = Offer(server_max_window_bits=bits, client_max_window_bits=True)
                async with websockets.connect(url, max_size=None, compression=None,
                                              extensions=[offer]) as socket:
                    agreed = socket.protocol.extensions[0]
                    assert agreed.remote_no_context_takeover and agreed.local_no_context_takeover
                    for length in [0, 10, 1024, 2048, 4096, 8192, 16384, 32768, 200000]:
                        words = "".join(chance.choice("abcdefgh") for _ in range(100))
                        message = (words * (length // 100 + 1))[:length]
                        await socket.send(message)
                        assert await socket.recv() == message
            print("well")
        asyncio.run(main(sys.argv[1]))
        """

    @Test("W-17: Python's websockets talks compressed, with windows of every size")
    func pythonConversation() throws {
        let echo = try EchoProgram(isCompressed: true)
        #expect(try Python.run(Self.conversation, echo.url) == "well\n")
    }
}
