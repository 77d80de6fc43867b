import ColdChain
import Fabric
import Testing
import Wire

/// A client that tells what it believes gets what has changed (W-11).
struct SynchronisationTests {
    private func room() -> Room {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1", .preparing), from: .confirmed))
        room.publish(Sample.change(Sample.order("O2", .ready, customer: "eve")))
        return room
    }

    private func request(_ orders: JSON) -> JSON {
        [
            "type": "sync_request", "id": "sync-001", "timestamp": "2025-12-27T12:05:00Z",
            "payload": ["orders": orders],
        ]
    }

    private func answer(_ orders: JSON, in room: Room, as role: Role = .customer) -> JSON? {
        let client = room.connect(1, role, role == .customer ? "anna" : nil)
        room.say(request(orders), on: client)
        let messages = room.messages(to: client)
        #expect(messages.count == 1)
        return messages.first
    }

    @Test("W-11: the answer has the words of the seed, and what has changed of the order")
    func changed() throws {
        let room = room()
        room.publish(Sample.change(Sample.order("O1", .ready), from: .preparing))
        let message = try #require(
            answer(["O1": ["status": "PREPARING", "version": 1]], in: room))
        #expect(message["type"] == "sync_response")
        #expect(message["id"] == "sync-001")
        let updates = try #require(message["payload"]?["updates"]?.array)
        #expect(updates.count == 1)
        #expect(updates.first?["orderId"] == "O1")
        #expect(updates.first?["status"] == "READY")
        #expect(updates.first?["version"] == 2)
        #expect(updates.first?["complete"] == true)
        let changes = try #require(updates.first?["changes"]?.array)
        #expect(changes.map { $0["type"] } == ["order_update"])
        #expect(changes.first?["payload"]?["previousStatus"] == "PREPARING")
        #expect(message["payload"]?["failed"] == nil)
    }

    @Test("W-11: an order that is as the client says is not told")
    func unchanged() {
        let message = answer(["O1": ["status": "PREPARING", "version": 1]], in: room())
        #expect(message?["payload"]?["updates"] == [])
    }

    @Test(
        "W-11: what the client says of an order is not taken over",
        arguments: [
            ["status": "DELIVERED", "version": 1] as JSON, ["version": 99], ["version": 0],
            ["status": "PREPARING"], [:],
        ])
    func serverHolds(digest: JSON) {
        let message = answer(["O1": digest], in: room())
        let update = message?["payload"]?["updates"]?.array?.first
        #expect(update?["status"] == "PREPARING")
        #expect(update?["version"] == 1)
    }

    @Test("W-11: every message about the order makes a version, alerts too")
    func alerts() {
        let room = room()
        room.publish(Sample.alert(), Sample.temperature(48.5))
        let message = answer(["O1": ["status": "PREPARING", "version": 1]], in: room)
        let update = message?["payload"]?["updates"]?.array?.first
        #expect(update?["version"] == 2)
        #expect(update?["changes"]?.array?.map { $0["type"] } == ["temperature_alert"])
        #expect(
            update?["lastKnown"]?.array?.map { $0["payload"]?["temperature"] }
                == [.number(48.5)])
    }

    @Test("W-11, W-16: of somebody else's order and of none the same is said, and no more")
    func access() throws {
        let message = answer(["O2": ["version": 0], "O9": ["version": 0]], in: room())
        #expect(message?["payload"]?["updates"] == [])
        let failed = try #require(message?["payload"]?["failed"]?.array)
        #expect(failed.map { $0["code"] } == ["ACCESS_DENIED", "ACCESS_DENIED"])
        let staff = answer(["O9": ["version": 0]], in: room(), as: .staff)
        #expect(staff?["payload"]?["failed"]?.array?.first?["code"] == "ORDER_UNKNOWN")
    }

    @Test("W-11, Q-8: where the driver of a delivered order is, its customer is not told")
    func finalOrder() {
        let room = room()
        room.publish(Sample.location(40.7), Sample.change(Sample.order("O1", .delivered)))
        let customer = answer(["O1": ["version": 1]], in: room)
        #expect(customer?["payload"]?["updates"]?.array?.first?["lastKnown"] == [])
        let staff = answer(["O1": ["version": 1]], in: room, as: .staff)
        #expect(staff?["payload"]?["updates"]?.array?.first?["lastKnown"]?.array?.count == 1)
    }

    @Test("W-11: messages that memory has no more, or no room for, are said to be missing")
    func incomplete() {
        var limits = FabricLimits()
        limits.historyRetention = 60_000
        let room = Room(limits)
        room.publish(Sample.change(Sample.order("O1", .preparing), from: .confirmed))
        room.publish(Sample.change(Sample.order("O1", .ready), from: .preparing))
        room.wait(61_000)
        room.publish(Sample.change(Sample.order("O1", .inTransit), from: .ready))
        let update = answer(["O1": ["version": 1]], in: room)?["payload"]?["updates"]?.array?.first
        #expect(update?["version"] == 3)
        #expect(update?["changes"]?.array?.count == 1)
        #expect(update?["complete"] == false)
        for _ in 0..<200 { room.publish(Sample.alert()) }
        let long = answer(["O1": ["version": 3]], in: room)?["payload"]?["updates"]?.array?.first
        #expect(long?["version"] == 203)
        #expect(long?["complete"] == false)
        #expect(room.codes(of: ConnectionNumber(1)).isEmpty)
    }

    @Test("W-11: after a start the versions go on where they were")
    func restored() {
        let room = Room()
        room.fabric.restore([Sample.order("O1", .preparing)], versions: ["O1": 7])
        let same = answer(["O1": ["status": "PREPARING", "version": 7]], in: room)
        #expect(same?["payload"]?["updates"] == [])
        let older = answer(["O1": ["version": 6]], in: room)?["payload"]?["updates"]?.array?.first
        #expect(older?["version"] == 7)
        #expect(older?["complete"] == false, "the message itself is not in memory")
    }

    @Test(
        "W-11: what is no digest is refused",
        arguments: [
            nil, "O1", ["O1"], ["O1": 5], ["O1": ["version": -1]], ["O1": ["version": 1.5]],
            ["O1": ["status": 3]], ["": ["version": 1]],
        ] as [JSON])
    func malformed(orders: JSON) {
        let room = room()
        let client = room.connect(1)
        room.say(request(orders), on: client)
        #expect(room.summary(to: client) == ["error INVALID_PAYLOAD"])
    }

    @Test("W-11: more orders than subscriptions are refused")
    func tooMany() {
        let room = room()
        let client = room.connect(1)
        let orders = (0...100).map { JSON.Member("O\($0)", ["version": 1]) }
        room.say(request(.object(orders)), on: client)
        #expect(room.summary(to: client) == ["error ORDER_LIMIT"])
    }
}
