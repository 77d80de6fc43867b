import Server
import Testing

@Suite("Requests of a connection that are taken in order")
struct PipeliningTests {
    private func post(_ body: String, to path: String = "/ordered") -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    private static let get = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"

    private func expect(_ bodies: [String], from client: RawClient) throws {
        for body in bodies {
            #expect(try client.readHead().hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(String(decoding: try client.read(body.utf8.count), as: UTF8.self) == body)
        }
    }

    @Test("They are with the owner together, and answered in their order, whichever is ready first")
    func order() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        let bodies = (0..<10).map { "body \($0)" }
        client.send(bodies.map { post($0) }.joined() + post("at once", to: "/ordered?now"))
        #expect(server.wait { $0.requests.count == 11 })
        #expect(
            server.seen.requests.prefix(10).map { String(decoding: $0.body, as: UTF8.self) }
                == bodies)
        server.answerLater()
        try expect(bodies + ["at once"], from: client)
        client.send(Self.get)
        try expect(["hello"], from: client)
    }

    @Test(
        "Every other request waits for the answers before it, and holds up what follows",
        arguments: ["/echo", "/later"])
    func others(path: String) throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        let other =
            path == "/echo" ? post("other", to: path) : "GET /later HTTP/1.1\r\nHost: x\r\n\r\n"
        client.send(post("a") + post("b") + other + post("c", to: "/ordered?now"))
        #expect(server.wait { $0.requests.count == 2 })
        // What would be handed out wrongly has had the time to.
        let probe = try RawClient(port: server.port)
        probe.send(Self.get)
        try expect(["hello"], from: probe)
        #expect(server.seen.requests.count == 3)
        server.answerLater()
        try expect(["a", "b", path == "/echo" ? "other" : "later", "c"], from: client)
    }

    @Test("No more of them are with the owner than the limit says; the others come in their turn")
    func limit() throws {
        let server = try RunningServer { $0.limits.pipelinedRequests = 3 }
        let client = try RawClient(port: server.port)
        // More than the kernel's first read gives.
        let bodies = (0..<200).map { "\($0) " + String(repeating: "x", count: 1_000) }
        client.send(bodies.prefix(8).map { post($0) }.joined())
        #expect(server.wait { $0.requests.count == 4 })
        let probe = try RawClient(port: server.port)
        probe.send(Self.get)
        try expect(["hello"], from: probe)
        #expect(server.seen.requests.count == 5)
        server.answerLater()
        client.send(bodies.dropFirst(8).map { post($0) }.joined())
        try expect(bodies, from: client)
    }

    @Test("In single bytes and split anywhere they are the same")
    func splits() throws {
        let text = Array((post("first") + "\r\n" + post("") + post("third")).utf8)
        for split in 1..<text.count {
            let server = try RunningServer()
            let client = try RawClient(port: server.port)
            client.send(Array(text[..<split]))
            client.send(Array(text[split...]))
            #expect(server.wait { $0.requests.count == 3 })
            server.answerLater()
            try expect(["first", "", "third"], from: client)
        }
    }

    @Test("What is wrong with a later one is said when its turn has come, and ends the connection")
    func faults() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send(post("a") + post("b") + "nonsense\r\n\r\n" + post("c"))
        #expect(server.wait { $0.requests.count == 2 })
        server.answerLater()
        try expect(["a", "b"], from: client)
        let rest = String(decoding: try client.readToEnd(), as: UTF8.self)
        #expect(rest.hasPrefix("HTTP/1.1 400 "))
        #expect(server.seen.requests.count == 2)
    }

    @Test("Behind one that ends the connection nothing is read")
    func close() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        let last =
            "POST /ordered HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 1\r\n\r\nb"
        client.send(post("a") + last + post("c"))
        #expect(server.wait { $0.requests.count == 2 })
        server.answerLater()
        let text = String(decoding: try client.readToEnd(), as: UTF8.self)
        #expect(text.hasSuffix("\r\n\r\nb"))
        #expect(server.seen.requests.count == 2)
    }

    @Test("The end of the server answers all that are with the owner, and then ends the connection")
    func shutdown() throws {
        let server = try RunningServer()
        let client = try RawClient(port: server.port)
        client.send(post("a") + post("b"))
        #expect(server.wait { $0.requests.count == 2 })
        server.answerLater()
        server.shutDown(withinMilliseconds: 2_000)
        try expect(["a", "b"], from: client)
        #expect(try client.readToEnd().isEmpty)
    }

    @Test("Of a client that is gone the owner hears for each of them")
    func gone() throws {
        let server = try RunningServer()
        do {
            let leaving = try RawClient(port: server.port)
            leaving.send(post("a") + post("b") + post("c"))
            #expect(server.wait { $0.requests.count == 3 })
            leaving.reset()
        }
        #expect(server.wait { $0.abandoned == 3 })
    }
}
