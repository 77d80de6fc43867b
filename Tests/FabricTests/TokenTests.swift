import ColdChain
import Fabric
import Testing
import Wire

/// How a token is renewed in an open connection, and how its end is told, in each dialect's words.
struct TokenTests {
    /// One dialect whose clients can speak, and its words.
    struct Words: Sendable, CustomTestStringConvertible {
        var dialect: Dialect
        var authenticate: JSON
        var warning: String
        var renewed: String
        /// Where an answer has its name.
        var name = "type"

        var testDescription: String { "\(dialect)" }
    }

    static let all = [
        Words(
            dialect: .wia,
            authenticate: ["type": "authenticate", "id": "a1", "payload": ["token": "new"]],
            warning: "token_expiring", renewed: "authenticate_ack"),
        Words(
            dialect: .tableTap,
            authenticate: ["type": "authenticate", "data": ["token": "new"]],
            warning: "token_expiring", renewed: "token_renewed"),
        Words(
            dialect: .tracking, authenticate: ["action": "authenticate", "token": "new"],
            warning: "token_expiring", renewed: "authenticated", name: "event"),
        Words(
            dialect: .booking, authenticate: ["type": "authenticate", "token": "new"],
            warning: "token_expiring", renewed: "authenticated"),
    ]

    /// Seconds after which the first token runs out.
    private static let life: Int64 = 300

    private func room() -> Room {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1")))
        return room
    }

    private func connect(_ room: Room, _ words: Words) -> ConnectionNumber {
        let client = room.connect(
            1, .customer, "anna", expiresAt: room.now.wall.advanced(byMilliseconds: 300_000),
            in: words.dialect)
        _ = room.texts(to: client)
        return client
    }

    private func anna(_ room: Room, _ milliseconds: Int64) -> Identity {
        Identity(
            subject: "anna", role: .customer,
            expiresAt: room.now.wall.advanced(byMilliseconds: milliseconds))
    }

    /// Keeps the client from being given up for silence.
    private func pass(_ room: Room, _ client: ConnectionNumber, _ milliseconds: Int64) {
        for _ in 0..<milliseconds / 10_000 {
            room.fabric.noteActivity(on: client, now: room.now)
            room.wait(10_000)
        }
    }

    @Test("K-1, T-1: the end of a token is told before it comes, once", arguments: all)
    func warning(words: Words) {
        let room = room()
        let client = connect(room, words)
        pass(room, client, 170_000)
        #expect(room.messages(to: client) == [])
        pass(room, client, 100_000)
        let told = room.messages(to: client)
        #expect(told.map { $0[words.name]?.string } == [words.warning])
        let left = told.first.flatMap {
            $0["payload"]?["expiresIn"] ?? $0["data"]?["expiresIn"] ?? $0["expires_in"]
        }
        #expect(left == (words.dialect == .tableTap ? 120 : 60))
        pass(room, client, 30_000)
        #expect(room.codes(of: client) == [.tokenExpired])
    }

    @Test("K-1, T-1: a newer token of the same user carries the connection on", arguments: all)
    func renewal(words: Words) {
        let room = room()
        let client = connect(room, words)
        pass(room, client, 270_000)
        _ = room.messages(to: client)
        room.say(words.authenticate, on: client)
        room.verifyTokens { $0 == "new" ? anna(room, 300_000) : nil }
        #expect(room.messages(to: client).map { $0[words.name]?.string } == [words.renewed])
        pass(room, client, 100_000)
        #expect(room.codes(of: client) == [])
        #expect(room.messages(to: client) == [])
        pass(room, client, 210_000)
        #expect(room.messages(to: client).first?[words.name]?.string == words.warning)
        #expect(room.codes(of: client) == [.tokenExpired])
    }

    static let strangers: [Identity?] = [
        nil, Identity(subject: "bert", role: .customer),
        Identity(subject: "anna", role: .administrator),
        Identity(subject: "anna", role: .customer, site: "c2"),
        Identity(subject: "anna", role: .customer, expiresAt: Timestamp(milliseconds: 1)),
    ]

    @Test(
        "W-16: a renewal is refused to another user, role or site; the old token goes on holding",
        arguments: all, strangers)
    func refusedRenewal(words: Words, other: Identity?) {
        let room = room()
        let client = connect(room, words)
        room.say(words.authenticate, on: client)
        room.verifyTokens { _ in other }
        let answer = room.messages(to: client)
        #expect(answer.count == 1)
        #expect(answer.first.map { $0.text.contains("AUTHENTICATION_FAILED") } == true)
        #expect(answer.first.map { $0.text.contains("new\"") } == false)
        #expect(room.codes(of: client) == [])
        pass(room, client, 300_000)
        #expect(room.codes(of: client) == [.tokenExpired])
    }

    @Test("T-6, W-16: what the newer token does not open is left, and said so")
    func narrowedRenewal() throws {
        let room = room()
        let client = room.sitDown(1, .employee, "me", counters: ["k1", "k2"])
        room.listen(client, to: "counter:k1:orders", "counter:k2:orders")
        room.say(
            ["type": "authenticate", "data": ["token": "new"]], on: client)
        room.verifyTokens { _ in
            var identity = Identity(subject: "me", role: .employee, site: "c1")
            identity.counters = ["k1"]
            return identity
        }
        let told = room.messages(to: client)
        #expect(told.map { $0["type"] } == ["token_renewed", "error"])
        #expect(told.last?["data"]?["channel"] == "counter:k2:orders")
    }

    @Test(
        "S-1, K-1: a Socket.IO client is warned, renews by an event, and is refused another user's")
    func socketIO() throws {
        let room = room()
        let client = ConnectionNumber(1)
        _ = try room.fabric.connect(
            client, identity: anna(room, 300_000), names: SocketIONames(sid: "s", pid: "p"),
            auth: nil, recovery: nil, now: room.now)
        pass(room, client, 240_000)
        #expect(events(room, client).map { $0.first } == ["token:expiring"])
        let answer = room.fabric.receive(
            event: "authenticate", [["token": "new"]], on: client, now: room.now)
        #expect(answer == ["status": "pending"])
        room.verifyTokens { _ in anna(room, 600_000) }
        #expect(events(room, client).map { $0.first } == ["token:renewed"])
        _ = room.fabric.receive(event: "authenticate", ["new"], on: client, now: room.now)
        room.verifyTokens { _ in Identity(subject: "bert", role: .customer) }
        let refusal = events(room, client)
        #expect(refusal.map { $0.first } == ["error"])
        #expect(refusal.first?.last?["code"] == "AUTHENTICATION_FAILED")
        pass(room, client, 100_000)
        #expect(room.codes(of: client) == [])
        let wrong = room.fabric.receive(event: "authenticate", [], on: client, now: room.now)
        #expect(wrong?["code"] == "INVALID_ARGUMENTS")
    }

    private func events(_ room: Room, _ client: ConnectionNumber) -> [[JSON]] {
        room.texts(to: client).compactMap { JSONReading.value(of: $0.utf8.dropFirst(2))?.array }
    }

    @Test("W-10, K-1: a stream says that its token has run out, and when to come again")
    func stream() {
        let room = room()
        room.openStream(1, expiresAt: room.now.wall.advanced(byMilliseconds: 60_000))
        _ = room.reading(1)
        room.wait(59_999)
        #expect(room.reading(1).types == [])
        room.wait(1)
        let reading = room.reading(1)
        #expect(reading.types == ["token_expired"])
        #expect(reading.events.first?.data.contains("AUTHENTICATION_FAILED") == true)
        #expect((2_000...4_000).contains(reading.retry ?? 0))
        #expect(room.codes(of: ConnectionNumber(1)) == [.tokenExpired])
    }

    @Test("A token that was called back ends its connections for good, and no other")
    func revoked() {
        let room = room()
        let clients = [room.connect(1, .customer, "anna"), room.connect(2, .customer, "bert")]
        room.fabric.closeRevoked { $0.subject == "anna" }
        #expect(room.codes(of: clients[0]) == [.tokenRevoked])
        #expect(!CloseCode.tokenRevoked.mayReconnect)
        #expect(room.codes(of: clients[1]) == [])
    }

    @Test(
        "W-16: an order given to another driver is taken from the first, who is told, in each dialect",
        arguments: [
            (Dialect.wia, "SUBSCRIPTION_REVOKED"), (.tracking, "SUBSCRIPTION_REVOKED"),
            (.booking, "SUBSCRIPTION_REVOKED"),
        ])
    func reassigned(dialect: Dialect, code: String) {
        let room = room()
        let driver = room.connect(1, .driver, "dirk", in: dialect)
        let subscription: JSON =
            switch dialect {
            case .tracking: ["action": "subscribe", "orderId": "O1"]
            case .booking: ["type": "subscribe", "channel": "booking.O1.tracking"]
            default: Room.request("subscribe", Channel(.order, "O1"))
            }
        room.say(subscription, on: driver)
        _ = room.texts(to: driver)
        room.publish(Sample.change(Sample.order("O1", driver: "dora"), from: nil))
        let told = room.texts(to: driver)
        #expect(told.count == 1)
        #expect(told.first?.contains(code) == true)
        room.publish(Sample.location(40.7), Sample.alert())
        #expect(room.texts(to: driver) == [])
    }

    @Test("W-16: what is told again is judged by the rights of now, not of when it was asked for")
    func replayIsAuthorisedAnew() {
        let room = Room(journalFloor: 0)
        room.publish(Sample.change(Sample.order("O1")), Sample.alert())
        let driver = room.connect(1, .driver, "dirk")
        room.say(
            [
                "type": "reconnect", "id": "r1",
                "payload": ["lastMessageId": "e1-0", "subscriptions": ["orders.O1"]],
            ], on: driver)
        // Before the connection was written to.
        room.publish(Sample.change(Sample.order("O1", driver: "dora"), from: nil))
        let told = room.texts(to: driver)
        #expect(told.contains { $0.contains("SUBSCRIPTION_REVOKED") })
        #expect(!told.contains { $0.contains("temperature_alert") || $0.contains("order_update") })
    }
}
