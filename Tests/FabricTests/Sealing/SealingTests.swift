import ColdChain
import Fabric
import Testing
import Wire

/// Sensitive members go to nobody but their recipient (T-14). What is "encrypted" here is put in
/// brackets behind the number of the key.
struct SealingTests {
    /// Counts how often anything is encrypted.
    private final class Ledger {
        var count = 0
    }

    private let ledger = Ledger()

    private func room(isRequired: Bool) throws -> Room {
        let room = try Room(
            sealing: FieldSealing(
                key: { ["anna": 1, "kim": 2][$0.subject] },
                sealed: { [ledger] message, key in
                    ledger.count += 1
                    return Array("\(key)[".utf8) + message + Array("]".utf8)
                }, isRequired: isRequired), catalogue: Sample.catalogue())
        room.publish(Sample.change(Sample.order("O1", cafe: "cafe-1")))
        return room
    }

    private static let data: JSON = [
        "orderId": "O1", "transactionId": "txn_1", "amount": 15.5, "method": "card",
        "status": "success",
    ]

    private func payment(in room: Room) {
        let channels = [
            ChannelPosition(Channel(.customer, "anna"), sequence: 1),
            ChannelPosition(Channel(.order, "O1"), sequence: 2),
        ]
        let record = RecordText(
            number: 2, type: "payment_processed", occurredAt: Sample.at, data: Self.data.bytes,
            positions: channels)
        // The event is of no account here: what is told is the record.
        room.fabric.publish([PublishedEvent(Sample.alert(), record)], now: room.now)
    }

    private static let sealed = #"[{"transactionId":"txn_1","amount":15.5,"method":"card"}]"#

    @Test("T-14: who has a key gets sensitive members encrypted for it, once for all who have it")
    func sealed() throws {
        let room = try room(isRequired: true)
        let readers = (1...3).map { room.connect($0, .customer, "anna") }
        for reader in readers {
            room.follow(reader, Channel(.order, "O1"), Channel(.customer, "anna"))
        }
        payment(in: room)
        for reader in readers {
            let messages = room.messages(to: reader)
            #expect(messages.count == 1)
            #expect(
                messages.first?["payload"]
                    == ["orderId": "O1", "status": "success", "sealed": .string("1" + Self.sealed)])
        }
        #expect(ledger.count == 1)
    }

    @Test("T-14: where sealing is required nobody without a key gets them, in any dialect")
    func reduced() throws {
        let room = try room(isRequired: true)
        for (number, dialect) in Dialect.allCases.enumerated() {
            let reader = room.connect(UInt64(number) + 1, .staff, "sam", in: dialect)
            room.followAnywhere(reader, "O1", in: dialect)
            payment(in: room)
            let text = String(decoding: room.bytes(to: reader), as: UTF8.self)
            #expect(!text.contains("txn_1") && !text.contains("15.5") && !text.contains("card"))
            #expect(!text.contains("sealed"))
            room.fabric.disconnect(reader)
        }
        #expect(ledger.count == 0)
    }

    @Test("T-14: where sealing is for known keys the others read in clear")
    func known() throws {
        let room = try room(isRequired: false)
        let anna = room.connect(1, .customer, "anna")
        let sam = room.connect(2, .staff, "sam")
        for reader in [anna, sam] { room.follow(reader, Channel(.order, "O1")) }
        payment(in: room)
        #expect(room.messages(to: anna).first?["payload"]?["sealed"] != nil)
        #expect(room.messages(to: sam).first?["payload"] == Self.data)
    }

    @Test("T-14: each key has its own text, and one is not sent to the holder of another")
    func severalKeys() throws {
        let room = try room(isRequired: true)
        let anna = room.connect(1, .customer, "anna")
        let kim = room.connect(2, .staff, "kim")
        for reader in [anna, kim] { room.follow(reader, Channel(.order, "O1")) }
        payment(in: room)
        #expect(
            room.messages(to: anna).first?["payload"]?["sealed"]?.string == "1" + Self.sealed)
        #expect(room.messages(to: kim).first?["payload"]?["sealed"]?.string == "2" + Self.sealed)
        #expect(ledger.count == 2)
    }

    @Test("T-14: what is told again is sealed again, in a replay and in a synchronisation")
    func again() throws {
        let room = try room(isRequired: true)
        payment(in: room)
        for (number, user) in [(1, "anna"), (2, "sam")] as [(UInt64, String)] {
            let role: Role = user == "anna" ? .customer : .staff
            let reader = room.connect(number, role, user)
            room.say(
                [
                    "type": "reconnect", "id": "r1",
                    "payload": ["lastMessageId": "e1-1", "subscriptions": ["orders.O1"]],
                ], on: reader)
            room.say(
                [
                    "type": "sync_request", "id": "s1",
                    "payload": ["orders": ["O1": ["version": 1]]],
                ], on: reader)
            let text = room.texts(to: reader).joined()
            #expect(text.contains("sync_response") && text.contains("reconnect_ack"))
            #expect(text.contains(#""transactionId""#) == false)
            let count = text.split(separator: "payment_processed").count - 1
            #expect(count == 2)
            let sealed = text.split(separator: #""sealed":"1["#).count - 1
            #expect(sealed == (user == "anna" ? 2 : 0))
        }
    }

    @Test("T-14: a key that cannot be used at the moment leaves them out")
    func failure() throws {
        let room = try Room(
            sealing: FieldSealing(key: { _ in 1 }, sealed: { _, _ in nil }, isRequired: false),
            catalogue: Sample.catalogue())
        room.publish(Sample.change(Sample.order("O1")))
        let reader = room.connect(1, .staff)
        room.follow(reader, Channel(.order, "O1"))
        payment(in: room)
        #expect(
            room.messages(to: reader).first?["payload"]
                == ["orderId": "O1", "status": "success"])
    }

    @Test("T-14: records without sensitive members are one frame for everybody")
    func others() throws {
        let room = try room(isRequired: true)
        let reader = room.connect(1, .customer, "anna")
        room.follow(reader, Channel(.order, "O1"))
        room.publish(Sample.alert())
        #expect(room.summary(to: reader) == ["temperature_alert B1 48.5 opened"])
        #expect(ledger.count == 0)
    }
}

extension Room {
    /// Follows what a dialect has of an order.
    fileprivate func followAnywhere(
        _ connection: ConnectionNumber, _ order: String, in dialect: Dialect
    ) {
        switch dialect {
        case .wia: follow(connection, Channel(.order, order))
        case .tracking:
            say(["action": "subscribe", "orderId": .string(order)], on: connection)
        case .tableTap:
            say(
                ["type": "subscribe", "data": ["channels": ["orders:customer:anna"]]],
                on: connection)
        case .booking:
            say(["type": "subscribe", "channel": "booking.O1.tracking"], on: connection)
        case .eventStream:
            let identity = Identity(subject: "sam", role: .staff)
            _ = fabric.openStream(
                connection, identity: identity, to: [Channel(.order, order)], after: nil, now: now)
        case .socketIO:
            _ = fabric.receive(event: "join", [.string("order_\(order)")], on: connection, now: now)
        }
        _ = bytes(to: connection)
    }
}
