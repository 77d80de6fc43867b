/// That a bag carried an order from one instant on, and until when.
package struct Custody: Equatable, Sendable {
    package var bag: String
    package var order: OrderNumber
    package var from: Timestamp
    /// The first instant at which it no longer held; nil while it holds.
    package var until: Timestamp?

    package init(bag: String, order: OrderNumber, from: Timestamp, until: Timestamp? = nil) {
        self.bag = bag
        self.order = order
        self.from = from
        self.until = until
    }

    package func covers(_ instant: Timestamp) -> Bool {
        guard from <= instant else { return false }
        guard let until else { return true }
        return instant < until
    }
}
