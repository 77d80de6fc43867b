import ColdChain
import Fabric
import Testing
import Wire

@testable import Bridge

/// An engine that drivers' programs speak to, with a journal of what it stores of their presence.
private struct PresenceRoom {
    var engine: Engine
    private(set) var rows: [String: DriverPresence] = [:]
    /// What was told since it was last emptied.
    var told: [String] = []
    /// How often there was something to commit.
    private(set) var commits = 0
    private var webhooks: [String] = []
    private var messages = 0
    private let settings: BridgeSettings

    private static let heartbeat = MessageType(
        name: "driver_heartbeat", summary: "", messageClass: .state, effect: .heartbeat,
        publishers: [PublicationTerms([.driver], own: "driverId"), .platform],
        fields: [
            MessageField("driverId", .identifier, isRequired: true),
            MessageField(
                "availability",
                .choice(["available", "unavailable", "busy", "on_break", "offline"])),
        ])

    private static let status = MessageType(
        name: "driver_status_changed", summary: "",
        publishers: [PublicationTerms([.driver], own: "driverId"), .platform],
        fields: [
            MessageField("driverId", .identifier, isRequired: true),
            MessageField("status", .text(bytes: 32), isRequired: true),
        ],
        channels: [
            ChannelTemplate(.driver, .field("driverId")),
            ChannelTemplate(.user, .field("driverId")),
        ])

    private static let location = MessageType(
        name: "driver_location", summary: "", messageClass: .state, effect: .position,
        publishers: [PublicationTerms([.driver], own: "driverId"), .platform],
        fields: [
            MessageField("driverId", .identifier, isRequired: true),
            MessageField("latitude", .number(-90...90), isRequired: true),
            MessageField("longitude", .number(-180...180), isRequired: true),
        ])

    private static let chat = MessageType(
        name: "chat_message", summary: "", publishers: [PublicationTerms([.driver])],
        fields: [MessageField("orderId", .identifier, isRequired: true)],
        channels: [ChannelTemplate(.chat, .field("orderId"))])

    /// Heartbeats each 30 s, three of which may not be missed.
    init(_ change: (inout BridgeSettings) -> Void = { _ in }) {
        var settings = Engine.settings(
            endpoints: [
                EndpointSubscription(name: "ops", events: ["driver.offline", "driver.online"])
            ])
        settings.profiles.append(.client)
        change(&settings)
        self.settings = settings
        engine = Engine(settings)
        wake(at: 0)
    }

    /// A new process on what was stored.
    mutating func restart(at seconds: Int64, with orders: [Order] = []) {
        var restored = RestoredState()
        restored.presence = rows.values.sorted { $0.driver < $1.driver }
        restored.orders = orders
        restored.lastOrder = UInt32(orders.count)
        restored.lastEvent = 1_000
        engine = Engine(settings, restored: restored)
        wake(at: seconds)
    }

    // MARK: What happens

    private mutating func publish(
        _ type: MessageType, _ fields: [JSON.Member], by identity: Identity, at seconds: Int64
    ) {
        messages += 1
        let now = Engine.instant(seconds)
        let offered = OfferedMessage(id: "m\(messages)", occurredAt: nil, fields: fields)
        let result: Result<Publication, PublicationRefusal>
        do throws(PublicationRefusal) {
            result = .success(
                try MessageCatalogue.empty.judge(offered, as: type, by: identity, now: now))
        } catch {
            result = .failure(error)
        }
        engine.bridge.perform(
            .publish([JudgedMessage(id: offered.id, result)]), token: CommandToken(1), at: now,
            effects: &engine.effects)
        guard case .success(.published(let fates))? = engine.effects.replies.last?.result,
            let fate = fates.first, fate.refusal == nil
        else {
            Issue.record("\(engine.effects.replies)")
            return
        }
        take()
    }

    mutating func beat(_ driver: String, _ availability: String? = nil, at seconds: Int64) {
        let fields = availability.map { [JSON.Member("availability", .string($0))] } ?? []
        publish(Self.heartbeat, fields, by: .driver(driver), at: seconds)
    }

    mutating func platformBeats(for driver: String, at seconds: Int64) {
        publish(
            Self.heartbeat,
            [JSON.Member("driverId", .string(driver)), JSON.Member("availability", "available")],
            by: .platform, at: seconds)
    }

    mutating func say(
        _ status: String, of driver: String, by identity: Identity? = nil, at seconds: Int64
    ) {
        publish(
            Self.status,
            [JSON.Member("driverId", .string(driver)), JSON.Member("status", .string(status))],
            by: identity ?? .driver(driver), at: seconds)
    }

    mutating func position(of driver: String, by identity: Identity? = nil, at seconds: Int64) {
        publish(
            Self.location,
            [
                JSON.Member("driverId", .string(driver)), JSON.Member("latitude", 52.5),
                JSON.Member("longitude", 13.4),
            ], by: identity ?? .driver(driver), at: seconds)
    }

    mutating func chat(of driver: String, at seconds: Int64) {
        publish(
            Self.chat, [JSON.Member("orderId", "ORD-1")], by: .driver(driver), at: seconds)
    }

    mutating func answerOffer(by driver: String, at seconds: Int64) {
        engine.bridge.perform(
            .answerOffer(OfferAnswer(.id("none"), accepts: false, by: .driver(driver))),
            token: nil, at: Engine.instant(seconds), effects: &engine.effects)
        take()
    }

    mutating func order(
        _ status: OrderStatus, of id: String = "ORD-1", driver: String? = nil, isNew: Bool = false,
        at seconds: Int64
    ) {
        var fields = OrderFields()
        if isNew {
            fields.id = id
            fields.foodClass = .hot
        }
        fields.status = status
        fields.driver = driver
        _ = engine.ask(isNew ? .createOrder(fields) : .amendOrder(id: id, fields), at: seconds)
        take()
    }

    mutating func wake(at seconds: Int64) {
        _ = engine.bridge.wake(at: Engine.instant(seconds), effects: &engine.effects)
        take()
    }

    /// Time goes by as the engine sees it: each second once.
    mutating func wait(from first: Int64, to last: Int64) {
        for second in first...last { wake(at: second) }
    }

    // MARK: What comes of it

    private mutating func take() {
        if !engine.effects.records.isEmpty { commits += 1 }
        for change in engine.effects.records.presence {
            switch change {
            case .put(let presence): rows[presence.driver] = presence
            case .forgotten(let driver): rows[driver] = nil
            }
        }
        for entry in engine.effects.records.history
        where entry.record.type == "driver_status_changed" {
            let data = String(decoding: entry.record.data, as: UTF8.self)
            let channels = entry.record.positions.map(\.channel.name).joined(separator: " ")
            let parts = ["status", "reason"].map { name in
                data.split(separator: "\"\(name)\":\"").dropFirst().first?
                    .split(separator: "\"").first.map(String.init) ?? "-"
            }
            told.append("\(parts.joined(separator: " ")) > \(channels)")
        }
        webhooks += engine.effects.records.deliveries.map {
            String(decoding: $0.body, as: UTF8.self)
        }
        engine.effects.removeAll()
    }

    mutating func takeTold() -> [String] {
        defer { told = [] }
        return told
    }

    mutating func takeWebhooks() -> [String] {
        defer { webhooks = [] }
        return webhooks
    }
}

extension Identity {
    fileprivate static func driver(_ name: String) -> Identity {
        Identity(subject: name, role: .driver)
    }

    fileprivate static let platform = Identity(subject: "platform", role: .staff)
}

private let offline = "offline heartbeats_missed > drivers.d-1 users.d-1"
private let available = "available - > drivers.d-1 users.d-1"
private let back = "available heard_again > drivers.d-1 users.d-1"

@Suite("Presence of drivers (K-5)")
struct PresenceTests {
    @Test("an available driver is offline after three missed intervals, not a second before, once")
    func limit() throws {
        var room = PresenceRoom()
        room.beat("d-1", "available", at: 0)
        #expect(room.takeTold() == [available])
        #expect(room.engine.bridge.nextTimer == Engine.instant(90))
        room.wait(from: 1, to: 89)
        #expect(room.takeTold().isEmpty)
        #expect(room.engine.bridge.presenceCount.online == 1)
        room.wake(at: 90)
        #expect(room.takeTold() == [offline])
        #expect(room.engine.bridge.presenceCount.online == 0)
        #expect(room.engine.bridge.presenceCount.missing == 1)
        #expect(room.engine.bridge.counters.driverHeartbeatsMissed == 3)
        #expect(room.engine.bridge.counters.driversMissed == 1)
        let row = try #require(room.rows["d-1"])
        #expect(row.isMissing && row.said == .available && row.since == Engine.instant(90))
        #expect(row.toldAs == 2)
        room.wait(from: 91, to: 400)
        #expect(room.takeTold().isEmpty)
        #expect(room.engine.bridge.nextTimer == nil)
    }

    @Test("who is heard in time stays online, for no more than one row and one message")
    func beating() {
        var room = PresenceRoom()
        for second in stride(from: Int64(0), to: 3_000, by: 89) {
            room.beat("d-1", "available", at: second)
            room.wait(from: second + 1, to: second + 88)
        }
        #expect(room.takeTold() == [available])
        #expect(room.commits == 1)
        // 89 s are three intervals nearly: two heartbeats each time are missed, one is late.
        #expect(room.engine.bridge.counters.driverHeartbeatsMissed == 66)
        #expect(room.engine.bridge.counters.driverHeartbeats == 34)
    }

    enum Sign: CaseIterable {
        case heartbeat, position, platformsPosition, platformsHeartbeat, status, chat, offer
    }

    @Test("anything that the driver's own program says is a heartbeat", arguments: Sign.allCases)
    func signs(sign: Sign) {
        var room = PresenceRoom()
        room.order(.ready, isNew: true, at: 0)
        room.beat("d-1", "available", at: 0)
        room.wait(from: 1, to: 80)
        switch sign {
        case .heartbeat: room.beat("d-1", at: 80)
        case .position: room.position(of: "d-1", at: 80)
        case .platformsPosition: room.position(of: "d-1", by: .platform, at: 80)
        case .platformsHeartbeat: room.platformBeats(for: "d-1", at: 80)
        case .status: room.say("available", of: "d-1", at: 80)
        case .chat: room.chat(of: "d-1", at: 80)
        case .offer: room.answerOffer(by: "d-1", at: 80)
        }
        _ = room.takeTold()
        room.wait(from: 81, to: 169)
        #expect(room.takeTold().isEmpty)
        room.wake(at: 170)
        #expect(room.takeTold() == [offline])
    }

    @Test("a vehicle's tracker is no driver's heartbeat, nor is another driver's")
    func tracker() {
        var room = PresenceRoom()
        room.beat("d-1", "available", at: 0)
        room.wait(from: 1, to: 80)
        room.engine.receive(
            [.init(80, position: Position(latitude: 52.5, longitude: 13.4))], from: "d-1",
            profile: 1)
        room.beat("d-2", "available", at: 80)
        room.wait(from: 81, to: 90)
        #expect(room.takeTold().last == offline)
    }

    @Test(
        "heartbeats are expected of who is available, or has an order under way, and of nobody else",
        arguments: [
            ("available", nil, true), ("unavailable", nil, false), ("busy", nil, false),
            ("on_break", nil, false), ("offline", nil, false), (nil, nil, false),
            (nil, .confirmed, false), (nil, .preparing, false), (nil, .ready, true),
            (nil, .pickedUp, true), (nil, .inTransit, true), (nil, .delivered, false),
            (nil, .cancelled, false), ("on_break", .inTransit, true), ("busy", .pickedUp, true),
            // Who has signed off is offline, whatever is carried.
            ("offline", .inTransit, false),
        ] as [(String?, OrderStatus?, Bool)])
    func expected(availability: String?, status: OrderStatus?, isExpected: Bool) {
        var room = PresenceRoom()
        if let status { room.order(status, driver: "d-1", isNew: true, at: 0) }
        room.beat("d-1", availability, at: 1)
        _ = room.takeTold()
        room.wait(from: 2, to: 300)
        let told = room.takeTold()
        #expect(told.contains(offline) == isExpected)
        #expect(told.isEmpty == !isExpected)
    }

    @Test("of a driver whose program was never heard no heartbeats are missed")
    func neverHeard() {
        var room = PresenceRoom()
        room.order(.inTransit, driver: "d-1", isNew: true, at: 0)
        room.say("available", of: "d-1", by: .platform, at: 0)
        _ = room.takeTold()
        room.wait(from: 1, to: 300)
        #expect(room.takeTold().isEmpty)
        #expect(room.engine.bridge.presenceCount.online == 0)
        room.position(of: "d-1", at: 301)
        #expect(room.engine.bridge.presenceCount.online == 1)
        room.wait(from: 302, to: 391)
        #expect(room.takeTold().first == offline)
    }

    @Test("the people of the orders under way are told too, by the driver's identifier alone")
    func orders() throws {
        var room = PresenceRoom()
        room.order(.inTransit, of: "ORD-1", driver: "d-1", isNew: true, at: 0)
        room.order(.ready, of: "ORD-2", driver: "d-1", isNew: true, at: 0)
        room.order(.preparing, of: "ORD-3", driver: "d-1", isNew: true, at: 0)
        room.order(.inTransit, of: "ORD-4", driver: "d-2", isNew: true, at: 0)
        room.position(of: "d-1", at: 10)
        room.wait(from: 11, to: 99)
        #expect(room.takeTold().isEmpty)
        room.wake(at: 100)
        let orders = ["orders.ORD-1 tracking.ORD-1", "orders.ORD-2 tracking.ORD-2"]
        #expect(
            room.takeTold()
                == [offline] + orders.map { "offline heartbeats_missed > \($0)" })
        let webhook = try #require(room.takeWebhooks().first)
        #expect(
            webhook.hasSuffix(
                #"""
                "data":{"driverId":"d-1","status":"offline","reason":"heartbeats_missed",\#
                "lastHeardAt":"2026-11-20T12:00:10.000Z","orderIds":["ORD-1","ORD-2"]}}
                """#), "\(webhook)")
        #expect(webhook.hasPrefix(#"{"event":"driver.offline""#))
        // An order that a missing driver gets is told of it; one that goes on is not told again.
        room.order(.ready, of: "ORD-3", at: 110)
        room.order(.pickedUp, of: "ORD-2", at: 111)
        #expect(
            room.takeTold() == ["offline heartbeats_missed > orders.ORD-3 tracking.ORD-3"])
        room.order(.delivered, of: "ORD-1", at: 112)
        // Who never said to be available is busy with the orders.
        room.position(of: "d-1", at: 120)
        #expect(
            room.takeTold() == [
                "busy heard_again > drivers.d-1 users.d-1",
                "busy heard_again > orders.ORD-3 tracking.ORD-3",
                "busy heard_again > orders.ORD-2 tracking.ORD-2",
            ])
        #expect(room.takeWebhooks().first?.hasPrefix(#"{"event":"driver.online""#) == true)
    }

    @Test("who is heard again is back online, with what was said last, and can be missed again")
    func again() {
        var room = PresenceRoom()
        room.beat("d-1", "available", at: 0)
        room.wait(from: 1, to: 90)
        _ = room.takeTold()
        room.beat("d-1", at: 200)
        #expect(room.takeTold() == [back])
        #expect(room.rows["d-1"]?.isMissing == false)
        room.wait(from: 201, to: 289)
        #expect(room.takeTold().isEmpty)
        room.wake(at: 290)
        #expect(room.takeTold() == [offline])
        // A status that is told as it came is not told a second time.
        room.say("on_break", of: "d-1", at: 300)
        #expect(room.takeTold() == ["on_break - > drivers.d-1 users.d-1"])
        #expect(room.takeWebhooks().count == 4)
        room.beat("d-1", "available", at: 310)
        #expect(room.takeTold() == [available])
        room.wait(from: 311, to: 400)
        _ = room.takeTold()
        // Signing off says nothing new.
        room.beat("d-1", "offline", at: 410)
        #expect(room.takeTold().isEmpty)
        #expect(room.rows["d-1"]?.said == .offline)
        #expect(room.engine.bridge.presenceCount == PresenceCount())
    }

    @Test("a heartbeat tells of a status only where it is another")
    func availability() {
        var room = PresenceRoom()
        room.beat("d-1", at: 0)
        #expect(room.takeTold().isEmpty)
        #expect(room.rows["d-1"] != nil)
        room.beat("d-1", "unavailable", at: 1)
        #expect(room.takeTold() == ["busy - > drivers.d-1 users.d-1"])
        room.beat("d-1", "on_break", at: 2)
        #expect(room.takeTold() == ["on_break - > drivers.d-1 users.d-1"])
        room.beat("d-1", "unavailable", at: 3)
        room.beat("d-1", at: 4)
        #expect(room.takeTold().isEmpty)
        room.beat("d-1", "available", at: 5)
        #expect(room.takeTold() == [available])
    }

    @Test("each driver has a time of their own")
    func several() {
        var room = PresenceRoom()
        for number in 1...20 {
            room.beat("d-\(number)", "available", at: Int64(number))
            room.wake(at: Int64(number))
        }
        _ = room.takeTold()
        for second in 21...Int64(115) {
            if second == 60 { for number in 11...20 { room.beat("d-\(number)", at: 60) } }
            room.wake(at: second)
            let due = second - 90
            let isOffline = (1...10).contains(due)
            #expect(
                room.takeTold()
                    == (isOffline
                        ? ["offline heartbeats_missed > drivers.d-\(due) users.d-\(due)"] : []))
        }
        room.wait(from: 116, to: 150)
        #expect(room.takeTold().count == 10)
    }

    @Test("from when a heartbeat is expected silence counts, not from before")
    func becomesDue() {
        var room = PresenceRoom()
        room.order(.preparing, driver: "d-1", isNew: true, at: 0)
        room.position(of: "d-1", at: 0)
        room.wait(from: 1, to: 199)
        room.order(.ready, at: 200)
        room.wait(from: 201, to: 250)
        // The order is somebody else's for a while.
        room.order(.ready, driver: "d-2", at: 250)
        room.wait(from: 251, to: 259)
        room.order(.ready, driver: "d-1", at: 260)
        room.wait(from: 261, to: 349)
        #expect(room.takeTold().isEmpty)
        room.wake(at: 350)
        #expect(room.takeTold().first == offline)
    }

    // MARK: Restart

    @Test("after a restart nobody is silently online: who is not heard from then on is told of")
    func restart() throws {
        var room = PresenceRoom()
        room.beat("d-1", "available", at: 0)
        room.beat("d-2", "on_break", at: 0)
        room.order(.inTransit, driver: "d-3", isNew: true, at: 0)
        room.position(of: "d-3", at: 0)
        room.beat("d-4", "available", at: 0)
        let order = try #require(room.engine.bridge.book.ordersByNumber.first)
        _ = room.takeTold()
        // Longer after it than idle drivers are kept.
        room.restart(at: 200_000, with: [order])
        #expect(room.engine.bridge.presenceCount.online == 4)
        room.beat("d-4", at: 200_050)
        room.wait(from: 200_051, to: 200_089)
        #expect(room.takeTold().isEmpty)
        room.wake(at: 200_090)
        let told = Set(room.takeTold())
        #expect(
            told == [
                offline, "offline heartbeats_missed > drivers.d-3 users.d-3",
                "offline heartbeats_missed > orders.ORD-1 tracking.ORD-1",
            ])
        // When they were heard last is not known any more.
        #expect(room.takeWebhooks().allSatisfy { !$0.contains("lastHeardAt") })
        #expect(room.rows["d-2"]?.said == .onBreak, "forgotten as if unheard since it was told")
    }

    @Test("killed at any instant: what was told is not told again, what was not is told once")
    func killed() {
        var room = PresenceRoom()
        room.beat("d-1", "available", at: 0)
        room.wait(from: 1, to: 89)
        _ = room.takeTold()
        // The commit that would have told it never came.
        var lost = room
        lost.wake(at: 90)
        #expect(lost.takeTold() == [offline])
        room.restart(at: 100)
        room.wait(from: 101, to: 189)
        #expect(room.takeTold().isEmpty)
        room.wake(at: 190)
        #expect(room.takeTold() == [offline])
        room.restart(at: 200)
        room.wait(from: 201, to: 500)
        #expect(room.takeTold().isEmpty)
        #expect(room.engine.bridge.presenceCount.missing == 1)
        room.beat("d-1", at: 501)
        #expect(room.takeTold() == [back])
        room.restart(at: 502)
        room.beat("d-1", at: 503)
        #expect(room.takeTold().isEmpty)
    }

    // MARK: Clock, settings, limits

    @Test("where the engine stood still or the clock was set, silence counts from then on")
    func clock() {
        var room = PresenceRoom()
        room.beat("d-1", "available", at: 0)
        room.wait(from: 1, to: 60)
        _ = room.takeTold()
        // An hour on, all at once.
        room.wake(at: 3_660)
        room.wait(from: 3_661, to: 3_749)
        #expect(room.takeTold().isEmpty)
        room.wake(at: 3_750)
        #expect(room.takeTold() == [offline])
        room.beat("d-1", at: 3_760)
        room.wake(at: 3_761)
        _ = room.takeTold()
        // And back.
        room.wake(at: 100)
        room.wait(from: 101, to: 189)
        #expect(room.takeTold().isEmpty)
        room.wake(at: 190)
        #expect(room.takeTold() == [offline])
    }

    @Test("other settings hold for the silence that lasts")
    func reload() {
        var room = PresenceRoom()
        room.beat("d-1", "available", at: 0)
        room.wait(from: 1, to: 59)
        _ = room.takeTold()
        var settings = room.engine.bridge.settings
        settings.presence.misses = 2
        room.engine.bridge.reload(settings, effects: &room.engine.effects)
        room.wake(at: 59)
        #expect(room.takeTold().isEmpty)
        room.wake(at: 60)
        #expect(room.takeTold() == [offline])
    }

    @Test("so many drivers are kept: who was heard longest ago and is not expected goes first")
    func maximum() {
        var room = PresenceRoom { $0.presence.driversMaximum = 16 }
        for number in 1...16 {
            let availability = number <= 4 ? "available" : "on_break"
            room.beat("d-\(number)", availability, at: Int64(number))
        }
        room.beat("d-17", "available", at: 17)
        let gone = Set((1...17).map { "d-\($0)" }).subtracting(room.rows.keys)
        #expect(gone == ["d-5", "d-6"])
        #expect(room.engine.bridge.presenceCount.online == 15)
    }

    @Test("of whom nothing is expected nor heard for as long as records are kept is forgotten")
    func idle() {
        var room = PresenceRoom { $0.bounds.historyMilliseconds = 3_600_000 }
        room.beat("d-1", "on_break", at: 0)
        room.beat("d-2", "on_break", at: 100)
        room.wait(from: 1, to: 3_600)
        #expect(room.rows.count == 2)
        room.wait(from: 3_601, to: 3_690)
        #expect(Array(room.rows.keys) == ["d-2"])
    }

    @Test("Q-8: an erased driver is forgotten")
    func erased() {
        var room = PresenceRoom()
        room.beat("d-1", "available", at: 0)
        _ = room.takeTold()
        room.engine.bridge.forget(.driver("d-1"))
        room.wait(from: 1, to: 200)
        #expect(room.takeTold().isEmpty)
        #expect(room.engine.bridge.presenceCount == PresenceCount())
    }

    @Test("who is offline is not asked to deliver, until heard again; also after a restart")
    func offers() {
        var room = PresenceRoom()
        func near(_ seconds: Int64) -> [String] {
            room.engine.bridge.places.drivers(
                within: 1_000, of: Coordinate(latitude: 52.5, longitude: 13.4),
                since: Engine.instant(seconds - 1_000), limit: 10)
        }
        room.beat("d-1", "available", at: 0)
        room.position(of: "d-1", at: 0)
        room.beat("d-2", "unavailable", at: 0)
        room.position(of: "d-2", at: 0)
        #expect(near(1) == ["d-1"])
        room.wait(from: 1, to: 90)
        #expect(near(90).isEmpty)
        room.beat("d-1", at: 95)
        #expect(near(95) == ["d-1"])
        room.restart(at: 100)
        room.position(of: "d-1", at: 101)
        room.position(of: "d-2", at: 101)
        #expect(near(101) == ["d-1"])
    }
}
