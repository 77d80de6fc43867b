import ColdChain
import Fabric
import Testing
import Wire

/// What the audit is told of who looked at persons' data (K-9).
struct AuditTests {
    private func room() -> Room {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1")), Sample.change(Sample.order("O2")))
        return room
    }

    private func accesses(_ room: Room) -> [String] {
        room.takeAccesses().map { "\($0.role.name) \($0.deed.name) \($0.resource)" }
    }

    @Test(
        "K-9, T-15: support and administrators leave a trace on whatever is about a person",
        arguments: [Role.support, .administrator, .staff, .foodSafety])
    func staff(role: Role) {
        let room = room()
        let client = room.connect(1, role)
        for channel in [
            Channel(.order, "O1"), Channel(.tracking, "O1"), Channel(.chat, "O1"),
            Channel(.customer, "anna"), Channel(.driver, "dirk"), Channel(.user, "anna"),
            Channel(.bag, "B1"), Channel(.alerts, "all"), Channel(.system, "maintenance"),
        ] {
            room.subscribe(client, channel)
        }
        #expect(
            accesses(room)
                == [
                    "orders.O1", "tracking.O1", "chat.O1", "customers.anna", "drivers.dirk",
                    "users.anna",
                ].map { "\(role.name) follow \($0)" })
    }

    @Test("K-9: the parties of an order are not audited, nor is what was refused")
    func parties() {
        let room = room()
        let customer = room.connect(1, .customer, "anna")
        room.subscribe(customer, Channel(.order, "O1"))
        let support = room.connect(2, .support)
        room.subscribe(support, Channel(.order, "nowhere"))
        #expect(accesses(room) == [])
    }

    @Test("K-9: a connection and a channel are one record, however often it subscribes")
    func once() {
        let room = room()
        let client = room.connect(1, .support)
        for _ in 0..<5 {
            room.subscribe(client, Channel(.order, "O1"))
            room.say(Room.request("unsubscribe", Channel(.order, "O1")), on: client)
        }
        room.publish(Sample.alert(), Sample.location(40.7))
        #expect(accesses(room) == ["support follow orders.O1"])
        room.subscribe(room.connect(2, .support), Channel(.order, "O1"))
        #expect(accesses(room).count == 1)
    }

    @Test("K-9: what is told again is recorded as such")
    func replay() {
        let room = room()
        let client = room.connect(1, .support, "sue")
        room.say(
            [
                "type": "reconnect", "id": "r1",
                "payload": ["lastMessageId": "e1-0", "subscriptions": ["orders.O1", "bags.B1"]],
            ], on: client)
        #expect(accesses(room) == ["support follow orders.O1", "support replay orders.O1"])
        room.openStream(2, .administrator, to: [Channel(.order, "O2")], after: "e1-0")
        #expect(accesses(room) == ["admin follow orders.O2", "admin replay orders.O2"])
    }

    @Test(
        "K-9: of the address only the class is kept",
        arguments: [
            ("127.0.0.1", AddressClass.loopback), ("127.9.9.9", .loopback), ("::1", .loopback),
            ("10.1.2.3", .private), ("192.168.1.1", .private), ("172.16.0.1", .private),
            ("172.31.255.255", .private), ("172.32.0.1", .public), ("169.254.1.1", .private),
            ("fe80::1%eth0", .private), ("fd00::1", .private), ("2001:db8::1", .public),
            ("8.8.8.8", .public), ("", .unknown), ("1.2.3", .unknown), ("1.2.3.400", .unknown),
        ])
    func addresses(text: String, expected: AddressClass) {
        #expect(AddressClass(address: text) == expected)
    }
}
