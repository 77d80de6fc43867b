import Bridge
import ColdChain
import Journal
import Testing

@Suite("Readings of an order, a bag or a device")
struct SelectedReadingsTests {
    /// Bag 1 carries order 1 twice, bag 2 once; a device is in bag 1 and later in bag 2.
    private static let custody = [
        Custody(bag: "bag-1", order: OrderNumber(1), from: at(1_000), until: at(40_000)),
        Custody(bag: "bag-2", order: OrderNumber(1), from: at(20_000)),
        Custody(bag: "bag-1", order: OrderNumber(1), from: at(90_000_000)),
        Custody(bag: "bag-1", order: OrderNumber(2), from: at(40_000), until: at(50_000)),
    ]

    private static func all(
        _ selection: ReadingSelection, limit: Int, _ reader: JournalReader
    ) throws -> [LoggedReading] {
        var selected = try reader.selectedReadings(selection)
        var readings: [LoggedReading] = []
        while !selected.isFinished {
            let page = try selected.step(limit: limit, from: reader)
            #expect(page.count <= limit)
            readings += page
        }
        return readings
    }

    /// Bursts, late arrivals, repeated instants, and a pause of ten years.
    private static func fill(_ journal: Journal, seed: UInt64) throws {
        var random = seed
        func next(_ bound: UInt64) -> UInt64 {
            random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (random >> 33) % bound
        }
        try journal.commit { batch in
            batch.sources = sources(bags: 3)
            batch.sources.append(
                Source(
                    number: SourceNumber(9), device: "device-1", carrier: .bag("bag-2"),
                    profile: "generic/bag@1"))
            batch.orders = [order(1), order(2)]
            batch.custody = custody
        }
        for _ in 0..<5 {
            try journal.commit { batch in
                for _ in 0..<400 {
                    let source: UInt32 = [1, 2, 3, 9][Int(next(4))]
                    let pause: Int64 = next(3) == 0 ? 3_650 * day : 0
                    batch.readings.append(
                        reading(
                            source, at: Int64(next(60_000)) + pause, Double(next(50)),
                            quantity: next(4) == 0 ? .humidity : .temperature))
                }
            }
        }
    }

    @Test(
        "every reading that is meant comes once, by time, whatever the size of a page",
        arguments: [UInt64(1), 2, 3], [7, 100, 5_000])
    func selections(seed: UInt64, limit: Int) throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try Self.fill(journal, seed: seed)
        let reader = try JournalReader(path: scratch.path)
        var export = try reader.exportReadings(from: at(.min), until: at(.max))
        let log = try export.next(limit: 1_000_000, from: reader)
        for order in [nil, OrderNumber(1), OrderNumber(2)] {
            for bag in [nil, "bag-1", "bag-2", "none"] {
                for device in [nil, "device-1"] {
                    for (from, until) in [(Int64.min, Int64.max), (10_000, 45_000)] {
                        var selection = ReadingSelection()
                        selection.order = order
                        selection.bag = bag
                        selection.device = device
                        selection.from = at(from)
                        selection.until = at(until)
                        let meant = log.filter { Self.isMeant($0, selection) }
                            .sorted { $0.position < $1.position }
                        #expect(try Self.all(selection, limit: limit, reader) == meant)
                    }
                }
            }
        }
    }

    private static func isMeant(_ logged: LoggedReading, _ selection: ReadingSelection) -> Bool {
        let instant = logged.reading.measuredAt
        guard selection.from <= instant, instant < selection.until else { return false }
        if let bag = selection.bag, logged.source.carrier != .bag(bag) { return false }
        if let device = selection.device, logged.source.device != device { return false }
        guard let order = selection.order else { return true }
        return custody.contains {
            $0.order == order && $0.covers(instant) && logged.source.carrier == .bag($0.bag)
        }
    }

    @Test("what is recorded after it began is not part of it")
    func began() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.commit { batch in
            batch.sources = sources()
            batch.readings = (0..<10).map { reading(at: $0 * 1_000) }
        }
        let reader = try JournalReader(path: scratch.path)
        var selection = ReadingSelection()
        selection.bag = "bag-1"
        var selected = try reader.selectedReadings(selection)
        var readings = try selected.step(limit: 3, from: reader)
        try journal.commit { $0.readings = [reading(at: 5_500), reading(at: 20_000)] }
        while !selected.isFinished { readings += try selected.step(limit: 3, from: reader) }
        #expect(readings.map(\.id) == Array(1...10))
    }

    @Test("an empty log has none, and no order but those it knows has a record")
    func nothing() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        let reader = try JournalReader(path: scratch.path)
        var selection = ReadingSelection()
        selection.device = "device-1"
        #expect(try Self.all(selection, limit: 10, reader).isEmpty)
        #expect(try reader.orderRecord(after: OrderNumber(0)) == nil)
        try journal.commit { batch in
            batch.sources = sources()
            batch.orders = [order(2), order(5)]
            batch.custody = [Custody(bag: "bag-1", order: OrderNumber(5), from: at(0))]
        }
        #expect(try reader.orderRecord(after: OrderNumber(0))?.order == order(2))
        #expect(try reader.orderRecord(after: OrderNumber(2))?.custody.map(\.bag) == ["bag-1"])
        #expect(try reader.orderRecord(after: OrderNumber(5)) == nil)
        #expect(try reader.orderID(of: OrderNumber(5)) == "order-5")
    }
}
