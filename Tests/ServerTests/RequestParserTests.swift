import Server
import Testing
import Wire

@Suite("Reading a request head")
struct RequestParserTests {
    private let parser = RequestParser(limits: ConnectionLimits())

    private func head(_ text: String) throws -> RequestHead {
        let bytes = Array(text.utf8)
        let end = try #require(try parser.headEnd(in: bytes, searched: 0))
        return try parser.parse(bytes[..<end])
    }

    private func fault(_ text: String) -> RequestFault? {
        do {
            let bytes = Array(text.utf8)
            guard let end = try parser.headEnd(in: bytes, searched: 0) else { return nil }
            _ = try parser.parse(bytes[..<end])
            return nil
        } catch {
            return error
        }
    }

    @Test("Method, path, segments, query and the fields that are read arrive")
    func completeHead() throws {
        let head = try head(
            """
            PATCH /v1/orders/a%2Fb/?token=x%20y&flag&token=z HTTP/1.1\r
            HOST: example.org\r
            Authorization:   Bearer abc  \r
            content-type: application/json\r
            Origin: https://example.org\r
            Last-Event-ID: 1-7\r
            User-Agent: test\r
            X-Other: ignored\r
            \r

            """)
        #expect(head.method == .patch)
        #expect(head.target.path == "/v1/orders/a%2Fb/")
        #expect(head.target.segments == ["v1", "orders", "a/b", ""])
        #expect(head.target.query == "token=x%20y&flag&token=z")
        #expect(head.target.queryParameter("token") == "x y")
        #expect(head.target.queryParameter("flag") == "")
        #expect(head.target.queryParameter("none") == nil)
        #expect(head.authorization == "Bearer abc")
        #expect(head.contentType == "application/json")
        #expect(head.origin == "https://example.org")
        #expect(head.lastEventID == "1-7")
        #expect(head.userAgent == "test")
        #expect(head.keepsAlive)
    }

    @Test(
        "The absolute form of a target means the path in it",
        arguments: [
            ("http://example.org/a?b=c", "/a", "b=c"), ("https://example.org:81/x", "/x", ""),
        ])
    func absoluteForm(target: String, path: String, query: String) throws {
        let head = try head("GET \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(head.target.path == path)
        #expect(head.target.query == query)
    }

    @Test(
        "A connection is kept unless the client says otherwise or speaks HTTP/1.0",
        arguments: [
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", true),
            ("GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n", false),
            ("GET / HTTP/1.0\r\n\r\n", false),
        ])
    func keepAlive(text: String, keeps: Bool) throws {
        #expect(try head(text).keepsAlive == keeps)
    }

    @Test(
        "What two parties could read differently is refused",
        arguments: [
            ("GET / HTTP/1.1\nHost: x\n\n", 400),
            ("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\u{0}y\r\n\r\n", 400),
            ("GET / HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nAuthorization: b\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1, 1\r\n\r\n", 400),
            ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length:\r\n\r\n", 400),
            (
                "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
                400
            ),
            ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
            ("GET  / HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET / HTTP/1.1 \r\nHost: x\r\n\r\n", 400),
            ("GET /\r\nHost: x\r\n\r\n", 400),
            ("GET nowhere HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET * HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /caf\u{e9} HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /a/%2e%2E/b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /a/../b HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /%4 HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("GET /%ff HTTP/1.1\r\nHost: x\r\n\r\n", 400),
            ("\u{16}\u{3}\u{1}", 400),
            ("PUT / HTTP/1.1\r\nHost: x\r\n\r\n", 405),
            ("BREW / HTTP/1.1\r\nHost: x\r\n\r\n", 501),
            ("GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
            ("GET / HTTP/1.1\r\nHost: x\r\nExpect: miracles\r\n\r\n", 417),
        ])
    func refusals(text: String, status: Int) {
        #expect(fault(text)?.status == status)
    }

    @Test("A head beyond the limits is refused before it is complete")
    func limits() {
        let longLine = "GET /" + String(repeating: "a", count: 9000)
        #expect(fault(longLine)?.status == 414)
        let longFields = "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 17_000)
        #expect(fault(longFields)?.status == 431)
        let manyFields = String(repeating: "X: a\r\n", count: 101)
        #expect(fault("GET / HTTP/1.1\r\nHost: x\r\n\(manyFields)\r\n")?.status == 431)
    }

    @Test("A head is found wherever the received pieces were cut")
    func pieces() throws {
        let bytes = Array("GET /hello HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\nrest".utf8)
        for cut in 0..<bytes.count - 4 {
            let first = Array(bytes[..<cut])
            let early = try parser.headEnd(in: first, searched: 0)
            #expect(early == nil)
            #expect(try parser.headEnd(in: bytes, searched: cut) == bytes.count - 4)
        }
    }

    @Test("Random bytes are refused or wait for more, and never more")
    func randomBytes() {
        var generator = SplitMix64(state: 1)
        let letters = Array("GET POST/ HTTP/1.1\r\n: %2e?#hostcontent-length0\u{0}\u{7f}".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<80, using: &generator)
            let bytes = (0..<count).map { _ in letters.randomElement(using: &generator) ?? 0 }
            _ = fault("GET / HTTP/1.1\r\n" + String(decoding: bytes, as: UTF8.self) + "\r\n\r\n")
            _ = fault(String(decoding: bytes, as: UTF8.self))
        }
    }
}
