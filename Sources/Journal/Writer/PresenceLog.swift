internal import Bridge
internal import ColdChain

/// Keeps what was last told of each driver's presence.
struct PresenceLog {
    private let put: Statement
    private let forget: Statement

    init(_ database: Database) throws(StoreError) {
        put = try database.prepare(
            """
            INSERT OR REPLACE INTO presence(driver, said, is_heard, is_missing, since, told_as)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        forget = try database.prepare("DELETE FROM presence WHERE driver = ?1")
    }

    func record(_ change: PresenceChange) throws(StoreError) {
        switch change {
        case .put(let presence):
            put.bind(1, presence.driver)
            put.bind(2, presence.said.map { Int64($0.rawValue) })
            put.bind(3, presence.isHeard ? 1 : 0)
            put.bind(4, presence.isMissing ? 1 : 0)
            put.bind(5, presence.since.milliseconds)
            put.bind(6, presence.toldAs.map { Int64(bitPattern: $0) })
            try put.run()
        case .forgotten(let driver): try erase(driver)
        }
    }

    func erase(_ driver: String) throws(StoreError) {
        forget.bind(1, driver)
        try forget.run()
    }
}

extension Database {
    /// What was told of each driver, in the order of their names.
    func presence() throws(StoreError) -> [DriverPresence] {
        let rows = try prepare(
            """
            SELECT driver, said, is_heard, is_missing, since, told_as FROM presence ORDER BY driver
            """)
        var all: [DriverPresence] = []
        while try rows.step() {
            all.append(
                DriverPresence(
                    driver: rows.text(0),
                    said: UInt8(exactly: rows.integer(1)).flatMap(DriverStatus.init(rawValue:)),
                    isHeard: rows.integer(2) != 0, isMissing: rows.integer(3) != 0,
                    since: rows.instant(4), toldAs: rows.isNull(5) ? nil : rows.number(5)))
        }
        return all
    }
}
