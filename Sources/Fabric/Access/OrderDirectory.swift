import ColdChain

/// Who has a part in an order, and whether it is over, by which access is judged; and what is told
/// of it beside its positions.
struct OrderParties: Equatable {
    var customer: String?
    var driver: String?
    var restaurant: String?
    var cafe: String?
    var status: OrderStatus
    /// Where it is brought.
    var delivery: Place?

    var isFinal: Bool { status.isFinal }

    init(_ order: Order) {
        customer = order.customer
        driver = order.driver
        restaurant = order.restaurant
        cafe = order.cafe
        status = order.status
        delivery = order.delivery
    }
}

/// The orders the fabric knows, at most `limit` of them.
///
/// A full directory gives up a finished order for a new one where it finds one near its hand, and
/// otherwise the one under the hand, which is among the longest known.
struct OrderDirectory {
    private struct Entry {
        var order: String
        var parties: OrderParties
        /// The number of the newest message on its channel; 0 where there was none.
        var version: UInt64 = 0
    }

    /// How far the hand looks for a finished order before it takes an unfinished one.
    private static let reach = 64

    private let limit: Int
    private var entries: [Entry] = []
    private var index: [String: Int] = [:]
    private var hand = 0

    init(limit: Int) {
        self.limit = max(limit, 1)
    }

    var count: Int { entries.count }

    subscript(order: String) -> OrderParties? {
        index[order].map { entries[$0].parties }
    }

    func version(of order: String) -> UInt64 {
        index[order].map { entries[$0].version } ?? 0
    }

    mutating func note(version: UInt64, of order: String) {
        guard let place = index[order] else { return }
        entries[place].version = version
    }

    mutating func note(_ order: Order) {
        let entry = Entry(order: order.id, parties: OrderParties(order))
        if let place = index[order.id] {
            entries[place].parties = entry.parties
        } else if entries.count < limit {
            index[order.id] = entries.count
            entries.append(entry)
        } else {
            let place = placeToGiveUp()
            index[entries[place].order] = nil
            index[order.id] = place
            entries[place] = entry
        }
    }

    private mutating func placeToGiveUp() -> Int {
        let start = hand
        for step in 0..<min(Self.reach, entries.count) {
            let place = (start + step) % entries.count
            if entries[place].parties.isFinal {
                hand = (place + 1) % entries.count
                return place
            }
        }
        hand = (start + 1) % entries.count
        return start
    }
}
