import Foundation
import Server
import Testing

@Suite("Clients of others")
struct ForeignClientTests {
    private func curl(_ arguments: String...) throws -> Tool.Result {
        try Tool.run(["curl", "--silent", "--show-error", "--max-time", "20"] + arguments)
    }

    @Test("curl gets answers, statuses, bodies and a kept connection")
    func curlPlain() throws {
        let server = try RunningServer()
        let base = "http://127.0.0.1:\(server.port)"
        #expect(try curl("\(base)/hello").text == "hello")
        #expect(try curl("--head", "\(base)/hello").text.contains("Content-Length: 5"))
        let status = ["--output", "/dev/null", "--write-out", "%{http_code} %{num_connects} "]
        let statuses = try Tool.output(
            ["curl", "--silent", "--max-time", "20"] + status + [
                "\(base)/nowhere", "--next", "--silent",
            ]
                + status + ["-X", "DELETE", "\(base)/hello"])
        #expect(statuses == "404 1 405 0 ")
        #expect(try curl("--data-binary", "a=b&c", "\(base)/echo").text == "a=b&c")
    }

    @Test("curl uploads and downloads bodies of megabytes unharmed")
    func curlLarge() throws {
        let server = try RunningServer { $0.limits.bodyBytes = 4 * 1024 * 1024 }
        let directory = try TemporaryDirectory()
        let file = directory.path + "/body"
        let body = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &>> 3) })
        try body.write(to: URL(fileURLWithPath: file))
        let base = "http://127.0.0.1:\(server.port)"
        #expect(try curl("--data-binary", "@\(file)", "\(base)/echo").output == body)
        let large = try curl("\(base)/large?bytes=30000000").output
        #expect(large.count == 30_000_000)
        #expect(large.allSatisfy { $0 == UInt8(ascii: "x") })
    }

    @Test("curl is served over TLS 1.3, and turned away with 1.2")
    func curlTLS() throws {
        let certificate = try Certificate()
        let server = try RunningServer {
            $0.tls = TransportSecurity(
                certificateFile: certificate.certificateFile,
                privateKeyFile: certificate.privateKeyFile)
        }
        let base = "https://localhost:\(server.port)"
        let trust = ["--cacert", certificate.certificateFile]
        let get = ["curl", "--silent", "--show-error", "--max-time", "20"] + trust
        #expect(
            try Tool.output(get + ["--write-out", " %{http_version}", "\(base)/hello"])
                == "hello 1.1")
        #expect(
            try Tool.run(get + ["\(base)/large?bytes=5000000"]).output.count == 5_000_000)
        #expect(try Tool.run(get + ["--tls-max", "1.2", "\(base)/hello"]).status == 35)
        #expect(try curl("http://localhost:\(server.port)/hello").status != 0)
        #expect(try Tool.output(get + ["\(base)/hello"]) == "hello")
    }

    private static let conversation = """
        import asyncio, ssl, sys, websockets
        async def main(url, certificate):
            context = None
            if certificate:
                context = ssl.create_default_context(cafile=certificate)
            async with websockets.connect(url, ssl=context, max_size=None,
                                          subprotocols=["other", "wia-ind-009-v1"]) as socket:
                print(socket.subprotocol, socket.response.headers.get("Sec-WebSocket-Extensions"))
                for message in ["hello", "", "grüße", b"\\x00\\xff", "x" * 65536, b"y" * 65536]:
                    await socket.send(message)
                    assert await socket.recv() == message
                await socket.send(["in ", "several ", "pieces"])
                assert await socket.recv() == "in several pieces"
                await (await socket.ping())
                await socket.send("push 1000")
                for index in range(1000):
                    assert await socket.recv() == "message %d" % index
                await socket.send("close 4001")
                assert await socket.recv() == "last"
                try:
                    await socket.recv()
                except websockets.ConnectionClosed as end:
                    print(end.rcvd.code, end.rcvd.reason)
        asyncio.run(main(*sys.argv[1:]))
        """

    @Test("Python's websockets talks with the server, in clear text and over TLS")
    func pythonConversation() throws {
        let expected = "wia-ind-009-v1 None\n4001 as asked\n"
        let plain = try RunningServer()
        #expect(
            try Python.run(Self.conversation, "ws://127.0.0.1:\(plain.port)/v1/realtime", "")
                == expected)
        let certificate = try Certificate()
        let secure = try RunningServer {
            $0.tls = TransportSecurity(
                certificateFile: certificate.certificateFile,
                privateKeyFile: certificate.privateKeyFile)
        }
        #expect(
            try Python.run(
                Self.conversation, "wss://localhost:\(secure.port)/v1/realtime",
                certificate.certificateFile) == expected)
        #expect(plain.wait { $0.closures == [.byServer] })
        #expect(secure.wait { $0.closures == [.byServer] })
    }

    private static let faults = """
        import asyncio, sys, websockets
        async def main(base):
            try:
                async with websockets.connect(base + "/refuse"):
                    pass
            except websockets.InvalidStatus as refusal:
                print(refusal.response.status_code, refusal.response.body.decode())
            async with websockets.connect(base) as socket:
                await socket.send("x" * 65537)
                try:
                    await socket.recv()
                except websockets.ConnectionClosed as end:
                    print(end.rcvd.code)
            async with websockets.connect(base) as socket:
                print("ready", flush=True)
                try:
                    await socket.recv()
                except websockets.ConnectionClosed as end:
                    print(end.rcvd.code)
        asyncio.run(main(sys.argv[1]))
        """

    @Test("Python's websockets sees refusals, 1009 and the 1001 of a server that ends")
    func pythonFaults() throws {
        let server = try RunningServer()
        let closer = Thread {
            // The second one is the one that waits for the end.
            _ = server.wait(seconds: 60) { $0.accepted == 2 }
            server.shutDown(withinMilliseconds: 4000)
        }
        closer.start()
        let output = try Python.run(Self.faults, "ws://127.0.0.1:\(server.port)")
        #expect(output == "403 {\"error\":\"no\"}\n1009\nready\n1001\n")
    }
}
