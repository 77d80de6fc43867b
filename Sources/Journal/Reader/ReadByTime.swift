package import ColdChain

// Both logs are read by carrier and time the same way: the instants at which the carrier's sources
// said something, from the index by source and from the rows not yet in it; then, by instant and
// source, the rows. CROSS JOIN keeps SQLite to that order.
extension JournalReader {
    /// Everything the bags of an order measured while they carried it, by time of measurement.
    ///
    /// - Parameters:
    ///   - id: the platform's identifier of the order; nil is answered where it is unknown.
    ///   - quantity: only readings of this quantity; all where nil.
    ///   - position: only readings after this one, to go on from the last page.
    ///   - instant: only what was known to the log then (`order(id:asOf:)`); all of it where nil.
    package func temperatureLog(
        order id: String, quantity: Quantity? = nil, after position: LogPosition? = nil,
        asOf instant: Timestamp? = nil, limit: Int
    ) throws(StoreError) -> OrderTemperatureLog? {
        try snapshot { () throws(StoreError) in
            guard let order = try order(id: id, asOf: instant) else { return nil }
            return OrderTemperatureLog(
                order: order, custody: try custody(of: order.number, asOf: instant),
                excursions: try excursions(of: order.number),
                readings: try readings(
                    of: order.number, quantity: quantity, after: position, asOf: instant,
                    limit: limit))
        }
    }

    /// The sources in the bags that carried an order, each with when it did.
    ///
    /// - Parameters:
    ///   - number: The parameter with the order's number, such as `?1`.
    ///   - from: The parameter with the first instant that is wanted.
    ///   - until: The parameter with the first instant that is no longer wanted.
    static func sources(
        ofOrder number: String, from: String? = nil, until: String? = nil
    ) -> String {
        let start = from.map { "max(c.started_at, \($0))" } ?? "c.started_at"
        let end = "coalesce(c.ended_at, \(Int64.max))"
        return """
            SELECT sources.number, \(start), \(until.map { "min(\(end), \($0))" } ?? end)
            FROM custody AS c
            JOIN sources ON sources.carrier = c.bag
                AND sources.carrier_kind = \(CarrierKind.bag.rawValue)
            WHERE c.order_number = \(number)
            """
    }

    /// ?1 order, ?2 and ?3 the position before, ?4 quantity, ?5 limit, ?6 the instant at which it
    /// was known, where one is wanted.
    static let readingsOfOrder = readingsOfOrder(Schema.judgement)
    static let readingsOfOrderKnown = readingsOfOrder(
        Schema.judgement(knownAt: "?6"), " AND r.received_at <= ?6")

    private static func readingsOfOrder(
        _ judgement: Schema.Judgement, _ further: String = ""
    ) -> String {
        """
        WITH held(source, started_at, ended_at) AS MATERIALIZED (\(sources(ofOrder: "?1"))),
        \(instants(log: "readings", index: "reading_by_source", .readingsIndexedThrough))
        SELECT \(Statement.readingColumns), \(Statement.sourceColumns)
        FROM instants AS i
        CROSS JOIN readings AS r INDEXED BY reading_once
            ON r.measured_at = i.measured_at AND r.source = i.source
        CROSS JOIN sources ON sources.number = r.source
        \(judgement.join)
        WHERE (r.measured_at, r.id) > (?2, ?3) AND (?4 IS NULL OR r.quantity = ?4)\(further)
        ORDER BY r.measured_at, r.id LIMIT ?5
        """
    }

    /// What the bags of one order measured while they carried it, by time of measurement.
    package func readings(
        of order: OrderNumber, quantity: Quantity?, after position: LogPosition?,
        asOf instant: Timestamp? = nil, limit: Int
    ) throws(StoreError) -> [LoggedReading] {
        let rows = try database.prepare(
            instant == nil ? JournalReader.readingsOfOrder : JournalReader.readingsOfOrderKnown)
        rows.bind(1, Int64(order.rawValue))
        rows.bind(2, position?.measuredAt.milliseconds ?? .min)
        rows.bind(3, position?.id ?? 0)
        rows.bind(4, quantity.map { Int64($0.rawValue) })
        rows.bind(5, max(limit, 0))
        if let instant { rows.bind(6, instant.milliseconds) }
        var readings: [LoggedReading] = []
        while try rows.step() { readings.append(try rows.loggedReading()) }
        return readings
    }

    static let custodyOfOrder = """
        SELECT \(Statement.custodyColumns) FROM custody WHERE order_number = ?1
        ORDER BY started_at, bag
        """

    static let excursionsOfOrder = """
        SELECT \(Statement.excursionColumns) FROM excursions WHERE order_number = ?1
        ORDER BY started_us, number
        """

    func custody(of order: OrderNumber) throws(StoreError) -> [Custody] {
        let rows = try database.prepare(Self.custodyOfOrder)
        rows.bind(1, Int64(order.rawValue))
        var custody: [Custody] = []
        while try rows.step() { custody.append(rows.custody()) }
        return custody
    }

    func excursions(of order: OrderNumber) throws(StoreError) -> [Excursion] {
        let rows = try database.prepare(Self.excursionsOfOrder)
        rows.bind(1, Int64(order.rawValue))
        var excursions: [Excursion] = []
        while try rows.step() { excursions.append(try rows.excursion()) }
        return excursions
    }

    /// ?1 vehicle, ?2 and ?3 the position before, ?4 and ?5 from and until, ?6 limit.
    static let fixesOfVehicle = """
        WITH held(source, started_at, ended_at) AS MATERIALIZED (
            SELECT number, ?4, ?5 FROM sources
            WHERE carrier = ?1 AND carrier_kind = \(CarrierKind.vehicle.rawValue)),
        \(instants(log: "fixes", index: "fix_by_source", .fixesIndexedThrough))
        SELECT \(Statement.fixColumns), \(Statement.sourceColumns)
        FROM instants AS i
        CROSS JOIN fixes AS r INDEXED BY fix_once
            ON r.measured_at = i.measured_at AND r.source = i.source
        CROSS JOIN sources ON sources.number = r.source
        WHERE (r.measured_at, r.id) > (?2, ?3)
        ORDER BY r.measured_at, r.id LIMIT ?6
        """

    /// Where a vehicle was from one instant until just before another, by time of measurement.
    package func locations(
        vehicle: String, from: Timestamp, until: Timestamp, after position: LogPosition? = nil,
        limit: Int
    ) throws(StoreError) -> [LoggedFix] {
        let rows = try database.prepare(JournalReader.fixesOfVehicle)
        rows.bind(1, vehicle)
        rows.bind(2, position?.measuredAt.milliseconds ?? .min)
        rows.bind(3, position?.id ?? 0)
        rows.bind(4, from.milliseconds)
        rows.bind(5, until.milliseconds)
        rows.bind(6, max(limit, 0))
        var fixes: [LoggedFix] = []
        while try rows.step() { fixes.append(try rows.loggedFix()) }
        return fixes
    }

    /// The instants of the sources in `held`, within their intervals, not before parameter 2.
    static func instants(log: String, index: String, _ progress: LogState) -> String {
        """
        instants(measured_at, source) AS MATERIALIZED (
            SELECT b.measured_at, b.source FROM held AS h
            CROSS JOIN \(index) AS b ON b.source = h.source
                AND b.measured_at >= max(h.started_at, ?2) AND b.measured_at < h.ended_at
            UNION
            SELECT l.measured_at, l.source FROM \(log) AS l NOT INDEXED
            CROSS JOIN held AS h ON h.source = l.source
                AND l.measured_at >= max(h.started_at, ?2) AND l.measured_at < h.ended_at
            WHERE l.id > coalesce(
                (SELECT value FROM log_state WHERE name = '\(progress.rawValue)'), 0))
        """
    }
}

extension Statement {
    fileprivate func loggedFix() throws(StoreError) -> LoggedFix {
        LoggedFix(id: number(0), fix: try fix(), source: try source(Statement.fixColumnCount))
    }

    func loggedReading() throws(StoreError) -> LoggedReading {
        LoggedReading(
            id: number(0), reading: try reading(),
            source: try source(Statement.readingColumnCount))
    }
}
