package import ColdChain
internal import Crypto

/// Where an order is to be delivered, as far as the log tells it.
package enum DeliveryPlace: Equatable, Sendable {
    /// Nobody told it, or it was erased.
    case unknown
    case known(Place)
    case unreadable(PlaceProblem)

    package var place: Place? {
        if case .known(let place) = self { place } else { nil }
    }

    package var problem: PlaceProblem? {
        if case .unreadable(let problem) = self { problem } else { nil }
    }
}

/// Why a place that was recorded cannot be read. Nothing else of the log depends on it.
package enum PlaceProblem: Error, Equatable, Sendable, CustomStringConvertible {
    /// It was sealed with a key that is not in the key file: put the key's line back.
    case keyIsMissing(Int64)
    /// The key file cannot be used, for this reason.
    case keysAreUnusable(String)
    /// It is not what was sealed, or not where it was: `freshwire verify` says what else is not.
    case isAltered

    package var description: String {
        switch self {
        case .keyIsMissing(let key):
            "the place of delivery was sealed with key \(key), which is not in the key file"
        case .keysAreUnusable(let reason):
            "the place of delivery cannot be opened, because the key file cannot be used: \(reason)"
        case .isAltered: "the place of delivery is not as it was sealed"
        }
    }
}

/// The keys that places are sealed with.
struct PlaceKeys {
    private static let label = Array("freshwire/place-key/1".utf8)

    /// The first seals.
    private(set) var keys: [(identifier: Int64, key: SealingKey)] = []
    /// Why there are none, where there is a file of them.
    var problem: String?

    mutating func add(_ secret: Secret) throws(StoreError) {
        try keys.append(
            Chain.checked { () throws(CryptoFailure) in
                let key = try SealingKey(secret)
                return (try key.identifier(label: PlaceKeys.label), key)
            })
    }

    subscript(_ identifier: Int64) -> SealingKey? {
        keys.first { $0.identifier == identifier }?.key
    }
}

/// Seals places, and opens them.
struct PlaceSeal {
    private static let label = Array("freshwire/place/1".utf8)
    /// Latitude and longitude, eight bytes each.
    private static let placeBytes = 16

    let keys: PlaceKeys
    private let genesis: SHA256Digest

    init(_ database: Database, keys: PlaceKeys) throws(StoreError) {
        self.keys = keys
        genesis = try Chain.genesis(of: database)
    }

    func seal(
        _ place: Place, number: Int64, order: Int64
    ) throws(StoreError) -> (key: Int64, sealed: [UInt8]) {
        guard let newest = keys.keys.first else {
            throw StoreError(
                kind: .placeKeys, message: "there is no key to seal a place with",
                statement: "seal a place")
        }
        let text = CanonicalBytes()
        text.append(raw: place.latitude.bitPattern)
        text.append(raw: place.longitude.bitPattern)
        let context = context(number, order)
        return try Chain.checked { () throws(CryptoFailure) in
            (newest.identifier, try newest.key.seal(text.array, context: context))
        }
    }

    func open(
        _ sealed: [UInt8], key: Int64, number: Int64, order: Int64
    ) throws(StoreError) -> DeliveryPlace {
        guard let opener = keys[key] else {
            return .unreadable(keys.problem.map { .keysAreUnusable($0) } ?? .keyIsMissing(key))
        }
        let context = context(number, order)
        let text = try Chain.checked { () throws(CryptoFailure) in
            try opener.open(sealed, context: context)
        }
        guard let text, text.count == PlaceSeal.placeBytes else { return .unreadable(.isAltered) }
        return .known(Place(latitude: double(text.prefix(8)), longitude: double(text.suffix(8))))
    }

    /// What binds a sealed place to this log, its row and its order.
    private func context(_ number: Int64, _ order: Int64) -> [UInt8] {
        let context = CanonicalBytes()
        context.append(raw: PlaceSeal.label, PlaceSeal.label.indices)
        genesis.append(to: context)
        context.append(number)
        context.append(order)
        return context.array
    }

    private func double(_ bytes: ArraySlice<UInt8>) -> Double {
        var bits: UInt64 = 0
        for byte in bytes.reversed() { bits = bits << 8 | UInt64(byte) }
        return Double(bitPattern: bits)
    }
}

/// The newest place of each order, as the log has it.
struct PlaceRows {
    private let newest: Statement
    private let seal: PlaceSeal

    init(_ database: Database, seal: PlaceSeal) throws(StoreError) {
        self.seal = seal
        newest = try database.prepare(
            """
            SELECT number, order_number, key, sealed FROM places INDEXED BY place_by_order
            WHERE order_number = ?1 ORDER BY number DESC LIMIT 1
            """)
    }

    func place(of order: OrderNumber) throws(StoreError) -> DeliveryPlace {
        newest.bind(1, Int64(order.rawValue))
        defer { newest.reset() }
        guard try newest.step() else { return .unknown }
        return try seal.open(
            newest.bytes(3), key: newest.integer(2), number: newest.integer(0),
            order: newest.integer(1))
    }
}

extension JournalReader {
    /// Where an order is to be delivered. `order(id:)` and the like do not tell it.
    ///
    /// A key file that cannot be used is the place's problem, and nobody else's.
    package func deliveryPlace(of order: OrderNumber) throws(StoreError) -> DeliveryPlace {
        try placeRows().place(of: order)
    }

    func placeRows() throws(StoreError) -> PlaceRows {
        var keys = PlaceKeys()
        if let path = placeKeyPath {
            do throws(StoreError) {
                keys = try PlaceKeyFile.read(path)
            } catch {
                keys.problem = error.description
            }
        }
        return try PlaceRows(database, seal: PlaceSeal(database, keys: keys))
    }
}
