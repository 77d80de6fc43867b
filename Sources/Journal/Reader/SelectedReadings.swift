package import ColdChain

/// Which readings are wanted; nil asks for no more than the other conditions do.
package struct ReadingSelection: Equatable, Sendable {
    /// The first time of measurement.
    package var from = Timestamp(milliseconds: .min)
    /// The first time of measurement that is no longer wanted.
    package var until = Timestamp(milliseconds: .max)
    /// What the order's bags measured while they carried it.
    package var order: OrderNumber?
    package var bag: String?
    package var device: String?

    package init() {}
}

/// The readings of an order, a bag or a device, by time of measurement: what is in memory is one
/// page, and between pages no state of the log is held.
///
/// It goes through the time in windows, which grow where little was measured and shrink where much
/// was, so that a page costs what it holds and not what lies behind it.
package struct SelectedReadings: Sendable {
    private let selection: ReadingSelection
    private var position: LogPosition
    private let end: Timestamp
    private let lastID: UInt64
    private var windowMilliseconds = SelectedReadings.firstWindow

    /// An hour: some readings of one bag.
    private static let firstWindow: Int64 = 3_600_000
    private static let shortestWindow: Int64 = 1_000
    /// About a thousand years: the next doubling is not needed by any log.
    private static let longestWindow: Int64 = 1 << 45

    fileprivate init(
        _ selection: ReadingSelection, from: Timestamp, until: Timestamp, lastID: UInt64
    ) {
        self.selection = selection
        position = LogPosition(measuredAt: from, id: 0)
        end = until
        self.lastID = lastID
    }

    /// Whether there are no more.
    package var isFinished: Bool { position.measuredAt >= end }

    private static let ofOrder = """
        \(JournalReader.sources(ofOrder: "?8", from: "?4", until: "?5"))
            AND (?6 IS NULL OR sources.carrier = ?6) AND (?7 IS NULL OR sources.device = ?7)
        """

    private static let ofSources = """
        SELECT number, ?4, ?5 FROM sources
        WHERE (?6 IS NULL OR (carrier = ?6 AND carrier_kind = \(CarrierKind.bag.rawValue)))
            AND (?7 IS NULL OR device = ?7)
        """

    private static func query(_ held: String) -> String {
        """
        WITH held(source, started_at, ended_at) AS MATERIALIZED (\(held)),
        \(JournalReader.instants(
            log: "readings", index: "reading_by_source", .readingsIndexedThrough))
        SELECT \(Statement.readingColumns), \(Statement.sourceColumns)
        FROM instants AS i
        CROSS JOIN readings AS r INDEXED BY reading_once
            ON r.measured_at = i.measured_at AND r.source = i.source
        CROSS JOIN sources ON sources.number = r.source
        \(Schema.judgement.join)
        WHERE (r.measured_at, r.id) > (?2, ?3) AND r.id <= ?9
        ORDER BY r.measured_at, r.id LIMIT ?1
        """
    }

    private static let queryOfOrder = query(ofOrder)
    private static let queryOfSources = query(ofSources)

    /// The readings that one query finds, at most `limit` and perhaps none. Readings that were
    /// recorded after the export began are not part of it.
    package mutating func step(
        limit: Int, from reader: JournalReader
    ) throws(StoreError) -> [LoggedReading] {
        guard limit > 0, !isFinished else { return [] }
        let window = min(position.measuredAt.advanced(byMilliseconds: windowMilliseconds), end)
        let isOfOrder = selection.order != nil
        let rows = try reader.database.prepare(
            isOfOrder ? SelectedReadings.queryOfOrder : SelectedReadings.queryOfSources)
        rows.bind(1, limit)
        rows.bind(2, position.measuredAt.milliseconds)
        rows.bind(3, position.id)
        rows.bind(4, selection.from.milliseconds)
        rows.bind(5, window.milliseconds)
        rows.bind(6, selection.bag)
        rows.bind(7, selection.device)
        if let order = selection.order { rows.bind(8, Int64(order.rawValue)) }
        rows.bind(9, lastID)
        var page: [LoggedReading] = []
        while try rows.step() { page.append(try rows.loggedReading()) }
        if page.count >= limit, let last = page.last {
            position = last.position
            windowMilliseconds = max(windowMilliseconds / 2, SelectedReadings.shortestWindow)
        } else {
            position = LogPosition(measuredAt: window, id: 0)
            windowMilliseconds = min(windowMilliseconds * 2, SelectedReadings.longestWindow)
        }
        return page
    }
}

extension JournalReader {
    /// Begins an export of an order's, a bag's or a device's readings.
    package func selectedReadings(
        _ selection: ReadingSelection
    ) throws(StoreError) -> SelectedReadings {
        try snapshot { () throws(StoreError) in
            let first = try database.integer("SELECT min(measured_at) FROM readings")
            let last = try database.integer("SELECT max(measured_at) FROM readings")
            guard let first, let last else {
                return SelectedReadings(
                    selection, from: selection.until, until: selection.until, lastID: 0)
            }
            let newest = Timestamp(milliseconds: last).advanced(byMilliseconds: 1)
            return SelectedReadings(
                selection, from: max(selection.from, Timestamp(milliseconds: first)),
                until: min(selection.until, newest),
                lastID: UInt64(clamping: try database.integer("SELECT max(id) FROM readings") ?? 0))
        }
    }
}
