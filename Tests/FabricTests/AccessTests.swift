import ColdChain
import Fabric
import Testing
import Wire

/// Who may follow what (W-16, Q-8).
struct AccessTests {
    struct Person: Sendable, CustomTestStringConvertible {
        var role: Role
        var subject: String
        var site: String?
        /// What the person gets for order O1, for an unknown order, and for a bag.
        var outcomes: [String]

        var testDescription: String { "\(role) \(subject) \(site ?? "")" }
    }

    private static let denied = "ACCESS_DENIED"
    private static let open = "subscribed"

    static let people: [Person] = [
        Person(role: .customer, subject: "anna", outcomes: [open, denied, denied]),
        Person(role: .customer, subject: "bert", outcomes: [denied, denied, denied]),
        Person(role: .customer, subject: "dirk", outcomes: [denied, denied, denied]),
        Person(role: .driver, subject: "dirk", outcomes: [open, denied, denied]),
        Person(role: .driver, subject: "anna", outcomes: [denied, denied, denied]),
        Person(
            role: .merchant, subject: "m", site: "trattoria", outcomes: [open, denied, denied]),
        Person(role: .merchant, subject: "m", site: "espresso", outcomes: [open, denied, denied]),
        Person(role: .merchant, subject: "m", site: "other", outcomes: [denied, denied, denied]),
        Person(role: .merchant, subject: "trattoria", outcomes: [denied, denied, denied]),
        Person(role: .support, subject: "s", outcomes: [open, "ORDER_UNKNOWN", open]),
        Person(role: .administrator, subject: "s", outcomes: [open, "ORDER_UNKNOWN", open]),
        Person(role: .staff, subject: "s", outcomes: [open, "ORDER_UNKNOWN", open]),
        Person(role: .foodSafety, subject: "s", outcomes: [open, "ORDER_UNKNOWN", open]),
    ]

    private func room() -> Room {
        let room = Room()
        room.fabric.restore([Sample.order("O1", cafe: "espresso")])
        return room
    }

    @Test("W-16: an order is open to its parties, everything to staff", arguments: people)
    func matrix(person: Person) {
        let room = room()
        let client = room.connect(1, person.role, person.subject, site: person.site)
        let outcomes = [Channel(.order, "O1"), Channel(.order, "O9"), Channel(.bag, "B1")].map {
            room.subscribe(client, $0)
            let payload = room.messages(to: client).first?["payload"]
            return (payload?["code"] ?? payload?["status"])?.string
        }
        #expect(outcomes == person.outcomes)
        for kind in [Channel.Kind.driver, .vehicle] {
            room.subscribe(client, Channel(kind, person.subject))
            let isAcknowledged = room.messages(to: client).first?["type"] == "subscribe_ack"
            let isOwn = kind == .driver && person.role == .driver
            #expect(isAcknowledged == (person.role.seesEverything || isOwn))
        }
    }

    @Test("W-16: what was refused is not delivered")
    func refusedIsNotDelivered() {
        let room = room()
        let stranger = room.connect(1, .customer, "bert")
        room.follow(stranger, Channel(.order, "O1"), Channel(.bag, "B1"), Channel(.vehicle, "V1"))
        room.publish(
            Sample.temperature(60), Sample.location(40), Sample.alert(), Sample.silence())
        #expect(room.texts(to: stranger) == [])
    }

    @Test("W-16: a customer cannot tell an order of others from one that does not exist")
    func noOracle() {
        let room = room()
        let stranger = room.connect(1, .customer, "bert")
        let answers = ["O1", "O9"].map { order in
            room.subscribe(stranger, Channel(.order, order))
            return room.texts(to: stranger).map { text in
                text.replacing(order, with: "?")
            }
        }
        #expect(answers[0] == answers[1])
        #expect(answers[0].count == 1)
    }

    @Test("W-16: whoever loses their part in an order loses the channel and is told")
    func revocation() {
        let room = room()
        let first = room.connect(1, .driver, "dirk")
        let second = room.connect(2, .driver, "dora")
        let customer = room.connect(3, .customer, "anna")
        let staff = room.connect(4)
        for client in [first, customer, staff] { room.follow(client, Channel(.order, "O1")) }
        room.publish(Sample.temperature(60), Sample.alert())
        room.publish(Sample.change(Sample.order("O1", driver: "dora")))
        room.publish(Sample.alert(.closed))
        #expect(room.summary(to: first) == ["error SUBSCRIPTION_REVOKED orders.O1"])
        let rest = [
            "temperature_alert B1 48.5 opened", "order_update IN_TRANSIT",
            "temperature_alert B1 48.5 closed", "temperature_update B1 60",
        ]
        #expect(room.summary(to: customer) == rest)
        #expect(room.summary(to: staff) == rest)
        room.subscribe(first, Channel(.order, "O1"))
        #expect(room.summary(to: first) == ["error ACCESS_DENIED orders.O1"])
        room.subscribe(second, Channel(.order, "O1"))
        #expect(room.summary(to: second).first == "subscribe_ack subscribed orders.O1")
        #expect(room.fabric.statistics.revocations == 1)
    }

    @Test(
        "Q-8: a customer sees the driver only until the order is over",
        arguments: [
            (OrderStatus.delivered, Role.customer, "anna", false),
            (.cancelled, .customer, "anna", false),
            (.inTransit, .customer, "anna", true),
            (.delivered, .driver, "dirk", true),
            (.delivered, .staff, "s", true),
        ])
    func locationAfterTheEnd(
        status: OrderStatus, role: Role, subject: String, seesLocation: Bool
    ) {
        let room = room()
        let client = room.connect(1, role, subject)
        room.follow(client, Channel(.order, "O1"))
        room.publish(Sample.location(40), Sample.temperature(60))
        room.publish(Sample.change(Sample.order("O1", status), from: .pickedUp))
        let waiting = room.summary(to: client)
        #expect(waiting.contains("location_update dirk 40") == seesLocation)
        #expect(waiting.contains("temperature_update B1 60"))
        room.publish(Sample.location(41), Sample.alert())
        let later = room.summary(to: client)
        #expect(later.contains("location_update dirk 41") == seesLocation)
        #expect(later.contains("temperature_alert B1 48.5 opened"))
        room.subscribe(client, Channel(.order, "O1"))
        let snapshot = room.summary(to: client)
        #expect(snapshot.contains("location_update dirk 41") == seesLocation)
        #expect(snapshot.contains("temperature_update B1 60"))
    }

    @Test("Q-8: a customer who comes after the end is not told where the driver was")
    func customerAfterTheEnd() {
        let room = room()
        room.publish(Sample.location(40))
        room.publish(Sample.change(Sample.order("O1", .delivered)))
        let customer = room.connect(1, .customer, "anna")
        room.subscribe(customer, Channel(.order, "O1"))
        #expect(room.summary(to: customer) == ["subscribe_ack subscribed orders.O1"])
    }

    @Test("W-16: an expired token ends the connection, by the wall clock")
    func tokenExpiry() {
        let room = room()
        let end = room.now.wall.advanced(byMilliseconds: 10_000)
        let ticked = room.connect(1, expiresAt: end)
        let speaking = room.connect(2, expiresAt: end)
        room.connect(3, expiresAt: nil)
        room.wait(9_999)
        #expect(room.codes(of: ticked) == [])
        #expect(room.summary(to: speaking) == ["token_expiring"])
        room.wait(1, ticking: false)
        room.say(["type": "ping", "id": "r1"], on: speaking)
        #expect(room.texts(to: speaking) == [])
        #expect(room.codes(of: speaking) == [.tokenExpired])
        room.wait(0)
        #expect(room.codes(of: ticked) == [.tokenExpired])
        #expect(room.closings.count == 2)
        let late = room.connect(4, expiresAt: end)
        #expect(room.codes(of: late) == [.tokenExpired])
    }

    @Test("W-16: a full directory forgets finished orders first")
    func directoryIsBounded() {
        var limits = FabricLimits()
        limits.orders = 3
        let room = Room(limits)
        room.fabric.restore([
            Sample.order("O1"), Sample.order("O2", .delivered), Sample.order("O3"),
            Sample.order("O4"), Sample.order("O4", .pickedUp),
        ])
        #expect(room.fabric.orderCount == 3)
        let customer = room.connect(1, .customer, "anna")
        let known = ["O1", "O2", "O3", "O4"].filter { order in
            room.subscribe(customer, Channel(.order, order))
            return room.messages(to: customer).first?["type"] == "subscribe_ack"
        }
        #expect(known == ["O1", "O3", "O4"])
        room.fabric.restore((10..<200).map { Sample.order("O\($0)") })
        #expect(room.fabric.orderCount == 3)
    }

    @Test(
        "roles are those of the tokens",
        arguments: [
            ("customer", Role?.some(.customer)), ("restaurant", .merchant), ("cafe", .merchant),
            ("admin", .administrator), ("food_safety", .foodSafety), ("root", nil), ("", nil),
        ])
    func roleNames(name: String, role: Role?) {
        #expect(Role(name: name) == role)
    }
}
