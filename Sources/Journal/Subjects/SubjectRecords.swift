package import Bridge
package import ColdChain

/// What the log holds of a person in one order.
package struct SubjectRecord: Equatable, Sendable {
    package var order: Order
    /// Why the order has no place of delivery although it was told one; nil otherwise.
    package var placeProblem: PlaceProblem?
    package var bags: [Custody]
    package var events: [EventRecord]
    package var checkpoints: [Checkpoint]
    package var excursions: [Excursion]
    package var dataGaps: [DataGap]
    package var silences: [LoggedSilence]
    /// Of a driver: where they were while the order was theirs.
    package var positions: [LoggedFix]
}

extension JournalReader {
    /// Positions of one order that are read at a time.
    private static let positionPage = 1_000

    /// What the log holds of a person, order by order: those after `number` only.
    package func records(
        of subject: PersonalSubject, after number: UInt32, limit: Int
    ) throws(StoreError) -> [SubjectRecord] {
        let rows = try database.prepare(
            """
            SELECT \(Statement.orderColumns) FROM orders INDEXED BY order_by_\(subject.kind)
            WHERE \(subject.kind) = ?1 AND number > ?2 ORDER BY number LIMIT ?3
            """)
        rows.bind(1, subject.id)
        rows.bind(2, Int64(number))
        rows.bind(3, max(limit, 0))
        var orders: [Order] = []
        while try rows.step() { orders.append(try rows.order()) }
        var records: [SubjectRecord] = []
        let places = try placeRows()
        for var order in orders {
            let place = try places.place(of: order.number)
            order.delivery = place.place
            var record = SubjectRecord(
                order: order, placeProblem: place.problem,
                bags: try custody(of: order.number),
                events: try events(of: order.number),
                checkpoints: try checkpoints(of: order.number),
                excursions: try excursions(of: order.number),
                dataGaps: try dataGaps(of: order.number),
                silences: try silences(of: order.number), positions: [])
            if case .driver = subject { record.positions = try positions(during: order) }
            records.append(record)
        }
        return records
    }

    private func events(of order: OrderNumber) throws(StoreError) -> [EventRecord] {
        let rows = try database.prepare(
            """
            SELECT number, name, order_number, occurred_at, data FROM events
            INDEXED BY event_by_order WHERE order_number = ?1 ORDER BY number
            """)
        rows.bind(1, Int64(order.rawValue))
        var events: [EventRecord] = []
        while try rows.step() {
            events.append(
                EventRecord(
                    number: rows.number(0), name: rows.text(1), order: order,
                    occurredAt: rows.instant(3), data: rows.bytes(4)))
        }
        return events
    }

    private func dataGaps(of order: OrderNumber) throws(StoreError) -> [DataGap] {
        let rows = try database.prepare(
            """
            SELECT \(Statement.dataGapColumns) FROM data_gaps WHERE order_number = ?1
            ORDER BY source, from_us
            """)
        rows.bind(1, Int64(order.rawValue))
        var gaps: [DataGap] = []
        while try rows.step() { gaps.append(try rows.dataGap()) }
        return gaps
    }

    private func positions(during order: Order) throws(StoreError) -> [LoggedFix] {
        guard let vehicle = order.carriedBy else { return [] }
        var fixes: [LoggedFix] = []
        var position: LogPosition?
        repeat {
            let page = try locations(
                vehicle: vehicle, from: order.pickedUpAt ?? order.createdAt,
                until: order.deliveredAt ?? order.updatedAt, after: position,
                limit: Self.positionPage)
            fixes += page
            position = page.count == Self.positionPage ? page.last?.position : nil
        } while position != nil
        return fixes
    }
}
