internal import Bridge
internal import ColdChain

/// Keeps what was offered to whom, and who took it.
struct OfferLog {
    /// Rows that one erasure takes.
    private static let slice = 1_000

    private let put: Statement
    private let erase: Statement

    init(_ database: Database) throws(StoreError) {
        put = try database.prepare(
            """
            INSERT OR REPLACE INTO offers(number, id, kind, order_id, publisher, addressees, declined,
                assigns_driver, opened_at, deadline, state, taker, ended_at, taken_as)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """)
        erase = try database.prepare(
            """
            DELETE FROM offers WHERE number IN (SELECT number FROM offers INDEXED BY offer_ended
                WHERE ended_at < ?1 LIMIT \(Self.slice))
            """)
    }

    func record(_ offer: Offer) throws(StoreError) {
        put.bind(1, offer.number)
        put.bind(2, offer.id)
        put.bind(3, Int64(offer.kind.rawValue))
        put.bind(4, offer.order)
        put.bind(5, offer.publisher)
        put.bind(6, text: Self.list(offer.addressees))
        put.bind(7, text: Self.list(offer.declined))
        put.bind(8, offer.assignsDriver ? 1 : 0)
        put.bind(9, offer.openedAt.milliseconds)
        put.bind(10, offer.deadline.milliseconds)
        put.bind(11, Int64(offer.state.rawValue))
        put.bind(12, offer.taker)
        put.bind(13, offer.endedAt?.milliseconds)
        put.bind(14, offer.takenAs.map { Int64(bitPattern: $0) })
        try put.run()
    }

    /// Erases some of those that were over before `cutoff`.
    func eraseSlice(before cutoff: Timestamp) throws(StoreError) {
        erase.bind(1, cutoff.milliseconds)
        try erase.run()
    }

    /// Names are identifiers, in which there are no control characters.
    private static func list(_ names: [String]) -> [UInt8] {
        Array(names.joined(separator: "\n").utf8)
    }
}

extension Database {
    /// The offers that are kept, in the order of their numbers.
    func offers() throws(StoreError) -> [Offer] {
        let rows = try prepare(
            """
            SELECT number, id, kind, order_id, publisher, addressees, declined, assigns_driver,
                opened_at, deadline, state, taker, ended_at, taken_as
            FROM offers ORDER BY number
            """)
        var offers: [Offer] = []
        while try rows.step() {
            guard let kind = UInt8(exactly: rows.integer(2)).flatMap(Offer.Kind.init(rawValue:)),
                let state = UInt8(exactly: rows.integer(10)).flatMap(Offer.State.init(rawValue:))
            else { continue }
            var offer = Offer(
                number: rows.number(0), id: rows.text(1), kind: kind, order: rows.text(3),
                publisher: rows.text(4), addressees: Self.names(rows.text(5)),
                assignsDriver: rows.integer(7) != 0, openedAt: rows.instant(8),
                deadline: rows.instant(9))
            offer.declined = Self.names(rows.text(6))
            offer.state = state
            offer.taker = rows.optionalText(11)
            offer.endedAt = rows.optionalInstant(12)
            offer.takenAs = rows.isNull(13) ? nil : rows.number(13)
            offers.append(offer)
        }
        return offers
    }

    private static func names(_ list: String) -> [String] {
        list.split(separator: "\n").map(String.init)
    }
}
