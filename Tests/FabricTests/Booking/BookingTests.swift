import ColdChain
import Fabric
import Testing
import Wire

/// `/realtime` (K).
struct BookingTests {
    private func room(
        _ role: Role = .customer, _ subject: String = "anna",
        _ limits: FabricLimits = FabricLimits()
    ) -> (Room, ConnectionNumber) {
        let room = Room(limits)
        room.publish(Sample.change(Sample.order("B7")), Sample.change(Sample.order("B8")))
        return (room, room.connect(1, role, subject, in: .booking))
    }

    private static func subscribe(_ channel: String, lowData: Bool? = nil) -> JSON {
        var members = [
            JSON.Member("type", "subscribe"), JSON.Member("channel", .string(channel)),
        ]
        if let lowData { members.append(JSON.Member("lowData", .bool(lowData))) }
        return .object(members)
    }

    private func follow(_ channel: String, _ room: Room, _ client: ConnectionNumber) {
        room.say(Self.subscribe(channel), on: client)
        _ = room.texts(to: client)
    }

    @Test("K-2: driver_location_update has the seed's form")
    func location() {
        let (room, client) = room()
        follow("booking.B7.tracking", room, client)
        room.publish(
            Sample.location(12.3456, order: "B7", speed: 35 / 3.6, heading: 90, accuracy: 5))
        #expect(
            room.texts(to: client) == [
                #"{"type":"driver_location_update","booking_id":"B7","driver_id":"dirk","#
                    + #""lat":12.3456,"lng":-73.9851,"bearing":90,"speed_kmh":35,"#
                    + #""timestamp":"\#(Room.startText)"}"#
            ])
    }

    @Test("K-2, K-10: the tracking channel has positions and nothing else; unknowns are left out")
    func nothingElse() {
        let (room, client) = room()
        follow("booking.B7.tracking", room, client)
        room.publish(
            Sample.location(12, order: "B7", driver: nil), Sample.temperature(60, order: "B7"),
            Sample.alert(order: "B7"), Sample.change(Sample.order("B7", .ready)))
        #expect(
            room.texts(to: client) == [
                #"{"type":"driver_location_update","booking_id":"B7","lat":12,"lng":-73.9851,"#
                    + #""timestamp":"\#(Room.startText)"}"#
            ])
    }

    @Test("K-4: the customer is told of changes of the booking")
    func statusChange() {
        let (room, client) = room()
        follow("user.anna.events", room, client)
        room.publish(Sample.change(Sample.order("B7", .inTransit), from: .pickedUp))
        #expect(
            room.texts(to: client) == [
                #"{"type":"booking_status_changed","booking_id":"B7","status":"in_transit","#
                    + #""previous_status":"picked_up","timestamp":"\#(Room.startText)","#
                    + #""message_id":"e1-3"}"#
            ])
    }

    @Test("K-4: the customer sees a breach")
    func breach() throws {
        let (room, client) = room()
        follow("user.anna.events", room, client)
        room.publish(Sample.alert(order: "B7"))
        let message = try #require(room.messages(to: client).first)
        #expect(message["type"] == "temperature_alert")
        #expect(message["booking_id"] == "B7")
        #expect(message["temperature"] == 48.5)
        #expect(message["severity"] == "critical")
        #expect(message["limit"]?["minimum"] == 57)
        #expect(message["measured_at"]?.string == Room.startText)
        #expect(message["excursion_state"] == "active")
        #expect(message["message_id"] == "e1-3")
        let names = message.members?.map(\.name) ?? []
        #expect(names.allSatisfy { $0.lowercased() == $0 })
        #expect(Set(names).count == names.count)
    }

    @Test("K-7: on subscribing the last known position is given")
    func lastKnown() {
        let (room, client) = room()
        room.publish(Sample.location(12, order: "B7"), Sample.location(13, order: "B7"))
        room.say(Self.subscribe("booking.B7.tracking"), on: client)
        let messages = room.messages(to: client)
        #expect(
            messages.first
                == [
                    "type": "subscribed", "channel": "booking.B7.tracking", "message_id": "e1-2",
                ])
        #expect(messages.dropFirst().map { $0["lat"] } == [13])
    }

    @Test("Q-8: once the booking is over its customer does not see where the driver is")
    func over() {
        let (room, client) = room()
        follow("booking.B7.tracking", room, client)
        room.publish(
            Sample.change(Sample.order("B7", .delivered)), Sample.location(12, order: "B7"))
        #expect(room.texts(to: client) == [])
    }

    @Test(
        "Q-8, K-7: once the booking is over its customer is not given the last known position",
        arguments: [(Role.customer, "anna", 0), (.driver, "dirk", 1), (.support, "otto", 1)])
    func lastKnownOver(role: Role, subject: String, count: Int) {
        let (room, client) = room(role, subject)
        room.publish(
            Sample.location(12, order: "B7"), Sample.change(Sample.order("B7", .delivered)))
        room.say(Self.subscribe("booking.B7.tracking"), on: client)
        let given = room.messages(to: client).filter { $0["type"] == "driver_location_update" }
        #expect(given.count == count)
    }

    @Test("K-6: a subscriber gets at most one position a second, the newest, when it is due")
    func conflation() {
        let (room, client) = room()
        follow("booking.B7.tracking", room, client)
        var given: [Double] = []
        for step in 0..<40 {
            room.publish(Sample.location(10 + Double(step) / 100, order: "B7"))
            given += room.messages(to: client).compactMap { $0["lat"]?.double }
            room.run(250)
        }
        given += room.messages(to: client).compactMap { $0["lat"]?.double }
        #expect((8...11).contains(given.count), "\(given)")
        #expect(given.first == 10)
        #expect(given.sorted() == given)
        room.run(1_500)
        given += room.messages(to: client).compactMap { $0["lat"]?.double }
        #expect(given.last == 10.39)
    }

    @Test("K-6: a subscriber that asked for little data gets one position in ten seconds")
    func lowData() {
        let (room, client) = room()
        room.say(Self.subscribe("booking.B7.tracking", lowData: true), on: client)
        _ = room.texts(to: client)
        var given = 0
        for step in 0..<400 {
            room.publish(Sample.location(10 + Double(step) / 100, order: "B7"))
            given += room.messages(to: client).count
            room.run(250)
        }
        #expect((9...10).contains(given))
        room.say(Self.subscribe("booking.B7.tracking", lowData: false), on: client)
        room.run(1_000)
        #expect(room.messages(to: client).last?["lat"] == 13.99)
    }

    @Test("K-6: resting from positions holds back no breach")
    func breachWhileResting() {
        let (room, client) = room()
        follow("booking.B7.tracking", room, client)
        follow("user.anna.events", room, client)
        room.publish(Sample.location(10, order: "B7"))
        _ = room.texts(to: client)
        room.publish(Sample.location(11, order: "B7"), Sample.alert(order: "B7"))
        #expect(room.messages(to: client).map { $0["type"] } == ["temperature_alert"])
        room.run(1_500)
        #expect(room.messages(to: client).map { $0["lat"] } == [11])
    }

    @Test("K-6: one subscriber's rest is not another's, nor that of who has its place later")
    func rests() {
        let (room, client) = room()
        follow("booking.B7.tracking", room, client)
        room.publish(Sample.location(10, order: "B7"))
        _ = room.texts(to: client)
        room.fabric.disconnect(client)
        let other = room.connect(2, .customer, "anna", in: .booking)
        room.say(Self.subscribe("booking.B7.tracking"), on: other)
        #expect(room.messages(to: other).last?["lat"] == 10)
        room.run(2_000)
        #expect(room.texts(to: other) == [])
    }

    @Test("K-4: who comes back is told what it missed on its channels, once")
    func resuming() {
        let (room, client) = room()
        follow("user.anna.events", room, client)
        room.publish(Sample.alert(order: "B7"))
        let last = room.messages(to: client).last?["message_id"] ?? .null
        room.fabric.disconnect(client)
        room.publish(Sample.alert(.closed, order: "B7"))
        let again = room.connect(2, .customer, "anna", in: .booking)
        room.say(
            [
                "type": "resume", "last_message_id": last,
                "channels": ["user.anna.events", "booking.B7.tracking", "user.eve.events"],
            ], on: again)
        let messages = room.messages(to: again)
        #expect(
            messages.first
                == [
                    "type": "resumed", "recovered": true,
                    "channels": ["user.anna.events", "booking.B7.tracking"],
                    "failed": [["channel": "user.eve.events", "code": "ACCESS_DENIED"]],
                ])
        #expect(messages.dropFirst().map { $0["state"] } == ["closed"])
        let lost = room.connect(3, .customer, "anna", in: .booking)
        room.say(
            ["type": "resume", "last_message_id": "x", "channels": ["user.anna.events"]], on: lost)
        #expect(room.messages(to: lost).first?["recovered"] == false)
    }

    @Test("An acknowledgement never names a message that is still to come")
    func acknowledgedPosition() {
        let (room, client) = room()
        follow("user.anna.events", room, client)
        room.publish(Sample.alert(order: "B7"))
        room.say(Self.subscribe("booking.B7.tracking"), on: client)
        let messages = room.messages(to: client)
        #expect(messages.map { $0["type"] } == ["subscribed", "temperature_alert"])
        #expect(messages.first?["message_id"] == nil)
    }

    @Test("After unsubscribing nothing follows the answer; a ping is answered")
    func unsubscribing() {
        let (room, client) = room()
        follow("user.anna.events", room, client)
        room.publish(Sample.alert(order: "B7"))
        room.say(["type": "unsubscribe", "channel": "user.anna.events"], on: client)
        room.say(["type": "ping"], on: client)
        #expect(
            room.texts(to: client) == [
                #"{"type":"unsubscribed","channel":"user.anna.events"}"#,
                #"{"type":"pong","timestamp":"\#(Room.startText)"}"#,
            ])
    }

    static let access: [(Role, String, String, String?)] = [
        (.customer, "anna", "booking.B7.tracking", nil),
        (.customer, "anna", "booking.B7.chat", nil),
        (.customer, "anna", "user.anna.events", nil),
        (.driver, "dirk", "booking.B7.tracking", nil),
        (.driver, "dirk", "user.dirk.events", nil),
        (.support, "sue", "booking.B7.tracking", nil),
        (.administrator, "ada", "user.anna.events", nil),
        (.customer, "eve", "booking.B7.tracking", "ACCESS_DENIED"),
        (.customer, "eve", "user.anna.events", "ACCESS_DENIED"),
        (.driver, "dora", "booking.B7.tracking", "ACCESS_DENIED"),
        (.customer, "anna", "booking.B9.tracking", "ACCESS_DENIED"),
        (.support, "sue", "booking.B9.tracking", "BOOKING_UNKNOWN"),
        (.customer, "anna", "orders.B7", "UNKNOWN_CHANNEL"),
        (.customer, "anna", "booking.B7", "UNKNOWN_CHANNEL"),
        (.customer, "anna", "booking..tracking", "UNKNOWN_CHANNEL"),
        (.customer, "anna", "", "UNKNOWN_CHANNEL"),
    ]

    @Test("K-9: a booking's channels are its parties' and support's", arguments: access)
    func rights(role: Role, subject: String, channel: String, code: String?) {
        let (room, client) = room(role, subject)
        room.say(Self.subscribe(channel), on: client)
        let answer = room.messages(to: client).first
        #expect(answer?["type"] == (code == nil ? "subscribed" : "error"))
        #expect(answer?["code"]?.string == code)
    }

    @Test("K-1: the token's role client is the customer")
    func role() {
        #expect(Role(name: "client") == .customer)
    }

    static let malformed: [(String, String)] = [
        ("[]", "INVALID_REQUEST"), (#"{"action":"subscribe"}"#, "INVALID_REQUEST"),
        (#"{"type":"subscribe"}"#, "INVALID_REQUEST"),
        (#"{"type":"subscribe","channel":7}"#, "INVALID_REQUEST"),
        (#"{"type":"subscribe","channel":"user.anna.events","lowData":1}"#, "INVALID_REQUEST"),
        (#"{"type":"unsubscribe","channel":"x"}"#, "UNKNOWN_CHANNEL"),
        (#"{"type":"resume","channels":"x"}"#, "INVALID_REQUEST"),
        (#"{"type":"resume","last_message_id":7,"channels":[]}"#, "INVALID_REQUEST"),
        (#"{"type":"resume","channels":[7]}"#, "INVALID_REQUEST"),
        (#"{"type":"chat_message","content":"hi"}"#, "UNKNOWN_TYPE"),
    ]

    @Test("What is not understood is answered with a code", arguments: malformed)
    func refusals(text: String, code: String) throws {
        let (room, client) = room()
        room.say(try #require(JSONReading.value(of: text.utf8)), on: client)
        let answers = room.messages(to: client)
        #expect(answers.map { $0["type"] } == ["error"])
        #expect(answers.first?["code"] == .string(code))
        #expect(answers.first?["message"]?.string?.isEmpty == false)
    }

    @Test("Text that is not JSON, binary frames and messages above the rate are answered")
    func undecodable() {
        let (room, client) = room()
        room.fabric.receive(.failure(.notJSON), on: client, now: room.now)
        room.fabric.receive(.failure(.notText), on: client, now: room.now)
        for _ in 0..<199 { room.say(["type": "ping"], on: client) }
        let codes = room.messages(to: client).compactMap { $0["code"]?.string }
        #expect(codes == ["MALFORMED_JSON", "NOT_TEXT", "RATE_LIMIT_EXCEEDED"])
    }

    @Test("K-9: a driver who is not the booking's any more is told so, and nothing more")
    func revocation() {
        let (room, client) = room(.driver, "dirk")
        follow("booking.B7.tracking", room, client)
        room.publish(
            Sample.change(Sample.order("B7", driver: "dora")), Sample.location(12, order: "B7"))
        let messages = room.messages(to: client)
        #expect(messages.map { $0["code"] } == ["SUBSCRIPTION_REVOKED"])
        #expect(messages.first?["channel"] == "booking.B7.tracking")
    }
}
