import ColdChain
import Fabric
import Testing
import Wire

/// `/tracking` (Q-10).
struct TrackingTests {
    private func room(
        _ role: Role = .customer, _ subject: String = "user_456"
    ) -> (Room, ConnectionNumber) {
        let room = Room()
        room.publish(Sample.change(order()), Sample.change(Sample.order("O2")))
        return (room, room.connect(1, role, subject, in: .tracking))
    }

    private func order(_ status: OrderStatus = .inTransit, to place: Place? = nil) -> Order {
        var order = Sample.order("order_123", status, customer: "user_456")
        order.delivery = place
        return order
    }

    private static let subscribe: JSON = [
        "action": "subscribe", "orderId": "order_123", "userId": "user_456",
    ]

    private func envelope(
        _ event: String, _ data: String, order: String? = "order_123", rest: String = ""
    ) -> String {
        let order = order.map { #""orderId":"\#($0)","# } ?? ""
        return
            #"{"event":"\#(event)",\#(order)"timestamp":"\#(Room.startText)","data":\#(data)\#(rest)}"#
    }

    @Test("Q-10: the seed's subscription is answered with what is known of the order")
    func subscribing() {
        let (room, client) = room()
        room.say(Self.subscribe, on: client)
        #expect(room.texts(to: client) == [envelope("subscribed", #"{"status":"in_transit"}"#)])
    }

    @Test("Q-10: location_update has the seed's form; what is not known is left out")
    func location() {
        let (room, client) = room()
        room.say(Self.subscribe, on: client)
        room.publish(
            Sample.change(order(to: Place(latitude: 37.7974, longitude: -73.9851))),
            Sample.location(37.7749, order: "order_123", speed: 25 / 3.6, heading: 45))
        #expect(
            room.texts(to: client).last
                == envelope(
                    "location_update",
                    #"{"driver":{"location":{"lat":37.7749,"lng":-73.9851},"heading":45,"#
                        + #""speed":25},"distance":2.5,"status":"in_transit"}"#))
        room.publish(
            Sample.change(order(.ready, to: Place(latitude: 37.7974, longitude: -73.9851))),
            Sample.location(37.775, order: "order_123"))
        #expect(
            room.texts(to: client).last
                == envelope(
                    "location_update",
                    #"{"driver":{"location":{"lat":37.775,"lng":-73.9851}},"status":"ready"}"#))
        room.publish(
            Sample.change(order(.pickedUp)), Sample.location(37.776, order: "order_123"))
        #expect(
            room.texts(to: client).last
                == envelope(
                    "location_update",
                    #"{"driver":{"location":{"lat":37.776,"lng":-73.9851}},"#
                        + #""status":"picked_up"}"#))
    }

    private func estimate(_ instant: String) -> PublishedEvent {
        let data = #"{"orderId":"order_123","newEta":"\#(instant)"}"#
        return PublishedEvent(
            relayed: RecordText(
                number: nil, type: "eta_update", occurredAt: Sample.at, data: Array(data.utf8),
                positions: [ChannelPosition(Channel(.order, "order_123"), sequence: 1)]),
            isState: false)
    }

    @Test("Q-10: the platform's newest estimate is told with positions, until the order is over")
    func arrival() {
        let room = Room()
        room.publish(Sample.change(order()))
        let driver = room.connect(1, .driver, "dirk", in: .tracking)
        let support = room.connect(2, .support, "otto")
        room.say(["action": "subscribe", "orderId": "order_123"], on: driver)
        room.follow(support, Channel(.order, "order_123"))
        func arrivals(of events: Event...) -> [JSON?] {
            for event in events { room.publish(event) }
            let tracked = room.messages(to: driver).last { $0["event"] == "location_update" }
            let followed = room.messages(to: support).last { $0["type"] == "location_update" }
            return [tracked?["data"]?["eta"], followed?["payload"]?["eta"]]
        }
        let position = Sample.location(37.7, order: "order_123")
        #expect(arrivals(of: position) == [nil, nil])
        room.fabric.publish([estimate("2026-01-02T03:30:00Z")], now: room.now)
        #expect(arrivals(of: position) == Array(repeating: "2026-01-02T03:30:00.000Z", count: 2))
        room.fabric.publish([estimate("soon"), estimate("2026-01-02T03:40:00Z")], now: room.now)
        #expect(
            arrivals(of: Sample.change(order(.pickedUp)), position)
                == Array(repeating: "2026-01-02T03:40:00.000Z", count: 2))
        #expect(arrivals(of: Sample.change(order(.delivered)), position) == [nil, nil])
    }

    @Test("Q-10: a position that is given again has the order's status of now")
    func statusOfNow() {
        let (room, client) = room()
        room.say(Self.subscribe, on: client)
        room.publish(Sample.location(37.7749, order: "order_123"))
        _ = room.texts(to: client)
        room.publish(Sample.change(order(.ready)))
        let other = room.connect(2, .driver, "dirk", in: .tracking)
        room.say(["action": "subscribe", "orderId": "order_123", "userId": "dirk"], on: other)
        let messages = room.messages(to: other)
        #expect(messages.map { $0["event"] } == ["subscribed", "location_update"])
        #expect(messages.map { $0["data"]?["status"] } == ["ready", "ready"])
    }

    @Test("Q-10: a breach and a change of the order come in the same envelope")
    func records() {
        let (room, client) = room()
        room.say(Self.subscribe, on: client)
        _ = room.texts(to: client)
        room.publish(
            Sample.change(order(.delivered), from: .inTransit), Sample.alert(order: "order_123"))
        let messages = room.messages(to: client)
        #expect(
            messages.first
                == [
                    "event": "order_update", "orderId": "order_123",
                    "timestamp": .string(Room.startText),
                    "data": [
                        "orderId": "order_123", "status": "delivered",
                        "previousStatus": "in_transit",
                    ],
                    "id": "e1-3",
                ])
        #expect(messages.last?["event"] == "temperature_alert")
        #expect(messages.last?["data"]?["severity"] == "critical")
        #expect(messages.last?["data"]?["temperature"] == 48.5)
    }

    @Test("Q-10: the temperature of the bag is told")
    func temperature() {
        let (room, client) = room()
        room.say(Self.subscribe, on: client)
        room.publish(Sample.temperature(60, order: "order_123"))
        let message = room.messages(to: client).last
        #expect(message?["event"] == "temperature_update")
        #expect(message?["data"]?["temperature"] == 60)
    }

    @Test("Q-10: after unsubscribing nothing follows the answer; a ping is answered")
    func unsubscribing() {
        let (room, client) = room()
        room.say(Self.subscribe, on: client)
        room.publish(Sample.alert(order: "order_123"))
        room.say(["action": "unsubscribe", "orderId": "order_123"], on: client)
        room.publish(Sample.alert(.closed, order: "order_123"))
        room.say(["action": "ping"], on: client)
        #expect(
            room.texts(to: client) == [
                envelope("subscribed", #"{"status":"in_transit"}"#),
                envelope("unsubscribed", "{}"), envelope("pong", "{}", order: nil),
            ])
    }

    static let allowed: [(Role, String, JSON)] = [
        (.customer, "user_456", subscribe),
        (.customer, "user_456", ["action": "subscribe", "orderId": "order_123"]),
        (.driver, "dirk", ["action": "subscribe", "orderId": "order_123", "userId": "dirk"]),
        (.staff, "sam", subscribe),
        (.support, "sue", subscribe),
    ]

    @Test("Q-10: a user follows their own order, staff any", arguments: allowed)
    func access(role: Role, subject: String, message: JSON) {
        let (room, client) = room(role, subject)
        room.say(message, on: client)
        #expect(room.messages(to: client).first?["event"] == "subscribed")
    }

    static let refused: [(Role, String, String, String)] = [
        (
            .customer, "eve", #"{"action":"subscribe","orderId":"order_123","userId":"eve"}"#,
            "ACCESS_DENIED"
        ),
        (
            .customer, "eve", #"{"action":"subscribe","orderId":"order_123","userId":"user_456"}"#,
            "ACCESS_DENIED"
        ),
        (
            .customer, "user_456", #"{"action":"subscribe","orderId":"order_123","userId":"eve"}"#,
            "ACCESS_DENIED"
        ),
        (.customer, "user_456", #"{"action":"subscribe","orderId":"O9"}"#, "ACCESS_DENIED"),
        (.staff, "sam", #"{"action":"subscribe","orderId":"O9"}"#, "ORDER_UNKNOWN"),
        (.staff, "sam", #"{"action":"subscribe"}"#, "INVALID_REQUEST"),
        (.staff, "sam", #"{"action":"subscribe","orderId":""}"#, "INVALID_REQUEST"),
        (.staff, "sam", #"{"action":"subscribe","orderId":7}"#, "INVALID_REQUEST"),
        (.staff, "sam", #"{"action":"subscribe","orderId":"O2","userId":7}"#, "INVALID_REQUEST"),
        (
            .staff, "sam",
            #"{"action":"subscribe","orderId":"\#(String(repeating: "x", count: 201))"}"#,
            "INVALID_REQUEST"
        ),
        (.staff, "sam", #"{"action":"unsubscribe"}"#, "INVALID_REQUEST"),
        (.staff, "sam", #"{"action":"track","orderId":"O2"}"#, "UNKNOWN_ACTION"),
        (.staff, "sam", #"{"type":"subscribe","orderId":"O2"}"#, "INVALID_REQUEST"),
        (.staff, "sam", "[]", "INVALID_REQUEST"),
        (.staff, "sam", "null", "INVALID_REQUEST"),
    ]

    @Test(
        "Q-10: what is not allowed or not understood is answered in the envelope",
        arguments: refused)
    func refusals(role: Role, subject: String, text: String, code: String) throws {
        let (room, client) = room(role, subject)
        room.say(try #require(JSONReading.value(of: text.utf8)), on: client)
        let answers = room.messages(to: client)
        #expect(answers.count == 1)
        #expect(answers.first?["event"] == "error")
        #expect(answers.first?["data"]?["code"] == .string(code))
        #expect(answers.first?["timestamp"]?.string == Room.startText)
        #expect(room.codes(of: client) == [])
        room.publish(Sample.alert(order: "order_123"), Sample.alert(order: "O2"))
        #expect(room.texts(to: client) == [])
    }

    @Test("Q-10: text that is not JSON and binary frames are answered")
    func undecodable() {
        let (room, client) = room()
        room.fabric.receive(.failure(.notJSON), on: client, now: room.now)
        room.fabric.receive(.failure(.notText), on: client, now: room.now)
        #expect(
            room.messages(to: client).map { $0["data"]?["code"] } == ["MALFORMED_JSON", "NOT_TEXT"])
    }

    @Test("Q-10: who comes back names the last message and is told what it missed")
    func resuming() {
        let (room, client) = room()
        room.say(Self.subscribe, on: client)
        room.publish(Sample.alert(order: "order_123"))
        let last = room.messages(to: client).last?["id"] ?? .null
        room.fabric.disconnect(client)
        room.publish(Sample.alert(.closed, order: "order_123"), Sample.alert(order: "O2"))
        for (id, recovered) in [(last, JSON.bool(true)), ("e2-3", .bool(false))] {
            let again = room.connect(2, .customer, "user_456", in: .tracking)
            room.say(
                ["action": "subscribe", "orderId": "order_123", "lastMessageId": id], on: again)
            let messages = room.messages(to: again)
            #expect(messages.first?["data"]?["recovered"] == recovered)
            #expect(
                messages.dropFirst().map { $0["data"]?["state"] }
                    == (recovered == .bool(true) ? ["closed"] : []))
        }
    }

    @Test("Q-10: what a connection follows already is not told again by a second subscription")
    func lateResumption() {
        let (room, client) = room(.staff, "sam")
        room.say(Self.subscribe, on: client)
        room.say(["action": "subscribe", "orderId": "O2", "lastMessageId": "e1-0"], on: client)
        #expect(room.messages(to: client).last?["data"]?["code"] == "TOO_LATE_TO_RESUME")
    }

    @Test("W-16: who has no part in the order any more is told so, and nothing more")
    func revocation() {
        let (room, client) = room(.driver, "dirk")
        room.say(["action": "subscribe", "orderId": "order_123"], on: client)
        _ = room.texts(to: client)
        room.publish(
            Sample.change(Sample.order("order_123", driver: "dora")),
            Sample.alert(order: "order_123"))
        #expect(room.messages(to: client).map { $0["data"]?["code"] } == ["SUBSCRIPTION_REVOKED"])
    }

    @Test("W-15: messages above the rate are refused in the envelope")
    func rate() {
        let (room, client) = room()
        for _ in 0..<201 { room.say(["action": "ping"], on: client) }
        let messages = room.messages(to: client)
        #expect(messages.count == 201)
        #expect(messages.last?["data"]?["code"] == "RATE_LIMIT_EXCEEDED")
    }
}
