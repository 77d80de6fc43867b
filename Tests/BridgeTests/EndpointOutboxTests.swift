import ColdChain
import Fabric
import Testing

@testable import Bridge

@Suite("What is owed to one endpoint (Q-11)")
struct EndpointOutboxTests {
    private func delivery(_ number: UInt64, due seconds: Int64 = 0) -> DeliveryRecord {
        DeliveryRecord(
            number: number, endpoint: "e", event: number, body: [],
            createdAt: Timestamp(milliseconds: 0),
            nextAttemptAt: Timestamp(milliseconds: seconds * 1000))
    }

    /// An outbox in hand.
    private final class Held {
        var outbox: EndpointOutbox

        init(_ restored: [DeliveryRecord], limit: Int, mayHaveMore: Bool = false) {
            outbox = EndpointOutbox(restored: restored, limit: limit, mayHaveMore: mayHaveMore)
        }

        func start(at seconds: Int64 = 0, underWayMaximum: Int = 1) -> UInt64? {
            outbox.startNext(
                at: Timestamp(milliseconds: seconds * 1000), underWayMaximum: underWayMaximum)?
                .number
        }

        func finish(_ number: UInt64) -> UInt64? { outbox.finish(number)?.number }

        func add(_ delivery: DeliveryRecord) { outbox.add(delivery) }

        func wantedRefill() -> DeliveryRefill? { outbox.wantedRefill(endpoint: "e") }
    }

    @Test("deliveries start in order, one at a time")
    func order() {
        let held = Held([delivery(2), delivery(1)], limit: 10)
        held.add(delivery(3))
        #expect(held.start() == 1)
        #expect(held.start() == nil)
        #expect(held.finish(1) == 1)
        #expect(held.finish(1) == nil)
        #expect(held.start() == 2)
        #expect(held.finish(2) != nil)
        #expect(held.start() == 3)
        #expect(held.outbox.count == 1)
    }

    @Test("as many are under way as the bound allows")
    func underWay() {
        let held = Held([delivery(1), delivery(2), delivery(3)], limit: 10)
        let started = (0..<3).compactMap { _ in held.start(underWayMaximum: 2) }
        #expect(started == [1, 2])
    }

    @Test("a delivery that waits for its retry holds up no other")
    func noHeadOfLineBlocking() {
        let held = Held([delivery(1)], limit: 10)
        #expect(held.start() == 1)
        #expect(held.finish(1) != nil)
        held.outbox.postpone(delivery(1, due: 60))
        held.add(delivery(2))
        #expect(held.outbox.nextDue == Timestamp(milliseconds: 0))
        #expect(held.start() == 2)
        #expect(held.finish(2) != nil)
        #expect(held.start(at: 59) == nil)
        #expect(held.start(at: 60) == 1)
    }

    @Test("an endpoint that is gone is left alone")
    func gone() {
        let held = Held([delivery(1)], limit: 1)
        held.outbox.isGone = true
        #expect(held.start() == nil)
        #expect(held.outbox.nextDue == nil)
        #expect(held.wantedRefill() == nil)
    }

    /// A journal with an outbox before it: everything owed must come out once and in order.
    @Test("the bound is kept and what does not fit is read back in order", arguments: 1...9)
    func bounded(limit: Int) {
        var journal = (1...30).map { delivery(UInt64($0)) }
        let held = Held(Array(journal.prefix(limit)), limit: limit)
        var delivered: [UInt64] = []
        var refills = 0
        for turn in 0..<200 {
            if turn < 40 {
                let new = delivery(UInt64(31 + turn))
                journal.append(new)
                held.add(new)
            }
            if let refill = held.wantedRefill() {
                refills += 1
                #expect(held.wantedRefill() == nil, "asked twice")
                held.outbox.refill(
                    Array(journal.filter { $0.number > refill.after }.prefix(refill.limit)))
            }
            #expect(held.outbox.count <= limit)
            if let number = held.start() {
                #expect(held.finish(number) != nil)
                delivered.append(number)
                journal.removeAll { $0.number == number }
            }
        }
        #expect(delivered == (1...70).map(UInt64.init))
        #expect(held.wantedRefill() == nil, "an empty journal is asked for ever")
        #expect(refills <= 72)
    }

    @Test("what was left to the journal after it was asked is asked for again")
    func staleRefill() {
        let held = Held([delivery(1)], limit: 1)
        #expect(held.start() == 1)
        #expect(held.finish(1) != nil)
        #expect(held.wantedRefill() != nil)
        held.add(delivery(2))
        held.outbox.refill([])
        #expect(
            held.wantedRefill()
                == DeliveryRefill(endpoint: "e", after: 1, limit: 1))
    }

    @Test("an endpoint that is new to the configuration asks for what is owed to it")
    func newEndpoint() {
        let held = Held([], limit: 10, mayHaveMore: true)
        held.add(delivery(5))
        #expect(
            held.wantedRefill()
                == DeliveryRefill(endpoint: "e", after: 0, limit: 5))
        held.outbox.refill([delivery(3), delivery(5)])
        #expect(held.start() == 3)
    }
}
