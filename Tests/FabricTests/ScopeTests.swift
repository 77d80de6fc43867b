import ColdChain
import Fabric
import Testing
import Wire

/// A token's scopes: the channels that it opens, and no other (K-1).
struct ScopeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var scopes: [String]
        var opens: [Channel]
        var closes: [Channel]

        init(_ scopes: [String], opens: [Channel], closes: [Channel]) {
            self.scopes = scopes
            self.opens = opens
            self.closes = closes
        }

        var testDescription: String { scopes.joined(separator: " ") }
    }

    private static let order = Channel(.order, "O1")
    private static let tracking = Channel(.tracking, "O1")
    private static let chat = Channel(.chat, "O1")
    private static let user = Channel(.user, "anna")
    private static let everySite = Channel(.site, Channel.everySite)

    static let cases = [
        Case(["orders.O1"], opens: [order], closes: [Channel(.order, "O10"), tracking, chat]),
        Case(["orders.*"], opens: [order, Channel(.order, "a.b")], closes: [tracking]),
        Case(["booking.O1.tracking"], opens: [tracking], closes: [chat, order]),
        Case(["tracking.O1"], opens: [tracking], closes: [chat]),
        Case(
            ["booking.O1.*"], opens: [tracking, chat],
            closes: [order, Channel(.chat, "O1.2"), Channel(.chat, "O2")]),
        Case(
            ["booking.*"], opens: [tracking, chat, Channel(.chat, "a.b")], closes: [order, user]),
        Case(["user.anna.events"], opens: [user], closes: [Channel(.user, "bert")]),
        Case(["notifications.anna"], opens: [user], closes: [Channel(.customer, "anna")]),
        Case(["users.*"], opens: [user], closes: [order]),
        Case(
            ["orders:customer:anna"], opens: [Channel(.customer, "anna")],
            closes: [Channel(.employee, "anna"), user]),
        Case(
            ["orders:*"], opens: [Channel(.customer, "anna"), Channel(.employee, "e")],
            closes: [order]),
        Case(
            ["cafe:c1:*"],
            opens: [Channel(.cafe, "c1"), Channel(.cafeStaff, "c1"), Channel(.site, "c1")],
            closes: [Channel(.cafe, "c2"), Channel(.counter, "c1")]),
        Case(
            ["counter:k1:orders"], opens: [Channel(.counter, "k1")],
            closes: [Channel(.counterStatus, "k1")]),
        Case(
            ["system:maintenance"], opens: [Channel(.system, "maintenance")],
            closes: [Channel(.system, "other")]),
        Case(["order_O1"], opens: [order], closes: [Channel(.order, "O2")]),
        Case(
            ["merchant_*"], opens: [Channel(.merchant, "m"), Channel(.site, "m")],
            closes: [everySite, order]),
        Case(
            ["admin_updates"], opens: [everySite, Channel(.alerts, Channel.everySite)],
            closes: [Channel(.site, "m")]),
        // What is no name of a channel opens none.
        Case([], opens: [], closes: [order, user]),
        Case(["orders"], opens: [], closes: [order]),
        Case(["orders:read"], opens: [], closes: [order]),
        Case(["ORDERS.O1"], opens: [], closes: [order]),
        Case(["orders.O*"], opens: [], closes: [order]),
        Case(["*.O1"], opens: [], closes: [order]),
        Case(["booking.*.tracking"], opens: [], closes: [tracking]),
        Case([""], opens: [], closes: [order]),
        Case(["food_safety", "orders.O1"], opens: [order], closes: [tracking]),
        Case(["openid", "chat.O1"], opens: [chat], closes: [order]),
    ]

    @Test("K-1: a channel is open that a scope names, in any dialect's spelling", arguments: cases)
    func opens(case: Case) throws {
        let scopes = try #require(ChannelScopes(`case`.scopes))
        for channel in `case`.opens { #expect(scopes.opens(channel), "\(channel.name)") }
        for channel in `case`.closes { #expect(!scopes.opens(channel), "\(channel.name)") }
    }

    @Test(
        "K-1: what speaks of no channel, or of all, closes none",
        arguments: [["food_safety"], ["openid", "profile", "email"], ["*"], ["*", "orders.O1"]])
    func unrestricted(words: [String]) {
        #expect(ChannelScopes(words) == nil)
    }

    // MARK: In each dialect

    private static func identity(
        _ scopes: [String]?, _ role: Role = .customer, _ subject: String = "anna",
        site: String? = nil
    ) -> Identity {
        var identity = Identity(subject: subject, role: role, site: site)
        identity.scopes = scopes.flatMap { ChannelScopes($0) }
        return identity
    }

    private func room() -> Room {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1")))
        return room
    }

    private func connect(
        _ room: Room, _ dialect: Dialect, _ identity: Identity
    ) -> ConnectionNumber {
        let client = ConnectionNumber(1)
        room.fabric.connect(client, identity: identity, in: dialect, now: room.now)
        _ = room.texts(to: client)
        return client
    }

    @Test(
        "K-1: a channel that the scopes do not name is refused in the words of the dialect",
        arguments: [Dialect.wia, .tableTap, .tracking, .booking])
    func refused(dialect: Dialect) {
        let (wish, name): (JSON, String) =
            switch dialect {
            case .tableTap:
                (
                    ["type": "subscribe", "data": ["channels": ["orders:customer:anna"]]],
                    "customers.anna"
                )
            case .tracking: (["action": "subscribe", "orderId": "O1"], "orders.O1")
            case .booking: (["type": "subscribe", "channel": "booking.O1.chat"], "chat.O1")
            default: (Room.request("subscribe", Self.order), "orders.O1")
            }
        for (scopes, isOpen) in [(["tracking.O1"], false), ([name], true), (nil, true)] {
            let room = room()
            let client = connect(room, dialect, Self.identity(scopes))
            room.say(wish, on: client)
            let text = room.texts(to: client).joined()
            let isRefused =
                text.contains("ACCESS_DENIED") || text.contains("INSUFFICIENT_PERMISSIONS")
                || text.contains("insufficient_permissions")
            #expect(isRefused != isOpen, "\(text)")
        }
    }

    @Test("K-1: scopes narrow what the role opens, and never widen it")
    func neverWider() {
        let room = room()
        let client = connect(room, .wia, Self.identity(["orders.*", "bags.*"], .customer, "bert"))
        room.subscribe(client, Self.order)
        room.subscribe(client, Channel(.bag, "B1"))
        #expect(room.messages(to: client).allSatisfy { $0["payload"]?["code"] == "ACCESS_DENIED" })
        let staff = ConnectionNumber(2)
        room.fabric.connect(
            staff, identity: Self.identity(["orders.O1"], .staff, "s"), in: .wia, now: room.now)
        for channel in [Self.order, Channel(.bag, "B1"), Channel(.order, "O9")] {
            room.subscribe(staff, channel)
        }
        #expect(
            room.messages(to: staff).map { $0["payload"]?["code"] ?? $0["payload"]?["status"] }
                == ["subscribed", "ACCESS_DENIED", "ACCESS_DENIED"])
    }

    @Test("K-1: who comes back is told again of the open channels alone")
    func resumed() {
        let room = Room(journalFloor: 0)
        room.publish(Sample.change(Sample.order("O1")))
        room.relay("chat_message", #"{"content":"secret"}"#, to: Self.chat)
        let client = connect(room, .wia, Self.identity(["orders.O1"]))
        room.say(
            [
                "type": "reconnect", "id": "r1",
                "payload": ["lastMessageId": "e1-0", "subscriptions": ["orders.O1", "chat.O1"]],
            ], on: client)
        room.answersHistoryReads = true
        let texts = room.texts(to: client)
        #expect(texts.contains { $0.contains("order_update") })
        #expect(texts.contains { $0.contains("ACCESS_DENIED") })
        #expect(!texts.contains { $0.contains("secret") })
    }

    @Test("K-1: a stream of a channel that is closed is not begun")
    func stream() {
        let room = room()
        let refusal = room.fabric.openStream(
            ConnectionNumber(1), identity: Self.identity(["chat.O1"]), to: [Self.order],
            after: nil, now: room.now)
        #expect(refusal == .accessDenied)
        let none = room.fabric.openStream(
            ConnectionNumber(1), identity: Self.identity(["order_O1"]), to: [Self.order],
            after: nil, now: room.now)
        #expect(none == nil)
    }

    @Test(
        "K-1: a Socket.IO client is in its own room, and in others, where the scopes name them",
        arguments: [
            (["order_O1"], [], "ok"), (["customer_anna"], ["customer_anna"], "ACCESS_DENIED"),
            (["customers.*", "orders.O1"], ["customer_anna"], "ok"),
        ])
    func socketIO(scopes: [String], rooms: [String], join: String) throws {
        let room = room()
        let client = ConnectionNumber(1)
        let welcome = try room.fabric.connect(
            client, identity: Self.identity(scopes), names: SocketIONames(sid: "s", pid: "p"),
            auth: nil, recovery: nil, now: room.now)
        #expect(welcome.ready.first?["rooms"] == .array(rooms.map { .string($0) }))
        // Its own room is not asked for, so that it is closed is no news.
        #expect(welcome.ready.first?["refused"] == [])
        let answer = room.fabric.receive(
            event: "join", ["order_O1"], on: client, now: room.now)
        #expect((answer?["code"] ?? answer?["status"])?.string == join)
    }

    // MARK: Renewal

    @Test("K-1: a newer token with other scopes judges the subscriptions anew, and opens its own")
    func renewed() {
        let room = room()
        let client = connect(room, .booking, Self.identity(["booking.O1.*"]))
        for channel in ["booking.O1.tracking", "booking.O1.chat"] {
            room.say(["type": "subscribe", "channel": .string(channel)], on: client)
        }
        _ = room.texts(to: client)
        room.say(["type": "authenticate", "token": "new"], on: client)
        room.verifyTokens { _ in Self.identity(["booking.O1.tracking", "user.anna.events"]) }
        let told = room.messages(to: client)
        #expect(told.map { $0["type"] } == ["authenticated", "error"])
        #expect(told.last?["channel"] == "booking.O1.chat")
        room.relay("chat_message", #"{"content":"secret"}"#, to: Self.chat)
        #expect(room.texts(to: client) == [])
        room.publish(Sample.location(40.7))
        #expect(room.messages(to: client).map { $0["type"] } == ["driver_location_update"])
        room.say(["type": "subscribe", "channel": "user.anna.events"], on: client)
        #expect(room.messages(to: client).first?["type"] == "subscribed")
    }

    @Test("K-1: what waits of a channel that the newer token closes is taken back")
    func withdrawn() {
        let room = room()
        let client = connect(room, .wia, Self.identity(nil))
        room.follow(client, Self.order)
        room.publish(Sample.alert())
        room.say(["type": "authenticate", "id": "a", "payload": ["token": "new"]], on: client)
        room.verifyTokens { _ in Self.identity(["chat.O1"]) }
        #expect(
            room.messages(to: client).map { $0["type"] }
                == ["authenticate_ack", "error"])
    }

    @Test(
        "K-1: a Socket.IO client is told of each room that a newer token closes, once, and is out of it",
        arguments: [["orders.*"], ["merchants.*"], ["sites.*"]])
    func renewedSocketIO(scopes: [String]) throws {
        let room = room()
        let client = ConnectionNumber(1)
        let merchant = Self.identity(nil, .merchant, "m", site: "trattoria")
        _ = try room.fabric.connect(
            client, identity: merchant, names: SocketIONames(sid: "s", pid: "p"), auth: nil,
            recovery: nil, now: room.now)
        _ = room.texts(to: client)
        _ = room.fabric.receive(event: "authenticate", ["new"], on: client, now: room.now)
        room.verifyTokens { _ in Self.identity(scopes, .merchant, "m", site: "trattoria") }
        let events = room.texts(to: client).map { String($0.dropFirst(2)) }
        #expect(events.count == 2)
        #expect(events.last == #"["room:revoked",{"room":"merchant_trattoria"}]"#)
        room.publish(Sample.alert(), Sample.change(Sample.order("O1", .delivered)))
        #expect(room.texts(to: client) == [])
    }

    // MARK: Publishing

    struct Publishing: Sendable, CustomTestStringConvertible {
        var effect: MessageType.Effect
        var scopes: [String]?
        var isTaken: Bool
        /// Without a place that the message itself names.
        var isNowhere = false

        init(
            _ effect: MessageType.Effect, _ scopes: [String]?, _ isTaken: Bool,
            isNowhere: Bool = false
        ) {
            self.effect = effect
            self.scopes = scopes
            self.isTaken = isTaken
            self.isNowhere = isNowhere
        }

        var testDescription: String { "\(effect) \(scopes ?? []) \(isNowhere)" }
    }

    static let publishing = [
        Publishing(.relay, nil, true),
        Publishing(.relay, ["orders.O1", "tracking.O1"], true),
        Publishing(.relay, ["*"], true),
        Publishing(.relay, ["orders.O1"], false),
        Publishing(.relay, ["tracking.*", "users.anna"], false),
        Publishing(.relay, ["users.anna"], true, isNowhere: true),
        Publishing(.relay, ["users.bert"], false, isNowhere: true),
        Publishing(.orderStatus, ["orders.O1"], true),
        Publishing(.orderStatus, ["tracking.O1"], false),
        Publishing(.position, ["booking.O1.tracking"], true),
        Publishing(.position, ["driver_dirk"], true),
        Publishing(.position, ["booking.O1.chat"], false),
        Publishing(.acceptOffer, ["drivers.dirk"], true),
        Publishing(.declineOffer, ["orders.O1"], false),
        Publishing(.deliveryOffer, ["drivers.*"], false, isNowhere: true),
    ]

    @Test("K-1: a message is published where the scopes name where it goes", arguments: publishing)
    func published(case: Publishing) throws {
        let named: [ChannelTemplate] = [
            ChannelTemplate(.order, .field("orderId")),
            ChannelTemplate(.tracking, .field("orderId")),
        ]
        let parties = [ChannelTemplate(.user, .party(.customer))]
        let isOffer = `case`.effect == .deliveryOffer
        let type = MessageType(
            name: "m", summary: "", effect: `case`.effect,
            publishers: [PublicationTerms([.driver])],
            fields: [
                MessageField("orderId", .identifier), MessageField("driverId", .identifier),
            ],
            channels: `case`.isNowhere ? (isOffer ? [] : parties) : named + parties)
        let publication = try MessageCatalogue.empty.judge(
            OfferedMessage(
                id: "1", occurredAt: nil,
                fields: [JSON.Member("orderId", "O1"), JSON.Member("driverId", "dirk")]),
            as: type, by: Self.identity(`case`.scopes, .driver, "dirk"), now: Sample.at)
        let refusal = publication.scopeRefusal(of: Sample.order("O1"))
        #expect((refusal == nil) == `case`.isTaken, "\(refusal?.message ?? "")")
        if let refusal { #expect(refusal.code == .accessDenied) }
    }
}
