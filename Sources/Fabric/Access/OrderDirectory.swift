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
        /// When it arrives, as the platform said last.
        var estimate: Timestamp?
    }

    /// Whose an order is.
    private enum Party: Hashable {
        case customer(String)
        case driver(String)
        case site(String)

        init?(of identity: Identity) {
            switch identity.role {
            case .customer: self = .customer(identity.subject)
            case .driver: self = .driver(identity.subject)
            case .merchant:
                guard let site = identity.site else { return nil }
                self = .site(site)
            case .support, .administrator, .staff, .foodSafety, .employee, .manager: return nil
            }
        }

        static func all(of parties: OrderParties) -> Set<Party> {
            var all: Set<Party> = []
            if let customer = parties.customer { all.insert(.customer(customer)) }
            if let driver = parties.driver { all.insert(.driver(driver)) }
            if let restaurant = parties.restaurant { all.insert(.site(restaurant)) }
            if let cafe = parties.cafe { all.insert(.site(cafe)) }
            return all
        }
    }

    /// How far the hand looks for a finished order before it takes an unfinished one.
    private static let reach = 64

    private let limit: Int
    private var entries: [Entry] = []
    private var index: [String: Int] = [:]
    private var hand = 0
    /// The places of the open orders of each party.
    private var open: [Party: Set<Int>] = [:]

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

    /// When an order that is not over arrives; nil where nobody has said it.
    func estimate(of order: String?) -> Timestamp? {
        guard let place = order.flatMap({ index[$0] }), !entries[place].parties.isFinal else {
            return nil
        }
        return entries[place].estimate
    }

    mutating func note(estimate: Timestamp, of order: String) {
        guard let place = index[order] else { return }
        entries[place].estimate = estimate
    }

    mutating func note(_ order: Order) {
        var entry = Entry(order: order.id, parties: OrderParties(order))
        if let place = index[order.id] {
            entry.version = entries[place].version
            entry.estimate = entries[place].estimate
            replace(place, with: entry)
        } else if entries.count < limit {
            index[order.id] = entries.count
            entries.append(entry)
            setOpen(entries.count - 1, true)
        } else {
            let place = placeToGiveUp()
            index[entries[place].order] = nil
            index[order.id] = place
            replace(place, with: entry)
        }
    }

    private mutating func replace(_ place: Int, with entry: Entry) {
        setOpen(place, false)
        entries[place] = entry
        setOpen(place, true)
    }

    /// Has an order found by its parties, or not any more; one that is over is not.
    private mutating func setOpen(_ place: Int, _ isOpen: Bool) {
        let parties = entries[place].parties
        guard !parties.isFinal else { return }
        for party in Party.all(of: parties) {
            if isOpen {
                open[party, default: []].insert(place)
            } else if open[party]?.remove(place) != nil, open[party]?.isEmpty == true {
                open[party] = nil
            }
        }
    }

    /// A page of the open orders that a user may follow.
    ///
    /// - Parameter start: Zero, or where the page before said that there may be more.
    func openOrders(
        of identity: Identity, from start: Int, limit: Int
    ) -> (orders: [(id: String, parties: OrderParties)], next: Int?) {
        let places: [Int]
        if identity.role.seesEverything {
            places = openPlaces(from: start, limit: limit + 1)
        } else {
            let own = Party(of: identity).flatMap { open[$0] } ?? []
            places = own.filter { $0 >= start }.sorted()
        }
        let page = places.prefix(limit).map { entries[$0] }
            .filter { identity.mayFollow($0.parties) }
        return (
            page.map { ($0.order, $0.parties) },
            places.count > limit ? places[limit] : nil
        )
    }

    private func openPlaces(from start: Int, limit: Int) -> [Int] {
        var places: [Int] = []
        for place in entries.indices.dropFirst(start) where !entries[place].parties.isFinal {
            places.append(place)
            if places.count == limit { break }
        }
        return places
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
