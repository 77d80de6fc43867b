import ColdChain
import Fabric
import Testing
import Wire

/// Limits and tokens (T-1, T-2, T-8).
struct TableTapLimitTests {
    @Test("T-2: a user has at most five connections; other dialects count for themselves")
    func connectionsOfAUser() {
        let room = Room()
        for number in 1...5 { _ = room.sitDown(UInt64(number), .customer, "anna") }
        let sixth = room.connect(6, .customer, "anna", in: .tableTap)
        #expect(room.codes(of: sixth) == [.connectionLimit])
        _ = room.sitDown(7, .customer, "bert")
        for number in 11...20 { room.connect(UInt64(number), .customer, "anna") }
        #expect(room.closings.count == 1)
        room.fabric.disconnect(ConnectionNumber(3))
        _ = room.sitDown(8, .customer, "anna")
    }

    @Test("T-2: a cafe has at most a thousand connections")
    func connectionsOfACafe() {
        let room = Room()
        for number in 1...1000 as ClosedRange<UInt64> {
            room.connect(number, .customer, "u\(number)", site: "c1", in: .tableTap)
        }
        let more = room.connect(1001, .customer, "v", site: "c1", in: .tableTap)
        #expect(room.codes(of: more) == [.siteLimit])
        _ = room.sitDown(1002, .customer, "v", site: "c2")
        _ = room.sitDown(1003, .customer, "v", site: nil)
    }

    @Test("T-2: there are at most ten thousand connections of the dialect")
    func connectionsInAll() {
        let room = Room()
        for number in 1...10_000 as ClosedRange<UInt64> {
            room.connect(number, .customer, "u\(number)", in: .tableTap)
        }
        let more = room.connect(10_001, .customer, "v", in: .tableTap)
        #expect(room.codes(of: more) == [.serverFull])
        let other = room.connect(10_002)
        #expect(room.codes(of: other) == [])
    }

    @Test("T-2: a connection has at most a thousand subscriptions, confirmed in one message")
    func subscriptions() {
        let room = Room()
        let client = room.sitDown(1, .administrator, "root")
        let names = (1...1000).map { JSON.string("counter:k\($0):orders") }
        room.say(["type": "subscribe", "data": ["channels": .array(names)]], on: client)
        #expect(room.messages(to: client).first?["data"]?["channels"]?.array?.count == 1000)
        room.subscribe(client, toNames: "counter:k1:status", "counter:k7:orders")
        let data = room.messages(to: client).first?["data"]
        #expect(data?["channels"] == ["counter:k7:orders"])
        #expect(
            data?["failed"] == [["channel": "counter:k1:status", "reason": "subscription_limit"]])
    }

    @Test(
        "T-4: the longest refusals fit the lane of the answers",
        arguments: ["subscribe", "reconnect"])
    func longestAnswer(type: String) {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        let names = (1...1000).map {
            JSON.string("counter:\($0)\u{1}00000000000000000000000:orders")
        }
        let message: JSON = [
            "type": .string(type),
            "data": ["lastMessageId": "e1-0", "channels": .array(names)],
        ]
        #expect(message.bytes.count <= 64 << 10, "as long as a message may be")
        room.say(message, on: client)
        #expect(room.codes(of: client) == [])
        #expect(room.messages(to: client).count == (type == "subscribe" ? 1 : 1001))
    }

    @Test("T-2: a hundred messages a minute; more is refused with when to try again")
    func messageRate() throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        for _ in 0..<100 { try room.say(#"{"type":"ping"}"#, on: client) }
        #expect(room.messages(to: client).allSatisfy { $0["type"] == "pong" })
        try room.say(#"{"type":"ping","messageId":"m101"}"#, on: client)
        let refusal = room.messages(to: client)
        #expect(refusal.map { $0["type"] } == ["error"])
        #expect(refusal.first?["correlationId"] == "m101")
        #expect(
            refusal.first?["data"] == [
                "code": "RATE_LIMIT_EXCEEDED", "message": "Too many messages sent",
                "retryAfter": 1, "limit": 100, "window": 60,
            ])
        room.wait(599)
        try room.say(#"{"type":"ping"}"#, on: client)
        room.wait(1)
        try room.say(#"{"type":"ping"}"#, on: client)
        try room.say(#"{"type":"ping"}"#, on: client)
        #expect(room.messages(to: client).map { $0["type"] } == ["error", "pong", "error"])
        for _ in 0..<200 {
            room.wait(600, ticking: false)
            try room.say(#"{"type":"ping"}"#, on: client)
            #expect(room.messages(to: client).map { $0["type"] } == ["pong"])
        }
    }

    @Test("T-2: whoever never keeps the rate is closed after three hundred refusals")
    func flooding() throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        for count in 1...401 {
            try room.say(#"{"type":"ping"}"#, on: client)
            #expect(room.codes(of: client) == (count == 401 ? [.tooManyMessages] : []))
        }
    }

    // MARK: Tokens

    private static let failure: JSON = [
        "code": "AUTHENTICATION_FAILED", "message": "Invalid or expired token",
        "action": "reconnect_with_new_token",
    ]

    @Test(
        "T-1, T-8: an expired token is said and then ends the connection", arguments: [true, false])
    func expiry(isByMessage: Bool) throws {
        let room = Room()
        let client = room.connect(
            1, .customer, "anna", expiresAt: room.now.wall.advanced(byMilliseconds: 500_000),
            in: .tableTap)
        _ = room.messages(to: client)
        for _ in 0..<9 {
            room.wait(50_000)
            room.fabric.noteActivity(on: client, now: room.now)
        }
        #expect(room.messages(to: client).map { $0["type"] } == ["token_expiring"])
        #expect(room.codes(of: client) == [])
        room.wait(50_000, ticking: !isByMessage)
        if isByMessage { try room.say(#"{"type":"ping"}"#, on: client) }
        let messages = room.messages(to: client)
        #expect(messages.map { $0["type"] } == ["error"])
        #expect(messages.first?["data"] == Self.failure)
        #expect(room.codes(of: client) == [.tokenExpired])
    }

    @Test("T-1, T-8: a token that is not accepted is answered in a message, and nothing more is")
    func turnedAway() throws {
        let room = Room()
        let stranger = ConnectionNumber(9)
        room.fabric.turnAway(stranger, in: .tableTap, now: room.now)
        try room.say(#"{"type":"subscribe","data":{"channels":["cafe:c1:general"]}}"#, on: stranger)
        let messages = room.messages(to: stranger)
        #expect(messages.map { $0["type"] } == ["error"])
        #expect(messages.first?["data"] == Self.failure)
        #expect(room.codes(of: stranger) == [.tokenExpired])
        room.fabric.disconnect(stranger)
        #expect(room.fabric.connectionCount == 0 && room.fabric.outboxBytes == 0)
    }

    @Test("T-8: a token that ran out on its way is told so, too")
    func expiredAtTheDoor() {
        let room = Room()
        let late = room.connect(1, .customer, "anna", expiresAt: room.now.wall, in: .tableTap)
        #expect(room.messages(to: late).map { $0["data"] } == [Self.failure])
        #expect(room.codes(of: late) == [.tokenExpired])
    }

    private func renewal(_ room: Room, _ client: ConnectionNumber, _ identity: Identity?) throws
        -> [JSON]
    {
        try room.say(
            #"{"type":"authenticate","messageId":"m","data":{"token":"t"}}"#, on: client)
        #expect(room.texts(to: client) == [], "answered when the token is verified")
        room.verifyTokens { $0 == "t" ? identity : nil }
        return room.messages(to: client)
    }

    @Test("T-1: a connection is to show a token every half hour, and goes on when it does")
    func renewalInTheOpenConnection() throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        func pass(_ minutes: Int) {
            for _ in 0..<minutes {
                room.wait(60_000)
                room.fabric.noteActivity(on: client, now: room.now)
            }
        }
        pass(28)
        let warning = room.messages(to: client)
        #expect(warning.map { $0["type"] } == ["token_expiring"])
        #expect(warning.first?["data"]?["expiresIn"] == 120)
        let answers = try renewal(
            room, client, Identity(subject: "anna", role: .customer, site: "c1"))
        #expect(answers.map { $0["type"] } == ["token_renewed", "message_acknowledged"])
        let end = RFC3339.text(room.now.wall.milliseconds + 1_800_000)
        #expect(answers.first?["data"]?["expiresAt"] == .string(end))
        pass(29)
        #expect(room.messages(to: client).map { $0["type"] } == ["token_expiring"])
        #expect(room.codes(of: client) == [])
        pass(1)
        #expect(room.codes(of: client) == [.tokenExpired])
    }

    static let refused: [Identity?] = [
        nil, Identity(subject: "bert", role: .customer, site: "c1"),
        Identity(subject: "anna", role: .manager, site: "c1"),
        Identity(subject: "anna", role: .customer, site: "c2"),
        Identity(
            subject: "anna", role: .customer, site: "c1",
            expiresAt: Timestamp(milliseconds: Room.start)),
    ]

    @Test("T-1: a token of somebody else renews nothing; the old one goes on", arguments: refused)
    func foreignToken(identity: Identity?) throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        room.listen(client, to: "cafe:c1:general")
        let answers = try renewal(room, client, identity)
        #expect(answers.map { $0["type"] } == ["message_error"])
        #expect(answers.first?["data"]?["error"]?["code"] == "AUTHENTICATION_FAILED")
        #expect(room.codes(of: client) == [])
        try room.say(#"{"type":"ping"}"#, on: client)
        #expect(room.messages(to: client).map { $0["type"] } == ["pong"])
    }

    @Test("T-1, T-10: what a new token does not open any more is left, and said")
    func fewerRights() throws {
        let room = Room()
        let client = room.sitDown(1, .employee, "emil", counters: ["k1", "k2"])
        room.listen(client, to: "counter:k1:orders", "counter:k2:orders")
        var identity = Identity(subject: "emil", role: .employee, site: "c1")
        identity.counters = ["k2"]
        let answers = try renewal(room, client, identity)
        #expect(answers.map { $0["type"] } == ["token_renewed", "message_acknowledged", "error"])
        #expect(
            answers.last?["data"] == [
                "code": "INSUFFICIENT_PERMISSIONS",
                "message": "Access denied to channel: counter:k1:orders",
                "channel": "counter:k1:orders", "requiredRole": "admin",
            ])
        #expect(room.fabric.statistics.revocations == 1)
    }
}
