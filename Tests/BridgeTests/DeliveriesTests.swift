import ColdChain
import Fabric
import Testing

@testable import Bridge

@Suite("Webhook deliveries (B-7, Q-11)")
struct DeliveriesTests {
    private static let both = [
        EndpointSubscription(name: "b", events: ["order.created", "order.delivered"]),
        EndpointSubscription(name: "a", events: ["order.created"]),
    ]

    private func wake(_ engine: inout Engine, at seconds: Int64) -> Int64? {
        engine.effects.attempts.removeAll()
        return engine.bridge.wake(at: Engine.instant(seconds), effects: &engine.effects)
            .map(engine.seconds)
    }

    private func finish(
        _ engine: inout Engine, _ endpoint: String, _ number: UInt64,
        _ outcome: DeliveryResult.Outcome, at seconds: Int64
    ) {
        engine.bridge.finished(
            DeliveryResult(number: number, endpoint: endpoint, outcome: outcome),
            at: Engine.instant(seconds), effects: &engine.effects)
    }

    private var settings: BridgeSettings {
        var settings = Engine.settings(endpoints: DeliveriesTests.both)
        settings.schedule.jitter = 0
        return settings
    }

    @Test("an event is owed once to each endpoint that wants it, in the same transaction")
    func owed() {
        var engine = Engine(settings)
        engine.makeOrder(in: nil)
        engine.amend("o-1", at: 1) { $0.status = .ready }
        engine.amend("o-1", at: 2) { $0.status = .delivered }
        let deliveries = engine.effects.records.deliveries
        #expect(deliveries.map(\.endpoint) == ["b", "a", "b"])
        #expect(deliveries.map(\.event) == [1, 1, 3])
        #expect(deliveries.map(\.number) == [1, 2, 3])
        #expect(deliveries.allSatisfy { $0.attempts == 0 && $0.nextAttemptAt == $0.createdAt })
    }

    @Test("attempts start in the configuration's order of endpoints, so that a run can be replayed")
    func order() {
        var engine = Engine(settings)
        engine.makeOrder(in: nil)
        #expect(wake(&engine, at: 0) == nil)
        #expect(engine.effects.attempts.map(\.endpoint) == ["b", "a"])
        #expect(engine.effects.attempts.map(\.attempt) == [1, 1])
        _ = wake(&engine, at: 0)
        #expect(engine.effects.attempts.isEmpty)
    }

    @Test("a failed delivery is tried again when it is due, also after a restart")
    func retried() {
        var engine = Engine(settings)
        engine.makeOrder(in: nil)
        _ = wake(&engine, at: 0)
        finish(&engine, "a", 2, .accepted(status: 200), at: 1)
        finish(&engine, "b", 1, .refused(status: 500, retryAfterMilliseconds: nil), at: 1)
        #expect(wake(&engine, at: 5) == 6)
        #expect(engine.effects.attempts.isEmpty)
        engine.restart()
        #expect(wake(&engine, at: 5) == 6)
        _ = wake(&engine, at: 6)
        #expect(engine.effects.attempts.map(\.number) == [1])
        #expect(engine.effects.attempts.map(\.attempt) == [2])
        finish(&engine, "b", 1, .accepted(status: 200), at: 7)
        let progress = engine.effects.records.deliveryProgress
        #expect(progress.map(\.state) == [.delivered, .pending, .delivered])
        #expect(progress.map(\.attempts) == [1, 1, 2])
        #expect(progress.map(\.status) == [200, 500, 200])
        #expect(progress[1].failure == "the receiver answered 500")
        #expect(engine.bridge.pendingDeliveries == ["a": 0, "b": 0])
    }

    @Test("after the last attempt of the schedule a delivery is given up")
    func abandoned() {
        var engine = Engine(settings)
        engine.makeOrder(in: nil)
        var now: Int64? = 0
        var attempts = 0
        while let at = now {
            _ = wake(&engine, at: at)
            for attempt in engine.effects.attempts where attempt.endpoint == "b" {
                attempts += 1
                finish(&engine, "b", attempt.number, .failed("timed out"), at: at)
            }
            now = wake(&engine, at: at)
        }
        #expect(attempts == 10)
        #expect(engine.effects.records.deliveryProgress.last?.state == .abandoned)
        #expect(engine.effects.records.deliveryProgress.last?.failure == "timed out")
        #expect(engine.bridge.counters.deliveriesAbandoned == 1)
    }

    @Test("a receiver that answers 410 is left alone until a restart")
    func gone() {
        var engine = Engine(settings)
        engine.makeOrder("o-1", in: nil)
        engine.makeOrder("o-2", in: nil)
        _ = wake(&engine, at: 0)
        finish(&engine, "b", 1, .refused(status: 410, retryAfterMilliseconds: nil), at: 1)
        finish(&engine, "a", 2, .accepted(status: 200), at: 1)
        _ = wake(&engine, at: 1_000)
        #expect(engine.effects.attempts.map(\.endpoint) == ["a"])
        engine.restart()
        _ = wake(&engine, at: 1_000)
        #expect(engine.effects.attempts.map(\.endpoint) == ["b", "a"])
        #expect(engine.effects.attempts.map(\.number) == [3, 4])
    }

    @Test("the end of an attempt that nobody knows of, or that ended before, changes nothing")
    func unknownResult() {
        var engine = Engine(settings)
        engine.makeOrder(in: nil)
        finish(&engine, "b", 1, .accepted(status: 200), at: 1)
        finish(&engine, "nobody", 1, .accepted(status: 200), at: 1)
        #expect(engine.effects.records.deliveryProgress.isEmpty)
        _ = wake(&engine, at: 0)
        finish(&engine, "b", 1, .accepted(status: 200), at: 1)
        finish(&engine, "b", 1, .accepted(status: 200), at: 1)
        #expect(engine.effects.records.deliveryProgress.count == 1)
    }

    @Test("an endpoint that is new to the configuration is served, one that left is not")
    func reload() {
        var engine = Engine(settings)
        engine.makeOrder("o-1", in: nil)
        var changed = settings
        changed.endpoints = [
            EndpointSubscription(name: "c", events: ["order.created"]), DeliveriesTests.both[1],
        ]
        engine.bridge.reload(changed, effects: &engine.effects)
        engine.makeOrder("o-2", in: nil)
        _ = wake(&engine, at: 0)
        #expect(engine.effects.attempts.map(\.endpoint) == ["a"])
        #expect(engine.effects.refills.map(\.endpoint) == ["c"])
        let owed = engine.effects.records.deliveries.filter { $0.endpoint == "c" }
        engine.bridge.refilled(owed, of: "c")
        _ = wake(&engine, at: 0)
        #expect(engine.effects.attempts.map(\.endpoint) == ["c"])
    }

    @Test("numbers go on after a restart")
    func numbers() {
        var engine = Engine(settings)
        engine.makeOrder("o-1", in: nil)
        engine.restart()
        engine.makeOrder("o-2", in: nil)
        #expect(engine.effects.records.orders.map(\.number.rawValue) == [1, 2])
        #expect(engine.effects.records.events.map(\.number) == [1, 2])
        #expect(engine.effects.records.deliveries.map(\.number) == [1, 2, 3, 4])
    }
}
