internal import ColdChain
internal import Crypto

/// Seals the places of delivery that a log of an older schema holds in the clear: in the rows of
/// orders, and in every state that the chain has of them.
///
/// The states go, as retention's rows do, with a signed row that says so; each is recorded again
/// without its place, in a link that says it was carried over. It goes on where an earlier process
/// was cut short: nothing is recorded before it is done.
struct PlaceSealing {
    /// Orders a transaction.
    private static let slice = 1_000
    private static let policy = "places of delivery are sealed"

    private let database: Database
    private let chain: Chain
    private let changes: ChangeLog
    private let purges: PurgeLog
    private var places: PlaceBook
    private let clear: Statement
    private let states: Statement
    private let remove: Statement
    private let empty: Statement

    static func complete(
        _ database: Database, signing key: Ed25519SigningKey, keys: PlaceKeys
    ) throws(StoreError) {
        guard try database.value(of: .placesSealed) == 0 else { return }
        var sealing = try PlaceSealing(database, signing: key, keys: keys)
        var isMore = true
        while isMore {
            isMore = try database.transaction { () throws(StoreError) in try sealing.sealSlice() }
        }
        try database.raise(.placesSealed, to: 1)
    }

    private init(
        _ database: Database, signing key: Ed25519SigningKey, keys: PlaceKeys
    ) throws(StoreError) {
        self.database = database
        let chain = try Chain(database)
        self.chain = chain
        let keyNumber = try database.transaction { () throws(StoreError) in
            try chain.announce(key.publicKey, in: database)
        }
        changes = try ChangeLog(database, chain: chain)
        purges = try PurgeLog(database, chain: chain, key: key, keyNumber: keyNumber)
        places = try PlaceBook(database, chain: chain, keys: keys)
        clear = try database.prepare(
            """
            SELECT number, delivery_latitude, delivery_longitude FROM orders
            WHERE delivery_latitude IS NOT NULL OR delivery_longitude IS NOT NULL
            ORDER BY number LIMIT \(PlaceSealing.slice)
            """)
        states = try database.prepare(
            """
            SELECT number, body FROM changes INDEXED BY change_by_key
            WHERE subject = \(ChangeSubject.order.rawValue) AND key = ?1 ORDER BY number
            """)
        remove = try database.prepare("DELETE FROM changes WHERE number = ?1")
        empty = try database.prepare(
            """
            UPDATE orders SET delivery_latitude = NULL, delivery_longitude = NULL
            WHERE number = ?1
            """)
    }

    /// Answers whether there may be more.
    private mutating func sealSlice() throws(StoreError) -> Bool {
        var orders: [(number: Int64, place: Place)] = []
        while try clear.step() {
            let place = Place(
                latitude: clear.optionalDouble(1) ?? .nan,
                longitude: clear.optionalDouble(2) ?? .nan)
            orders.append((clear.integer(0), place))
        }
        var gone: [Int64] = []
        for order in orders {
            try sealStates(of: order.number, &gone)
            if order.place.isPlace {
                try places.put(
                    order.place, of: OrderNumber(UInt32(truncatingIfNeeded: order.number)))
            }
            empty.bind(1, order.number)
            try empty.run()
        }
        try chain.close(.carriedOver)
        let now = try database.integer(PlaceSealing.wallClock) ?? 0
        try purges.record(
            .change, gone.sorted(), policy: PlaceSealing.policy,
            at: Timestamp(milliseconds: now))
        try chain.close(.purge)
        return orders.count == PlaceSealing.slice
    }

    private static let wallClock =
        "SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"

    /// Records each state of an order again without its place; what cannot be read was altered, and
    /// is left for the verifier to say so.
    private mutating func sealStates(
        of order: Int64, _ gone: inout [Int64]
    ) throws(StoreError) {
        let bytes = CanonicalBytes()
        bytes.append(order)
        let key = bytes.array
        states.bind(1, blob: key)
        var found: [(number: Int64, body: [UInt8])] = []
        while try states.step() { found.append((states.integer(0), states.bytes(1))) }
        for state in found {
            guard let body = OrderBody(state.body) else { continue }
            if let place = body.place {
                try places.put(place, of: OrderNumber(UInt32(truncatingIfNeeded: order)))
            }
            remove.bind(1, state.number)
            try remove.run()
            gone.append(state.number)
            try changes.record(.order, key: key, body: body.withoutPlace)
        }
    }
}

extension Place {
    fileprivate var isPlace: Bool { latitude.isFinite && longitude.isFinite }
}

/// A state of an order, as a change holds it.
private struct OrderBody {
    /// Where the place of delivery stands among the columns.
    private static let latitude = 12
    private static let columns = 18
    private static let realBytes = 9

    private let bytes: [UInt8]
    private let ends: [Int]

    /// Nil where the bytes are not the values of an order's columns.
    init?(_ bytes: [UInt8]) {
        guard let ends = CanonicalValues.ends(bytes.span), ends.count == OrderBody.columns else {
            return nil
        }
        self.bytes = bytes
        self.ends = ends
    }

    var place: Place? {
        guard let latitude = real(OrderBody.latitude), let longitude = real(OrderBody.latitude + 1)
        else { return nil }
        return Place(latitude: latitude, longitude: longitude)
    }

    var withoutPlace: [UInt8] {
        let values = CanonicalBytes()
        values.append(raw: bytes, 0..<ends[OrderBody.latitude - 1])
        values.appendNull()
        values.appendNull()
        values.append(raw: bytes, ends[OrderBody.latitude + 1]..<bytes.count)
        return values.array
    }

    private func real(_ column: Int) -> Double? {
        let value = bytes[ends[column - 1]..<ends[column]]
        guard value.count == OrderBody.realBytes else { return nil }
        var bits: UInt64 = 0
        for byte in value.dropFirst().reversed() { bits = bits << 8 | UInt64(byte) }
        return Double(bitPattern: bits)
    }
}
