import ColdChain
import Fabric
import Testing
import Wire

/// The messages of the WIA real-time dialect, to the letter (W-2…W-4).
struct WIADialogueTests {
    private func envelope(_ type: String, id: String = "r1", _ payload: String) -> String {
        #"{"type":"\#(type)","id":"\#(id)","timestamp":"\#(Room.startText)","payload":\#(payload)}"#
    }

    private func room() -> (Room, ConnectionNumber) {
        let room = Room()
        room.fabric.restore([Sample.order("ORD-2025-001234")])
        return (room, room.connect(1))
    }

    @Test(
        "W-3: subscribing by filter is acknowledged with the canonical channel",
        arguments: [
            ("orders", "orderId", "ORD-2025-001234"), ("bags", "bagId", "B.1"),
            ("drivers", "driverId", "DRV-45789"), ("vehicles", "vehicleId", "\u{C6D0} \"7\""),
        ])
    func subscribing(family: String, filter: String, subject: String) {
        let (room, client) = room()
        room.say(
            [
                "type": "subscribe", "id": "sub-001", "timestamp": "2025-12-27T12:00:00Z",
                "payload": [
                    "channel": .string(family),
                    "filter": .object([JSON.Member(filter, .string(subject))]),
                ],
            ], on: client)
        let answers = room.messages(to: client)
        #expect(answers.count == 1)
        #expect(answers.first?["type"] == "subscribe_ack")
        #expect(answers.first?["id"] == "sub-001")
        #expect(
            answers.first?["payload"]
                == ["status": "subscribed", "channel": .string("\(family).\(subject)")])
    }

    @Test(
        "W-3: notifications are the channel of their user, for that user alone",
        arguments: [("anna", JSON.null), ("eve", "ACCESS_DENIED")])
    func notifications(subject: String, code: JSON) {
        let room = Room()
        let client = room.connect(1, .customer, subject)
        for payload: JSON in [
            ["channel": "notifications", "filter": ["userId": "anna"]],
            ["channel": "notifications.anna"],
        ] {
            room.say(["type": "subscribe", "id": "s", "payload": payload], on: client)
            let answer = room.messages(to: client).first?["payload"]
            #expect(answer?["channel"] == "users.anna")
            #expect(answer?["code"] ?? .null == code)
        }
    }

    @Test("W-3: the acknowledgement has the seed's form")
    func acknowledgementForm() {
        let (room, client) = room()
        room.subscribe(client, Channel(.order, "ORD-2025-001234"))
        #expect(
            room.texts(to: client) == [
                envelope(
                    "subscribe_ack",
                    #"{"status":"subscribed","channel":"orders.ORD-2025-001234"}"#)
            ])
    }

    @Test("W-4: a ping is answered with its id and the server's time in milliseconds")
    func ping() {
        let (room, client) = room()
        room.say(["type": "ping", "id": "r1", "timestamp": "2025-12-27T12:00:00Z"], on: client)
        #expect(
            room.texts(to: client) == [
                envelope("pong", #"{"serverTime":"2026-01-02T03:04:05.678Z"}"#)
            ])
    }

    @Test("W-3: after unsubscribing nothing of the channel follows the answer")
    func unsubscribing() {
        let (room, client) = room()
        let channel = Channel(.order, "ORD-2025-001234")
        room.follow(client, channel)
        room.publish(
            Sample.temperature(60, order: "ORD-2025-001234"),
            Sample.alert(order: "ORD-2025-001234"))
        room.say(Room.request("unsubscribe", channel), on: client)
        room.publish(Sample.alert(order: "ORD-2025-001234"))
        #expect(room.summary(to: client) == ["subscribe_ack unsubscribed \(channel.name)"])
        #expect(room.fabric.outboxBytes == 0)
    }

    @Test("W-3: what is also followed over another channel stays after unsubscribing")
    func unsubscribingOneOfTwo() {
        let (room, client) = room()
        let order = Channel(.order, "ORD-2025-001234")
        room.follow(client, order, Channel(.bag, "B1"))
        room.publish(
            Sample.location(40, order: "ORD-2025-001234"),
            Sample.temperature(60, order: "ORD-2025-001234"),
            Sample.alert(order: "ORD-2025-001234"),
            Sample.change(Sample.order("ORD-2025-001234")))
        room.say(Room.request("unsubscribe", order), on: client)
        #expect(
            room.summary(to: client) == [
                "subscribe_ack unsubscribed \(order.name)",
                "temperature_alert B1 48.5 opened", "temperature_update B1 60",
            ])
    }

    /// Messages that are not understood, and the code each is answered with.
    static let refused: [(message: String, code: String)] = [
        (#""hello""#, "INVALID_ENVELOPE"),
        ("null", "INVALID_ENVELOPE"),
        ("[1,2]", "INVALID_ENVELOPE"),
        ("{}", "INVALID_ENVELOPE"),
        (#"{"id":"r1"}"#, "INVALID_ENVELOPE"),
        (#"{"type":1,"id":"r1"}"#, "INVALID_ENVELOPE"),
        (#"{"type":"ping"}"#, "MISSING_ID"),
        (#"{"type":"ping","id":null}"#, "MISSING_ID"),
        (#"{"type":"ping","id":7}"#, "INVALID_ENVELOPE"),
        (#"{"type":"ping","id":""}"#, "INVALID_ENVELOPE"),
        (#"{"type":"ping","id":"\#(String(repeating: "x", count: 129))"}"#, "INVALID_ENVELOPE"),
        (#"{"type":"ping","id":"r1","timestamp":"now"}"#, "INVALID_ENVELOPE"),
        (#"{"type":"ping","id":"r1","timestamp":5}"#, "INVALID_ENVELOPE"),
        (#"{"type":"ping","id":"r1","payload":"x"}"#, "INVALID_ENVELOPE"),
        (#"{"type":"pang","id":"r1"}"#, "UNKNOWN_TYPE"),
        (#"{"type":"pong","id":"r1"}"#, "UNKNOWN_TYPE"),
        (#"{"type":"PING","id":"r1"}"#, "UNKNOWN_TYPE"),
        (#"{"type":"reconnect","id":"r1","payload":{"lastMessageId":"m"}}"#, "INVALID_PAYLOAD"),
        (#"{"type":"sync_request","id":"r1"}"#, "INVALID_PAYLOAD"),
        (#"{"type":"bulk_update","id":"r1"}"#, "NOT_SUPPORTED"),
        (#"{"type":"location_update","id":"r1"}"#, "NOT_SUPPORTED"),
        (#"{"type":"status_change","id":"r1"}"#, "NOT_SUPPORTED"),
        (#"{"type":"subscribe","id":"r1"}"#, "INVALID_PAYLOAD"),
        (#"{"type":"subscribe","id":"r1","payload":{}}"#, "INVALID_PAYLOAD"),
        (subscribe(#""channel":"orders""#), "INVALID_PAYLOAD"),
        (subscribe(#""channel":5"#), "INVALID_PAYLOAD"),
        (subscribe(#""channel":"orders","filter":{"bagId":"B1"}"#), "INVALID_PAYLOAD"),
        (subscribe(#""channel":"orders","filter":{"orderId":5}"#), "INVALID_PAYLOAD"),
        (subscribe(#""channel":"orders","filter":{"orderId":""}"#), "INVALID_PAYLOAD"),
        (subscribe(#""channel":"orders","filter":"O1""#), "INVALID_PAYLOAD"),
        (subscribe(#""channel":"orders.O1","filter":{"orderId":"O2"}"#), "INVALID_PAYLOAD"),
        (subscribe(#""channel":"bags.\#(String(repeating: "b", count: 201))""#), "INVALID_PAYLOAD"),
        (subscribe(#""channel":"kitchens""#), "UNKNOWN_CHANNEL"),
        (subscribe(#""channel":"kitchens.K1""#), "UNKNOWN_CHANNEL"),
        (subscribe(#""channel":"orders.""#), "UNKNOWN_CHANNEL"),
        (subscribe(#""channel":"orders.O9""#), "ORDER_UNKNOWN"),
    ]

    private static func subscribe(_ payload: String) -> String {
        #"{"type":"subscribe","id":"r1","payload":{\#(payload)}}"#
    }

    @Test("W-2: what is not understood is answered with a code", arguments: refused)
    func refusals(text: String, code: String) throws {
        let (room, client) = room()
        let message = try #require(JSONReading.value(of: text.utf8))
        room.say(message, on: client)
        let answers = room.messages(to: client)
        #expect(answers.count == 1)
        #expect(answers.first?["type"] == "error")
        #expect(answers.first?["payload"]?["code"] == .string(code))
        #expect(answers.first?["payload"]?["message"]?.string?.isEmpty == false)
        let isNamed = message["id"] == "r1"
        #expect((answers.first?["id"] == "r1") == isNamed)
        #expect(answers.first?["id"]?.string?.isEmpty == false)
        #expect(room.codes(of: client) == [])
    }

    @Test("W-2: text that is not JSON and binary frames are answered, not fatal")
    func undecodable() {
        let (room, client) = room()
        room.fabric.receive(.failure(.notJSON), on: client, now: room.now)
        room.fabric.receive(.failure(.notText), on: client, now: room.now)
        #expect(room.summary(to: client) == ["error MALFORMED_JSON", "error NOT_TEXT"])
    }

    @Test("W-2: messages of connections that are not there are ignored")
    func strangers() {
        let (room, _) = room()
        let stranger = ConnectionNumber(99)
        room.say(["type": "ping", "id": "r1"], on: stranger)
        room.fabric.noteActivity(on: stranger, now: room.now)
        room.fabric.disconnect(stranger)
        #expect(room.texts(to: stranger) == [])
    }
}
