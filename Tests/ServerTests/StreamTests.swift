import Server
import Testing

/// Answers without a length, from an outbox: as clients get them, and what they cost where a client
/// does not take them.
@Suite struct StreamTests {
    private func open(
        _ query: String, on server: RunningServer, version: String = "1.1",
        receiveBufferBytes: CInt? = nil
    ) throws -> (client: RawClient, head: String) {
        let client = try RawClient(port: server.port, receiveBufferBytes: receiveBufferBytes)
        client.send("GET /stream?\(query) HTTP/\(version)\r\nHost: x\r\n\r\n")
        return (client, try client.readHead())
    }

    @Test("What waits goes out as one chunk of one write, and what comes later wakes the stream")
    func chunks() throws {
        let server = try RunningServer()
        let (client, head) = try open("count=3&bytes=20", on: server)
        #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n"))
        #expect(head.contains("\r\nTransfer-Encoding: chunked\r\n"))
        #expect(!head.contains("Content-Length"))
        #expect(try client.readChunk().count == 60)
        server.answerLater()
        #expect(try client.readChunk() == Array("late".utf8))
        #expect(try client.readChunk() == [])
        #expect(try client.readToEnd() == [])
        #expect(server.wait { $0.closures == [.byServer] })
    }

    @Test("A stream that is ended while something waits ends behind that")
    func endsAtBoundary() throws {
        let server = try RunningServer()
        let (client, _) = try open("count=50&bytes=10000&ends=1", on: server)
        #expect(try client.readChunks() == 500_000)
        #expect(try client.readToEnd() == [])
        #expect(server.wait { $0.closures == [.byServer] })
        #expect(server.seen.given == 50)
    }

    @Test("HTTP/1.0 gets the content bare, up to the end of the connection")
    func withoutChunks() throws {
        let server = try RunningServer()
        let (client, head) = try open("count=2&bytes=3", on: server, version: "1.0")
        #expect(!head.contains("Transfer-Encoding"))
        #expect(!head.contains("Content-Length"))
        #expect(head.contains("\r\nConnection: close\r\n"))
        server.answerLater()
        #expect(try client.readToEnd() == Array("xxxxxxlate".utf8))
    }

    @Test("The outbox of a client that does not read is not asked; the others are served")
    func slowReader() throws {
        let server = try RunningServer()
        // 1 GB, of which the kernel's buffers take a few MB.
        let (slow, _) = try open(
            "count=10000&bytes=100000", on: server, receiveBufferBytes: 4096)
        #expect(server.wait { $0.given > 1 })
        let (quick, _) = try open("count=1&bytes=5", on: server)
        #expect(try quick.readChunk().count == 5)
        _ = server.wait(seconds: 1) { $0.given > 200 }
        #expect(server.seen.given < 200, "\(server.seen.given) entries of 100 kB")
        #expect(try slow.readChunk().count == 100_000)
    }

    @Test("A client that takes nothing for two ping intervals is given up")
    func stuck() throws {
        let server = try RunningServer { $0.limits.pingInterval = .milliseconds(200) }
        let stuck = try open(
            "count=10000&bytes=100000", on: server, receiveBufferBytes: 4096)
        #expect(server.wait { $0.closures == [.unresponsive] })
        _ = stuck
    }

    @Test("The owner is told once of a client that leaves, though nothing is written to it")
    func abandoned() throws {
        let server = try RunningServer()
        for number in 1...2 {
            do {
                let (leaving, _) = try open("count=0", on: server)
                #expect(server.wait { $0.streams == number })
                if number == 2 { leaving.reset() }
            }
            #expect(server.wait { $0.closures.count == number })
        }
        server.answerLater()
        let (quick, _) = try open("count=1&bytes=5&ends=1", on: server)
        #expect(try quick.readChunks() == 5)
        #expect(server.wait { $0.closures == [.lost, .lost, .byServer] })
    }

    @Test("What a client sends behind the request of a stream is not answered and not kept")
    func noSecondRequest() throws {
        let server = try RunningServer()
        let (client, _) = try open("count=1&bytes=5", on: server)
        #expect(try client.readChunk().count == 5)
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        server.answerLater()
        #expect(try client.readChunk() == Array("late".utf8))
        #expect(try client.readChunk() == [])
        #expect(try client.readToEnd() == [])
        #expect(server.seen.requests.count == 1)
    }

    @Test("A shutdown ends streams as whole answers")
    func shutdown() throws {
        let server = try RunningServer()
        let (client, _) = try open("count=1&bytes=5", on: server)
        #expect(try client.readChunk().count == 5)
        server.shutDown(withinMilliseconds: 2_000)
        #expect(try client.readChunk() == [])
    }
}
