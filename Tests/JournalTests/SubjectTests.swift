import Bridge
import ColdChain
import Journal
import Testing

@Suite("What a person may ask about their data (Q-8)")
struct SubjectTests {
    private let customer = "customer-with-a-name-of-its-own"
    private let driver = "driver-with-a-name-of-its-own"

    private func order(
        _ number: UInt32, _ status: OrderStatus, customer: String? = nil, driver: String? = nil
    ) -> Order {
        Order(
            number: OrderNumber(number), id: "order-\(number)", foodClass: .cold, status: status,
            customer: customer ?? "c-1", driver: driver ?? "d-1", vehicle: "van-1",
            delivery: Place(latitude: 48.137154, longitude: 11.576124), createdAt: at(0),
            pickedUpAt: at(100), deliveredAt: status.isFinal ? at(200) : nil, updatedAt: at(200))
    }

    /// Of order 1: recorded by the driver, by somebody else, by somebody who names the driver; of
    /// order 2: recorded by the driver.
    private func checkpoints() -> [Checkpoint] {
        var all = [
            checkpoint(1, at: 150), checkpoint(2, at: 150), checkpoint(3, at: 151),
            checkpoint(4, at: 152, order: 2),
        ]
        all[0].recordedBy = driver
        all[0].finding.person = "a nickname of its own"
        all[0].finding.photo = "the door of the customer"
        all[2].finding.person = driver
        all[3].recordedBy = driver
        return all
    }

    /// Order 1 of the customer and the driver in three states, order 2 of others.
    private func fill(_ journal: Journal, last: OrderStatus = .delivered) throws {
        for status in [OrderStatus.created, .inTransit, last] {
            try journal.commit { batch in
                if status == .created {
                    batch.sources = sources()
                    batch.orders = [order(2, .delivered)]
                    batch.fixes = [99, 100, 150, 199, 200].map { fix(at: $0) }
                    batch.events = [event(1, at: 150)]
                    batch.checkpoints = checkpoints()
                    batch.dataGaps = [
                        DataGap(
                            order: OrderNumber(1), source: SourceNumber(1),
                            loss: DataLoss(from: TraceTime(at(120)), until: TraceTime(at(130))))
                    ]
                    batch.silences = [
                        silence(since: at(140), end: .init(at: at(150), reason: .returned))
                    ]
                }
                batch.orders.append(order(1, status, customer: customer, driver: driver))
            }
        }
    }

    @Test("a customer is erased from the order and from its earlier states; the log stays whole")
    func customerErased() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try fill(journal)
        #expect(try contains(Array(customer.utf8), scratch.path + "-wal"))
        let outcome = try journal.erase(.customer(customer), by: "admin-1", at: at(day))
        var report = ErasureReport()
        report.orders = ["order-1"]
        report.states = 3
        report.checkpoints = 1
        #expect(outcome == .erased(report))
        let restored = try journal.restore(now: at(day)).orders.first { $0.id == "order-1" }
        #expect(restored?.customer == nil && restored?.delivery == nil)
        #expect(restored?.driver == driver && restored?.status == .delivered)
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [] && proof.purged == 5)
        let numbers = "SELECT number, photo FROM checkpoints ORDER BY number"
        #expect(
            try sqlite3(scratch.path, numbers)
                == ["2|https://photos.example/1", "3|", "4|https://photos.example/1", "5|"])
        #expect(
            try sqlite3(scratch.path, "SELECT DISTINCT policy FROM purges")
                == ["customer erased at request, by admin-1"])
        // The wish is fulfilled: the person is not known any more.
        #expect(
            try journal.erase(.customer(customer), by: "admin-1", at: at(day))
                == .erased(ErasureReport()))
        // A change that comes later is recorded under a number of its own.
        try journal.commit { $0.orders = [order(2, .cancelled)] }
        #expect(try prove(scratch.path).findings == [])
        _ = try journal.tidy(now: at(day), milliseconds: 0)
        // Last, because reading the file ends the locks that this process has on it.
        for path in [scratch.path + "-wal", scratch.path] {
            #expect(try !contains(Array(customer.utf8), path))
        }
    }

    @Test("a driver is erased with the positions of the time in which the order was theirs")
    func driverErased() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try fill(journal)
        guard case .erased(let report) = try journal.erase(.driver(driver), by: "a", at: at(day))
        else {
            Issue.record("refused")
            return
        }
        #expect(report.states == 3 && report.fixes == 3 && report.checkpoints == 2)
        let left = try sqlite3(
            scratch.path, "SELECT number, recorded_by, person FROM checkpoints ORDER BY number")
        // What was found stays, under new numbers; another order's checkpoint is not theirs.
        #expect(
            left == ["2|staff-1|Åsa", "4|\(driver)|Åsa", "5|erased|", "6|staff-1|"])
        #expect(try journal.restore(now: at(day)).lastCheckpoint == 6)
        #expect(
            try sqlite3(scratch.path, "SELECT measured_at FROM fixes ORDER BY 1") == ["99", "200"])
        #expect(try JournalReader(path: scratch.path).counts().fixes == 2)
        #expect(try prove(scratch.path).findings == [])
        let restored = try journal.restore(now: at(day)).orders.first { $0.id == "order-1" }
        #expect(restored?.driver == nil && restored?.customer == customer)
    }

    @Test("an order under way refuses, and nothing is erased")
    func underWay() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try fill(journal, last: .inTransit)
        #expect(
            try journal.erase(.customer(customer), by: "a", at: at(day))
                == .refused([.underWay(order: "order-1")]))
        #expect(try journal.restore(now: at(day)).orders.contains { $0.customer == customer })
    }

    @Test("a hold or an open excursion refuses; once it is over, erasing goes through")
    func held() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try fill(journal)
        var scope = HoldScope()
        scope.order = "order-1"
        let hold = try journal.placeHold(scope, reason: "r", by: "s", until: nil, at: at(1))
        try journal.commit { $0.excursions = [excursion(1, openedAt: 150)] }
        #expect(
            try journal.erase(.driver(driver), by: "a", at: at(day))
                == .refused([
                    .onHold(order: "order-1", hold: 1), .openExcursion(order: "order-1"),
                ]))
        _ = try journal.releaseHold(hold.number, by: "s", at: at(2))
        try journal.commit { $0.excursions = [excursion(1, openedAt: 150, closedAt: 160)] }
        guard case .erased = try journal.erase(.driver(driver), by: "a", at: at(day)) else {
            Issue.record("refused")
            return
        }
    }

    @Test("an export tells everything of one person, order by order, and nothing of others")
    func exported() throws {
        let scratch = try Scratch()
        try fill(try Journal(scratch.settings))
        let reader = try JournalReader(path: scratch.path)
        let own = try reader.records(of: .customer(customer), after: 0, limit: 9)
        #expect(own.map(\.order.id) == ["order-1"])
        #expect(own.first?.events.map(\.number) == [1])
        #expect(own.first?.positions.isEmpty == true)
        #expect(own.first?.checkpoints.map(\.number) == [1, 2, 3])
        #expect(own.first?.dataGaps.count == 1)
        #expect(own.first?.silences.map(\.device) == ["device-1"])
        let driven = try reader.records(of: .driver(driver), after: 0, limit: 9)
        #expect(driven.first?.positions.map(\.fix.measuredAt) == [at(100), at(150), at(199)])
        #expect(try reader.records(of: .customer(customer), after: 1, limit: 9).isEmpty)
        #expect(try reader.records(of: .driver("nobody"), after: 0, limit: 9).isEmpty)
    }
}
