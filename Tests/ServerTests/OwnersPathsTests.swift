import Server
import Testing

@Suite("Requests that are the owner's business from beginning to end")
struct OwnersPathsTests {
    @Test(
        "Any method reaches the owner under a path that wants it, and is refused elsewhere",
        arguments: [
            ("PUT", "/owned/?a=b", 404), ("BREW", "/owned", 404), ("PUT", "/owned2", 405),
            ("BREW", "/", 501), ("PU T", "/owned/", 400),
        ])
    func everyMethod(method: String, path: String, status: Int) throws {
        let server = try RunningServer { $0.everyMethodPaths = ["owned"] }
        let client = try RawClient(port: server.port)
        client.send("\(method) \(path) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try client.readHead().hasPrefix("HTTP/1.1 \(status) "))
        #expect(server.seen.requests.map(\.head.method) == (status == 404 ? [.other] : []))
    }

    @Test("The owner is told once of a client that leaves before its request is answered")
    func abandoned() throws {
        let server = try RunningServer()
        for number in 1...2 {
            do {
                let leaving = try RawClient(port: server.port)
                leaving.send("GET /later HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(server.wait { $0.requests.count == number })
                if number == 2 { leaving.reset() }
            }
            #expect(server.wait { $0.abandoned == number })
        }
        let quick = try RawClient(port: server.port)
        quick.send("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(try quick.readHead().hasPrefix("HTTP/1.1 200 "))
        #expect(server.seen.abandoned == 2)
    }
}
