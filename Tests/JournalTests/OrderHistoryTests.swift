import Bridge
import ColdChain
import Journal
import Testing

@Suite("What the log holds of an order for its answers")
struct OrderHistoryTests {
    private struct Log {
        let scratch: Scratch
        let journal: Journal
        let reader: JournalReader

        init() throws {
            scratch = try Scratch()
            journal = try Journal(scratch.settings)
            try journal.commit { batch in
                batch.sources = sources(bags: 3)
                batch.orders = [order(1), order(2)]
            }
            reader = try JournalReader(path: scratch.path)
        }

        func history(_ id: String = "order-1") throws -> OrderHistory {
            try #require(try reader.history(order: id))
        }
    }

    private static func instants(_ channel: SensorChannel?) -> [Int64] {
        channel?.readings.map(\.measuredAt.milliseconds) ?? []
    }

    @Test("Two orders on one bag: each has the readings of its own custody")
    func twoOrders() throws {
        let log = try Log()
        try log.journal.commit { batch in
            batch.custody = [
                Custody(bag: "bag-1", order: OrderNumber(1), from: at(100), until: at(200)),
                Custody(bag: "bag-1", order: OrderNumber(2), from: at(200)),
            ]
            batch.readings = [50, 100, 199, 200, 300].map { reading(1, at: $0) }
        }
        let first = try log.history()
        #expect(first.stretches.count == 1)
        #expect(Self.instants(first.stretches.first?.channels.first) == [100, 199])
        let second = try log.history("order-2")
        #expect(Self.instants(second.stretches.first?.channels.first) == [200, 300])
    }

    @Test("A bag that moved between orders and came back has a stretch for each stay")
    func moved() throws {
        let log = try Log()
        try log.journal.commit { batch in
            batch.custody = [
                Custody(bag: "bag-1", order: OrderNumber(1), from: at(100), until: at(200)),
                Custody(bag: "bag-1", order: OrderNumber(2), from: at(200), until: at(300)),
                Custody(bag: "bag-1", order: OrderNumber(1), from: at(300)),
                Custody(bag: "bag-2", order: OrderNumber(1), from: at(150)),
            ]
            batch.readings = [150, 250, 350].flatMap { [reading(1, at: $0), reading(2, at: $0)] }
        }
        let found = try log.history()
        #expect(found.stretches.map(\.custody.bag) == ["bag-1", "bag-2", "bag-1"])
        let instants = found.stretches.map { Self.instants($0.channels.first) }
        #expect(instants == [[150], [150, 250, 350], [350]])
    }

    @Test("A device that is decoded by a new profile stays the same sensor")
    func newProfile() throws {
        let log = try Log()
        try log.journal.commit { batch in
            batch.sources = [
                Source(
                    number: SourceNumber(9), device: "device-1", carrier: .bag("bag-1"),
                    profile: "generic/bag@2")
            ]
            batch.custody = [Custody(bag: "bag-1", order: OrderNumber(1), from: at(100))]
            batch.readings = [reading(1, at: 150), reading(9, at: 250)]
        }
        let channels = try log.history().stretches.flatMap(\.channels)
        #expect(channels.count == 1)
        #expect(Self.instants(channels.first) == [150, 250])
        #expect(channels.first?.profile == "generic/bag@2")
    }

    @Test("A probe that is not there is no sensor; one that reports an error is")
    func markers() throws {
        let log = try Log()
        try log.journal.commit { batch in
            batch.custody = [
                Custody(bag: "bag-1", order: OrderNumber(1), from: at(100)),
                Custody(bag: "bag-2", order: OrderNumber(1), from: at(100)),
                Custody(bag: "bag-3", order: OrderNumber(1), from: at(100)),
            ]
            batch.readings = [
                silent(1, at: 150, .probeAbsent), silent(2, at: 150, .sensorError),
                reading(3, at: 150, quantity: .humidity),
            ]
        }
        let stretches = try log.history().stretches
        #expect(stretches.map(\.channels.count) == [0, 1, 0])
        #expect(stretches[1].channels.first?.readings.first?.celsius == nil)
    }

    @Test("The first confirmation counts, and a device's expected interval is known")
    func confirmation() throws {
        let log = try Log()
        #expect(try log.history().confirmedAt == nil)
        try log.journal.commit { batch in
            var (early, late, other) = (event(1, at: 70), event(2, at: 80), event(3, at: 60))
            early.name = "order.confirmed"
            late.name = "order.confirmed"
            other.name = "order.confirmed"
            other.order = OrderNumber(2)
            batch.events = [early, late, other]
            batch.custody = [Custody(bag: "bag-1", order: OrderNumber(1), from: at(100))]
            batch.readings = [reading(1, at: 150)]
            batch.devices = [
                .put(
                    RegisteredDevice(
                        id: "device-1", profile: nil, kind: .bag, carrier: "bag-1", site: nil,
                        installedAt: nil, expectedIntervalSeconds: 600, registeredAt: at(0),
                        isAutomatic: false, firstSeen: nil))
            ]
        }
        let found = try log.history()
        #expect(found.confirmedAt == at(70))
        #expect(found.stretches.first?.channels.first?.expectedIntervalSeconds == 600)
    }

    @Test("Q-5: hand-overs are told as they were recorded, and stay as long as readings do")
    func checkpoints() throws {
        let log = try Log()
        let all = [checkpoint(1, at: 5), checkpoint(2, at: 3), checkpoint(3, at: 9, order: 2)]
        try log.journal.commit { $0.checkpoints = all }
        #expect(try log.history().checkpoints == [all[0], all[1]])
        #expect(try log.history("order-2").checkpoints == [all[2]])
        #expect(try prove(log.scratch.path).findings == [])
        _ = try log.journal.tidyUp(now: at(91 * day))
        #expect(try log.history().checkpoints.isEmpty)
        let (proof, findings) = try prove(log.scratch.path)
        #expect(findings == [] && proof.purged == 3)
        #expect(try log.journal.restore(now: at(91 * day)).lastCheckpoint == 3)
    }

    @Test("More temperatures than an answer may be made of are said to be too many")
    func tooMany() throws {
        let log = try Log()
        try log.journal.commit { batch in
            batch.custody = [Custody(bag: "bag-1", order: OrderNumber(1), from: at(100))]
            batch.readings = (0..<11).map { reading(1, at: 150 + $0) }
        }
        let whole = try #require(try log.reader.history(order: "order-1", atMost: 11))
        #expect(!whole.isTooLong && whole.stretches[0].channels[0].readings.count == 11)
        let refused = try #require(try log.reader.history(order: "order-1", atMost: 10))
        #expect(refused.isTooLong && refused.stretches[0].channels.isEmpty)
        #expect(try log.reader.history(order: "unheard-of") == nil)
    }

    @Test("No statement of an answer reads a whole table, however large the log is")
    func plans() throws {
        let log = try Log()
        for sql in JournalReader.orderStatements {
            let plan = try sqlite3(log.scratch.path, "EXPLAIN QUERY PLAN \(sql)")
            let tables = plan.filter { $0.contains("SCAN ") || $0.contains("SEARCH ") }
            #expect(!tables.isEmpty, "\(plan)")
            for line in tables where line.contains("SCAN ") {
                // What is gathered for this order alone.
                let isOwn = ["SCAN h", "SCAN i", "SCAN held", "SCAN instants", "SCAN CONSTANT ROW"]
                    .contains { line.hasSuffix($0) }
                #expect(isOwn, "\(line) of \(plan)")
            }
        }
    }
}
