internal import ColdChain

/// The rows that one hold, or what is open together, covers.
struct Cover: Equatable {
    enum Reason: Equatable {
        case hold(UInt64)
        case openExcursions
        /// Alerts that nobody has closed or nobody has reviewed.
        case openAlerts
    }

    var reason: Reason
    /// Nil: whatever order.
    var orders: Set<Int64>?
    /// By source, when it was in a bag that carried one of `orders`: such a reading is theirs also
    /// where it did not know so when it was recorded.
    var custody: [Int64: [Range<Int64>]] = [:]
    /// Nil: whatever source.
    var sources: Set<Int64>?
    /// Orders that were in the bags of `sources`; nil: whatever order.
    var ordersOfSources: Set<Int64>?
    var span = Int64.min..<Int64.max

    func covers(source: Int64, order: Int64?, at instant: Int64) -> Bool {
        guard span.contains(instant), sources?.contains(source) ?? true else { return false }
        guard let orders else { return true }
        if let order, orders.contains(order) { return true }
        return custody[source]?.contains { $0.contains(instant) } ?? false
    }

    /// Whether an order, or an event of it, is covered.
    func covers(order: Int64, during stretch: ClosedRange<Int64>) -> Bool {
        stretch.overlaps(span) && orders?.contains(order) ?? true
            && ordersOfSources?.contains(order) ?? true
    }
}

/// Everything that must not be erased at the moment.
struct HeldRows: Equatable {
    var covers: [Cover] = []

    func contains(source: Int64, order: Int64?, at instant: Int64) -> Bool {
        covers.contains { $0.covers(source: source, order: order, at: instant) }
    }

    func contains(eventOf order: Int64, at instant: Int64) -> Bool {
        covers.contains { $0.covers(order: order, during: instant...instant) }
    }
}

/// Finds out what holds, open excursions and open alerts cover.
struct HeldRowsReader {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    func read(_ holds: [LegalHold]) throws(StoreError) -> HeldRows {
        var held = HeldRows()
        for hold in holds { held.covers.append(try cover(of: hold)) }
        try addOrders(
            .openExcursions,
            """
            SELECT DISTINCT order_number FROM excursions INDEXED BY excursion_open
            WHERE closed_us IS NULL AND standing = \(Excursion.Standing.holds.rawValue)
            """, to: &held)
        try addOrders(
            .openAlerts,
            """
            SELECT DISTINCT order_number FROM alerts INDEXED BY alert_unsettled
            WHERE (is_closed = 0 OR review_due IS NOT NULL) AND order_number IS NOT NULL
            """, to: &held)
        return held
    }

    private func addOrders(
        _ reason: Cover.Reason, _ sql: String, to held: inout HeldRows
    ) throws(StoreError) {
        let orders = Set(try numbers(sql))
        guard !orders.isEmpty else { return }
        held.covers.append(Cover(reason: reason, orders: orders, custody: try custody(of: orders)))
    }

    private func cover(of hold: LegalHold) throws(StoreError) -> Cover {
        var cover = Cover(reason: .hold(hold.number))
        let from = hold.scope.from?.milliseconds ?? .min
        cover.span = from..<max(hold.scope.until?.milliseconds ?? .max, from)
        if let id = hold.scope.order {
            let orders = Set(try numbers("SELECT number FROM orders WHERE id = ?1", id))
            cover.orders = orders
            cover.custody = try custody(of: orders)
        }
        var bags: Set<String>?
        if let bag = hold.scope.bag {
            cover.sources = Set(try numbers(HeldRowsReader.sourcesOfBag, bag))
            bags = [bag]
        }
        if let device = hold.scope.device {
            let sources = Set(try numbers("SELECT number FROM sources WHERE device = ?1", device))
            cover.sources = cover.sources?.intersection(sources) ?? sources
            let carriers = Set(
                try texts("SELECT DISTINCT carrier FROM sources WHERE device = ?1", device))
            bags = bags?.intersection(carriers) ?? carriers
        }
        if let bags {
            var orders: Set<Int64> = []
            for bag in bags {
                orders.formUnion(
                    try numbers("SELECT DISTINCT order_number FROM custody WHERE bag = ?1", bag))
            }
            cover.ordersOfSources = orders
        }
        return cover
    }

    private static let sourcesOfBag = """
        SELECT number FROM sources WHERE carrier = ?1
            AND carrier_kind = \(CarrierKind.bag.rawValue)
        """

    private func custody(
        of orders: Set<Int64>
    ) throws(StoreError) -> [Int64: [Range<Int64>]] {
        let rows = try database.prepare(
            """
            SELECT s.number, c.started_at, c.ended_at FROM custody c
            JOIN sources s ON s.carrier = c.bag AND s.carrier_kind = \(CarrierKind.bag.rawValue)
            WHERE c.order_number = ?1
            """)
        var custody: [Int64: [Range<Int64>]] = [:]
        for order in orders {
            rows.bind(1, order)
            while try rows.step() {
                let start = rows.integer(1)
                let end = max(rows.optionalInteger(2) ?? .max, start)
                custody[rows.integer(0), default: []].append(start..<end)
            }
        }
        return custody
    }

    private func numbers(_ sql: String, _ text: String? = nil) throws(StoreError) -> [Int64] {
        let rows = try database.prepare(sql)
        if let text { rows.bind(1, text) }
        var numbers: [Int64] = []
        while try rows.step() { numbers.append(rows.integer(0)) }
        return numbers
    }

    private func texts(_ sql: String, _ text: String) throws(StoreError) -> [String] {
        let rows = try database.prepare(sql)
        rows.bind(1, text)
        var texts: [String] = []
        while try rows.step() { texts.append(rows.text(0)) }
        return texts
    }
}
