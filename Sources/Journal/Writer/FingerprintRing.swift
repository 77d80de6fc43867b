internal import Bridge

/// Keeps the last messages that carry no identity of their own, in slots that are written over.
struct FingerprintRing {
    /// As many as may be unacknowledged at MQTT 5's highest receive maximum; 1.5 MB of the file.
    static let slots: Int64 = 65_536

    private let put: Statement
    private var position: Int64

    init(_ database: Database) throws(StoreError) {
        put = try database.prepare(
            """
            INSERT INTO fingerprints(slot, position, value) VALUES (?1, ?2, ?3)
            ON CONFLICT(slot) DO UPDATE SET position = excluded.position, value = excluded.value
            """)
        position = try database.integer("SELECT max(position) FROM fingerprints") ?? 0
    }

    mutating func add(_ fingerprint: DeliveryFingerprint) throws(StoreError) {
        position += 1
        put.bind(1, position % FingerprintRing.slots)
        put.bind(2, position)
        put.bind(3, fingerprint.rawValue)
        try put.run()
    }
}
