import ColdChain
import Fabric
import Testing
import Wire

/// The seed's messages as they are printed there, and what is not understood (T-3…T-5, T-8, T-9).
struct TableTapDialogueTests {
    @Test("T-3: a connection is established under a name of its own")
    func established() throws {
        let room = Room()
        let client = room.connect(123, .customer, "user_uuid", site: "cafe_uuid", in: .tableTap)
        let greeting = try #require(room.messages(to: client).first)
        #expect(
            greeting.has([
                "type": "connection_established",
                "data": [
                    "connectionId": "conn_123456789", "userId": "user_uuid",
                    "userType": "customer", "cafeId": "cafe_uuid",
                    "capabilities": ["order_updates", "status_notifications"],
                    "serverTime": "2024-01-15T10:30:00Z",
                ],
                "timestamp": "2024-01-15T10:30:00Z",
            ]))
        #expect(greeting["data"]?["serverTime"] == .string(Room.startText))
        #expect(greeting["timestamp"] == .string(Room.startText))
        #expect(greeting["version"] == "1.0")
        let others = (1...50).compactMap { number in
            let other = room.connect(UInt64(number), .customer, "u\(number)", in: .tableTap)
            return room.messages(to: other).first?["data"]?["connectionId"]?.string
        }
        let name = try #require(greeting["data"]?["connectionId"]?.string)
        #expect(name.hasPrefix("conn_") && !name.contains("123"))
        #expect(Set(others + [name]).count == 51)
    }

    @Test(
        "T-3: the user type is the permission matrix's",
        arguments: [
            (Role.customer, "customer"), (.employee, "employee"), (.manager, "manager"),
            (.administrator, "admin"), (.staff, "admin"), (.support, "admin"),
            (.foodSafety, "admin"), (.driver, "driver"), (.merchant, "merchant"),
        ])
    func userTypes(role: Role, name: String) {
        let room = Room()
        let client = room.connect(1, role, "u", in: .tableTap)
        let data = room.messages(to: client).first?["data"]
        #expect(data?["userType"] == .string(name))
        #expect(data?["cafeId"] == nil, "what is not known is left out")
    }

    /// What a client sends, and the answer.
    static let examples: [(message: String, answer: JSON)] = [
        (
            #"""
            {"type":"subscribe","data":{"channels":["orders:customer:anna","cafe:c1:general",
            "counter:k1:orders"]}}
            """#,
            [
                "type": "subscription_confirmed",
                "data": [
                    "channels": ["orders:customer:anna", "cafe:c1:general"],
                    "failed": [
                        ["channel": "counter:k1:orders", "reason": "insufficient_permissions"]
                    ],
                ],
            ]
        ),
        (
            #"{"type":"ping","timestamp":"2024-01-15T10:30:00Z"}"#,
            [
                "type": "pong", "timestamp": "2024-01-15T10:30:00Z",
                "serverTime": "2024-01-15T10:30:01Z",
            ]
        ),
        (
            #"""
            {"type":"order_status_update","messageId":"msg_123456",
            "data":{"orderId":"order_uuid","status":"preparing"}}
            """#,
            [
                "type": "message_error",
                "data": [
                    "messageId": "msg_123456",
                    "error": [
                        "code": "NOT_SUPPORTED",
                        "message": "This server takes no messages of this type from clients.",
                    ],
                ],
            ]
        ),
        (
            #"""
            {"type":"reconnect","data":{"lastMessageId":"e1-0",
            "channels":["orders:customer:anna"]}}
            """#,
            [
                "type": "message_replay",
                "data": [
                    "messages": [], "fromMessageId": "e1-0", "toMessageId": "e1-0",
                    "hasMore": false, "recovered": true,
                ],
            ]
        ),
        (
            #"""
            {"type":"reconnect","data":{"lastMessageId":"msg_123456",
            "channels":["orders:customer:anna"]}}
            """#,
            [
                "type": "message_replay",
                "data": [
                    "messages": [], "fromMessageId": "msg_123456", "toMessageId": "e1-0",
                    "hasMore": false, "recovered": false,
                ],
            ]
        ),
        (
            #"{"type":"unsubscribe","data":{"channels":["cafe:c1:general"]}}"#,
            ["type": "unsubscription_confirmed", "data": ["channels": ["cafe:c1:general"]]]
        ),
    ]

    @Test("T-4, T-5, T-9, T-11: the seed's examples get the printed answers", arguments: examples)
    func seedExamples(message: String, answer: JSON) throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        try room.say(message, on: client)
        let answers = room.messages(to: client)
        #expect(answers.count == 1)
        #expect(answers.first?.has(answer) == true, "\(answers.map(\.text))")
        #expect(answers.first?["version"] == "1.0")
        #expect(answers.first?["timestamp"]?.string?.isEmpty == false)
    }

    @Test("T-5: a pong gives the client's time back, and the server's beside it")
    func pong() throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        try room.say(#"{"type":"ping","timestamp":"2024-01-15T10:30:00+02:00"}"#, on: client)
        try room.say(#"{"type":"ping"}"#, on: client)
        let answers = room.messages(to: client)
        #expect(
            answers.map { $0["timestamp"] } == [
                "2024-01-15T10:30:00+02:00", .string(Room.startText),
            ])
        #expect(answers.allSatisfy { $0["serverTime"] == .string(Room.startText) })
        #expect(answers.allSatisfy { $0["data"] == nil })
    }

    @Test("T-5: an answer carries the client's correlationId, or else its messageId")
    func correlation() throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        try room.say(#"{"type":"ping","correlationId":"c-7"}"#, on: client)
        try room.say(#"{"type":"dance","correlationId":"c-8"}"#, on: client)
        try room.say(#"{"type":"ping","messageId":"m-9"}"#, on: client)
        try room.say(
            #"{"type":"reconnect","correlationId":"c-9","data":{"lastMessageId":"e1-0","channels":[]}}"#,
            on: client)
        let answers = room.messages(to: client)
        #expect(
            answers.map { $0["correlationId"]?.string } == ["c-7", "c-8", "m-9", "m-9", "c-9"])
        #expect(
            answers.map { $0["type"]?.string } == [
                "pong", "error", "pong", "message_acknowledged", "message_replay",
            ])
    }

    @Test("T-9: a message with an identifier is acknowledged under it, or refused under it")
    func acknowledgement() throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        try room.say(
            #"{"type":"subscribe","messageId":"m1","data":{"channels":["cafe:c1:general"]}}"#,
            on: client)
        let answers = room.messages(to: client)
        #expect(answers.map { $0["type"] } == ["subscription_confirmed", "message_acknowledged"])
        #expect(
            answers.last?["data"] == [
                "messageId": "m1", "status": "processed", "processedAt": .string(Room.startText),
            ])
        try room.say(#"{"type":"subscribe","messageId":"m2","data":{}}"#, on: client)
        let refusal = room.messages(to: client)
        #expect(refusal.map { $0["type"] } == ["message_error"])
        #expect(refusal.first?["data"]?["messageId"] == "m2")
        #expect(refusal.first?["data"]?["error"]?["code"] == "INVALID_MESSAGE")
    }

    /// Messages that are not understood, and the code each is answered with.
    static let refused: [(message: String, code: String)] = [
        (#""hello""#, "INVALID_MESSAGE"), ("null", "INVALID_MESSAGE"), ("[]", "INVALID_MESSAGE"),
        ("{}", "INVALID_MESSAGE"), (#"{"type":7}"#, "INVALID_MESSAGE"),
        (#"{"type":"ping","messageId":7}"#, "INVALID_MESSAGE"),
        (#"{"type":"ping","messageId":""}"#, "INVALID_MESSAGE"),
        (#"{"type":"ping","correlationId":{}}"#, "INVALID_MESSAGE"),
        (
            #"{"type":"ping","correlationId":"\#(String(repeating: "x", count: 129))"}"#,
            "INVALID_MESSAGE"
        ),
        (#"{"type":"ping","timestamp":"noon"}"#, "INVALID_MESSAGE"),
        (#"{"type":"ping","timestamp":12}"#, "INVALID_MESSAGE"),
        (#"{"type":"ping","version":"2.0"}"#, "INVALID_MESSAGE"),
        (#"{"type":"PING"}"#, "UNKNOWN_TYPE"), (#"{"type":"pong"}"#, "UNKNOWN_TYPE"),
        (#"{"type":"subscription_confirmed"}"#, "UNKNOWN_TYPE"),
        (#"{"type":"alert","data":{}}"#, "NOT_SUPPORTED"),
        (#"{"type":"payment_processed"}"#, "NOT_SUPPORTED"),
        (#"{"type":"subscribe"}"#, "INVALID_MESSAGE"),
        (#"{"type":"subscribe","data":[]}"#, "INVALID_MESSAGE"),
        (#"{"type":"subscribe","data":{"channels":"cafe:c1:general"}}"#, "INVALID_MESSAGE"),
        (#"{"type":"subscribe","data":{"channels":[1]}}"#, "INVALID_MESSAGE"),
        (
            #"{"type":"unsubscribe","data":{"channels":[\#(list(1001))]}}"#, "INVALID_MESSAGE"
        ),
        (#"{"type":"reconnect","data":{"lastMessageId":"x"}}"#, "INVALID_MESSAGE"),
        (#"{"type":"reconnect","data":{"lastMessageId":5,"channels":[]}}"#, "INVALID_MESSAGE"),
        (#"{"type":"authenticate","data":{}}"#, "INVALID_MESSAGE"),
        (#"{"type":"authenticate","data":{"token":""}}"#, "INVALID_MESSAGE"),
    ]

    private static func list(_ count: Int) -> String {
        Array(repeating: #""cafe:c1:general""#, count: count).joined(separator: ",")
    }

    @Test("T-8: what is not understood is answered with an error", arguments: refused)
    func refusals(text: String, code: String) throws {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        try room.say(text, on: client)
        let answers = room.messages(to: client)
        #expect(answers.map { $0["type"] } == ["error"])
        #expect(answers.first?["data"]?["code"] == .string(code))
        #expect(answers.first?["data"]?["message"]?.string?.isEmpty == false)
        #expect(room.codes(of: client) == [])
    }

    @Test("T-8: text that is not JSON and binary frames are answered, not fatal")
    func undecodable() {
        let room = Room()
        let client = room.sitDown(1, .customer, "anna")
        room.fabric.receive(.failure(.notJSON), on: client, now: room.now)
        room.fabric.receive(.failure(.notText), on: client, now: room.now)
        let codes = room.messages(to: client).map { $0["data"]?["code"] }
        #expect(codes == ["MALFORMED_JSON", "NOT_TEXT"])
        #expect(room.codes(of: client) == [])
    }

    @Test("T-4: what no name can be said of fails as unknown, each wish once in its order")
    func unknownChannels() {
        let room = Room()
        let client = room.sitDown(1, .administrator, "root")
        let long = "counter:" + String(repeating: "x", count: 201) + ":orders"
        let names = [
            "cafe:*:general", "counter:*:orders", "*", "", "cafe::general", "cafe:c1",
            "cafe:c1:kitchen", "orders:customer:", "orders:O1", "orders.O1", "bags.B1",
            "system:shutdown", "counter:orders", "CAFE:c1:general", long,
        ]
        room.say(
            [
                "type": "subscribe",
                "data": ["channels": .array(names.map { .string($0) } + ["cafe:c1:general"])],
            ], on: client)
        let data = room.messages(to: client).first?["data"]
        #expect(data?["channels"] == ["cafe:c1:general"])
        #expect(data?["failed"]?.array?.compactMap { $0["channel"]?.string } == names)
        #expect(
            data?["failed"]?.array?.allSatisfy { $0["reason"] == "unknown_channel" } == true)
    }

    @Test("T-4: nothing falls between the confirmation and what follows")
    func oneStep() {
        let room = Room()
        let client = room.sitDown(1, .manager, "m")
        let caffe = Sample.order("O1", restaurant: nil, cafe: "c1")
        room.publish(Sample.change(caffe), Sample.alert())
        room.subscribe(client, toNames: "cafe:c1:alerts", "cafe:c1:alerts")
        room.publish(Sample.alert(.closed))
        let messages = room.messages(to: client)
        #expect(messages.map { $0["type"] } == ["subscription_confirmed", "alert"])
        #expect(messages.first?["data"]?["channels"] == ["cafe:c1:alerts"])
        room.say(
            ["type": "unsubscribe", "data": ["channels": ["cafe:c1:alerts"]]], on: client)
        room.publish(Sample.alert(.revised))
        #expect(room.messages(to: client).map { $0["type"] } == ["unsubscription_confirmed"])
        #expect(room.fabric.outboxBytes == 0)
    }
}
