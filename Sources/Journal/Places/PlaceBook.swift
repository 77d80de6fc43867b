internal import ColdChain

/// Keeps where orders are to be delivered, sealed: the file tells nobody where customers live.
struct PlaceBook {
    private let chain: Chain
    private let seal: PlaceSeal
    private let rows: PlaceRows
    private let add: Statement
    private var next: Int64

    init(_ database: Database, chain: Chain, keys: PlaceKeys) throws(StoreError) {
        self.chain = chain
        seal = try PlaceSeal(database, keys: keys)
        rows = try PlaceRows(database, seal: seal)
        add = try database.prepare(
            "INSERT INTO places(\(RecordKind.place.columns)) VALUES (?1, ?2, ?3, ?4)")
        next = try database.firstFreeNumber(
            after: .placesErasedThrough, in: "places", column: "number")
    }

    func place(of order: OrderNumber) throws(StoreError) -> DeliveryPlace {
        try rows.place(of: order)
    }

    /// Records the place, where it is another than the newest of the order.
    mutating func put(_ place: Place, of order: OrderNumber) throws(StoreError) {
        guard try rows.place(of: order) != .known(place) else { return }
        let number = Int64(order.rawValue)
        let (key, sealed) = try seal.seal(place, number: next, order: number)
        add.bind(1, next)
        add.bind(2, number)
        add.bind(3, key)
        add.bind(4, blob: sealed)
        try add.run()
        try chain.begin(.place)
        chain.payload.append(next)
        chain.payload.append(number)
        chain.payload.append(key)
        chain.payload.append(blob: sealed)
        try chain.end(.place, row: next)
        next += 1
    }

    /// How many places were sealed with any of these keys.
    static func places(
        _ database: Database, sealedWith keys: [Int64]
    ) throws(StoreError) -> Int64 {
        let count = try database.prepare(
            "SELECT count(*) FROM places INDEXED BY place_by_key WHERE key = ?1")
        var places: Int64 = 0
        for key in keys {
            count.bind(1, key)
            if try count.step() { places += count.integer(0) }
            count.reset()
        }
        return places
    }

    /// The keys that places of the log were sealed with and that are not at hand.
    static func missingKeys(
        _ database: Database, besides keys: PlaceKeys
    ) throws(StoreError) -> [Int64] {
        // From key to key by the index, however many places there are.
        let next = try database.prepare(
            "SELECT min(key) FROM places INDEXED BY place_by_key WHERE key > ?1")
        var missing: [Int64] = []
        var last = Int64.min
        while true {
            next.bind(1, last)
            guard try next.step(), let key = next.optionalInteger(0) else { return missing }
            next.reset()
            last = key
            if keys[key] == nil { missing.append(key) }
        }
    }
}
