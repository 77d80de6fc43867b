import ColdChain
import Fabric
import Testing
import Wire

/// The permission matrix (T-10).
struct TableTapAccessTests {
    struct Person: Sendable, CustomTestStringConvertible {
        var role: Role
        var site: String? = "c1"
        var open: [String]

        var testDescription: String { "\(role) of \(site ?? "no cafe")" }
    }

    private static let every = [
        "orders:customer:me", "orders:customer:you", "orders:employee:me", "orders:employee:you",
        "counter:k1:orders", "counter:k1:status", "counter:k2:orders", "counter:k2:status",
        "cafe:c1:general", "cafe:c1:staff", "cafe:c1:metrics", "cafe:c1:alerts",
        "cafe:c2:general", "cafe:c2:staff", "cafe:c2:metrics", "cafe:c2:alerts",
        "cafe:all:general", "cafe:all:staff", "cafe:all:metrics", "cafe:all:alerts",
        "system:maintenance",
    ]

    private static let counters = every.filter { $0.hasPrefix("counter:") }

    static let people: [Person] = [
        Person(role: .customer, open: ["orders:customer:me", "cafe:c1:general"]),
        Person(role: .customer, site: nil, open: ["orders:customer:me"]),
        Person(
            role: .employee,
            open: [
                "orders:employee:me", "counter:k1:orders", "counter:k1:status", "cafe:c1:staff",
            ]),
        Person(
            role: .employee, site: nil,
            open: ["orders:employee:me", "counter:k1:orders", "counter:k1:status"]),
        Person(
            role: .manager, open: counters + every.filter { $0.hasPrefix("cafe:c1:") }),
        Person(role: .manager, site: "all", open: counters),
        Person(role: .manager, site: nil, open: counters),
        Person(role: .merchant, open: ["cafe:c1:alerts"]),
        Person(role: .driver, open: []),
        Person(role: .administrator, site: nil, open: every),
        Person(role: .staff, site: nil, open: every),
        Person(role: .support, site: nil, open: every),
        Person(role: .foodSafety, site: nil, open: every),
    ]

    @Test("T-10: each user type follows what the matrix opens, and nothing else", arguments: people)
    func matrix(person: Person) {
        let room = Room()
        let client = room.sitDown(1, person.role, "me", site: person.site, counters: ["k1"])
        room.say(
            [
                "type": "subscribe",
                "data": ["channels": .array(Self.every.map { .string($0) })],
            ], on: client)
        let data = room.messages(to: client).first?["data"]
        #expect(data?["channels"]?.texts == person.open)
        let failed = data?["failed"]?.array ?? []
        #expect(
            failed.compactMap { $0["channel"]?.string }
                == Self.every.filter { !person.open.contains($0) })
        #expect(failed.allSatisfy { $0["reason"] == "insufficient_permissions" })
    }

    @Test(
        "T-8: coming back to a channel that is not open is an error with the role it takes",
        arguments: [
            (Role.customer, "counter:123:orders", "staff"), (.customer, "cafe:c1:staff", "staff"),
            (.customer, "orders:customer:you", "admin"), (.customer, "cafe:c2:general", "admin"),
            (.customer, "cafe:c1:alerts", "manager"), (.employee, "cafe:c1:metrics", "manager"),
            (.employee, "counter:123:orders", "admin"), (.manager, "cafe:c2:metrics", "admin"),
            (.manager, "system:maintenance", "admin"), (.driver, "orders:customer:me", "customer"),
        ])
    func requiredRole(role: Role, channel: String, required: String) throws {
        let room = Room()
        let client = room.sitDown(1, role, "me")
        try room.say(
            #"{"type":"reconnect","data":{"lastMessageId":"e1-0","channels":["\#(channel)"]}}"#,
            on: client)
        let answers = room.messages(to: client)
        #expect(answers.map { $0["type"] } == ["error", "message_replay"])
        #expect(
            answers.first?["data"] == [
                "code": "INSUFFICIENT_PERMISSIONS",
                "message": .string("Access denied to channel: \(channel)"),
                "channel": .string(channel), "requiredRole": .string(required),
            ])
    }

    @Test("T-10: what was refused is not delivered, nor told again")
    func refusedIsNotDelivered() throws {
        let room = Room()
        room.publish(Sample.change(Sample.order("O1", cafe: "c1")))
        let stranger = room.sitDown(1, .manager, "m", site: "c2")
        room.subscribe(stranger, toNames: "cafe:c1:alerts", "orders:customer:anna")
        try room.say(
            #"""
            {"type":"reconnect","data":{"lastMessageId":"e1-0",
            "channels":["cafe:c1:alerts","orders:customer:anna"]}}
            """#, on: stranger)
        _ = room.messages(to: stranger)
        room.publish(Sample.alert(), Sample.silence())
        #expect(room.texts(to: stranger) == [])
    }

    @Test("W-16: the cafe's own roles see no order, alert or bag by another dialect either")
    func otherDialects() {
        let order = Sample.order("O1", cafe: "c1")
        for role in [Role.employee, .manager] {
            let room = Room()
            room.fabric.restore([order])
            let client = room.connect(1, role, "anna", site: "c1")
            for channel in [
                Channel(.order, "O1"), Channel(.alerts, "c1"), Channel(.alerts, "all"),
                Channel(.site, "all"), Channel(.bag, "B1"), Channel(.customer, "anna"),
                Channel(.merchant, "c1"), Channel(.driver, "anna"), Channel(.vehicle, "V1"),
            ] {
                room.subscribe(client, channel)
                #expect(room.summary(to: client) == ["error ACCESS_DENIED \(channel.name)"])
            }
            #expect(!role.seesEverything && !role.seesAlerts)
            #expect(!Identity(subject: "anna", role: role, site: "c1").maySee(order))
            #expect(Role(name: role.name) == role)
        }
    }
}
