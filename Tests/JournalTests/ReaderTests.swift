import Bridge
import ColdChain
import Journal
import Testing

@Suite("Reading the log")
struct ReaderTests {
    /// Bag 1 carries the order from 100 to 200 and again from 300; bag 2 from 150 to 250.
    private static let custody = [
        Custody(bag: "bag-1", order: OrderNumber(1), from: at(100), until: at(200)),
        Custody(bag: "bag-2", order: OrderNumber(1), from: at(150), until: at(250)),
        Custody(bag: "bag-1", order: OrderNumber(1), from: at(300)),
    ]

    @Test("an order's id may come again under a new number, and the newest is the one that is read")
    func orderIDComesAgain() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { $0.orders = [order(1, status: .delivered)] }
        var again = order(2)
        again.id = "order-1"
        try journal.commit { $0.orders = [again] }
        let reader = try JournalReader(path: scratch.settings.path)
        #expect(try reader.order(id: "order-1")?.number == OrderNumber(2))
        #expect(try reader.temperatureLog(order: "order-1", limit: 1)?.order == again)
    }

    @Test(
        "an order's log holds what its bags measured while they carried it, by time of measurement",
        arguments: [0, 40_000])
    func orderLog(earlierSamples: Int) throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources(bags: 3)
            batch.sources.append(
                Source(
                    number: SourceNumber(9), device: "device-9", carrier: .bag("bag-1"),
                    profile: "generic/bag@2"))
            batch.orders = [order(1), order(2)]
            batch.custody = Self.custody
        }
        // So many that part of what follows is in the index by source, and part is not yet.
        let inside: [(UInt32, Int64)] = [
            (1, 100), (1, 199), (9, 150), (2, 150), (2, 249), (1, 300), (1, 5_000),
        ]
        let outside: [(UInt32, Int64)] = [
            (1, 99), (1, 200), (2, 149), (2, 250), (3, 160), (9, 299),
        ]
        try journal.commit { batch in
            batch.readings = (inside + outside).reversed().map { reading($0.0, at: $0.1) }
        }
        try commitElsewhere(earlierSamples, journal)
        let late = reading(1, at: 160, quantity: .humidity)
        try journal.commit { $0.readings = [late] }
        let reader = try JournalReader(path: scratch.path)
        let log = try #require(try reader.temperatureLog(order: "order-1", limit: 100))
        #expect(log.order == order(1))
        #expect(log.custody == Self.custody)
        let expected = (inside.map { reading($0.0, at: $0.1) } + [late])
            .sorted { $0.measuredAt < $1.measuredAt }
        #expect(log.readings.map(\.reading.measuredAt) == expected.map(\.measuredAt))
        #expect(Set(log.readings.map(\.reading.source)) == Set(expected.map(\.source)))
        #expect(log.readings.first?.source == sources()[0])
        let temperatures = try reader.temperatureLog(
            order: "order-1", quantity: .temperature, limit: 100)
        #expect(temperatures?.readings.count == inside.count)
        #expect(try reader.temperatureLog(order: "unheard-of", limit: 1) == nil)
        #expect(try reader.temperatureLog(order: "order-2", limit: 1)?.readings == [])
    }

    @Test("a log read in pages is the log read at once", arguments: [1, 2, 3, 7])
    func pages(limit: Int) throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order()]
            batch.custody = Self.custody
            // Several rows of one instant must not fall between two pages.
            batch.readings = (0..<20).map { reading(at: 100 + Int64($0 / 6), Double($0)) }
            batch.fixes = (0..<20).map { fix(at: 100 + Int64($0 / 6), latitude: Double($0)) }
        }
        let reader = try JournalReader(path: scratch.path)
        var readings: [LoggedReading] = []
        var fixes: [LoggedFix] = []
        while let page = try reader.temperatureLog(
            order: "order-1", after: readings.last?.position, limit: limit)?.readings,
            !page.isEmpty
        {
            readings += page
        }
        while case let page = try reader.locations(
            vehicle: "van-1", from: at(100), until: at(103), after: fixes.last?.position,
            limit: limit), !page.isEmpty
        {
            fixes += page
        }
        #expect(readings.map(\.reading.measurement.value) == (0..<20).map(Double.init))
        #expect(fixes.map(\.fix.position.latitude) == (0..<18).map(Double.init))
        #expect(fixes.first?.fix == fix(at: 100, latitude: 0))
    }

    @Test("the index by source follows the log within two slices, so that queries stay short")
    func indexFollows() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { $0.sources = sources(bags: 3) }
        var behind: Int64 = 0
        for start in stride(from: 0, to: 80_000, by: 1_000) {
            try journal.commit { batch in
                batch.readings = (0..<1_000).map {
                    reading(1 + UInt32($0 % 3), at: Int64(start + $0))
                }
            }
            if start % 10_000 == 0 {
                let unindexed = try sqlite3(
                    scratch.path,
                    """
                    SELECT max(id) - coalesce((SELECT value FROM log_state
                        WHERE name = 'readings_indexed_through'), 0) FROM readings
                    """)
                behind = max(behind, unindexed.first.flatMap { Int64($0) } ?? .max)
            }
        }
        #expect(behind <= 2 * 16_384 + 1_000)
        let indexed = try sqlite3(scratch.path, "SELECT count(*) FROM reading_by_source")
        #expect((indexed.first.flatMap { Int($0) } ?? 0) > 40_000)
    }

    @Test("a vehicle's locations come from all its devices, indexed or not")
    func locations() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources(vehicles: 2)
            batch.fixes = [fix(102, at: 5), fix(101, at: 20), fix(101, at: 10)]
        }
        for start in stride(from: 0, to: 20_000, by: 1_000) {
            try journal.commit { batch in
                batch.fixes = (0..<1_000).map { fix(102, at: Int64(100 + start + $0)) }
            }
        }
        try journal.commit { $0.fixes = [fix(101, at: 15)] }
        let reader = try JournalReader(path: scratch.path)
        let all = try reader.locations(vehicle: "van-1", from: at(0), until: at(.max), limit: 9)
        #expect(all.map(\.fix.measuredAt) == [at(10), at(15), at(20)])
        let some = try reader.locations(vehicle: "van-1", from: at(11), until: at(20), limit: 9)
        #expect(some.map(\.fix.measuredAt) == [at(15)])
    }

    @Test("an export gives a stretch of time in log order and ends where it began to be asked for")
    func export() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.readings = [30, 10, 20, 40, 15].map { reading(at: $0) }
        }
        let reader = try JournalReader(path: scratch.path)
        var export = try reader.exportReadings(from: at(10), until: at(40))
        let first = try export.next(limit: 2, from: reader)
        try journal.commit { $0.readings = [reading(at: 12)] }
        let rest = try export.next(limit: 100, from: reader)
        #expect((first + rest).map(\.reading.measuredAt) == [30, 10, 20, 15].map(at))
        #expect(try export.next(limit: 100, from: reader) == [])
        var nothing = try reader.exportReadings(from: at(1_000), until: at(2_000))
        #expect(try nothing.next(limit: 100, from: reader) == [])
    }

    @Test("events are read after a number")
    func events() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.orders = [order()]
            batch.events = (1...5).map { event($0, at: Int64($0)) }
        }
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.events(after: 2, limit: 2) == [event(3, at: 3), event(4, at: 4)])
        #expect(try reader.events(after: 5, limit: 2) == [])
    }

    @Test("B-8: dead letters are listed byte for byte, and marked when they were replayed")
    func deadLetters() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { $0.deadLetters = (1...4).map { deadLetter($0) } }
        #expect(try journal.markReplayed(deadLetters: [2, 3, 77], at: at(500)) == 2)
        #expect(try journal.markReplayed(deadLetters: [2], at: at(600)) == 0)
        let reader = try JournalReader(path: scratch.path)
        let page = try reader.deadLetters(after: 1, limit: 2)
        #expect(
            page == [
                LoggedDeadLetter(number: 2, letter: deadLetter(2), replayedAt: at(500)),
                LoggedDeadLetter(number: 3, letter: deadLetter(3), replayedAt: at(500)),
            ])
        #expect(try reader.deadLetter(number: 4)?.replayedAt == nil)
        #expect(try reader.deadLetter(number: 5) == nil)
        #expect(try reader.deadLetterCount() == 4)
    }

    @Test("counts say how much the log holds")
    func counts() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let reader = try JournalReader(path: scratch.path)
        #expect(try reader.counts().readings == 0)
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order()]
            batch.readings = [reading(at: 1), reading(at: 2)]
            batch.fixes = [fix(at: 1)]
            batch.events = [event(1)]
            batch.deliveries = [delivery(1), delivery(2)]
            batch.deadLetters = [deadLetter(1)]
        }
        let counts = try reader.counts()
        #expect(counts.readings == 2)
        #expect(counts.fixes == 1)
        #expect(counts.events == 1)
        #expect(counts.pendingDeliveries == 2)
        #expect(counts.deadLetters == 1)
        #expect(counts.deadLettersRemoved == 0)
        #expect(counts.databaseBytes > 0)
        try reader.verify()
    }

    private func commitElsewhere(_ samples: Int, _ journal: Journal) throws {
        for start in stride(from: 0, to: samples, by: 2_000) {
            try journal.commit { batch in
                batch.readings = (0..<2_000).map { reading(3, at: Int64(start + $0)) }
            }
        }
    }
}
