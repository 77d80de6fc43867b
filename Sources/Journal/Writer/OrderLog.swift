internal import Bridge
package import ColdChain

/// Every temperature that the log has of an order.
package struct OrderTemperatures: Equatable, Sendable {
    package var order: OrderNumber
    /// With their newest flags; by time of measurement, at one time by source, and then by the order
    /// of the log.
    package var readings: [Reading] = []
}

/// Reads what the bags of orders measured while they carried them. It belongs to the writer, which
/// has in memory what is not yet in the index by source.
///
/// After a start every order is asked for. Their readings lie beside each other by time, not by
/// order: so many orders are answered at once, and each page is read once for all of them.
struct OrderLog {
    /// Instants of one statement: it opens the tables once for all of them.
    private static let blockInstants = 32

    private let pieceInstants: Int
    private let held: Statement
    private let instants: Statement
    private let rows: Statement

    /// A source whose bag carried an order, from one instant until just before another.
    private struct Held {
        var source: UInt32
        var from: Int64
        var until: Int64
        /// The order's place in the piece.
        var place: Int
    }

    /// When a source measured something of an order.
    private struct Entry: Comparable {
        var instant: Instant
        var place: Int

        static func < (one: Entry, other: Entry) -> Bool {
            (one.instant.measuredAt, one.instant.source, one.place)
                < (other.instant.measuredAt, other.instant.source, other.place)
        }
    }

    /// - Parameter pieceInstants: How many make a piece.
    init(_ database: Database, pieceInstants: Int) throws(StoreError) {
        self.pieceInstants = max(pieceInstants, 1)
        held = try database.prepare(
            """
            SELECT sources.number, c.started_at, coalesce(c.ended_at, \(Int64.max))
            FROM custody AS c
            CROSS JOIN sources INDEXED BY source_by_carrier ON sources.carrier = c.bag
                AND sources.carrier_kind = \(CarrierKind.bag.rawValue)
            WHERE c.order_number = ?1
            """)
        instants = try database.prepare(
            """
            SELECT measured_at FROM reading_by_source
            WHERE source = ?1 AND measured_at >= ?2 AND measured_at < ?3
            """)
        let wanted = repeatElement("(?, ?, ?)", count: OrderLog.blockInstants)
        rows = try database.prepare(
            """
            WITH wanted(place, measured_at, source) AS (VALUES \(wanted.joined(separator: ", ")))
            SELECT \(Statement.readingColumns), wanted.place
            FROM wanted
            CROSS JOIN readings AS r INDEXED BY reading_once
                ON r.measured_at = wanted.measured_at AND r.source = wanted.source
                AND r.quantity = \(Quantity.temperature.rawValue)
            \(Schema.judgement.join)
            """)
    }

    /// The temperatures of the first of these orders: of at least one, and of as many as make a piece.
    ///
    /// - Parameter index: Of the same log, for what is not in the table yet.
    func temperatures(
        ofFirst orders: ArraySlice<OrderNumber>, index: InstantIndex
    ) throws(StoreError) -> [OrderTemperatures] {
        var answers: [OrderTemperatures] = []
        var held: [Held] = []
        var entries: [Entry] = []
        for order in orders where entries.count < pieceInstants {
            let known = (held: held.count, entries: entries.count)
            try find(order, at: answers.count, in: &held)
            for source in held[known.held...] { try find(source, in: &entries) }
            answers.append(OrderTemperatures(order: order))
            answers[answers.count - 1].readings.reserveCapacity(entries.count - known.entries)
        }
        addUnindexed(index, held, to: &entries)
        entries.sort()
        // An instant may be in the index and in what is gathered for it.
        var last: Entry?
        entries.removeAll { entry in
            defer { last = entry }
            return entry == last
        }
        var start = 0
        while start < entries.count {
            let end = min(start + OrderLog.blockInstants, entries.count)
            try read(entries[start..<end], into: &answers)
            start = end
        }
        return answers
    }

    private func find(
        _ order: OrderNumber, at place: Int, in list: inout [Held]
    ) throws(StoreError) {
        held.bind(1, Int64(order.rawValue))
        while try held.step() {
            list.append(
                Held(
                    source: held.number32(0), from: held.integer(1), until: held.integer(2),
                    place: place))
        }
    }

    private func find(_ held: Held, in entries: inout [Entry]) throws(StoreError) {
        instants.bind(1, Int64(held.source))
        instants.bind(2, held.from)
        instants.bind(3, held.until)
        while try instants.step() {
            let instant = Instant(source: held.source, measuredAt: instants.integer(0))
            entries.append(Entry(instant: instant, place: held.place))
        }
    }

    private func addUnindexed(
        _ index: InstantIndex, _ held: [Held], to entries: inout [Entry]
    ) {
        let held = held.sorted { $0.source < $1.source }
        index.forEachUnindexed { instant in
            var low = 0
            var high = held.count
            while low < high {
                let middle = (low + high) / 2
                if held[middle].source < instant.source { low = middle + 1 } else { high = middle }
            }
            while low < held.count, held[low].source == instant.source {
                if held[low].from <= instant.measuredAt, instant.measuredAt < held[low].until {
                    entries.append(Entry(instant: instant, place: held[low].place))
                }
                low += 1
            }
        }
    }

    /// Of one source and instant there may be several probes, and several values of one. Seldom are
    /// there: SQLite would set up a sorter for each block.
    private func read(
        _ block: ArraySlice<Entry>, into answers: inout [OrderTemperatures]
    ) throws(StoreError) {
        bind(block)
        var ids: [Int64] = []
        while try rows.step() {
            let place = Int(rows.integer(Statement.readingColumnCount))
            let reading = try rows.reading()
            let id = rows.integer(0)
            if let last = answers[place].readings.last, last.measuredAt == reading.measuredAt,
                last.source == reading.source
            {
                let after = ids.reversed().firstIndex { $0 < id }?.base ?? 0
                answers[place].readings.insert(
                    reading, at: answers[place].readings.count - ids.count + after)
                ids.insert(id, at: after)
            } else {
                answers[place].readings.append(reading)
                ids.removeAll(keepingCapacity: true)
                ids.append(id)
            }
        }
    }

    /// A block that is not full ends with instants at which nothing was measured.
    private func bind(_ block: ArraySlice<Entry>) {
        var parameter: Int32 = 1
        for entry in block {
            rows.bind(parameter, entry.place)
            rows.bind(parameter + 1, entry.instant.measuredAt)
            rows.bind(parameter + 2, Int64(entry.instant.source))
            parameter += 3
        }
        while parameter <= 3 * Int32(OrderLog.blockInstants) {
            rows.bindNull(parameter)
            parameter += 1
        }
    }
}
