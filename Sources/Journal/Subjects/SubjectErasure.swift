internal import Bridge
internal import ColdChain

/// What became of a wish to erase a person's data.
package enum ErasureOutcome: Equatable, Sendable {
    case erased(ErasureReport)
    /// Nothing was erased: the first reasons.
    case refused([ErasureObstacle])
}

package struct ErasureReport: Equatable, Sendable {
    /// The platform's identifiers of the orders that named the person.
    package var orders: [String] = []
    /// Earlier states of those orders.
    package var states = 0
    /// Positions, of a driver.
    package var fixes = 0
    /// Checkpoints that named the person: each is there again without them.
    package var checkpoints = 0

    package init() {}
}

/// Why an order keeps its personal data.
package enum ErasureObstacle: Equatable, Sendable {
    case underWay(order: String)
    case onHold(order: String, hold: UInt64)
    /// An excursion of the order that nobody has closed.
    case openExcursion(order: String)
    /// One that is not closed, or not reviewed.
    case openAlert(order: String)
}

/// Erases what the log holds of a person: in orders, in the earlier states that the chain keeps of
/// them, in their checkpoints, and a driver's positions.
///
/// The payloads and salts go; their commitments stay, with a signed row that says who asked.
struct SubjectErasure {
    /// Reasons of a refusal that are told.
    private static let obstaclesMaximum = 10
    /// Positions a transaction.
    private static let slice = 1_000

    /// An order that names the person.
    private struct NamedOrder {
        var number: Int64
        var id: String
        var isFinal: Bool
        var carrier: String?
        var from: Int64
        var until: Int64
    }

    private let database: Database
    private let changes: ChangeLog
    private let purges: PurgeLog
    private let chain: Chain
    private let checkpoints: CheckpointErasure
    private let presence: PresenceLog

    init(
        _ database: Database, chain: Chain, changes: ChangeLog, checkpoints: CheckpointLog,
        presence: PresenceLog, purges: PurgeLog
    ) {
        self.checkpoints = CheckpointErasure(database, log: checkpoints, purges: purges)
        self.presence = presence
        self.database = database
        self.chain = chain
        self.changes = changes
        self.purges = purges
    }

    func erase(
        _ subject: PersonalSubject, by person: String, held: HeldRows, at now: Timestamp
    ) throws(StoreError) -> ErasureOutcome {
        let orders = try orders(naming: subject)
        let obstacles = obstacles(orders, held)
        guard obstacles.isEmpty else {
            return .refused(Array(obstacles.prefix(SubjectErasure.obstaclesMaximum)))
        }
        var report = ErasureReport()
        report.orders = orders.map(\.id)
        let policy = "\(subject.kind) erased at request, by \(person)"
        if case .driver = subject {
            for order in orders {
                report.fixes += try erasePositions(of: order, policy, now)
            }
        }
        try database.transaction { () throws(StoreError) in
            report.states = try erase(subject, in: orders, policy, now)
            if case .driver(let name) = subject {
                try eraseOffers(to: name)
                try presence.erase(name)
            }
            if case .customer = subject { try erasePlaces(of: orders, policy, now) }
            report.checkpoints = try checkpoints.erase(
                subject, inOrders: orders.map(\.number), policy, now)
            try chain.close(.purge)
        }
        return .erased(report)
    }

    /// Offers to a driver that are over; one that is open is over within the hour.
    private func eraseOffers(to driver: String) throws(StoreError) {
        let remove = try database.prepare(
            """
            DELETE FROM offers WHERE ended_at IS NOT NULL AND kind = 2
                AND instr(char(10) || addressees || char(10), char(10) || ?1 || char(10)) > 0
            """)
        remove.bind(1, driver)
        try remove.run()
    }

    private func orders(naming subject: PersonalSubject) throws(StoreError) -> [NamedOrder] {
        let rows = try database.prepare(
            """
            SELECT number, id, status IN (7, 8), coalesce(vehicle, driver),
                coalesce(picked_up_at, created_at), coalesce(delivered_at, updated_at)
            FROM orders INDEXED BY order_by_\(subject.kind) WHERE \(subject.kind) = ?1
            ORDER BY number
            """)
        rows.bind(1, subject.id)
        var orders: [NamedOrder] = []
        while try rows.step() {
            orders.append(
                NamedOrder(
                    number: rows.integer(0), id: rows.text(1), isFinal: rows.integer(2) == 1,
                    carrier: rows.optionalText(3), from: rows.integer(4), until: rows.integer(5)))
        }
        return orders
    }

    private func obstacles(_ orders: [NamedOrder], _ held: HeldRows) -> [ErasureObstacle] {
        var obstacles: [ErasureObstacle] = []
        for order in orders {
            if !order.isFinal {
                obstacles.append(.underWay(order: order.id))
                continue
            }
            let stretch = order.from...max(order.until, order.from)
            for cover in held.covers where cover.covers(order: order.number, during: stretch) {
                switch cover.reason {
                case .hold(let hold): obstacles.append(.onHold(order: order.id, hold: hold))
                case .openExcursions: obstacles.append(.openExcursion(order: order.id))
                case .openAlerts: obstacles.append(.openAlert(order: order.id))
                }
            }
        }
        return obstacles
    }

    /// Nothing of the orders is told again.
    private func eraseHistory(of orders: [NamedOrder]) throws(StoreError) {
        let channels = try database.prepare(
            """
            DELETE FROM history_channels WHERE number IN
                (SELECT number FROM history INDEXED BY history_by_order WHERE order_number = ?1)
            """)
        // Only who published it goes: a number that was given once is never given again.
        let publications = try database.prepare(
            """
            UPDATE OR REPLACE publications SET publisher = '', message = CAST(number AS TEXT)
            WHERE number IN
                (SELECT number FROM history INDEXED BY history_by_order WHERE order_number = ?1)
            """)
        let records = try database.prepare("DELETE FROM history WHERE order_number = ?1")
        for order in orders {
            for statement in [channels, publications, records] {
                statement.bind(1, order.number)
                try statement.run()
            }
        }
    }

    /// Erases the person from the orders; answers how many earlier states of these went.
    private func erase(
        _ subject: PersonalSubject, in orders: [NamedOrder], _ policy: String, _ now: Timestamp
    ) throws(StoreError) -> Int {
        let blank = try database.prepare(
            "UPDATE orders SET \(subject.erasedColumns) WHERE number = ?1")
        let find = try database.prepare(
            """
            SELECT number FROM changes INDEXED BY change_by_key
            WHERE subject = \(ChangeSubject.order.rawValue) AND key = ?1
            """)
        let remove = try database.prepare("DELETE FROM changes WHERE number = ?1")
        try eraseHistory(of: orders)
        let key = CanonicalBytes()
        var erased: [Int64] = []
        for order in orders {
            key.removeAll()
            key.append(order.number)
            find.bind(1, blob: key.array)
            while try find.step() { erased.append(find.integer(0)) }
            blank.bind(1, order.number)
            try blank.run()
            try changes.record(.order) { $0.bind(1, order.number) }
        }
        for number in erased {
            remove.bind(1, number)
            try remove.run()
        }
        try purges.record(.change, erased.sorted(), policy: policy, at: now)
        return erased.count
    }

    /// Erases where the orders went to; it needs no key.
    private func erasePlaces(
        of orders: [NamedOrder], _ policy: String, _ now: Timestamp
    ) throws(StoreError) {
        let remove = try database.prepare(
            "DELETE FROM places WHERE order_number = ?1 RETURNING number")
        var erased: [Int64] = []
        for order in orders {
            remove.bind(1, order.number)
            while try remove.step() { erased.append(remove.integer(0)) }
        }
        guard let last = erased.max() else { return }
        try database.raise(.placesErasedThrough, to: last)
        try purges.record(.place, erased.sorted(), policy: policy, at: now)
    }

    /// Erases where the driver was while the order was theirs.
    private func erasePositions(
        of order: NamedOrder, _ policy: String, _ now: Timestamp
    ) throws(StoreError) -> Int {
        guard let carrier = order.carrier else { return 0 }
        let find = try database.prepare(JournalReader.fixesOfVehicle)
        let remove = try database.prepare("DELETE FROM fixes WHERE id = ?1")
        let count = try database.prepareAddition(to: .fixesErased)
        find.bind(1, carrier)
        find.bind(2, Int64.min)
        find.bind(3, Int64(0))
        find.bind(4, order.from)
        find.bind(5, order.until)
        find.bind(6, SubjectErasure.slice)
        var erased = 0
        var isMore = true
        while isMore {
            var ids: [Int64] = []
            while try find.step() { ids.append(find.integer(0)) }
            isMore = ids.count == SubjectErasure.slice
            erased += ids.count
            try database.transaction { () throws(StoreError) in
                for id in ids {
                    remove.bind(1, id)
                    try remove.run()
                }
                count.bind(1, ids.count)
                try count.run()
                try database.raise(.fixesErasedThrough, to: ids.max() ?? 0)
                try purges.record(.fix, ids.sorted(), policy: policy, at: now)
                try chain.close(.purge)
            }
        }
        return erased
    }
}

extension PersonalSubject {
    /// Also the name of the column.
    var kind: String {
        switch self {
        case .customer: "customer"
        case .driver: "driver"
        }
    }

    /// Where a driver was is in the positions; where a customer lives is where the order went.
    fileprivate var erasedColumns: String {
        switch self {
        case .customer: "customer = NULL"
        case .driver: "driver = NULL"
        }
    }
}

extension Database {
    /// Raises a mark of the log; it never goes back.
    func raise(_ mark: LogState, to value: Int64) throws(StoreError) {
        let raise = try prepare(
            """
            INSERT INTO log_state(name, value) VALUES (?1, ?2)
            ON CONFLICT(name) DO UPDATE SET value = max(value, excluded.value)
            """)
        raise.bind(1, mark.rawValue)
        raise.bind(2, value)
        try raise.run()
    }
}
