import Fabric
import Testing
import Wire

/// S-1: namespaces, events, acknowledgements and recovery of one client.
struct SocketIOSessionTests {
    @Test("S-1: a client asks for a namespace with what it shows, and is let in under a new name")
    func connects() {
        var talk = Talk()
        let asked = talk.say(#"0{"token":"123"}"#)
        #expect(
            asked.events == [
                .connectRequested(namespace: "/", auth: ["token": "123"], nil)
            ])
        #expect(asked.messages == [])
        #expect(!talk.session.isJoined("/"))
        talk.session.accept("/", sid: "wZX3oN0b")
        #expect(talk.take().texts == [#"0{"sid":"wZX3oN0b"}"#])
        #expect(talk.session.isJoined("/"))
    }

    @Test("S-1: a client is let into another namespace, with the private name to recover by")
    func connectsElsewhere() {
        var talk = Talk()
        #expect(
            talk.say("0/admin").events == [
                .connectRequested(namespace: "/admin", auth: nil, nil)
            ])
        talk.session.accept("/admin", sid: "s", recoverableAs: "p")
        #expect(talk.take().texts == [#"0/admin,{"sid":"s","pid":"p"}"#])
    }

    @Test("S-1: a refused client is told why, stays, and may ask again")
    func refused() {
        var talk = Talk()
        _ = talk.say("0/random,")
        talk.session.refuse("/random", message: "Invalid namespace")
        #expect(talk.take().texts == [#"4/random,{"message":"Invalid namespace"}"#])
        _ = talk.say("0")
        talk.session.refuse("/", message: "no", data: ["code": 7])
        let effects = talk.take()
        #expect(effects.texts == [#"4{"message":"no","data":{"code":7}}"#])
        #expect(!effects.closes)
        #expect(talk.say("0").events.count == 1)
    }

    @Test("S-1: who has joined no namespace in time is closed, even if it was refused meanwhile")
    func connectTimeout() {
        var talk = Talk()
        #expect(!talk.wait(44_999).closes)
        _ = talk.say("0")
        talk.session.refuse("/", message: "no")
        #expect(talk.wait(1).closes)
        #expect(talk.say("0").events == [])
    }

    @Test("S-1: who has joined once is not closed for leaving again")
    func leavesAndStays() {
        var talk = Talk()
        talk.join("/admin")
        #expect(talk.say("1/admin,").events == [.left(namespace: "/admin", .byClient)])
        #expect(!talk.wait(100_000).closes)
        #expect(talk.say("0/admin,").events.count == 1)
    }

    @Test(
        "S-1: what breaks the protocol ends the session and leaves every namespace",
        arguments: [
            "0", "0/admin", "4{}", "4/admin,{}", #"2/other,["a"]"#, "1/other,", "3/other,1[]",
            "abc",
            "2", "7", #"2["connect"]"#, #"511-["a"]"#,
            #"51-["a",{"_placeholder":true,"num":1}]"#,
        ])
    func violations(text: String) {
        var talk = Talk()
        talk.join()
        talk.join("/admin")
        let effects = talk.say(text)
        #expect(effects.closes)
        #expect(
            effects.events == [
                .left(namespace: "/", .withSession), .left(namespace: "/admin", .withSession),
            ])
        #expect(talk.session.hasEnded)
        #expect(talk.say(#"2["a"]"#) == SocketIOEffects())
        talk.session.end()
        #expect(talk.take() == SocketIOEffects())
    }

    @Test(
        "S-1: before a namespace was joined every other packet ends the session",
        arguments: [#"2["a"]"#, "1", "30[]", #"4"x""#])
    func beforeJoining(text: String) {
        var talk = Talk()
        #expect(talk.say(text).closes)
        var asking = Talk()
        _ = asking.say("0")
        #expect(asking.say(text).closes)
    }

    @Test("S-1: a second CONNECT that comes before the answer ends the session")
    func connectTwice() {
        var talk = Talk()
        _ = talk.say("0")
        #expect(talk.say("0").closes)
    }

    @Test("S-1: namespaces of one client are bounded")
    func namespaces() {
        var talk = Talk()
        for number in 0..<16 { talk.join("/\(number)") }
        #expect(talk.say("0/16").closes)
    }

    @Test("S-1: an event is handed up with its name, arguments and number")
    func events() {
        var talk = Talk()
        talk.join()
        #expect(
            talk.say(#"2["message",1,"2",{"3":[true]}]"#).events == [
                .event(
                    namespace: "/", name: "message",
                    SocketIOArguments([1, "2", ["3": [true]]]), acknowledgement: nil)
            ])
        #expect(
            talk.say("212[7]").events == [
                .event(namespace: "/", name: "7", SocketIOArguments([]), acknowledgement: 12)
            ])
    }

    @Test("S-1: events go out with their namespace, to joined ones only")
    func emits() {
        var talk = Talk()
        talk.join("/admin")
        talk.session.emit("a", SocketIOArguments([1, ["b": 2]]), namespace: "/admin")
        talk.session.emit("a")
        #expect(talk.take().texts == [#"2/admin,["a",1,{"b":2}]"#])
        talk.session.disconnect("/admin")
        talk.session.emit("a", namespace: "/admin")
        #expect(talk.take() == effects(["1/admin,"]))
    }

    private func effects(_ texts: [String]) -> SocketIOEffects {
        var effects = SocketIOEffects()
        effects.messages = texts.map { .text($0) }
        return effects
    }

    @Test("S-1: an event of the client is acknowledged with its number")
    func acknowledges() {
        var talk = Talk()
        talk.join()
        _ = talk.say(#"2456["message-with-ack",1]"#)
        talk.session.acknowledge(456, SocketIOArguments([1, "2"]))
        #expect(talk.take().texts == [#"3456[1,"2"]"#])
        talk.session.acknowledge(1 << 53)
        #expect(talk.take().texts == ["39007199254740992[]"])
    }

    @Test("S-1: what the client acknowledges is handed up once")
    func acknowledged() {
        var talk = Talk()
        talk.join()
        let numbers = (0..<3).map { _ in
            talk.session.emit("a", acknowledgedBy: talk.now + 1000)
        }
        #expect(numbers == [0, 1, 2])
        #expect(talk.take().texts == [#"20["a"]"#, #"21["a"]"#, #"22["a"]"#])
        #expect(talk.say(#"31["yes"]"#).events == [.acknowledged(1, SocketIOArguments(["yes"]))])
        #expect(talk.say(#"31["again"]"#).events == [])
        #expect(talk.say("399[]").events == [])
        #expect(talk.wait(999).events == [])
        #expect(talk.wait(1).events == [.unacknowledged(0), .unacknowledged(2)])
        let late = talk.say("30[]")
        #expect(late.events == [])
        #expect(!late.closes)
    }

    @Test("S-1: an acknowledgement in another namespace is none")
    func acknowledgedElsewhere() {
        var talk = Talk()
        talk.join()
        talk.join("/admin")
        _ = talk.session.emit("a", acknowledgedBy: talk.now + 1000)
        _ = talk.take()
        #expect(talk.say("3/admin,0[]").events == [])
        #expect(talk.say("30[]").events == [.acknowledged(0, SocketIOArguments([]))])
    }

    @Test("S-1: events that wait to be acknowledged are bounded, and given up with the namespace")
    func pending() {
        var limits = SocketIOLimits()
        limits.pendingAcknowledgements = 2
        var talk = Talk(limits: limits)
        talk.join()
        let numbers = (0..<3).map { _ in
            talk.session.emit("a", acknowledgedBy: talk.now + 1000)
        }
        #expect(numbers == [0, 1, nil])
        #expect(talk.take().messages.count == 2)
        #expect(
            talk.say("1").events == [
                .unacknowledged(0), .unacknowledged(1), .left(namespace: "/", .byClient),
            ])
    }

    @Test("S-1: nothing can be asked of a client that is not there")
    func emitsNowhere() {
        var talk = Talk()
        #expect(talk.session.emit("a", acknowledgedBy: talk.now + 1000) == nil)
        talk.session.acknowledge(1)
        talk.session.accept("/", sid: "s")
        talk.session.refuse("/", message: "no")
        talk.session.disconnect("/")
        #expect(talk.take() == SocketIOEffects())
    }

    @Test(
        "S-1: a client that was here before says who it was and what it got last",
        arguments: [
            (#"{"pid":"p","offset":"e1-7"}"#, RecoveryRequest(session: "p", offset: "e1-7")),
            (#"{"pid":"p","offset":"e1-7","token":"t"}"#, .init(session: "p", offset: "e1-7")),
            (#"{"pid":"p"}"#, RecoveryRequest(session: "p", offset: nil)),
            (#"{"pid":"p","offset":7}"#, RecoveryRequest(session: "p", offset: nil)),
            (#"{"pid":7,"offset":"e1-7"}"#, nil), (#"{"pid":"","offset":"e1-7"}"#, nil),
            (#"{"offset":"e1-7"}"#, nil), ("{}", nil),
            (#"{"pid":"\#(String(repeating: "p", count: 129))"}"#, nil),
            (#"{"pid":"p","offset":"\#(String(repeating: "o", count: 129))"}"#, nil),
        ])
    func recovery(auth: String, request: RecoveryRequest?) {
        var talk = Talk()
        let json = JSONReading.value(of: auth.utf8)
        #expect(
            talk.say("0" + auth).events == [
                .connectRequested(namespace: "/", auth: json, request)
            ])
    }

    @Test("S-1: whoever loses its session leaves its namespaces with it, once")
    func ends() {
        var talk = Talk()
        talk.join("/b")
        talk.join("/a")
        _ = talk.say("0/asked")
        talk.session.end()
        talk.session.end()
        let effects = talk.take()
        #expect(
            effects.events == [
                .left(namespace: "/a", .withSession), .left(namespace: "/b", .withSession),
            ])
        #expect(!effects.closes)
        talk.session.accept("/asked", sid: "s")
        #expect(talk.take() == SocketIOEffects())
    }

    @Test("S-1: random texts and bytes never break a session", arguments: UInt64(1)...40)
    func random(seed: UInt64) {
        var random = SplitMix64(state: seed)
        let texts = [
            "0", "0/a", "1", "1/a,", #"2["m"]"#, #"21["m",1]"#, "30[]", "31[]",
            #"51-["m",{"_placeholder":true,"num":0}]"#, #"61-0[]"#, "x", #"2/a,["m"]"#,
        ]
        for _ in 0..<40 {
            var talk = Talk()
            var joined: Set<String> = []
            for _ in 0..<40 {
                let isText = Int.random(in: 0..<8, using: &random) > 0
                let effects =
                    isText
                    ? talk.say(texts.randomElement(using: &random) ?? "") : talk.say([1, 2])
                track(effects, &talk, &joined)
                _ = talk.session.emit("a", acknowledgedBy: talk.now + 100)
                talk.session.acknowledge(7)
                track(talk.wait(Int64.random(in: 0..<200, using: &random)), &talk, &joined)
                #expect(talk.session.hasEnded ? joined.isEmpty : true)
            }
        }
    }

    private func track(_ effects: SocketIOEffects, _ talk: inout Talk, _ joined: inout Set<String>)
    {
        for event in effects.events {
            switch event {
            case .connectRequested(let namespace, _, _):
                talk.session.accept(namespace, sid: "s")
                #expect(joined.insert(namespace).inserted)
            case .left(let namespace, _): #expect(joined.remove(namespace) != nil)
            case .event(let namespace, _, _, _): #expect(joined.contains(namespace))
            case .acknowledged, .calledBack, .unacknowledged: break
            }
        }
    }
}
