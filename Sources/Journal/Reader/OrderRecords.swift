package import ColdChain

/// An order with the bags that carried it and the excursions that were found.
package struct OrderRecord: Equatable, Sendable {
    package var order: Order
    /// Which bags carried it when, by start.
    package var custody: [Custody]
    /// By their opening.
    package var excursions: [LoggedExcursion]
}

/// An excursion with the names behind its numbers.
package struct LoggedExcursion: Equatable, Sendable {
    package var excursion: Excursion
    package var source: Source

    package init(excursion: Excursion, source: Source) {
        self.excursion = excursion
        self.source = source
    }
}

extension JournalReader {
    /// The order with the next number after `number`; nil behind the last one.
    package func orderRecord(after number: OrderNumber) throws(StoreError) -> OrderRecord? {
        try orderRecord("orders.number > ?1 ORDER BY orders.number LIMIT 1", number)
    }

    package func orderRecord(of number: OrderNumber) throws(StoreError) -> OrderRecord? {
        try orderRecord("orders.number = ?1", number)
    }

    /// The platform's identifier of an order; nil where the log no longer has it.
    package func orderID(of number: OrderNumber) throws(StoreError) -> String? {
        let find = try database.prepare("SELECT id FROM orders WHERE number = ?1")
        find.bind(1, Int64(number.rawValue))
        return try find.step() ? find.text(0) : nil
    }

    /// The log's own name, made with it and kept for its life.
    package func epoch() throws(StoreError) -> String {
        let find = try database.prepare("SELECT epoch FROM store")
        return try find.step() ? find.text(0) : ""
    }

    private func orderRecord(
        _ condition: String, _ number: OrderNumber
    ) throws(StoreError) -> OrderRecord? {
        try snapshot { () throws(StoreError) in
            let find = try database.prepare(
                "SELECT \(Statement.orderColumns) FROM orders WHERE \(condition)")
            find.bind(1, Int64(number.rawValue))
            guard try find.step() else { return nil }
            let order = try find.order()
            return OrderRecord(
                order: order, custody: try custody(of: order.number),
                excursions: try loggedExcursions(of: order.number))
        }
    }

    private func loggedExcursions(of order: OrderNumber) throws(StoreError) -> [LoggedExcursion] {
        var logged: [LoggedExcursion] = []
        for excursion in try excursions(of: order) {
            let find = try database.prepare(
                "SELECT \(Statement.sourceColumns) FROM sources WHERE number = ?1")
            find.bind(1, Int64(excursion.source.rawValue))
            guard try find.step() else {
                throw StoreError(
                    kind: .corrupt,
                    message: "excursion \(excursion.number) is of a source that is not there",
                    statement: "excursions.source")
            }
            logged.append(LoggedExcursion(excursion: excursion, source: try find.source()))
        }
        return logged
    }
}
