import ColdChain
import Fabric
import Testing
import Wire

/// Streams of events: what is told, how they begin, resume and end (W-10, K-1).
struct EventStreamTests {
    private func room(_ limits: FabricLimits = FabricLimits()) -> Room {
        let room = Room(limits)
        room.publish(Sample.change(Sample.order("O1")), Sample.change(Sample.order("O2")))
        return room
    }

    @Test("W-10: events come in the seed's form: event, id, data")
    func form() {
        let room = room()
        room.openStream(1)
        _ = room.reading(1)
        room.publish(Sample.change(Sample.order("O1", .preparing), from: nil))
        #expect(
            String(decoding: room.bytes(to: ConnectionNumber(1)), as: UTF8.self)
                == "event: order_update\nid: e1-3\n"
                + #"data: {"orderId":"O1","status":"PREPARING"}"# + "\n\n")
        room.publish(Sample.location(40.759, speed: 25 / 3.6, heading: 90, accuracy: 10))
        #expect(
            String(decoding: room.bytes(to: ConnectionNumber(1)), as: UTF8.self)
                == "event: location_update\nid: e1-3.\(Room.start).1\n"
                + #"data: {"driverId":"dirk","orderId":"O1","location":{"latitude":40.759,"#
                + #""longitude":-73.9851,"accuracy":10,"heading":90,"speed":25}}"# + "\n\n")
    }

    @Test("W-10: the data is the payload of the WIA dialect's message")
    func samePayload() {
        let room = room()
        room.openStream(1)
        let client = room.connect(2)
        room.follow(client, Channel(.order, "O1"))
        _ = room.reading(1)
        room.publish(
            Sample.alert(), Sample.silence(), Sample.silence(isBack: true), Sample.temperature(60),
            Sample.change(Sample.order("O1", .delivered), from: .inTransit))
        let events = room.reading(1).events
        let messages = room.messages(to: client)
        #expect(events.map(\.type) == messages.compactMap { $0["type"]?.string })
        #expect(events.map(\.id) == messages.compactMap { $0["id"]?.string })
        #expect(
            events.map { JSONReading.value(of: $0.data.utf8) } == messages.map { $0["payload"] })
    }

    @Test("W-10: a stream begins with when to come back and an id to resume after, without event")
    func opening() {
        let room = room()
        room.openStream(1)
        let reading = room.reading(1)
        #expect(reading.events == [])
        #expect(reading.lastID == "e1-2")
        #expect(reading.rest == "")
    }

    @Test("Clients that were cut together are not asked back together")
    func spread() {
        let room = room()
        let retries = (1...50).map { number in
            room.openStream(UInt64(number))
            return room.reading(UInt64(number)).retry ?? 0
        }
        #expect(retries.allSatisfy { (2_000...4_000).contains($0) })
        #expect(Set(retries).count > 25)
    }

    @Test("W-10: whoever was cut before its first event misses nothing")
    func cutBeforeFirstEvent() {
        let room = room()
        room.openStream(1)
        let id = room.reading(1).lastID
        room.fabric.disconnect(ConnectionNumber(1))
        room.publish(Sample.alert())
        room.openStream(2, after: id)
        #expect(room.reading(2).types == ["temperature_alert"])
    }

    @Test(
        "W-10: what was missed comes in order, once, and then what is new", arguments: [1, 1 << 20])
    func resuming(limit: Int) {
        let room = room()
        room.openStream(1)
        room.publish(Sample.alert())
        let id = room.reading(1).lastID
        room.fabric.disconnect(ConnectionNumber(1))
        room.publish(Sample.alert(.closed), Sample.alert(.revised, order: "O2"))
        room.openStream(2, after: id)
        room.publish(Sample.alert(.corrected), Sample.temperature(61))
        let reading = room.reading(2, limit: limit)
        #expect(
            reading.types == [
                "temperature_alert", "temperature_alert", "temperature_update",
            ])
        #expect(reading.events.map(\.id).prefix(2) == ["e1-4", "e1-6"])
        room.publish(Sample.alert(.revised))
        #expect(room.reading(2).types == ["temperature_alert"])
    }

    @Test("A stream that is cut while it is told what it missed goes on where it was cut")
    func cutWhileCatchingUp() {
        let room = room()
        room.openStream(1)
        let first = room.reading(1).lastID
        room.fabric.disconnect(ConnectionNumber(1))
        room.publish(Sample.alert(), Sample.alert(.closed), Sample.alert(.revised))
        room.openStream(2, after: first)
        room.takeEffects()
        var bytes: [UInt8] = []
        _ = room.fabric.fill(ConnectionNumber(2), into: &bytes, limit: 1)
        let opening = StreamReading(bytes)
        #expect(opening.lastID == "e1-2")
        _ = room.fabric.fill(ConnectionNumber(2), into: &bytes, limit: 1)
        let cut = StreamReading(bytes)
        #expect(cut.events.count == 1)
        room.fabric.disconnect(ConnectionNumber(2))
        room.openStream(3, after: cut.lastID)
        #expect(room.reading(3).events.map(\.id) == ["e1-4", "e1-5"])
    }

    @Test(
        "W-10: an id that cannot be resumed is told, with the last known states",
        arguments: ["100", "e2-1", "e1-99", "e1-", "-", "e1-1\n"])
    func reset(id: String) {
        let room = room()
        room.publish(Sample.temperature(60), Sample.alert())
        room.openStream(1, after: id)
        let reading = room.reading(1)
        #expect(reading.types == ["reset", "temperature_update"])
        #expect(
            reading.events.first?.data == #"{"recovered":false,"subscriptions":["orders.O1"]}"#)
        #expect(reading.events.first?.id == "e1-3")
        #expect(room.fabric.statistics.lostHistories == 1)
    }

    @Test("W-10: the last known states are given at once")
    func lastKnown() {
        let room = room()
        room.publish(Sample.temperature(60), Sample.location(40))
        room.openStream(1)
        #expect(room.reading(1).types == ["temperature_update", "location_update"])
    }

    @Test("An event of two of a stream's channels comes once")
    func once() {
        let room = room()
        room.openStream(1, to: [Channel(.order, "O1"), Channel(.user, "anna")])
        _ = room.reading(1)
        room.publish(Sample.alert())
        #expect(room.reading(1).types == ["temperature_alert"])
    }

    static let refused: [(Role, String, [Channel], StreamRefusal?)] = [
        (.customer, "anna", [Channel(.order, "O1")], nil),
        (.customer, "anna", [Channel(.order, "O1"), Channel(.user, "anna")], nil),
        (.customer, "eve", [Channel(.order, "O1")], .accessDenied),
        (.customer, "eve", [Channel(.order, "O9")], .accessDenied),
        (.customer, "anna", [Channel(.order, "O1"), Channel(.user, "eve")], .accessDenied),
        (.driver, "dirk", [Channel(.order, "O1"), Channel(.driver, "dirk")], nil),
        (.driver, "dirk", [Channel(.bag, "B1")], .accessDenied),
        (.staff, "sam", [Channel(.bag, "B1")], nil),
        (.staff, "sam", [Channel(.order, "O9")], .unknownOrder),
        (.staff, "sam", (0..<101).map { Channel(.bag, "B\($0)") }, .tooManyChannels),
    ]

    @Test(
        "W-16: a stream of what is not the user's is refused before it begins", arguments: refused)
    func access(role: Role, subject: String, channels: [Channel], refusal: StreamRefusal?) {
        let room = room()
        #expect(room.openStream(1, role, subject, to: channels) == refusal)
        #expect(room.fabric.connectionCount == (refusal == nil ? 1 : 0))
        #expect(room.bytes(to: ConnectionNumber(1)).isEmpty == (refusal != nil))
    }

    @Test("W-16: of a stream that was cut, a channel that is closed by now does not end the others")
    func closedChannel() {
        let room = room()
        let channels = [Channel(.order, "O1"), Channel(.driver, "dirk")]
        room.openStream(1, .driver, "dirk", to: channels)
        let id = room.reading(1).lastID
        room.fabric.disconnect(ConnectionNumber(1))
        room.publish(
            Sample.alert(), Sample.change(Sample.order("O1", driver: "dora")),
            Sample.change(Sample.order("O2", .delivered)))
        #expect(room.openStream(2, .driver, "dirk", to: channels, after: id) == nil)
        let reading = room.reading(2)
        #expect(reading.types == ["subscription_revoked", "order_update"])
        #expect(reading.events.first?.data.contains(#""channel":"orders.O1""#) == true)
        #expect(
            room.openStream(3, .driver, "dirk", to: [Channel(.order, "O1")], after: id)
                == .accessDenied)
    }

    @Test(
        "W-16: a channel that is closed while it is followed is told; the last one ends the stream")
    func revocation() {
        let room = room()
        room.openStream(1, .driver, "dirk", to: [Channel(.order, "O1"), Channel(.order, "O2")])
        _ = room.reading(1)
        room.publish(Sample.change(Sample.order("O1", driver: "dora")))
        #expect(room.reading(1).types == ["subscription_revoked"])
        #expect(room.codes(of: ConnectionNumber(1)) == [])
        room.publish(Sample.change(Sample.order("O2", driver: "dora")))
        #expect(room.reading(1).types == ["subscription_revoked"])
        #expect(room.codes(of: ConnectionNumber(1)) == [.leaseEnded])
    }

    @Test("Where there is no room the client is asked to come again later")
    func overload() {
        var limits = FabricLimits()
        limits.connectionsPerSubject = 1
        let room = room(limits)
        #expect(room.openStream(1, .customer, "anna") == nil)
        guard case .overloaded(let retry) = room.openStream(2, .customer, "anna") else {
            Issue.record("not refused")
            return
        }
        #expect((10_000...20_000).contains(retry))
        let reading = StreamReading(StreamRefusal.comeAgain(after: retry))
        #expect(reading.retry == Int(retry))
        #expect(reading.events == [])
    }

    @Test("An idle stream says something in every 15 s, without an event; no silence ends it")
    func comments() {
        let room = room()
        room.openStream(1)
        _ = room.reading(1)
        var last: Int64 = 0
        for second in 1...300 {
            room.wait(1_000)
            let bytes = room.bytes(to: ConnectionNumber(1))
            guard !bytes.isEmpty else { continue }
            let reading = StreamReading(bytes)
            #expect(reading.comments.count == 1)
            #expect(reading.events == [])
            #expect(bytes.count == 1024)
            #expect(Int64(second) - last <= 15)
            last = Int64(second)
        }
        #expect(last > 285)
        #expect(room.codes(of: ConnectionNumber(1)) == [])
    }

    @Test("Comments do not pile up for a client that does not read")
    func slowReader() {
        let room = room()
        room.openStream(1)
        for _ in 0..<300 { room.wait(1_000) }
        #expect(room.fabric.outboxBytes < 2_048)
        #expect(room.codes(of: ConnectionNumber(1)) == [])
    }

    @Test("A stream ends after its lease, not all at the same time, and is resumed without a gap")
    func lease() {
        let room = room()
        for number in 1...20 { room.openStream(UInt64(number)) }
        var ends: [Int] = []
        for second in 1...600 {
            room.wait(1_000)
            room.takeEffects()
            ends += Array(repeating: second, count: room.closings.count - ends.count)
        }
        #expect(ends.count == 20)
        #expect(ends.first ?? 0 >= 540)
        #expect(Set(ends).count > 5)
        let id = room.reading(1).lastID
        room.publish(Sample.alert())
        room.openStream(30, after: id)
        #expect(room.reading(30).types == ["temperature_alert"])
    }

    @Test("W-16: the token's end is the stream's")
    func expiry() {
        let room = room()
        room.openStream(1, expiresAt: room.now.wall.advanced(byMilliseconds: 5_000))
        room.wait(4_000)
        #expect(room.codes(of: ConnectionNumber(1)) == [])
        room.wait(1_000)
        #expect(room.codes(of: ConnectionNumber(1)) == [.tokenExpired])
    }

    @Test("What a client of a stream would send is ignored")
    func deaf() {
        let room = room()
        room.openStream(1)
        _ = room.reading(1)
        room.say(["type": "ping", "id": "r1"], on: ConnectionNumber(1))
        #expect(room.bytes(to: ConnectionNumber(1)) == [])
    }

    static let forged: [(data: String, lines: [String])] = [
        ("{\"a\":1}", ["{\"a\":1}"]),
        ("{\n\"a\":1}", ["{", "\"a\":1}"]),
        ("{\r\"a\":1}", ["{", "\"a\":1}"]),
        ("{\r\n\"a\":1}", ["{", "\"a\":1}"]),
        ("{\n\nid: forged\ndata: x}", ["{", "", "id: forged", "data: x}"]),
        ("{\n\revent: forged\r\r}", ["{", "", "event: forged", "", "}"]),
        ("{\0}", ["{}"]),
    ]

    @Test("No line break in what is told makes a field of its own", arguments: forged)
    func injection(data: String, lines: [String]) {
        let room = room()
        room.openStream(1)
        _ = room.reading(1)
        let channel = ChannelPosition(Channel(.order, "O1"), sequence: 9)
        let record = RecordText(
            number: 3, type: "no\r\ntice\0: x", occurredAt: room.now.wall, data: Array(data.utf8),
            positions: [channel])
        room.fabric.publish([PublishedEvent(Sample.alert(), record)], now: room.now)
        let reading = room.reading(1)
        #expect(reading.events.count == 1)
        #expect(reading.events.first?.type == "notice: x")
        #expect(reading.events.first?.id == "e1-3")
        #expect(reading.events.first?.data == lines.joined(separator: "\n"))
    }

    @Test(
        "A channel may be named as in any dialect",
        arguments: [
            ("orders.O1", Channel(.order, "O1")), ("users.a.b", Channel(.user, "a.b")),
            ("booking.B1.tracking", Channel(.tracking, "B1")),
            ("booking.b.1.chat", Channel(.chat, "b.1")),
            ("user.u1.events", Channel(.user, "u1")), ("tracking.B1", Channel(.tracking, "B1")),
        ])
    func names(name: String, channel: Channel) {
        #expect(Channel(anyName: name) == channel)
    }

    @Test(
        "What names no channel is none",
        arguments: [
            "", ".", "orders", "orders.", "booking.B1", "booking..tracking", "booking.tracking",
            "user.u1.tracking", "booking.B1.events", "kitchens.K1",
        ])
    func noNames(name: String) {
        #expect(Channel(anyName: name) == nil)
    }
}
