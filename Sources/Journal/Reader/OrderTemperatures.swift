internal import Bridge
package import ColdChain

/// What the log holds of an order that its food is judged by.
package struct OrderHistory: Equatable, Sendable {
    package var order: Order
    /// Which bags carried it when, by start, and what was measured in them meanwhile.
    package var stretches: [CustodyStretch]
    /// In the order in which they were recorded.
    package var checkpoints: [Checkpoint]
    /// When it was first told to be confirmed; nil where that was not told, or is erased.
    package var confirmedAt: Timestamp?
    /// Whether there are more temperatures than an answer may be made of. Then no
    /// stretch has any.
    package var isTooLong: Bool
}

extension JournalReader {
    /// The most temperatures that one answer is made of: three sensors that send every second for
    /// 18 hours. It bounds the memory, and how long one question holds up the others.
    package static let maximumTemperatures = 200_000

    /// The newest order with the platform's identifier `id`, with all its temperatures; nil where
    /// it is unknown.
    ///
    /// - Parameter instant: Only what was known to the log then (`order(id:asOf:)`).
    package func history(
        order id: String, asOf instant: Timestamp? = nil, atMost limit: Int = maximumTemperatures
    ) throws(StoreError) -> OrderHistory? {
        try snapshot { () throws(StoreError) in
            guard let order = try order(id: id, asOf: instant) else { return nil }
            let custody = try custody(of: order.number, asOf: instant)
            var history = OrderHistory(
                order: order, stretches: custody.map { CustodyStretch(custody: $0) },
                checkpoints: try checkpoints(of: order.number),
                confirmedAt: try confirmation(of: order.number), isTooLong: false)
            if let instant { history.forgetWhatCame(after: instant) }
            try addTemperatures(to: &history, asOf: instant, atMost: limit)
            return history
        }
    }

    /// Every temperature of an order's bags while they carried it. Of one source and instant there
    /// may be several probes and several values.
    private static let temperaturesOfOrder = temperaturesOfOrder(Schema.judgement)
    private static let temperaturesOfOrderKnown = temperaturesOfOrder(
        Schema.judgement(knownAt: "?4"), " AND r.received_at <= ?4")

    private static func temperaturesOfOrder(
        _ judgement: Schema.Judgement, _ further: String = ""
    ) -> String {
        """
        WITH held(source, started_at, ended_at) AS MATERIALIZED (\(sources(ofOrder: "?1"))),
        \(instants(log: "readings", index: "reading_by_source", .readingsIndexedThrough))
        SELECT r.source, r.probe, coalesce(r.corrected, r.value), r.marker, r.measured_at, r.received_at,
            \(judgement.flags)
        FROM instants AS i
        CROSS JOIN readings AS r INDEXED BY reading_once
            ON r.measured_at = i.measured_at AND r.source = i.source
        \(judgement.join)
        WHERE r.quantity = \(Quantity.temperature.rawValue)\(further)
        ORDER BY r.measured_at, r.id LIMIT ?3
        """
    }

    private static let sourcesOfBag = """
        SELECT \(Statement.sourceColumns) FROM sources
        WHERE carrier = ?1 AND carrier_kind = \(CarrierKind.bag.rawValue)
        """

    private static let confirmationOfOrder = """
        SELECT occurred_at FROM events
        WHERE order_number = ?1 AND name = 'order.confirmed' ORDER BY number LIMIT 1
        """

    private static let expectedInterval =
        "SELECT expected_interval_seconds FROM devices WHERE id = ?1"

    /// Every statement that an answer about an order runs: none may read a whole table.
    package static let orderStatements = [
        orderByID, statesOfOrder, custodyOfOrder, excursionsOfOrder, readingsOfOrder,
        readingsOfOrderKnown, temperaturesOfOrder, temperaturesOfOrderKnown, sourcesOfBag,
        confirmationOfOrder, checkpointsOfOrder, expectedInterval, silencesOfOrder,
    ]

    private func confirmation(of order: OrderNumber) throws(StoreError) -> Timestamp? {
        let find = try database.prepare(Self.confirmationOfOrder)
        find.bind(1, Int64(order.rawValue))
        return try find.step() ? find.instant(0) : nil
    }

    private func addTemperatures(
        to history: inout OrderHistory, asOf instant: Timestamp?, atMost limit: Int
    ) throws(StoreError) {
        var places = ChannelPlaces()
        for bag in Set(history.stretches.map(\.custody.bag)) {
            let rows = try database.prepare(Self.sourcesOfBag)
            rows.bind(1, bag)
            while try rows.step() {
                let source = try rows.source()
                places.sources[source.number] = source
            }
        }
        let rows = try database.prepare(
            instant == nil ? Self.temperaturesOfOrder : Self.temperaturesOfOrderKnown)
        rows.bind(1, Int64(history.order.number.rawValue))
        rows.bind(2, Int64.min)
        rows.bind(3, limit + 1)
        if let instant { rows.bind(4, instant.milliseconds) }
        var count = 0
        while try rows.step() {
            count += 1
            places.add(rows.loggedTemperature(), of: rows, to: &history.stretches)
        }
        if count > limit {
            history.isTooLong = true
            for index in history.stretches.indices { history.stretches[index].channels = [] }
        }
        for stretch in history.stretches.indices {
            for channel in history.stretches[stretch].channels.indices {
                let device = history.stretches[stretch].channels[channel].device
                history.stretches[stretch].channels[channel].expectedIntervalSeconds =
                    try expectedInterval(of: device)
            }
        }
    }

    private func expectedInterval(of device: String) throws(StoreError) -> Int? {
        let find = try database.prepare(Self.expectedInterval)
        find.bind(1, device)
        return try find.step() ? find.optionalInteger(0).map { Int($0) } : nil
    }
}

/// Puts each temperature to the sensor and the stretch it belongs to.
private struct ChannelPlaces {
    struct Key: Hashable {
        var stretch: Int
        var source: SourceNumber
        var probe: UInt8
    }

    var sources: [SourceNumber: Source] = [:]
    private var places: [Key: Int] = [:]

    init() {}

    mutating func add(
        _ temperature: LoggedTemperature, of row: Statement, to stretches: inout [CustodyStretch]
    ) {
        let number = SourceNumber(row.number32(0))
        let probe = UInt8(truncatingIfNeeded: row.integer(1))
        guard let source = sources[number] else { return }
        for index in stretches.indices
        where stretches[index].custody.bag == source.carrier.name
            && stretches[index].custody.covers(temperature.measuredAt)
        {
            let key = Key(stretch: index, source: number, probe: probe)
            if let place = places[key] ?? place(of: source, probe, in: stretches[index]) {
                places[key] = place
                stretches[index].channels[place].readings.append(temperature)
                stretches[index].channels[place].profile = source.profile
            } else if Marker(rawValue: UInt8(truncatingIfNeeded: row.integer(3))).isOfSensor {
                places[key] = stretches[index].channels.count
                var channel = SensorChannel(
                    device: source.device, probe: probe, profile: source.profile)
                channel.readings.append(temperature)
                stretches[index].channels.append(channel)
            }
        }
    }

    /// A device that is decoded by another profile is a new source, and the same sensor.
    private func place(
        of source: Source, _ probe: UInt8, in stretch: CustodyStretch
    ) -> Int? {
        stretch.channels.firstIndex { $0.device == source.device && $0.probe == probe }
    }
}

extension Marker? {
    /// False for what says that there is no sensor at all.
    fileprivate var isOfSensor: Bool { self != .probeAbsent && self != .notAvailable }
}

extension Statement {
    fileprivate func loggedTemperature() -> LoggedTemperature {
        LoggedTemperature(
            celsius: isNull(3) ? optionalDouble(2) : nil, measuredAt: instant(4),
            receivedAt: instant(5), quality: QualityFlags(packed: number(6)))
    }
}
