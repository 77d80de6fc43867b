internal import ColdChain

// What was known of an order at an instant. When something became known is when it was received:
// readings say it, revisions of their flags, checkpoints and the states of orders, too. When a bag
// was bound is not in the log, only since when it carries the order.
extension JournalReader {
    /// The newest order with the platform's identifier, as it was known at an instant; nil where
    /// the log has no state of it from then. Who is party to it is as it is now.
    func order(id: String, asOf instant: Timestamp?) throws(StoreError) -> Order? {
        guard let order = try order(id: id) else { return nil }
        guard let instant, order.updatedAt > instant else { return order }
        let key = CanonicalBytes()
        key.append(Int64(order.number.rawValue))
        let states = try database.prepare(Self.statesOfOrder)
        states.bind(1, blob: key.array)
        while try states.step() {
            let state = OrderState(states.bytes(0))
            if let state, let then = state.applied(to: order), then.updatedAt <= instant {
                return then
            }
        }
        return nil
    }

    /// The newest first.
    static let statesOfOrder = """
        SELECT body FROM changes INDEXED BY change_by_key
        WHERE subject = \(ChangeSubject.order.rawValue) AND key = ?1 ORDER BY number DESC
        """

    /// Which bags carried the order when, by start, as far as that had come about at an instant.
    func custody(
        of order: OrderNumber, asOf instant: Timestamp?
    ) throws(StoreError) -> [Custody] {
        let custody = try custody(of: order)
        guard let instant else { return custody }
        return custody.compactMap { custody in
            guard custody.from <= instant else { return nil }
            var then = custody
            if let until = custody.until, until > instant { then.until = nil }
            return then
        }
    }
}

extension OrderHistory {
    mutating func forgetWhatCame(after instant: Timestamp) {
        checkpoints.removeAll { $0.recordedAt > instant }
        if let confirmedAt, confirmedAt > instant { self.confirmedAt = nil }
    }
}

/// The numbers of a state of an order, as a change of the chain holds it; texts are left out.
private struct OrderState {
    /// By the places of `ChangeSubject.order.columns`.
    private enum Column {
        static let foodClass = 2
        static let status = 3
        static let promisedAt = 9
        static let pickedUpAt = 15
        static let deliveredAt = 16
        static let updatedAt = 17
        static let count = 18
    }

    private let values: [Int64?]

    init?(_ body: [UInt8]) {
        guard let values = CanonicalValues.integers(body.span), values.count == Column.count
        else { return nil }
        self.values = values
    }

    /// Nil where the state is none that an order can have.
    func applied(to order: Order) -> Order? {
        guard let updatedAt = instant(Column.updatedAt),
            let status = values[Column.status].flatMap(UInt8.init(exactly:))
                .flatMap(OrderStatus.init(rawValue:)),
            let foodClass = values[Column.foodClass].flatMap(UInt8.init(exactly:))
                .flatMap(FoodClass.init(rawValue:))
        else { return nil }
        var then = order
        then.foodClass = foodClass
        then.status = status
        then.promisedAt = instant(Column.promisedAt)
        then.pickedUpAt = instant(Column.pickedUpAt)
        then.deliveredAt = instant(Column.deliveredAt)
        then.updatedAt = updatedAt
        return then
    }

    private func instant(_ column: Int) -> Timestamp? {
        values[column].map(Timestamp.init(milliseconds:))
    }
}
