import ColdChain
import Fabric
import Testing
import Wire

/// What is signed and what is verified (W-14, T-14). The signatures here are the signed text itself
/// behind the secret, so that the tests can see what was signed.
struct SignatureTests {
    private static func signing(isRequired: Bool = false) -> MessageSigning {
        MessageSigning(
            signature: { Array("server:".utf8) + $0 },
            isGenuine: { signed, signature, user in
                Array("\(user):".utf8) + signed == signature
            },
            isRequired: isRequired)
    }

    private func room(isRequired: Bool = false) -> (Room, ConnectionNumber) {
        let room = Room(signing: Self.signing(isRequired: isRequired))
        room.publish(Sample.change(Sample.order("O1", cafe: "cafe-1")))
        return (room, room.connect(1, .customer, "anna"))
    }

    /// A message as a client sends it, byte by byte.
    ///
    /// White space is tabs here, which `→` stands for in a signature.
    private func say(_ text: String, on client: ConnectionNumber, in room: Room) throws {
        let parsed = try #require(JSONReading.value(of: text.utf8.filter { $0 != 0x09 }))
        let members = try #require(parsed.members).map { member in
            guard member.name == "signature", let text = member.value.string else { return member }
            return JSON.Member("signature", .string(text.replacing("→", with: "\t")))
        }
        room.fabric.receive(
            .success(.object(members)), as: ReceivedText(Array(text.utf8)), on: client,
            now: room.now)
    }

    /// The signature that a message of WIA must have, from its text.
    private func expected(_ text: String) throws -> String {
        let json = try #require(JSONReading.value(of: text.utf8))
        let bytes = Array(text.utf8)
        guard case .at(let payload) = RawMember.place(of: "payload", in: bytes) else { return "" }
        let head = ["type", "id", "timestamp"].compactMap { json[$0]?.string }.joined()
        return "server:" + head + String(decoding: bytes[payload], as: UTF8.self)
    }

    @Test("W-14: whatever the server says in WIA is signed over its payload as it stands there")
    func sent() throws {
        let (room, client) = room()
        room.subscribe(client, Channel(.order, "O1"))
        room.publish(Sample.temperature(61.5), Sample.location(40.7), Sample.alert())
        let texts = room.texts(to: client)
        let types = texts.compactMap { JSONReading.value(of: $0.utf8)?["type"]?.string }
        #expect(
            types == [
                "subscribe_ack", "temperature_alert", "temperature_update", "location_update",
            ])
        for text in texts {
            let json = try #require(JSONReading.value(of: text.utf8))
            #expect(json["signature"]?.string == (try expected(text)))
        }
    }

    @Test("W-14: without a secret nothing is signed")
    func unsigned() {
        let room = Room()
        let client = room.connect(1)
        room.subscribe(client, Channel(.order, "O9"))
        #expect(room.messages(to: client).first?["signature"] == nil)
    }

    static let genuine: [String] = [
        // The payload is signed as it was written, white space and all.
        #"{"type":"ping","id":"p1","signature":"anna:pingp1"}"#,
        #"{"type":"ping","id":"p1","timestamp":"2026-01-02T03:04:05Z","signature":"anna:pingp12026-01-02T03:04:05Z"}"#,
        #"{"signature":"anna:pingp1{\"b\":→[1,→2],\"a\":\"}\"}","payload":\#t{"b":\#t[1,\#t2],"a":"}"}\#t,"id":"p1","type":"ping"}"#,
        #"{"type":"ping","id":"p1","payload":{},"signature":"anna:pingp1{}"}"#,
    ]

    @Test("W-14: a message that its user signed is taken", arguments: genuine)
    func verified(text: String) throws {
        let (room, client) = room(isRequired: true)
        try say(text, on: client, in: room)
        #expect(room.messages(to: client).map { $0["type"] } == ["pong"])
    }

    static let forged: [String] = [
        // Another user's, another identifier's, another payload's, and none at all.
        #"{"type":"ping","id":"p1","signature":"eve:pingp1"}"#,
        #"{"type":"ping","id":"p2","signature":"anna:pingp1"}"#,
        #"{"type":"ping","id":"p1","payload":{"a":1},"signature":"anna:pingp1"}"#,
        #"{"type":"ping","id":"p1","payload":{"a":\#t1},"signature":"anna:pingp1{\"a\":1}"}"#,
        #"{"type":"ping","id":"p1","signature":""}"#,
        #"{"type":"ping","id":"p1","signature":5}"#,
        #"{"type":"ping","id":"p1","signature":{}}"#,
    ]

    @Test("W-14: a message that its user did not sign so is refused", arguments: forged)
    func refused(text: String) throws {
        for isRequired in [false, true] {
            let (room, client) = room(isRequired: isRequired)
            try say(text, on: client, in: room)
            #expect(room.summary(to: client) == ["error SIGNATURE_INVALID"])
        }
    }

    @Test("W-14: a payload whose name is written with escapes is not taken for an absent one")
    func escapedName() {
        let (room, client) = room()
        room.fabric.receive(
            .success(
                [
                    "type": "ping", "id": "p1", "payload": ["a": 1], "signature": "anna:pingp1",
                ]),
            as: ReceivedText(
                Array(
                    #"{"type":"ping","id":"p1","p\u0061yload":{"a":1},"signature":"anna:pingp1"}"#
                        .utf8)),
            on: client, now: room.now)
        #expect(room.summary(to: client) == ["error SIGNATURE_INVALID"])
    }

    @Test("W-14: a message without a signature is taken, unless signing is required")
    func required() throws {
        for (isRequired, answer) in [(false, "pong"), (true, "error SIGNATURE_REQUIRED")] {
            let (room, client) = room(isRequired: isRequired)
            try say(#"{"type":"ping","id":"p1"}"#, on: client, in: room)
            #expect(room.summary(to: client) == [answer])
        }
    }

    @Test("T-14: critical messages are signed in TableTap, in a replay too, and answers are not")
    func tableTap() throws {
        let room = try Room(signing: Self.signing(), catalogue: Sample.catalogue())
        let client = room.connect(1, .customer, "anna", in: .tableTap)
        room.publish(Sample.change(Sample.order("O1", .preparing), from: .confirmed))
        room.say(
            ["type": "subscribe", "data": ["channels": ["orders:customer:anna"]]], on: client)
        let answers = room.messages(to: client)
        #expect(answers.map { $0["signature"] } == [nil, nil])
        room.publish(Sample.change(Sample.order("O1", .ready), from: .preparing))
        let text = try #require(room.texts(to: client).first)
        let message = try #require(JSONReading.value(of: text.utf8))
        let data = try #require(message["data"]).text
        let head = ["type", "messageId", "timestamp"].compactMap { message[$0]?.string }.joined()
        #expect(message["signature"]?.string == "server:" + head + data)
        let again = room.connect(2, .customer, "anna", in: .tableTap)
        room.say(
            [
                "type": "reconnect",
                "data": ["lastMessageId": "e1-1", "channels": ["orders:customer:anna"]],
            ], on: again)
        let replay = room.messages(to: again).first { $0["type"] == "message_replay" }
        #expect(replay?["data"]?["messages"]?.array?.first?["signature"] == message["signature"])
    }

    @Test("T-14: a wrong signature of a TableTap client is refused under its message's identifier")
    func tableTapForged() throws {
        let (room, _) = room()
        let client = room.connect(2, .customer, "anna", in: .tableTap)
        _ = room.texts(to: client)
        try say(
            #"{"type":"ping","messageId":"m1","signature":"anna:pingm2"}"#, on: client, in: room)
        let answer = room.messages(to: client).first
        #expect(answer?["type"] == "message_error")
        #expect(answer?["data"]?["error"]?["code"] == "SIGNATURE_INVALID")
    }
}
