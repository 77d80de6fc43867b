import Server
import Testing

/// Answers in pieces: as clients get them, and what they cost where a client does not take them.
@Suite struct PiecesTests {
    @Test(
        "An answer in pieces comes as chunks, whole, and the connection serves the next request",
        arguments: [(1, 5), (3, 1), (200, 1_000), (50, 200_000), (1, 0)])
    func whole(count: Int, bytes: Int) throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port, receiveBufferBytes: 4096)
        for _ in 0..<2 {
            client.send("GET /pieces?count=\(count)&bytes=\(bytes) HTTP/1.1\r\nHost: x\r\n\r\n")
            let head = try client.readHead()
            #expect(head.contains("\r\nTransfer-Encoding: chunked\r\n"))
            #expect(!head.contains("Content-Length"))
            #expect(try client.readChunks() == count * bytes)
        }
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readHead().hasPrefix("HTTP/1.1 200 "))
        #expect(server.seen.abandoned == 0)
    }

    @Test("No piece is asked for before the client has taken those before it")
    func backPressure() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port, receiveBufferBytes: 4096)
        // 1 GB, of which the kernel's buffers take a few MB.
        client.send("GET /pieces?count=10000&bytes=100000 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(server.wait { $0.pieces > 1 })
        let quick = try RawClient(port: server.port)
        quick.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try quick.readHead().hasPrefix("HTTP/1.1 200 "))
        _ = server.wait(seconds: 1) { $0.pieces > 200 }
        #expect(server.seen.pieces < 200, "\(server.seen.pieces) pieces of 100 kB")
    }

    @Test("The owner is told once of a client that leaves in the middle, however it leaves")
    func abandoned() throws {
        let server = try RunningServer()
        for number in 1...2 {
            do {
                let leaving = try RawClient(port: server.port)
                leaving.send("GET /pieces?count=10000&bytes=100000 HTTP/1.1\r\nHost: x\r\n\r\n")
                _ = try leaving.readHead()
                if number == 2 { leaving.reset() }
            }
            #expect(server.wait { $0.abandoned == number })
        }
        let quick = try RawClient(port: server.port)
        quick.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try quick.readHead().hasPrefix("HTTP/1.1 200 "))
        #expect(server.seen.abandoned == 2)
    }

    @Test("A client that takes nothing for too long is given up")
    func stuck() throws {
        let server = try RunningServer { $0.limits.requestDeadline = .milliseconds(500) }
        let stuck = try RawClient(port: server.port, receiveBufferBytes: 4096)
        stuck.send("GET /pieces?count=10000&bytes=100000 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(server.wait { $0.abandoned == 1 })
    }

    @Test("An answer that is broken off ends without the last chunk")
    func brokenOff() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send("GET /pieces?count=10&bytes=10&breaks=4 HTTP/1.1\r\nHost: x\r\n\r\n")
        let text = String(decoding: try client.readToEnd(), as: UTF8.self)
        #expect(text.hasSuffix("\r\na\r\nxxxxxxxxxx\r\n"))
        #expect(text.split(separator: "xxxxxxxxxx").count == 7)
        #expect(server.seen.abandoned == 0)
    }
}
