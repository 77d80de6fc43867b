import ColdChain
import Fabric
import Testing
import Wire

/// Connections that agreed on MessagePack (W-17).
struct MessagePackConnectionTests {
    private func connect(
        _ number: UInt64, in dialect: Dialect = .wia, to room: Room, role: Role = .staff
    ) -> ConnectionNumber {
        let connection = ConnectionNumber(number)
        room.fabric.connect(
            connection, identity: Identity(subject: "anna", role: role), in: dialect,
            as: .messagePack, now: room.now)
        return connection
    }

    /// The messages that wait, each of which has to be a binary one.
    private func messages(to connection: ConnectionNumber, in room: Room) throws -> [JSON] {
        try binaries(room.bytes(to: connection)).map { try MessagePack.decode($0) }
    }

    private func binaries(_ bytes: [UInt8]) -> [[UInt8]] {
        var messages: [[UInt8]] = []
        var rest = bytes[...]
        while let length = ServerFrame.length(of: rest) {
            #expect(rest.first == 0x82)
            messages.append(Array(ServerFrame.payload(of: Array(rest.prefix(length)))))
            rest = rest.dropFirst(length)
        }
        #expect(rest.isEmpty)
        return messages
    }

    private func say(_ message: JSON, on connection: ConnectionNumber, in room: Room) {
        var bytes: [UInt8] = []
        MessagePack.append(message, to: &bytes)
        room.fabric.receive(binary: bytes, on: connection, now: room.now)
    }

    @Test(
        "W-17: a reader of MessagePack gets the members that a reader of JSON gets",
        arguments: [Dialect.wia, .tracking, .booking, .tableTap])
    func sameMembers(dialect: Dialect) throws {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1"), from: nil))
        let packed = connect(1, in: dialect, to: room, role: .customer)
        let plain = room.connect(2, .customer, "anna", in: dialect)
        let wish: JSON =
            switch dialect {
            case .wia: Room.request("subscribe", Channel(.order, "O1"))
            case .tracking: ["action": "subscribe", "orderId": "O1"]
            case .booking: ["type": "subscribe", "channel": "user.anna.events"]
            default: ["type": "subscribe", "data": ["channels": ["orders:customer:anna"]]]
            }
        say(wish, on: packed, in: room)
        room.say(wish, on: plain)
        room.publish(
            Sample.temperature(61.3), Sample.location(40.7, speed: 3), Sample.alert(),
            Sample.change(Sample.order("O1", .delivered), from: .inTransit))
        let told = try messages(to: packed, in: room)
        let expected = room.messages(to: plain)
        #expect(expected.count > 2)
        func withoutNames(_ messages: [JSON]) -> [JSON] {
            // Each connection of TableTap has a name of its own.
            messages.filter { $0["type"] != "connection_established" }
        }
        #expect(withoutNames(told) == withoutNames(expected))
        #expect(told.count == expected.count)
    }

    @Test("W-17: who comes back gets in MessagePack what was missed")
    func resume() throws {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1")), Sample.alert(), Sample.temperature(48))
        let packed = connect(1, to: room)
        say(
            [
                "type": "reconnect", "id": "r1",
                "payload": ["lastMessageId": "e1-1", "subscriptions": ["orders.O1"]],
            ], on: packed, in: room)
        let types = try messages(to: packed, in: room).map { $0["type"] }
        #expect(types == ["reconnect_ack", "temperature_alert", "temperature_update"])
    }

    @Test("W-17: text is understood beside it; elsewhere binary messages are not")
    func mixed() throws {
        let room = Room()
        let packed = connect(1, to: room)
        room.say(["type": "ping", "id": "p1"], on: packed)
        #expect(try messages(to: packed, in: room).first?["type"] == "pong")
        let plain = room.connect(2)
        say(["type": "ping", "id": "p1"], on: plain, in: room)
        #expect(room.summary(to: plain) == ["error NOT_TEXT"])
    }

    @Test("W-17: what is no MessagePack is answered with an error")
    func refused() throws {
        let room = Room()
        let packed = connect(1, to: room)
        for bytes: [UInt8] in [[], [0xC1], [0x81, 0x01, 0x01], Array(#"{"type":"ping"}"#.utf8)] {
            room.fabric.receive(binary: bytes, on: packed, now: room.now)
            #expect(
                try messages(to: packed, in: room).first?["payload"]?["code"] == "MALFORMED_JSON")
        }
        room.fabric.receive(binary: [0x05], on: packed, now: room.now)
        #expect(
            try messages(to: packed, in: room).first?["payload"]?["code"] == "INVALID_ENVELOPE")
    }

    @Test("W-14, W-17: the signature is about the payload as it goes out, and as it came")
    func signatures() throws {
        let signing = MessageSigning(
            signature: { Array(hexadecimal($0).utf8) },
            isGenuine: { signed, signature, _ in Array(hexadecimal(signed).utf8) == signature },
            isRequired: true)
        let room = Room(signing: signing)
        room.publish(Sample.change(Sample.order("O1")))
        let packed = connect(1, to: room)
        let payload: JSON = ["channel": "orders.O1"]
        var bytes = Array("subscribes1".utf8)
        MessagePack.append(payload, to: &bytes)
        say(
            [
                "type": "subscribe", "id": "s1", "payload": payload,
                "signature": .string(hexadecimal(bytes)),
            ], on: packed, in: room)
        room.publish(Sample.alert(), Sample.temperature(48.5))
        let binaries = binaries(room.bytes(to: packed))
        #expect(binaries.count == 3)
        for binary in binaries {
            let message = try MessagePack.decode(binary)
            guard case .at(let range) = MessagePack.place(of: "payload", in: binary) else {
                Issue.record("no payload")
                continue
            }
            let head = ["type", "id", "timestamp"].compactMap { message[$0]?.string }.joined()
            #expect(
                message["signature"]?.string
                    == hexadecimal(Array(head.utf8) + binary[range]))
        }
        say(
            ["type": "ping", "id": "s2", "signature": .string(hexadecimal(bytes))], on: packed,
            in: room)
        #expect(
            try messages(to: packed, in: room).first?["payload"]?["code"] == "SIGNATURE_INVALID")
    }

    @Test("T-14, W-17: messages within a replay keep signatures that hold in MessagePack")
    func replay() throws {
        let signing = MessageSigning(
            signature: { Array(hexadecimal($0).utf8) }, isGenuine: { _, _, _ in true },
            isRequired: false)
        let room = try Room(signing: signing, catalogue: Sample.catalogue())
        room.publish(Sample.change(Sample.order("O1"), from: nil))
        room.publish(Sample.change(Sample.order("O1", .delivered), from: .inTransit))
        let packed = connect(1, in: .tableTap, to: room, role: .customer)
        say(
            [
                "type": "reconnect",
                "data": ["lastMessageId": "e1-1", "channels": ["orders:customer:anna"]],
            ], on: packed, in: room)
        let replay = try messages(to: packed, in: room).first { $0["type"] == "message_replay" }
        let message = try #require(replay?["data"]?["messages"]?.array?.first)
        var data: [UInt8] = []
        MessagePack.append(try #require(message["data"]), to: &data)
        let head = ["type", "messageId", "timestamp"].compactMap { message[$0]?.string }.joined()
        #expect(message["signature"]?.string == hexadecimal(Array(head.utf8) + data))
    }

    @Test("W-17: nothing is left over when all have read")
    func released() throws {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1")))
        let readers = (1...3).map { connect($0, to: room) }
        for reader in readers {
            say(Room.request("subscribe", Channel(.order, "O1")), on: reader, in: room)
        }
        room.publish(Sample.alert(), Sample.temperature(48.5), Sample.alert(.closed))
        for reader in readers { _ = room.bytes(to: reader) }
        #expect(room.fabric.outboxBytes == 0)
    }
}
