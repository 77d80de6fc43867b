/// What the chain of the log holds. The raw value is part of each record's payload and never given to
/// another kind.
enum RecordKind: UInt8, CaseIterable {
    case reading = 1
    case fix = 2
    case event = 3
    case source = 4
    /// A state that a row of a table of `ChangeSubject` came to.
    case change = 5
    case signingKey = 6
    case purge = 7

    var table: String {
        switch self {
        case .reading: "readings"
        case .fix: "fixes"
        case .event: "events"
        case .source: "sources"
        case .change: "changes"
        case .signingKey: "signing_keys"
        case .purge: "purges"
        }
    }

    /// The column with the row's number: the first of `columns`.
    var key: String {
        switch self {
        case .reading, .fix: "id"
        case .event, .source, .change, .signingKey, .purge: "number"
        }
    }

    /// What the record commits to, in the order of its payload: every column of the table.
    var columns: String {
        switch self {
        case .reading:
            """
            id, measured_at, source, quantity, probe, value, quality, test_flags, time_source,
            received_at, sequence, order_number, marker, notes, message
            """
        case .fix:
            """
            id, measured_at, source, latitude, longitude, speed, heading, accuracy, quality,
            test_flags, time_source, received_at, sequence, altitude, satellites, notes, message
            """
        case .event: "number, name, order_number, occurred_at, data"
        case .source: "number, device, carrier_kind, carrier, profile"
        case .change: "number, subject, key, body"
        case .signingKey: "number, public_key"
        case .purge: "number, policy, purged_at, count, rows, signing_key, signature"
        }
    }

    /// Rows by number, from `?1` until just before `?2`.
    var rowsSQL: String {
        "SELECT \(columns) FROM \(table) WHERE \(key) >= ?1 AND \(key) < ?2 ORDER BY \(key)"
    }
}

/// Tables whose rows change: the chain holds each state they came to, in `changes`.
enum ChangeSubject: Int64, CaseIterable {
    case order = 1
    case custody = 2
    case excursion = 3
    case hold = 4

    var table: String {
        switch self {
        case .order: "orders"
        case .custody: "custody"
        case .excursion: "excursions"
        case .hold: "holds"
        }
    }

    /// The columns a row is known by: the first so many of `columns`.
    var keyColumns: [String] {
        switch self {
        case .order, .excursion, .hold: ["number"]
        case .custody: ["order_number", "bag", "started_at"]
        }
    }

    /// Every column of the table.
    var columns: String {
        switch self {
        case .order:
            """
            number, id, food_class, status, customer, driver, vehicle, restaurant, cafe,
            promised_at, pickup_latitude, pickup_longitude, delivery_latitude,
            delivery_longitude, created_at, picked_up_at, delivered_at, updated_at
            """
        case .custody: "order_number, bag, started_at, ended_at"
        case .excursion:
            """
            number, order_number, source, food_class, limit_minimum, limit_maximum,
            limit_profile, opened_at, closed_at, peak
            """
        case .hold:
            """
            number, order_id, bag, device, measured_from, measured_until, reason, placed_by,
            placed_at, expires_at, released_by, released_at
            """
        }
    }

    /// The row with the key that is bound to the parameters from 1 on.
    var rowSQL: String {
        let key = keyColumns.enumerated().map { "\($1) = ?\($0 + 1)" }.joined(separator: " AND ")
        return "SELECT \(columns) FROM \(table) WHERE \(key)"
    }
}

/// What made a link of the chain.
enum LinkOrigin: Int64 {
    /// A commit of the writer.
    case recorded = 1
    /// Rows of a store that had no chain: what happened to them before is not proven.
    case carriedOver = 2
    /// An erasure.
    case purge = 3
}
