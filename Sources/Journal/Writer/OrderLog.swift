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
    /// Instants of a piece: some 50 MB of readings.
    private static let pieceInstants = 262_144

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

    init(_ database: Database) throws(StoreError) {
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
        rows = try database.prepare(
            """
            SELECT \(Statement.readingColumns)
            FROM readings AS r INDEXED BY reading_once
            \(Schema.judgement.join)
            WHERE r.measured_at = ?1 AND r.source = ?2
                AND r.quantity = \(Quantity.temperature.rawValue)
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
        for order in orders where entries.count < OrderLog.pieceInstants {
            let known = held.count
            try find(order, at: answers.count, in: &held)
            for source in held[known...] { try find(source, in: &entries) }
            answers.append(OrderTemperatures(order: order))
        }
        addUnindexed(index, held, to: &entries)
        entries.sort()
        var last: Entry?
        for entry in entries where entry != last {
            try read(entry.instant, into: &answers[entry.place].readings)
            last = entry
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

    /// Of one source and instant there may be several probes, and several values of one.
    private func read(
        _ instant: Instant, into readings: inout [Reading]
    ) throws(StoreError) {
        rows.bind(1, instant.measuredAt)
        rows.bind(2, Int64(instant.source))
        defer { rows.reset() }
        guard try rows.step() else { return }
        let first = readings.count
        let id = rows.integer(0)
        readings.append(try rows.reading())
        // Seldom are there more: SQLite would set up a sorter for each instant.
        var ids: [Int64] = []
        while try rows.step() {
            if ids.isEmpty { ids.append(id) }
            let id = rows.integer(0)
            let place = ids.firstIndex { $0 > id } ?? ids.count
            ids.insert(id, at: place)
            readings.insert(try rows.reading(), at: first + place)
        }
    }
}
