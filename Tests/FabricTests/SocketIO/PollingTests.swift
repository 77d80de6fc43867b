import Fabric
import Testing
import Wire

/// S-1: long-polling, rule by rule.
struct PollingTests {
    @Test("S-1: a poll waits until there is something to say, and gets everything in one body")
    func holds() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let poll = room.poll(sid)
        #expect(room.status(poll) == nil)
        room.engine.send([.text("one"), .binary([1, 2, 3, 4]), .text("two")], to: session)
        room.settle()
        #expect(room.body(poll) == "4one\u{1e}bAQIDBA==\u{1e}4two")
        #expect(room.field("Content-Type", poll) == "text/plain; charset=UTF-8")
        #expect(room.field("Cache-Control", poll) == "no-store")
    }

    @Test("S-1: what was sent between two polls is in the next one, own packets before events")
    func buffered() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        room.publish(["event1"], to: session)
        room.send("own", to: session)
        room.publish(["event2"], to: session)
        #expect(room.body(room.poll(sid)) == "4own\u{1e}4event1\u{1e}4event2")
        #expect(room.status(room.poll(sid)) == nil)
    }

    @Test("S-1: a poll that an HTTP stack sends once more is told the same once more")
    func sentAgain() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let query = "EIO=4&transport=polling&sid=\(sid)"
        room.publish(["event1"], to: session)
        let lost = room.get(query + "&t=first")
        #expect(room.body(lost) == "4event1")
        room.publish(["event2"], to: session)
        #expect(room.body(room.get(query + "&t=first")) == "4event1")
        let next = room.get(query + "&t=second")
        #expect(room.body(next) == "4event2")
        // Whoever sends the same mark always has read the answer before, where it came by this line.
        room.publish(["event3"], to: session)
        let same = room.get(query + "&t=second") {
            $0.exchange = Exchange(connection: next.connection, serial: 2)
        }
        #expect(room.body(same) == "4event3")
        // Without a mark nobody can tell.
        #expect(room.status(room.poll(sid)) == nil)
    }

    @Test("S-1: a poll that is sent once more while it waits is the one that is answered")
    func sentAgainWhileWaiting() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let query = "EIO=4&transport=polling&sid=\(sid)&t=first"
        let gone = room.get(query)
        #expect(room.status(gone) == nil)
        let again = room.get(query)
        #expect(room.body(gone) == "6")
        room.publish(["event"], to: session)
        #expect(room.body(again) == "4event")
    }

    @Test("S-1: a backlog of events larger than a poll's answer comes in several, in order")
    func backlog() {
        var settings = EngineIOSettings()
        settings.pollBytes = 300
        let room = EngineIORoom(settings)
        let (session, sid) = room.open()
        let texts = (0..<50).map { "event number \($0)" }
        room.publish(texts, to: session)
        var got: [String] = []
        for _ in 0..<50 {
            let poll = room.poll(sid)
            guard room.status(poll) == 200 else { break }
            #expect(room.body(poll).utf8.count < 400)
            got += room.body(poll).split(separator: "\u{1e}").map { String($0.dropFirst()) }
        }
        #expect(got == texts)
    }

    @Test("S-1: frames of every length of the length field become packets")
    func frameLengths() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let texts = [0, 1, 124, 125, 126, 200, 65_534, 65_535, 70_000].map {
            String(repeating: "x", count: $0)
        }
        room.publish(texts, to: session)
        #expect(room.body(room.poll(sid)) == texts.map { "4" + $0 }.joined(separator: "\u{1e}"))
    }

    @Test(
        "S-1: a POST's packets are taken in order and it is answered with ok",
        arguments: [
            ("4hello", ["hello"]), ("4a\u{1e}4b\u{1e}4c", ["a", "b", "c"]), ("4", [""]),
            ("bAQIDBA==", ["<01020304>"]), ("4a\u{1e}bAQ==\u{1e}4é", ["a", "<01>", "é"]),
            ("b", ["<>"]), ("3", []), ("6\u{1e}4x", ["x"]),
        ])
    func post(body: String, messages: [String]) {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let post = room.post(sid, body)
        #expect(room.status(post) == 200)
        #expect(room.body(post) == "ok")
        #expect(room.field("Content-Type", post) == "text/html")
        #expect(room.messages(of: session) == messages)
        #expect(room.closure(of: session) == nil)
    }

    @Test(
        "S-1: a body that holds anything but packets ends the session with 400",
        arguments: [
            ("", []), ("abc", []), ("7", []), ("4a\u{1e}", ["a"]), ("\u{1e}4a", []),
            ("4a\u{1e}x\u{1e}4b", ["a"]), ("bA", []), ("b#", []), ("bAR==", []), ("2", []),
            ("2probe", []), ("0", []), ("5", []),
        ])
    func malformed(body: String, messages: [String]) {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let poll = room.poll(sid)
        #expect(room.status(room.post(sid, body)) == 400)
        #expect(room.messages(of: session) == messages)
        #expect(room.closure(of: session) == .parseError)
        #expect(room.body(poll) == "1")
        #expect(room.body(room.poll(sid)) == #"{"code":1,"message":"Session ID unknown"}"#)
    }

    @Test("S-1: a body that is not UTF-8 ends the session")
    func notUTF8() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let request = room.request(.post, "EIO=4&transport=polling&sid=\(sid)")
        var random = SplitMix64(state: 1)
        room.engine.receive(request, body: [0x34, 0xC3, 0x28], now: room.now, random: &random)
        room.settle()
        #expect(room.status(request.exchange) == 400)
        #expect(room.closure(of: session) == .parseError)
    }

    @Test("S-1: bytes as such are refused: this version sends them as Base64")
    func octets() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        #expect(room.status(room.post(sid, "4a", type: "application/octet-stream")) == 400)
        #expect(room.closure(of: session) == .transportError)
        #expect(room.messages(of: session) == [])
    }

    @Test("S-1: of two polls the new one gets 400, the first the close packet")
    func twoPolls() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let first = room.poll(sid)
        let second = room.poll(sid)
        #expect(room.status(second) == 400)
        #expect(room.body(first) == "1")
        #expect(room.closure(of: session) == .transportError)
        #expect(room.status(room.poll(sid)) == 400)
    }

    @Test("S-1: a POST while another one is under way gets 400 and ends the session")
    func twoPosts() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let posts = ["4a", "4b"].map { body in
            let request = room.request(.post, "EIO=4&transport=polling&sid=\(sid)")
            room.give(request, body: body)
            return request.exchange
        }
        room.settle()
        #expect(posts.map { room.status($0) } == [200, 400])
        #expect(room.messages(of: session) == ["a"])
        #expect(room.closure(of: session) == .transportError)
    }

    @Test("S-1: POSTs one after the other are fine")
    func postsInTurn() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        for number in 0..<5 { #expect(room.body(room.post(sid, "4\(number)")) == "ok") }
        #expect(room.messages(of: session) == ["0", "1", "2", "3", "4"])
    }

    @Test("S-1: a body above the payload limit gets 413 and ends the session; one at it passes")
    func tooLarge() {
        var settings = EngineIOSettings()
        settings.maxPayload = 100
        let room = EngineIORoom(settings)
        let (session, sid) = room.open()
        #expect(room.status(room.post(sid, "4" + String(repeating: "x", count: 99))) == 200)
        let poll = room.poll(sid)
        #expect(room.status(room.post(sid, "4" + String(repeating: "x", count: 100))) == 413)
        #expect(room.body(poll) == "1")
        #expect(room.closure(of: session) == .transportError)
        #expect(room.messages(of: session).count == 1)
    }

    @Test("S-1: a client that gives up a pending poll has ended its session")
    func abandoned() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let poll = room.poll(sid)
        room.engine.abandon(poll)
        room.settle()
        #expect(room.closure(of: session) == .transportError)
        #expect(room.status(poll) == nil)
        #expect(room.status(room.poll(sid)) == 400)
    }

    @Test("S-1: the end of a request that was answered ends nothing")
    func abandonedAfterwards() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let poll = room.poll(sid)
        room.send("a", to: session)
        room.engine.abandon(poll)
        room.settle()
        #expect(room.closure(of: session) == nil)
    }

    @Test("S-1: the client's close packet lets the pending poll go and ends the session")
    func clientCloses() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let poll = room.poll(sid)
        let post = room.post(sid, "4bye\u{1e}1\u{1e}4never")
        #expect(room.body(post) == "ok")
        #expect(room.body(poll) == "6")
        #expect(room.messages(of: session) == ["bye"])
        #expect(room.closure(of: session) == .transportClose)
        #expect(room.status(room.poll(sid)) == 400)
    }

    @Test("S-1: the server's close goes out behind what waits, in a pending poll")
    func serverCloses() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        let poll = room.poll(sid)
        room.engine.send([.text("last")], to: session)
        room.engine.close(session, now: room.now)
        room.settle()
        #expect(room.body(poll) == "4last\u{1e}1")
        #expect(room.closure(of: session) == .forcedClose)
        #expect(room.status(room.poll(sid)) == 400)
    }

    @Test("S-1: without a poll the server's close waits for the next one")
    func serverClosesLater() {
        let room = EngineIORoom()
        let (session, sid) = room.open()
        room.send("last", to: session)
        room.engine.close(session, now: room.now)
        room.settle()
        #expect(room.closure(of: session) == .forcedClose)
        room.send("too late", to: session)
        room.wait(29_000)
        #expect(room.status(room.post(sid, "4x")) == 400)
        let late = room.socket("EIO=4&transport=websocket&sid=\(sid)").1
        #expect(room.refused.contains(late))
        #expect(room.body(room.poll(sid)) == "4last\u{1e}1")
        #expect(room.status(room.poll(sid)) == 400)
        #expect(room.messages(of: session) == [])
        #expect(room.engine.sessionCount == 0)
    }

    @Test(
        "S-1: a close that nobody fetches is forgotten in time",
        arguments: [EngineIOSettings().closeWait, 1000])
    func serverClosesInVain(closeWait: Int64) {
        var settings = EngineIOSettings()
        settings.closeWait = closeWait
        let room = EngineIORoom(settings)
        let (session, sid) = room.open()
        room.engine.close(session, now: room.now)
        room.wait(closeWait - 100)
        #expect(room.engine.sessionCount == 1)
        room.wait(100)
        #expect(room.engine.sessionCount == 0)
        #expect(room.status(room.poll(sid)) == 400)
        #expect(room.closure(of: session) == .forcedClose)
    }
}
