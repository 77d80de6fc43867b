import Testing

@testable import Bridge

@Suite("Messages without an identity of their own (B-2)")
struct RecentDeliveriesTests {
    private static let north = DeliveryFingerprint.brokerMark("north")
    private static let south = DeliveryFingerprint.brokerMark("south")

    private static func fingerprint(
        _ packet: UInt16, _ payload: String, from broker: String = "north"
    ) -> DeliveryFingerprint? {
        let topic = Array("bags/1".utf8)
        let payload = Array(payload.utf8)
        return DeliveryFingerprint(
            brokerMark: DeliveryFingerprint.brokerMark(broker), packetIdentifier: packet,
            topic: topic.span, payload: payload.span)
    }

    /// A broker's messages through a memory that may be made anew from what it recorded.
    final class Session {
        var recent: RecentDeliveries
        var records: [DeliveryFingerprint] = []
        let capacity: Int
        let reach: Int

        init(capacity: Int = 1_000, reach: Int) {
            self.capacity = capacity
            self.reach = reach
            recent = RecentDeliveries(capacity: capacity, reach: reach, restored: [])
        }

        func takeTimed(_ count: Int, mark: UInt8 = north) {
            for _ in 0..<count {
                if let milestone = recent.countMessage(ofBroker: mark) { records.append(milestone) }
            }
        }

        /// - Returns: Whether it is new.
        func takeUntimed(_ packet: UInt16, _ payload: String = "20.5") -> Bool {
            takeTimed(1)
            guard let fingerprint = fingerprint(packet, payload) else { return true }
            return recent.insert(fingerprint, records: &records)
        }

        func restart() {
            recent = RecentDeliveries(capacity: capacity, reach: reach, restored: records)
        }
    }

    @Test("a message at QoS 0 has no fingerprint: it is never delivered twice")
    func qos0() {
        #expect(RecentDeliveriesTests.fingerprint(0, "20.5") == nil)
    }

    @Test("broker, packet identifier, topic and payload all count")
    func distinct() {
        let all = [
            RecentDeliveriesTests.fingerprint(1, "a"), RecentDeliveriesTests.fingerprint(2, "a"),
            RecentDeliveriesTests.fingerprint(256, "a"), RecentDeliveriesTests.fingerprint(1, "b"),
            RecentDeliveriesTests.fingerprint(1, "a", from: "south"),
        ]
        #expect(Set(all).count == all.count)
        #expect(all.allSatisfy { $0?.milestone == nil })
        #expect(all.first == RecentDeliveriesTests.fingerprint(1, "a"))
    }

    @Test("a redelivery is known again, also after a restart")
    func redelivery() {
        let session = Session(reach: 100)
        let first = session.takeUntimed(1)
        let again = session.takeUntimed(1)
        session.restart()
        let afterRestart = session.takeUntimed(1)
        #expect(first && !again && !afterRestart)
    }

    @Test("when packet identifiers have come round, the same words are a new message")
    func comeRound() {
        let session = Session(reach: 30_000)
        #expect(session.takeUntimed(1))
        session.takeTimed(65_534)
        let isNew = session.takeUntimed(1)
        #expect(isNew, "a reading would be lost")
    }

    @Test("they have come round also where the count went through restarts")
    func comeRoundAcrossRestarts() {
        let session = Session(reach: 30_000)
        #expect(session.takeUntimed(1))
        for _ in 0..<6 {
            session.takeTimed(10_922)
            session.restart()
        }
        let isNew = session.takeUntimed(1)
        #expect(isNew, "a reading would be lost")
        #expect(session.records.count < 50)
    }

    @Test(
        "what a broker has under way is known again whatever came between",
        arguments: [1, 500, 5_000])
    func withinReach(between: Int) {
        let session = Session(reach: 30_000)
        #expect(session.takeUntimed(1))
        session.takeTimed(between)
        session.restart()
        #expect(!session.takeUntimed(1))
    }

    @Test("what is delivered again and again stays known, also after a restart")
    func againAndAgain() {
        let session = Session(reach: 100)
        #expect(session.takeUntimed(1))
        for _ in 0..<10 {
            session.takeTimed(60)
            #expect(!session.takeUntimed(1))
        }
        session.takeTimed(30)
        session.restart()
        #expect(!session.takeUntimed(1))
    }

    @Test("another broker's messages do not age it")
    func brokersApart() {
        let session = Session(reach: 100)
        #expect(session.takeUntimed(1))
        session.takeTimed(10_000, mark: RecentDeliveriesTests.south)
        #expect(!session.takeUntimed(1))
    }

    @Test("a broker that is away is not forgotten over one that is busy")
    func brokersDoNotEvict() {
        let session = Session(capacity: 5, reach: 100)
        #expect(session.takeUntimed(1, "20.5"))
        for packet in 1...50 {
            let other = RecentDeliveriesTests.fingerprint(UInt16(packet), "20.5", from: "south")
            let isNew = other.map { session.recent.insert($0, records: &session.records) }
            #expect(isNew == true)
        }
        #expect(session.recent.count == 6)
        #expect(!session.takeUntimed(1, "20.5"))
    }

    @Test("a lost session puts what came before out of reach, also after a restart")
    func sessionLost() {
        let session = Session(reach: 100)
        #expect(session.takeUntimed(1))
        session.records.append(session.recent.removeAll(ofBroker: RecentDeliveriesTests.north))
        session.restart()
        let isNew = session.takeUntimed(1)
        let isNewAgain = session.takeUntimed(1)
        #expect(isNew && !isNewAgain)
    }

    @Test("memory is bounded, and the oldest goes first", arguments: [1, 2, 7])
    func bounded(capacity: Int) {
        let session = Session(capacity: capacity, reach: 1_000)
        for packet in 1...50 {
            let packet = UInt16(packet)
            #expect(session.takeUntimed(packet))
            #expect(session.recent.count <= capacity)
        }
        let kept = UInt16(50 - capacity + 1)
        let oldest = RecentDeliveriesTests.fingerprint(kept, "20.5")
        let forgotten = RecentDeliveriesTests.fingerprint(kept - 1, "20.5")
        #expect(oldest.map(session.recent.contains) == true)
        #expect(forgotten.map(session.recent.contains) == false)
    }

    @Test("where every message has an identity, nothing is recorded")
    func timedOnly() {
        let session = Session(reach: 100)
        session.takeTimed(10_000)
        #expect(session.records.isEmpty)
    }
}
