package import Bridge
import ColdChain

extension JournalReader {
    /// Registered devices by name, those after `id` only. When each was last seen is the newest time
    /// of measurement in the log.
    package func devices(
        after id: String = "", limit: Int
    ) throws(StoreError) -> [RegisteredDevice] {
        try snapshot { () throws(StoreError) in
            let rows = try database.prepare(
                """
                SELECT \(Statement.deviceColumns) FROM devices AS d WHERE d.id > ?1
                ORDER BY d.id LIMIT ?2
                """)
            rows.bind(1, id)
            rows.bind(2, max(limit, 0))
            var devices: [RegisteredDevice] = []
            while try rows.step() { devices.append(try rows.device()) }
            return try withLastHeard(devices)
        }
    }

    package func device(id: String) throws(StoreError) -> RegisteredDevice? {
        try snapshot { () throws(StoreError) in
            let find = try database.prepare(
                "SELECT \(Statement.deviceColumns) FROM devices AS d WHERE d.id = ?1")
            find.bind(1, id)
            guard try find.step() else { return nil }
            return try withLastHeard([try find.device()]).first
        }
    }

    package func deviceCount() throws(StoreError) -> Int64 {
        try database.integer("SELECT count(*) FROM devices") ?? 0
    }

    /// What nobody could decode, most recently seen first.
    package func unknownFrames(limit: Int) throws(StoreError) -> [UnknownFrame] {
        let rows = try database.prepare(
            """
            SELECT \(Statement.unknownFrameColumns) FROM unknown_frames
            ORDER BY last_seen DESC, topic LIMIT ?1
            """)
        rows.bind(1, max(limit, 0))
        var frames: [UnknownFrame] = []
        while try rows.step() { frames.append(rows.unknownFrame()) }
        return frames
    }

    package func unknownFrame(topic: [UInt8]) throws(StoreError) -> UnknownFrame? {
        let find = try database.prepare(
            "SELECT \(Statement.unknownFrameColumns) FROM unknown_frames WHERE topic = ?1")
        find.bind(1, blob: topic)
        return try find.step() ? find.unknownFrame() : nil
    }

    /// The profile of a device's newest source, and the newest instant of all: the last of each index, or one of the rows that are
    /// not in it yet.
    private func withLastHeard(
        _ devices: [RegisteredDevice]
    ) throws(StoreError) -> [RegisteredDevice] {
        var newest: [String: Timestamp] = [:]
        for (log, progress) in [
            ("readings", LogState.readingsIndexedThrough), ("fixes", .fixesIndexedThrough),
        ] {
            let rows = try database.prepare(
                """
                SELECT s.device, max(l.measured_at) FROM \(log) AS l NOT INDEXED
                JOIN sources AS s ON s.number = l.source WHERE l.id > ?1 GROUP BY s.device
                """)
            rows.bind(1, try database.value(of: progress))
            while try rows.step() { Self.raise(&newest[rows.text(0)], to: rows.instant(1)) }
        }
        let indexed = try database.prepare(
            """
            SELECT max(instant) FROM (
                SELECT (SELECT max(measured_at) FROM reading_by_source WHERE source = s.number)
                    AS instant FROM sources AS s WHERE s.device = ?1
                UNION ALL
                SELECT (SELECT max(measured_at) FROM fix_by_source WHERE source = s.number)
                FROM sources AS s WHERE s.device = ?1)
            """)
        let decoder = try database.prepare(
            "SELECT profile FROM sources WHERE device = ?1 ORDER BY number DESC LIMIT 1")
        var seen = devices
        for index in seen.indices {
            indexed.bind(1, seen[index].id)
            if try indexed.step(), let instant = indexed.optionalInstant(0) {
                Self.raise(&newest[seen[index].id], to: instant)
            }
            indexed.reset()
            seen[index].lastSeen = newest[seen[index].id]
            decoder.bind(1, seen[index].id)
            if try decoder.step() { seen[index].lastProfile = decoder.text(0) }
            decoder.reset()
        }
        return seen
    }

    private static func raise(_ newest: inout Timestamp?, to instant: Timestamp) {
        newest = max(newest ?? instant, instant)
    }
}
