import ColdChain
import Fabric
import Testing

@testable import Bridge

@Suite("Commands of the delivery platform (Q-9, Q-11)")
struct OrdersTests {
    private func fields(
        _ id: String?, _ foodClass: FoodClass? = .hot,
        _ change: (inout OrderFields) -> Void = { _ in }
    ) -> OrderFields {
        var fields = OrderFields()
        fields.id = id
        fields.foodClass = foodClass
        change(&fields)
        return fields
    }

    struct Refusal: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var command: Command
        /// The field named, or the kind of refusal.
        var says: String
    }

    /// Against: o-1 (hot, in bag-1 from second 100), o-2 (delivered).
    static let refusals: [Refusal] = {
        var renamed = OrderFields()
        renamed.id = "o-9"
        var changed = OrderFields()
        changed.driver = "d"
        func new(_ id: String?, _ foodClass: FoodClass?) -> Command {
            var fields = OrderFields()
            fields.id = id
            fields.foodClass = foodClass
            return .createOrder(fields)
        }
        func at(_ seconds: Int64) -> Timestamp { Engine.instant(seconds) }
        return [
            Refusal(testDescription: "an order without an id", command: new(nil, .hot), says: "id"),
            Refusal(testDescription: "an empty id", command: new("", .hot), says: "id"),
            Refusal(testDescription: "a slash in an id", command: new("a/b", .hot), says: "id"),
            Refusal(testDescription: "a wildcard in an id", command: new("a+", .hot), says: "id"),
            Refusal(testDescription: "a blank in an id", command: new("a b", .hot), says: "id"),
            Refusal(
                testDescription: "an id of 129 bytes",
                command: new(String(repeating: "x", count: 129), .hot), says: "id"),
            Refusal(
                testDescription: "no food class", command: new("o-3", nil), says: "foodClass"),
            Refusal(
                testDescription: "an id that is taken with other content",
                command: new("o-1", .cold), says: "orderExists"),
            Refusal(
                testDescription: "one order more than memory may hold",
                command: new("o-4", .hot), says: "id"),
            Refusal(
                testDescription: "a change to an unknown order",
                command: .amendOrder(id: "o-9", changed), says: "unknownOrder"),
            Refusal(
                testDescription: "another id for an order",
                command: .amendOrder(id: "o-1", renamed), says: "id"),
            Refusal(
                testDescription: "a change to a delivered order",
                command: .amendOrder(id: "o-2", changed), says: "orderIsFinal"),
            Refusal(
                testDescription: "a bag for an unknown order",
                command: .bindBag(order: "o-9", bag: "bag-2", from: nil), says: "unknownOrder"),
            Refusal(
                testDescription: "a bag for a delivered order",
                command: .bindBag(order: "o-2", bag: "bag-2", from: nil), says: "orderIsFinal"),
            Refusal(
                testDescription: "a bag without a name",
                command: .bindBag(order: "o-1", bag: "", from: nil), says: "bagId"),
            Refusal(
                testDescription: "a bag from the future on",
                command: .bindBag(order: "o-1", bag: "bag-2", from: at(200 + 61)), says: "from"),
            Refusal(
                testDescription: "a bag from before the reach on",
                command: .bindBag(order: "o-1", bag: "bag-2", from: at(200 - 86_401)),
                says: "from"),
            Refusal(
                testDescription: "a bag that carries another order from a later time on",
                command: .bindBag(order: "o-3", bag: "bag-1", from: at(99)), says: "from"),
            Refusal(
                testDescription: "a bag that carries another order from just then on",
                command: .bindBag(order: "o-3", bag: "bag-1", from: at(100)), says: "from"),
        ]
    }()

    @Test("a command is refused, says why, and changes nothing", arguments: refusals)
    func refused(_ refusal: Refusal) {
        var settings = Engine.settings()
        settings.bounds.ordersMaximum = 3
        var engine = Engine(settings)
        engine.makeOrder("o-1", .hot, from: 100)
        engine.makeOrder("o-2", .hot, in: nil, from: 100)
        engine.makeOrder("o-3", .hot, in: nil, from: 100)
        engine.amend("o-2", at: 150) { $0.status = .delivered }
        engine.effects.removeAll()
        guard case .failure(let error)? = engine.ask(refusal.command, at: 200) else {
            Issue.record("it was carried out")
            return
        }
        let said =
            switch error {
            case .unknownOrder: "unknownOrder"
            case .orderExists: "orderExists"
            case .orderIsFinal: "orderIsFinal"
            case .unknownDevice, .deviceExists, .unknownFrame: "device"
            case .unknownAlert, .settledAlert, .alert: "alert"
            case .offer: "offer"
            case .invalid(let field, _): field
            }
        #expect(said == refusal.says)
        #expect(engine.effects.records.isEmpty)
        #expect(engine.effects.publications.isEmpty)
        #expect(engine.effects.recalls.isEmpty)
        #expect(engine.bridge.book.custody(ofBag: "bag-2").isEmpty)
    }

    @Test("a new order is numbered, stored and told")
    func created() throws {
        var engine = Engine()
        let result = engine.ask(
            .createOrder(fields("o-1") { $0.customer = "c-1" }), at: 5)
        guard case .success(.created(let order))? = result else {
            Issue.record("refused")
            return
        }
        #expect(order.number == OrderNumber(1) && order.status == .created)
        #expect(order.customer == "c-1" && order.createdAt == Engine.instant(5))
        #expect(engine.effects.records.orders == [order])
        #expect(engine.events == ["order.created"])
        #expect(engine.effects.records.events.map(\.number) == [1])
        #expect(engine.effects.publications.map(\.record?.number) == [1])
    }

    @Test("the same request again, as after a lost answer, is answered the same and told once")
    func repeated() {
        var engine = Engine()
        let create = Command.createOrder(fields("o-1") { $0.status = .pickedUp })
        let bind = Command.bindBag(order: "o-1", bag: "bag-1", from: nil)
        var delivered = OrderFields()
        delivered.status = .delivered
        for command in [create, bind, .amendOrder(id: "o-1", delivered), bind] {
            let first = engine.ask(command, at: 5)
            let count = engine.effects.records.events.count
            let again = engine.ask(command, at: 9)
            #expect(first == again || command == create)
            #expect(engine.effects.records.events.count == count)
            guard case .success? = again else {
                Issue.record("refused the second time")
                return
            }
        }
        #expect(engine.effects.records.custody.count == 2)
    }

    @Test(
        "each status is an event of its own, and another change an update",
        arguments: OrderStatus.allCases.filter { $0 != .created })
    func status(_ status: OrderStatus) {
        var engine = Engine()
        engine.makeOrder(in: nil)
        engine.amend("o-1", at: 5) { $0.driver = "d-1" }
        engine.amend("o-1", at: 6) { $0.status = status }
        #expect(engine.events == ["order.created", "order.updated", "order.\(status.name)"])
        let order = engine.effects.records.orders.last
        #expect(order?.pickedUpAt == (status == .pickedUp ? Engine.instant(6) : nil))
        #expect(order?.deliveredAt == (status == .delivered ? Engine.instant(6) : nil))
        #expect(order?.updatedAt == Engine.instant(6))
    }

    @Test("a command by MQTT that is refused is one dead letter, however often it is delivered")
    func byMQTT() {
        var engine = Engine()
        for _ in 0..<2 {
            engine.take(.bindBag(order: "o-1", bag: "bag-1", from: nil), at: 5, packet: 1)
        }
        for _ in 0..<2 { engine.take(.createOrder(fields("o-1")), at: 5, packet: 2) }
        for _ in 0..<2 {
            engine.take(.bindBag(order: "o-1", bag: "bag-1", from: nil), at: 5, packet: 3)
        }
        #expect(engine.effects.records.deadLetters.map(\.reason) == ["order_refused"])
        #expect(engine.effects.records.deadLetters.first?.detail == "there is no order o-1")
        #expect(engine.effects.records.orders.count == 1)
        #expect(engine.effects.records.custody.count == 1)
        #expect(engine.bridge.counters.messages == 6)
        #expect(engine.bridge.counters.redeliveries == 3)
        #expect(engine.effects.replies.isEmpty)
    }

    @Test("commands by MQTT that are delivered again, behind later ones, are not carried out again")
    func redeliveredCommands() {
        var engine = Engine()
        engine.makeOrder(in: nil)
        var pickedUp = OrderFields()
        pickedUp.status = .pickedUp
        var inTransit = OrderFields()
        inTransit.status = .inTransit
        for _ in 0..<2 {
            engine.take(.amendOrder(id: "o-1", pickedUp), at: 5, packet: 1)
            engine.take(.amendOrder(id: "o-1", inTransit), at: 6, packet: 2)
        }
        #expect(engine.events == ["order.created", "order.picked_up", "order.in_transit"])
    }

    @Test("a final order is forgotten after its retention, and its id may come again")
    func forgotten() {
        var engine = Engine()
        engine.makeOrder()
        engine.amend("o-1", at: 100) { $0.status = .delivered }
        let retention = 86_400
        _ = engine.bridge.wake(
            at: Engine.instant(Int64(100 + retention)), effects: &engine.effects)
        #expect(engine.bridge.book.count == 1)
        _ = engine.bridge.wake(
            at: Engine.instant(Int64(161 + retention)), effects: &engine.effects)
        #expect(engine.bridge.book.count == 0)
        #expect(engine.bridge.book.custody(ofBag: "bag-1").isEmpty)
        engine.makeOrder("o-1", .cold, in: nil, from: Int64(200 + retention))
        #expect(engine.effects.records.orders.last?.number == OrderNumber(2))
    }
}

@Suite("Which bag carries which order when (B-4)")
struct CustodyBookTests {
    private func intervals(_ engine: Engine, of bag: String = "bag-1") -> [String] {
        engine.bridge.book.custody(ofBag: bag).map { custody in
            let end = custody.until.map { "\(engine.seconds($0))" } ?? "now"
            return "\(custody.order.rawValue): \(engine.seconds(custody.from))…\(end)"
        }
    }

    @Test("a bag handed to another order leaves the one before at that instant")
    func handOver() {
        var engine = Engine()
        engine.makeOrder("o-1", from: 0)
        engine.makeOrder("o-2", from: 100)
        engine.makeOrder("o-3", from: 50, at: 200)
        #expect(intervals(engine) == ["1: 0…100", "2: 100…now"])
        engine.receive([Engine.Row(99, 60), Engine.Row(100, 60)], at: 300)
        #expect(engine.effects.records.readings.map(\.order?.rawValue) == [1, 2])
    }

    @Test("a delivered order sets its bags free at the instant of delivery")
    func delivered() {
        var engine = Engine()
        engine.makeOrder("o-1", from: 0)
        engine.amend("o-1", at: 100) {
            $0.status = .delivered
            $0.deliveredAt = Engine.instant(90)
        }
        #expect(intervals(engine) == ["1: 0…90"])
        engine.makeOrder("o-2", from: 95, at: 120)
        #expect(intervals(engine) == ["1: 0…90", "2: 95…now"])
    }

    @Test("a delivery told to be in the future sets the bags free now")
    func deliveredAhead() {
        var engine = Engine()
        engine.makeOrder("o-1", from: 0)
        engine.amend("o-1", at: 100) {
            $0.status = .delivered
            $0.deliveredAt = Engine.instant(1_000_000)
        }
        #expect(intervals(engine) == ["1: 0…100"])
    }

    @Test(
        "Q-11, T-6: a delivery is dated by the hand-over, and never later than it is told",
        arguments: [(told: Int64(40), dated: Int64(40)), (1_000_000, 100)])
    func deliveryTime(told: Int64, dated: Int64) {
        var engine = Engine()
        engine.makeOrder("o-1", from: 0)
        engine.effects = Effects()
        engine.amend("o-1", at: 100) {
            $0.status = .delivered
            $0.deliveredAt = Engine.instant(told)
        }
        #expect(engine.effects.records.events.map(\.occurredAt) == [Engine.instant(dated)])
        #expect(
            engine.effects.publications.map(\.record?.occurredAt) == [Engine.instant(dated)])
    }

    @Test("a delivery told to be before the hand-over leaves no custody, and none that runs back")
    func deliveredBefore() {
        var engine = Engine()
        engine.makeOrder("o-1", from: 50)
        engine.amend("o-1", at: 100) {
            $0.status = .cancelled
            $0.deliveredAt = Engine.instant(10)
        }
        #expect(intervals(engine) == ["1: 50…50"])
    }

    @Test("a bag that was handed on can come back to its first order")
    func comesBack() {
        var engine = Engine()
        engine.makeOrder("o-1", from: 0)
        engine.makeOrder("o-2", from: 100)
        engine.ask(.bindBag(order: "o-1", bag: "bag-1", from: nil), at: 200)
        #expect(intervals(engine) == ["1: 0…100", "2: 100…200", "1: 200…now"])
    }

    @Test("a bag that carries the order already is not bound a second time")
    func alreadyHeld() {
        var engine = Engine()
        engine.makeOrder("o-1", from: 0)
        let result = engine.ask(
            .bindBag(order: "o-1", bag: "bag-1", from: Engine.instant(50)), at: 100)
        guard case .success(.bound(let custody, _))? = result else {
            Issue.record("refused")
            return
        }
        #expect(custody.from == Engine.instant(0))
        #expect(intervals(engine) == ["1: 0…now"])
    }

    @Test("where final orders are forgotten early, no bag is bound behind that memory")
    func bindingReach() {
        var settings = Engine.settings()
        settings.bounds.finalOrderRetentionMilliseconds = 60_000
        var engine = Engine(settings)
        engine.makeOrder("o-1", in: nil)
        let result = engine.ask(
            .bindBag(order: "o-1", bag: "bag-1", from: Engine.instant(39)), at: 100)
        guard case .failure(.invalid(field: "from", _))? = result else {
            Issue.record("bound to a time of which nothing is known")
            return
        }
    }
}
