import Glibc
import Server
import Testing

@Suite("Serving HTTP")
struct HTTPTests {
    /// Status, head and body of the one answer on a connection that the server then ends.
    private func answer(_ request: String, port: Int) throws -> (status: Int, text: String) {
        let client = try RawClient(port: port)
        client.send(request)
        let text = String(decoding: try client.readToEnd(), as: UTF8.self)
        let status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (try #require(status), text)
    }

    @Test(
        "A request that cannot be served is answered with its status, and the connection ends",
        arguments: [
            ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\nHost: x\r\n\r\n", 414),
            (
                "GET / HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 20_000))\r\n\r\n",
                431
            ),
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("nonsense\r\n\r\n", 400),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1048577\r\n\r\n", 413),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n", 413),
            ("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411),
            ("PUT / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
            ("BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
        ])
    func faults(request: String, status: Int) throws {
        let server = try RunningServer()
        let answer = try answer(request, port: server.port)
        #expect(answer.status == status)
        #expect(answer.text.contains("\r\nConnection: close\r\n"))
        #expect(answer.text.contains("\r\nContent-Type: application/json\r\n"))
        #expect(server.seen.requests.isEmpty)
    }

    @Test("A body that is too long is refused while the client still sends it")
    func bodyTooLong() throws {
        let server = try RunningServer { $0.limits.bodyBytes = 1000 }
        let client = try RawClient(port: server.port)
        client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n")
        client.send([UInt8](repeating: 0, count: 400_000))
        let text = String(decoding: try client.readToEnd(), as: UTF8.self)
        #expect(text.hasPrefix("HTTP/1.1 413 "))
    }

    @Test(
        "Requests that follow one another on a connection are answered in order, with their bodies")
    func pipelining() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        let get = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
        let post = { (body: String) in
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n\(body)"
        }
        client.send(get + post("0123456789") + get + post("abcdefghij") + "\r\n" + get)
        for body in ["hello", "0123456789", "hello", "abcdefghij", "hello"] {
            #expect(try client.readHead().hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(String(decoding: try client.read(body.utf8.count), as: UTF8.self) == body)
        }
        client.send(get)
        #expect(try client.readHead().hasPrefix("HTTP/1.1 200 OK\r\n"))
    }

    @Test("A request in single bytes is as good as one in one piece")
    func singleBytes() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        for byte in "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc".utf8 {
            client.send([byte])
        }
        #expect(try client.readHead().contains("\r\nContent-Length: 3\r\n"))
        #expect(try client.read(3) == Array("abc".utf8))
    }

    @Test("An answer to HEAD has the length of the body and no body")
    func head() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readHead().contains("\r\nContent-Length: 5\r\n"))
        #expect(try client.readHead().hasPrefix("HTTP/1.1 200 "))
    }

    @Test("HTTP/1.0 and a client that asks for it get their answer and the end of the connection")
    func connectionClose() throws {
        let server = try RunningServer()
        for request in [
            "GET /hello HTTP/1.0\r\n\r\n",
            "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        ] {
            let answer = try answer(request, port: server.port)
            #expect(answer.text.hasSuffix("\r\n\r\nhello"))
        }
    }

    @Test("An upgrade to something unknown is ignored")
    func unknownUpgrade() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n")
        #expect(try client.readHead().hasPrefix("HTTP/1.1 200 "))
    }

    @Test("A client that waits for leave to send its body gets it")
    func expectContinue() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send(
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(try client.readHead() == "HTTP/1.1 100 Continue\r\n\r\n")
        client.send("ok")
        #expect(try client.readHead().hasPrefix("HTTP/1.1 200 "))
    }

    @Test("A request can be answered later, and others are answered meanwhile")
    func answeredLater() throws {
        let server = try RunningServer()
        let waiting = try RawClient(port: server.port)
        waiting.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\nGET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        let other = try RawClient(port: server.port)
        other.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try other.readHead().hasPrefix("HTTP/1.1 200 "))
        server.answerLater()
        #expect(try waiting.readHead().hasPrefix("HTTP/1.1 200 "))
        #expect(String(decoding: try waiting.read(5), as: UTF8.self) == "later")
        #expect(try waiting.readHead().hasPrefix("HTTP/1.1 200 "))
    }

    @Test("An answer to a client that has gone is ignored")
    func clientGone() throws {
        let server = try RunningServer()
        do {
            let leaving = try RawClient(port: server.port)
            leaving.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(server.wait { $0.requests.count == 1 })
            leaving.reset()
        }
        server.answerLater()
        let other = try RawClient(port: server.port)
        other.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try other.readHead().hasPrefix("HTTP/1.1 200 "))
    }

    @Test("A client that takes its time to read a large answer gets all of it")
    func slowReader() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port, receiveBufferBytes: 4096)
        client.send("GET /large?bytes=5000000 HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readHead().contains("\r\nContent-Length: 5000000\r\n"))
        #expect(try client.read(5_000_000).allSatisfy { $0 == UInt8(ascii: "x") })
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readHead().hasPrefix("HTTP/1.1 200 "))
    }

    @Test("A request that comes too slowly is answered with 408")
    func slowRequest() throws {
        let server = try RunningServer { $0.limits.requestDeadline = .milliseconds(300) }
        let slow = try RawClient(port: server.port)
        slow.send("GET /hello HTTP/1.1\r\nHo")
        #expect(String(decoding: try slow.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
        let withoutBody = try RawClient(port: server.port)
        withoutBody.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
        #expect(
            String(decoding: try withoutBody.readToEnd(), as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
    }

    @Test("A connection on which nothing comes is ended, before its first request and between two")
    func idle() throws {
        let server = try RunningServer {
            $0.limits.requestDeadline = .seconds(1)
            $0.limits.keepAlive = .milliseconds(300)
        }
        #expect(try RawClient(port: server.port).readToEnd().isEmpty)
        let client = try RawClient(port: server.port)
        client.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(String(decoding: try client.readToEnd(), as: UTF8.self).hasSuffix("hello"))
    }

    @Test(
        "Of connections that come at once, those beyond the rate are told to come again, unread",
        arguments: [(true, 429), (false, 503)])
    func connectionRate(isOfAddress: Bool, status: Int) throws {
        let server = try RunningServer {
            if isOfAddress {
                $0.limits.newConnectionsPerAddress = 3
            } else {
                $0.limits.newConnectionsPerSecond = 3
            }
        }
        var answers: [String] = []
        let kept = try RawClient.webSocket(port: server.port)
        for _ in 0..<12 {
            let client = try RawClient(port: server.port)
            // Not even a request line.
            client.send("nothing that could be parsed\r\n\r\n")
            answers.append(String(decoding: try client.readToEnd(), as: UTF8.self))
        }
        let refused = answers.filter { $0.hasPrefix("HTTP/1.1 \(status) ") }
        #expect(refused.count >= 6, "\(answers.map { $0.prefix(12) })")
        #expect(refused.allSatisfy { $0.contains("\r\nRetry-After: 2\r\n") })
        #expect(answers.contains { $0.hasPrefix("HTTP/1.1 400 ") })
        // Who is in is not touched, and after a while others are taken again.
        kept.sendText("still here")
        #expect(try kept.readFrame().text == "still here")
        usleep(2_100_000)
        let later = try RawClient.webSocket(port: server.port)
        later.sendText("back")
        #expect(try later.readFrame().text == "back")
    }

    @Test("Who is refused for the rate and says nothing is not waited for as long as others")
    func silentRefused() throws {
        let server = try RunningServer {
            $0.limits.newConnectionsPerSecond = 1
            $0.limits.closeDeadline = .milliseconds(200)
        }
        let clients = try (0..<6).map { _ in try RawClient(port: server.port) }
        #expect(try clients[5].readToEnd().isEmpty)
    }

    @Test("One connection more than allowed is ended, and there is room again when one goes")
    func connectionLimit() throws {
        let server = try RunningServer { $0.limits.connections = 2 }
        let first = try RawClient.webSocket(port: server.port)
        do {
            let second = try RawClient.webSocket(port: server.port)
            #expect(try RawClient(port: server.port).readToEnd().isEmpty)
            second.reset()
        }
        #expect(server.wait { $0.closures.count == 1 })
        let third = try RawClient.webSocket(port: server.port)
        for client in [first, third] {
            client.sendText("still here")
            #expect(try client.readFrame().text == "still here")
        }
    }
}
