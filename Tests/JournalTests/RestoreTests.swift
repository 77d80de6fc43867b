import Bridge
import ColdChain
import Journal
import Testing

@Suite("Restoring the bridge")
struct RestoreTests {
    @Test("what was committed is restored as it was, in a new process's view")
    func roundTrip() throws {
        let scratch = try Scratch()
        let excursion = Excursion(
            number: 1, order: OrderNumber(1), source: SourceNumber(1), foodClass: .cold,
            limit: CriticalLimit(maximum: 5), limitProfile: "us-fda-2022",
            judged: JudgedExcursion(
                state: .recovering, startedAt: TraceTime(at(10)), startEdge: .crossing,
                activatedAt: TraceTime(at(11)), cause: .criticalMargin,
                isActivationAssumed: true, endedAt: TraceTime(at(12)), endEdge: .afterGap,
                peak: 9.5, outside: 1_500, unknown: 3, nanoDegreeSeconds: 17))
        var changed = order()
        try withJournal(scratch) { journal in
            try journal.commit { batch in
                batch.sources = sources()
                batch.orders = [order()]
                batch.custody = [Custody(bag: "bag-1", order: OrderNumber(1), from: at(5))]
                batch.excursions = [excursion]
                batch.readings = [reading(at: 10, order: 1)]
                batch.fixes = [fix(at: 12)]
                batch.events = [event(1)]
                batch.deliveries = [delivery(1), delivery(2, endpoint: "audit"), delivery(3)]
                batch.fingerprints = [DeliveryFingerprint(.max), DeliveryFingerprint(3)]
            }
            changed.status = .inTransit
            changed.promisedAt = at(77)
            changed.customer = nil
            try journal.commit { batch in
                batch.orders = [changed]
                batch.custody = [
                    Custody(bag: "bag-1", order: OrderNumber(1), from: at(5), until: at(50))
                ]
                batch.deliveryProgress = [progress(1, .delivered)]
            }
        }
        let state = try Journal(scratch.settings).restore(now: at(0))
        var expected = RestoredState()
        expected.sources = sources()
        expected.newestMeasurement = [SourceNumber(1): at(10), SourceNumber(101): at(12)]
        expected.measuring = [SourceNumber(1)]
        expected.orders = [changed]
        expected.custody = [
            Custody(bag: "bag-1", order: OrderNumber(1), from: at(5), until: at(50))
        ]
        expected.excursions = [excursion]
        expected.deliveries = [delivery(2, endpoint: "audit"), delivery(3)]
        expected.fingerprints = [DeliveryFingerprint(.max), DeliveryFingerprint(3)]
        expected.lastOrder = 1
        expected.lastSource = 101
        expected.lastExcursion = 1
        expected.lastEvent = 1
        expected.lastDelivery = 3
        #expect(state == expected)
    }

    @Test("silences that last are restored as they were told last, those that ended are not")
    func silences() throws {
        let scratch = try Scratch()
        let lasting = [
            silence(since: at(7), notices: 3),
            silence(since: at(7), source: 1, probe: nil, lastHeard: nil),
            silence(
                since: at(7), source: nil, probe: nil, lastHeard: nil, cause: .brokerUnreachable),
        ]
        try withJournal(scratch) { journal in
            try journal.commit { batch in
                batch.sources = sources()
                batch.orders = [order()]
                batch.custody = [Custody(bag: "bag-1", order: OrderNumber(1), from: at(5))]
                batch.silences = [
                    silence(since: at(7), notices: 2), silence(since: at(9), probe: 2),
                ]
            }
            try journal.commit { batch in
                batch.silences = lasting
                for reason in [Silence.Reason.returned, .orderEnded, .notExpected] {
                    batch.silences.append(
                        silence(
                            since: at(9), probe: reason.rawValue,
                            end: .init(at: at(20), reason: reason)))
                }
            }
        }
        let state = try Journal(scratch.settings).restore(now: at(0))
        #expect(Set(state.silences.map { "\($0)" }) == Set(lasting.map { "\($0)" }))
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [] && proof.isWhole)
    }

    @Test("final orders are restored while they are young or an excursion is open, others always")
    func finalOrders() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let now = at(10 * day)
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [
                order(1, status: .delivered, updatedAt: 9 * day - 1),
                order(2, status: .cancelled, updatedAt: 9 * day),
                order(3, status: .ready, updatedAt: 0),
                order(4, status: .delivered, updatedAt: 0),
            ]
            batch.custody = (1...4).map {
                Custody(bag: "bag-1", order: OrderNumber($0), from: at(1), until: at(2))
            }
            // What was told of must not be told of again, and what is open is to be told to its end.
            let orders: [UInt32] = [1, 2, 3, 1, 2, 3, 4]
            let open: Set<UInt64> = [5, 6, 7]
            batch.excursions = zip(UInt64(1)..., orders).map { number, order in
                let isOpen = open.contains(number)
                return Excursion(
                    number: number, order: OrderNumber(order), source: SourceNumber(1),
                    foodClass: .cold, limit: CriticalLimit(maximum: 5), limitProfile: "p",
                    judged: JudgedExcursion(
                        state: isOpen ? .active : .closed, startedAt: TraceTime(at(1)),
                        closedAt: isOpen ? nil : TraceTime(at(2)), peak: 6))
            }
        }
        let state = try journal.restore(now: now)
        #expect(state.orders.map(\.number.rawValue) == [2, 3, 4])
        #expect(state.custody.map(\.order.rawValue) == [2, 3, 4])
        #expect(state.excursions.map(\.number) == [2, 3, 5, 6, 7])
        #expect(state.lastOrder == 4)
        #expect(state.lastExcursion == 7)
    }

    @Test(
        "the newest time of measurement is right for each source, however much is indexed yet",
        arguments: [10, 5_000, 16_384, 40_000])
    func newestMeasurement(samples: Int) throws {
        let scratch = try Scratch()
        var random = Lehmer(seed: UInt64(samples))
        var newest: [SourceNumber: Timestamp] = [:]
        try withJournal(scratch) { journal in
            try journal.commit { $0.sources = sources(bags: 50, vehicles: 20) }
            var remaining = samples
            while remaining > 0 {
                try journal.commit { batch in
                    for _ in 0..<min(remaining, 700) {
                        let instant = Int64(random.next(1_000_000))
                        if random.next(4) == 0 {
                            batch.fixes.append(fix(101 + random.next(20), at: instant))
                            note(instant, batch.fixes.last?.source)
                        } else {
                            batch.readings.append(reading(1 + random.next(50), at: instant))
                            note(instant, batch.readings.last?.source)
                        }
                    }
                }
                remaining -= min(remaining, 700)
            }
            #expect(try journal.restore(now: at(0)).newestMeasurement == newest)
        }
        #expect(try Journal(scratch.settings).restore(now: at(0)).newestMeasurement == newest)

        func note(_ instant: Int64, _ source: SourceNumber?) {
            guard let source else { return }
            newest[source] = max(newest[source] ?? at(0), at(instant))
        }
    }

    @Test("pending deliveries are read back endpoint by endpoint, page by page")
    func pendingDeliveries() throws {
        let scratch = try Scratch()
        var settings = scratch.settings
        settings.restoredDeliveries = 2
        let journal = try Journal(settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order()]
            batch.deliveries = (1...9).map {
                delivery($0, endpoint: $0.isMultiple(of: 2) ? "even" : "odd")
            }
        }
        try journal.commit { batch in
            batch.deliveryProgress = [progress(1, .abandoned), progress(3, .pending)]
        }
        #expect(try journal.restore(now: at(0)).deliveries.map(\.number) == [2, 4, 3, 5])
        let page = try journal.pendingDeliveries(endpoint: "odd", after: 3, limit: 2)
        #expect(page.map(\.number) == [5, 7])
        #expect(try journal.pendingDeliveries(endpoint: "odd", after: 0, limit: 1)[0].attempts == 1)
        #expect(try journal.pendingDeliveries(endpoint: "gone", after: 0, limit: 9) == [])
    }

    @Test("the last 65,536 fingerprints are kept, oldest first")
    func fingerprints() throws {
        let scratch = try Scratch()
        try withJournal(scratch) { journal in
            try journal.commit { batch in
                batch.fingerprints = (1...70_000).map { DeliveryFingerprint($0) }
            }
        }
        let journal = try Journal(scratch.settings)
        try journal.commit { $0.fingerprints = [DeliveryFingerprint(70_001)] }
        let kept = try journal.restore(now: at(0)).fingerprints
        #expect(kept == (4_466...70_001).map { DeliveryFingerprint($0) })
    }

    private func withJournal(_ scratch: Scratch, _ body: (Journal) throws -> Void) throws {
        try body(try Journal(scratch.settings))
    }

    private func progress(
        _ number: UInt64, _ state: DeliveryProgress.State
    ) -> DeliveryProgress {
        DeliveryProgress(
            number: number, state: state, attempts: 1, attemptedAt: at(1), nextAttemptAt: at(2),
            status: 200, failure: nil)
    }
}

/// The same numbers for the same seed, in every run.
struct Lehmer {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed % 2_147_483_646 + 1
    }

    mutating func next(_ bound: UInt32) -> UInt32 {
        state = state * 48_271 % 2_147_483_647
        return UInt32(state % UInt64(bound))
    }
}
