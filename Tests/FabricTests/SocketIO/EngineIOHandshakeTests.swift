import Fabric
import Testing
import Wire

/// S-1: how a session is opened, and which requests are refused with what.
struct EngineIOHandshakeTests {
    @Test("S-1: a polling handshake is answered with the open packet")
    func polling() {
        let room = EngineIORoom()
        let exchange = room.get("EIO=4&transport=polling&t=abc")
        #expect(room.status(exchange) == 200)
        #expect(room.field("Content-Type", exchange) == "text/plain; charset=UTF-8")
        #expect(room.field("Cache-Control", exchange) == "no-store")
        let body = room.body(exchange)
        let sid = EngineIORoom.sid(in: body)
        #expect(
            body == #"0{"sid":"\#(sid)","upgrades":["websocket"],"pingInterval":25000,"#
                + #""pingTimeout":20000,"maxPayload":1000000}"#)
    }

    @Test("S-1: a WebSocket handshake gives the open packet without upgrades as first message")
    func webSocket() {
        let room = EngineIORoom()
        let (session, socket) = room.openSocket()
        let messages = room.taken(on: socket)
        #expect(messages.count == 1)
        let opening = JSONReading.value(of: (messages.first ?? "").utf8.dropFirst())
        #expect(messages.first?.first == "0")
        #expect(opening?["upgrades"] == [])
        #expect(opening?["sid"]?.string?.utf8.count == 20)
        #expect(room.closure(of: session) == nil)
    }

    @Test("S-1: identifiers are 20 letters of base64url and differ even if the generator repeats")
    func identifiers() {
        struct Constant: RandomNumberGenerator {
            mutating func next() -> UInt64 { 7 }
        }
        let room = EngineIORoom()
        var random = Constant()
        var sids: Set<String> = []
        for _ in 0..<300 {
            let request = room.request(.get, "EIO=4&transport=polling")
            room.engine.receive(request, now: room.now, random: &random)
            room.settle()
            sids.insert(EngineIORoom.sid(in: room.body(request.exchange)))
        }
        let letters = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        #expect(sids.count == 300)
        #expect(sids.allSatisfy { $0.count == 20 && $0.allSatisfy(letters.contains) })
    }

    @Test("S-1: what the client showed is handed up once")
    func handshake() {
        let room = EngineIORoom()
        _ = room.get("EIO=4&transport=polling&token=a%2Eb+c") {
            $0.headers.userAgent = "test"
            $0.headers.authorization = "Bearer x"
        }
        guard case .opened(let session, let handshake) = room.events.first else {
            Issue.record("no session was opened")
            return
        }
        #expect(session == ConnectionNumber(EngineIORoom.firstSession))
        #expect(handshake.query["token"] == "a.b c")
        #expect(handshake.headers.authorization == "Bearer x")
        #expect(handshake.headers.userAgent == "test")
        #expect(handshake.clientAddress == "192.0.2.1")
    }

    struct Refused: CustomTestStringConvertible {
        var method = EngineIORequest.Method.get
        var query: String
        var origin: String?
        var code: Int
        var message: String
        var status = 400
        var testDescription: String { "\(method) \(query) \(origin ?? "")" }
    }

    static let refusals = [
        Refused(query: "", code: 0, message: "Transport unknown"),
        Refused(query: "EIO=4", code: 0, message: "Transport unknown"),
        Refused(query: "EIO=4&transport=tobi", code: 0, message: "Transport unknown"),
        Refused(query: "EIO=4&transport=constructor", code: 0, message: "Transport unknown"),
        Refused(query: "EIO=4&transport=", code: 0, message: "Transport unknown"),
        Refused(query: "EIO=4&transport=polling&sid=x", code: 1, message: "Session ID unknown"),
        Refused(query: "EIO=4&transport=polling&sid=", code: 1, message: "Session ID unknown"),
        Refused(
            query: "EIO=4&transport=polling&sid=%zz", code: 1, message: "Session ID unknown"),
        Refused(
            query: "EIO=4&transport=polling&sid=__proto__", code: 1,
            message: "Session ID unknown"),
        Refused(
            query: "EIO=4&transport=polling&sid=hasOwnProperty", code: 1,
            message: "Session ID unknown"),
        Refused(
            method: .post, query: "EIO=4&transport=polling", code: 2,
            message: "Bad handshake method"),
        Refused(
            method: .other, query: "EIO=4&transport=polling", code: 2,
            message: "Bad handshake method"),
        Refused(
            method: .options, query: "EIO=4&transport=polling", code: 2,
            message: "Bad handshake method"),
        Refused(query: "EIO=4&transport=websocket", code: 3, message: "Bad request"),
        Refused(
            query: "EIO=4&transport=polling", origin: "http://a\u{7}", code: 3,
            message: "Bad request"),
        Refused(
            query: "EIO=4&transport=polling", origin: "https://evil.example", code: 4,
            message: "Forbidden", status: 403),
        Refused(
            query: "EIO=4&transport=polling", origin: "null", code: 4, message: "Forbidden",
            status: 403),
        Refused(
            query: "transport=polling", code: 5, message: "Unsupported protocol version"),
        Refused(
            query: "EIO=3&transport=polling", code: 5, message: "Unsupported protocol version"),
        Refused(
            query: "EIO=abc&transport=polling", code: 5,
            message: "Unsupported protocol version"),
        // Where several checks fail, the first one in order says so.
        Refused(
            method: .post, query: "EIO=9&transport=tobi&sid=x", code: 0,
            message: "Transport unknown"),
        Refused(
            method: .post, query: "EIO=9&transport=polling&sid=x", code: 1,
            message: "Session ID unknown"),
        Refused(
            method: .post, query: "EIO=9&transport=websocket", code: 2,
            message: "Bad handshake method"),
        Refused(query: "EIO=9&transport=websocket", code: 3, message: "Bad request"),
    ]

    @Test("S-1: a request that cannot be served gets code, message and status", arguments: refusals)
    func refusal(_ refused: Refused) {
        let room = EngineIORoom()
        let request = room.request(refused.method, refused.query) {
            $0.headers.origin = refused.origin
        }
        room.give(request, body: "4hello")
        room.settle()
        #expect(room.status(request.exchange) == refused.status)
        #expect(room.field("Content-Type", request.exchange) == "application/json")
        #expect(
            room.body(request.exchange)
                == #"{"code":\#(refused.code),"message":"\#(refused.message)"}"#)
        #expect(room.engine.sessionCount == 0)
        #expect(room.events.isEmpty)
    }

    @Test(
        "S-1: a WebSocket that cannot be opened gets status 400 and the bare message",
        arguments: [
            ("EIO=4", nil, "Transport unknown"),
            ("EIO=4&transport=websocket&sid=__proto__", nil, "Session ID unknown"),
            ("EIO=4&transport=polling", nil, "Bad request"),
            ("EIO=4&transport=websocket", "https://evil.example", "Forbidden"),
            ("EIO=3&transport=websocket", nil, "Unsupported protocol version"),
            ("transport=websocket", nil, "Unsupported protocol version"),
        ])
    func refusedUpgrade(query: String, origin: String?, message: String) {
        let room = EngineIORoom()
        let (socket, exchange) = room.socket(query) { $0.headers.origin = origin }
        #expect(room.refused.contains(exchange))
        #expect(!room.accepted.contains(socket))
        #expect(room.status(exchange) == 400)
        #expect(room.field("Content-Type", exchange) == "text/html")
        #expect(room.body(exchange) == message)
    }

    @Test("S-1: a transport that is not the session's own is a bad request")
    func otherTransport() {
        let room = EngineIORoom()
        let (_, sid) = room.open()
        let exchange = room.get("EIO=4&transport=websocket&sid=\(sid)")
        #expect(room.body(exchange) == #"{"code":3,"message":"Bad request"}"#)
        let wrong = room.socket("EIO=4&transport=polling&sid=\(sid)").1
        #expect(room.refused.contains(wrong))
        let (_, upgraded, _) = room.openUpgraded()
        for transport in ["polling", "websocket"] {
            let exchange = room.get("EIO=4&transport=\(transport)&sid=\(upgraded)")
            #expect(room.body(exchange) == #"{"code":3,"message":"Bad request"}"#)
        }
    }

    @Test("S-1: a method that no session knows is refused without ending it")
    func unknownMethod() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let request = room.request(.other, "EIO=4&transport=polling&sid=\(sid)")
        room.give(request)
        room.settle()
        #expect(room.status(request.exchange) == 400)
        #expect(room.closure(of: session) == nil)
    }
}
