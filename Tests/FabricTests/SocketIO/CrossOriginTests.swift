import Fabric
import Testing

/// Pages of other origins: allowed ones can read answers, others are not served at all.
struct CrossOriginTests {
    private let page = "https://shop.example"

    private func room() -> EngineIORoom {
        var settings = EngineIOSettings()
        settings.allowedOrigins = [page]
        return EngineIORoom(settings)
    }

    @Test("S-1: every answer to a page of an allowed origin names the origin, and never a star")
    func allowed() {
        let room = room()
        let opening = room.get("EIO=4&transport=polling") { $0.headers.origin = page }
        let sid = EngineIORoom.sid(in: room.body(opening))
        let refused = room.get("EIO=4&transport=tobi") { $0.headers.origin = page }
        let poll = room.get("EIO=4&transport=polling&sid=\(sid)") { $0.headers.origin = page }
        room.send("hello", to: ConnectionNumber(EngineIORoom.firstSession))
        for exchange in [opening, refused, poll] {
            #expect(room.field("Access-Control-Allow-Origin", exchange) == page)
            #expect(room.field("Vary", exchange) == "Origin")
            #expect(room.field("Access-Control-Allow-Credentials", exchange) == nil)
        }
        #expect(room.body(poll) == "4hello")
    }

    @Test("S-1: a star allows the pages of every origin")
    func star() {
        var settings = EngineIOSettings()
        settings.allowedOrigins = ["*"]
        let room = EngineIORoom(settings)
        let opening = room.get("EIO=4&transport=polling") { $0.headers.origin = page }
        #expect(room.status(opening) == 200)
        #expect(room.field("Access-Control-Allow-Origin", opening) == page)
    }

    @Test("S-1: a preflight request is answered for allowed origins only")
    func preflight() {
        let room = room()
        let allowed = room.request(.options, "EIO=4&transport=polling") {
            $0.headers.origin = page
        }
        let other = room.request(.options, "EIO=4&transport=polling") {
            $0.headers.origin = "https://evil.example"
        }
        room.give(allowed)
        room.give(other)
        room.settle()
        #expect(room.status(allowed.exchange) == 204)
        #expect(room.field("Access-Control-Allow-Methods", allowed.exchange) == "GET, POST")
        #expect(room.field("Access-Control-Allow-Origin", allowed.exchange) == page)
        #expect(room.status(other.exchange) == 400)
        #expect(room.field("Access-Control-Allow-Origin", other.exchange) == nil)
        #expect(room.field("Access-Control-Allow-Methods", other.exchange) == nil)
    }

    @Test("S-1: another origin cannot use a session whose identifier it knows")
    func stolen() {
        let room = room()
        let (session, sid) = room.open()
        let request = room.request(.post, "EIO=4&transport=polling&sid=\(sid)") {
            $0.headers.origin = "https://evil.example"
        }
        room.give(request, body: "4hello")
        room.settle()
        #expect(room.status(request.exchange) == 403)
        #expect(room.messages(of: session) == [])
        #expect(room.closure(of: session) == nil)
    }

    @Test(
        "S-1: a page of the server's own host may connect",
        arguments: [
            ("https://api.example:8443", true), ("http://api.example:8443", true),
            ("https://api.example", false), ("https://api.example:8443.evil.example", false),
            ("ftp://api.example:8443", false),
        ])
    func ownHost(origin: String, isAllowed: Bool) {
        let room = EngineIORoom()
        let exchange = room.get("EIO=4&transport=polling") {
            $0.headers.origin = origin
            $0.headers.host = "api.example:8443"
        }
        #expect(room.status(exchange) == (isAllowed ? 200 : 403))
    }
}
