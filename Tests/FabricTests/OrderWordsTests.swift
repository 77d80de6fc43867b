import ColdChain
import Fabric
import Testing
import Wire

/// What the platform says of an order's change, in the form of each dialect (W-2, T-6, Q-10, S-4, K-4).
struct OrderWordsTests {
    private static let words: [JSON.Member] = [
        JSON.Member("estimatedPreparation", "2026-01-02T03:30:00Z"),
        JSON.Member("message", "Your food is being \"prepared\""),
    ]

    /// A change of the order O1 of Anna's, in the order's preparation, with the words.
    private func told(
        in dialect: Dialect, _ follow: (Room, ConnectionNumber) -> Void
    ) -> [String] {
        let room = Room()
        let order = Sample.order("O1", .preparing)
        room.publish(Sample.change(Sample.order("O1", .confirmed)))
        let client: ConnectionNumber
        switch dialect {
        case .tableTap: client = room.sitDown(1, .customer, "anna")
        case .eventStream:
            room.openStream(1)
            client = ConnectionNumber(1)
        default: client = room.connect(1, .customer, "anna", in: dialect)
        }
        follow(room, client)
        _ = room.bytes(to: client)
        let data = Sample.change(order, from: .confirmed).recordData(saying: Self.words) ?? []
        room.relay(
            "order_update", String(decoding: data, as: UTF8.self), to: Channel(.order, "O1"),
            Channel(.customer, "anna"), Channel(.user, "anna"))
        let bytes = room.bytes(to: client)
        return dialect == .eventStream
            ? [String(decoding: bytes, as: UTF8.self)] : Room.texts(in: bytes)
    }

    @Test("W-2: WIA and server-sent events tell them as the seed prints them")
    func printed() {
        let payload =
            #"{"orderId":"O1","status":"PREPARING","previousStatus":"CONFIRMED","#
            + #""estimatedPreparation":"2026-01-02T03:30:00Z","#
            + #""message":"Your food is being \"prepared\""}"#
        #expect(
            told(in: .wia) { room, client in room.subscribe(client, Channel(.order, "O1")) } == [
                #"{"type":"order_update","id":"e1-2","timestamp":"\#(Room.startText)","payload":"#
                    + payload + "}"
            ])
        #expect(
            told(in: .eventStream) { _, _ in } == [
                "event: order_update\nid: e1-2\ndata: \(payload)\n\n"
            ])
    }

    @Test("T-6: TableTap tells them beside the statuses")
    func tableTap() throws {
        let texts = told(in: .tableTap) { room, client in
            room.listen(client, to: "orders:customer:anna")
        }
        #expect(texts.count == 1)
        let message = try #require(JSONReading.value(of: (texts.first ?? "").utf8))
        #expect(
            message["data"]
                == .object(
                    [
                        JSON.Member("orderId", "O1"), JSON.Member("previousStatus", "confirmed"),
                        JSON.Member("currentStatus", "preparing"),
                    ] + Self.words))
    }

    @Test("Q-10: /tracking tells them with its data")
    func tracking() throws {
        let texts = told(in: .tracking) { room, client in
            room.say(["action": "subscribe", "orderId": "O1", "userId": "anna"], on: client)
        }
        #expect(texts.count == 1)
        let message = try #require(JSONReading.value(of: (texts.first ?? "").utf8))
        #expect(
            message["data"]
                == .object(
                    [
                        JSON.Member("orderId", "O1"), JSON.Member("status", "preparing"),
                        JSON.Member("previousStatus", "confirmed"),
                    ] + Self.words))
    }

    @Test("K-4: Booking tells them under names in lower case")
    func booking() {
        #expect(
            told(in: .booking) { room, client in
                room.say(["type": "subscribe", "channel": "user.anna.events"], on: client)
            } == [
                #"{"type":"booking_status_changed","booking_id":"O1","status":"preparing","#
                    + #""previous_status":"confirmed","#
                    + #""estimated_preparation":"2026-01-02T03:30:00Z","#
                    + #""message":"Your food is being \"prepared\"","#
                    + #""timestamp":"\#(Room.startText)","message_id":"e1-2"}"#
            ])
    }

    @Test("S-4: Socket.IO tells them under names in lower case")
    func socketIO() throws {
        let room = Room()
        let client = ConnectionNumber(1)
        _ = try room.fabric.connect(
            client, identity: Identity(subject: "anna", role: .customer),
            names: SocketIONames(sid: "s", pid: "p"), auth: nil, recovery: nil, now: room.now)
        let data = Sample.change(Sample.order("O1", .preparing), from: .confirmed)
            .recordData(saying: Self.words)
        room.relay(
            "order_update", String(decoding: data ?? [], as: UTF8.self),
            to: Channel(.customer, "anna"))
        #expect(
            room.texts(to: client) == [
                #"42["order:status_update",{"order_id":"O1","status":"preparing","#
                    + #""timestamp":"\#(Room.startText)","#
                    + #""estimated_preparation":"2026-01-02T03:30:00Z","#
                    + #""message":"Your food is being \"prepared\""},"e1-1"]"#
            ])
    }

    /// A type that changes an order's status, with one more field.
    private func type(with field: MessageField) -> MessageType {
        MessageType(
            name: "change", summary: "", effect: .orderStatus, publishers: [.platform],
            fields: [
                MessageField("orderId", .identifier, isRequired: true),
                MessageField("status", .text(bytes: 32), isRequired: true), field,
            ])
    }

    @Test(
        "W-2: a catalogue may let the platform say anything but what Freshwire says of the change",
        arguments: [
            (MessageField("kitchenNote", .text(bytes: 64)), true),
            (MessageField("previousStatus", .text(bytes: 64)), false),
            (MessageField("deliveryTime", .instant), false),
            (MessageField("sequence", .integer(0...9)), false),
            (MessageField("type", .text(bytes: 64)), false),
            (MessageField("price", .number(0...9), isSensitive: true), false),
        ])
    func fields(field: MessageField, isTaken: Bool) {
        #expect(((try? MessageCatalogue([type(with: field)])) != nil) == isTaken, "\(field.name)")
    }
}
