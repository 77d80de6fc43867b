import ColdChain
import Fabric
import Testing
import Wire

/// Connections: how many, how silent, how loud (W-4, W-15, Q-12).
struct ConnectionTests {
    private let ping: JSON = ["type": "ping", "id": "r1"]

    @Test("W-4: a client silent for two heartbeats and a half is closed")
    func silence() {
        let room = Room()
        let silent = room.connect(1)
        let speaking = room.connect(2)
        let ponging = room.connect(3)
        for _ in 0..<3 {
            room.wait(25_000)
            room.say(ping, on: speaking)
            _ = room.texts(to: speaking)
            room.fabric.noteActivity(on: ponging, now: room.now)
        }
        #expect(room.codes(of: silent) == [])
        room.wait(1)
        #expect(room.codes(of: silent) == [.silent])
        #expect(room.codes(of: speaking) == [])
        #expect(room.codes(of: ponging) == [])
    }

    @Test("W-4: any message counts as a sign of life, even one that is refused")
    func signsOfLife() {
        let room = Room()
        let client = room.connect(1)
        for _ in 0..<10 {
            room.wait(70_000)
            room.fabric.receive(.failure(.notJSON), on: client, now: room.now)
            _ = room.texts(to: client)
        }
        #expect(room.codes(of: client) == [])
    }

    @Test("W-4: a step of the wall clock closes nobody", arguments: [86_400_000, -86_400_000])
    func wallClockStep(step: Int64) {
        let room = Room()
        let client = room.connect(1)
        room.setWallClock(by: step)
        room.wait(1000)
        #expect(room.codes(of: client) == [])
    }

    @Test("W-15: a burst of 200 passes, what exceeds it is refused with its own id")
    func burst() {
        let room = Room()
        let client = room.connect(1)
        for _ in 0..<200 { room.say(ping, on: client) }
        #expect(room.summary(to: client) == Array(repeating: "pong", count: 200))
        room.say(["type": "ping", "id": "r201"], on: client)
        let refusal = room.messages(to: client)
        #expect(refusal.first?["id"] == "r201")
        #expect(refusal.first?["payload"]?["code"] == "RATE_LIMIT_EXCEEDED")
        room.wait(10)
        room.say(ping, on: client)
        room.say(ping, on: client)
        #expect(room.summary(to: client) == ["pong", "error RATE_LIMIT_EXCEEDED"])
    }

    @Test("W-15: 100 messages a second may go on for ever")
    func sustained() {
        let room = Room()
        let client = room.connect(1)
        for _ in 0..<3000 {
            room.wait(10, ticking: false)
            room.say(ping, on: client)
            #expect(room.texts(to: client).count == 1)
        }
        #expect(room.fabric.statistics.refusedClientMessages == 0)
    }

    @Test("W-15: whoever never keeps the rate is closed after three bursts too many")
    func flooding() {
        let room = Room()
        let reading = room.connect(1)
        let deaf = room.connect(2)
        for count in 1...801 {
            room.say(ping, on: reading)
            room.say(ping, on: deaf)
            _ = room.texts(to: reading)
            #expect(room.codes(of: reading) == (count == 801 ? [.tooManyMessages] : []))
        }
        #expect(room.codes(of: deaf) == [.tooManyMessages])
        room.say(ping, on: reading)
        #expect(room.texts(to: reading) == [])
    }

    @Test("W-15: keeping the rate again wipes earlier refusals out")
    func forgiven() {
        let room = Room()
        let client = room.connect(1)
        for _ in 0..<5 {
            for _ in 0..<700 { room.say(ping, on: client) }
            _ = room.texts(to: client)
            room.wait(2000)
        }
        #expect(room.codes(of: client) == [])
    }

    @Test("W-15: a user has at most ten connections")
    func connectionsOfAUser() {
        let room = Room()
        for number in 1...10 { room.connect(UInt64(number), .customer, "anna") }
        let eleventh = room.connect(11, .customer, "anna")
        #expect(room.codes(of: eleventh) == [.connectionLimit])
        #expect(!CloseCode.connectionLimit.mayReconnect)
        let other = room.connect(12, .customer, "bert")
        #expect(room.codes(of: other) == [])
        room.fabric.disconnect(ConnectionNumber(3))
        let again = room.connect(13, .customer, "anna")
        #expect(room.codes(of: again) == [])
        #expect(room.fabric.connectionCount == 11)
    }

    @Test("connections in all are bounded")
    func connectionsInAll() {
        var limits = FabricLimits()
        limits.connections = 2
        let room = Room(limits)
        room.connect(1)
        room.connect(2)
        let third = room.connect(3)
        #expect(room.codes(of: third) == [.serverFull])
        #expect(room.fabric.connectionCount == 2)
    }

    @Test("Q-12: a connection has at most 100 subscriptions, and may renew those it has")
    func subscriptions() {
        let room = Room()
        let client = room.connect(1)
        for bag in 0..<100 { room.follow(client, Channel(.bag, "B\(bag)")) }
        room.wait(10_000)
        room.subscribe(client, Channel(.bag, "B100"))
        room.subscribe(client, Channel(.bag, "B7"))
        room.say(Room.request("unsubscribe", Channel(.bag, "B7")), on: client)
        room.subscribe(client, Channel(.bag, "B100"))
        #expect(
            room.summary(to: client) == [
                "error SUBSCRIPTION_LIMIT bags.B100", "subscribe_ack subscribed bags.B7",
                "subscribe_ack unsubscribed bags.B7", "subscribe_ack subscribed bags.B100",
            ])
    }

    @Test("a connection that is gone leaves nothing behind")
    func disconnecting() {
        let room = Room()
        room.fabric.restore([Sample.order("O1")])
        for number in 1...5 {
            let client = room.connect(UInt64(number), .customer, "anna")
            room.subscribe(client, Channel(.order, "O1"))
        }
        room.publish(Sample.alert(), Sample.temperature(60))
        for number in [3, 1, 5, 2, 4] { room.fabric.disconnect(ConnectionNumber(UInt64(number))) }
        #expect(room.fabric.connectionCount == 0)
        #expect(room.fabric.outboxBytes == 0)
        room.publish(Sample.alert())
        #expect(room.fabric.outboxBytes == 0)
    }

    @Test(
        "close codes say whether to come back, and their reasons fit a close frame",
        arguments:
            CloseCode.allCases)
    func closeCodes(code: CloseCode) {
        #expect(code == .goingAway || (3000...4999).contains(code.rawValue))
        #expect(code.reason.utf8.count <= 123)
        let isFinal = [.connectionLimit, .tokenRevoked, .removed].contains(code)
        #expect(code.mayReconnect == !isFinal)
    }
}
