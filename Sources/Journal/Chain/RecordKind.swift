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
    case checkpoint = 10
    /// New flags of a reading.
    case qualityRevision = 8
    case staffAction = 9
    /// Where an order is to be delivered, sealed.
    case place = 12
    case calibration = 11
    /// A HACCP plan that was put in force.
    case haccpPlan = 13
    /// That somebody who may see everything looked at a person's data.
    case access = 14

    var table: String {
        switch self {
        case .reading: "readings"
        case .fix: "fixes"
        case .event: "events"
        case .source: "sources"
        case .change: "changes"
        case .signingKey: "signing_keys"
        case .purge: "purges"
        case .checkpoint: "checkpoints"
        case .qualityRevision: "quality_revisions"
        case .staffAction: "staff_actions"
        case .place: "places"
        case .calibration: "calibrations"
        case .haccpPlan: "haccp_plans"
        case .access: "accesses"
        }
    }

    /// The column with the row's number: the first of `columns`.
    var key: String {
        switch self {
        case .reading, .fix: "id"
        case .event, .source, .change, .signingKey, .purge, .checkpoint, .qualityRevision,
            .staffAction, .place, .calibration, .haccpPlan, .access:
            "number"
        }
    }

    /// What the record commits to, in the order of its payload: every column of the table.
    var columns: String {
        switch self {
        case .reading:
            """
            id, measured_at, source, quantity, probe, value, quality, test_flags, time_source,
            received_at, sequence, order_number, marker, notes, message, reasons, quality_version,
            corrected, calibration, settles
            """
        case .fix:
            """
            id, measured_at, source, latitude, longitude, speed, heading, accuracy, quality,
            test_flags, time_source, received_at, sequence, altitude, satellites, notes, message,
            reasons, quality_version
            """
        case .event: "number, name, order_number, occurred_at, data"
        case .source: "number, device, carrier_kind, carrier, profile"
        case .change: "number, subject, key, body"
        case .signingKey: "number, public_key"
        case .purge: "number, policy, purged_at, count, rows, signing_key, signature"
        case .checkpoint:
            """
            number, order_number, kind, occurred_at, recorded_at, recorded_by, person, bag, site,
            celsius, seal, photo, prior_danger_minutes
            """
        case .qualityRevision:
            """
            number, reading, quality, test_flags, reasons, quality_version, revised_at
            """
        case .staffAction:
            """
            number, alert, revision, state_hash, performed_at, subject, role, action, printed_name,
            meaning, reason, request
            """
        case .place: "number, order_number, key, sealed"
        case .calibration:
            """
            number, device, quantity, probe, entered_at, entered_by, supersedes, reason, made_at,
            due_at, method, reference, laboratory, certificate, points, expanded_uncertainty,
            coverage_factor
            """
        case .haccpPlan: "number, in_force_from, id, version, hash, plan"
        case .access: "number, occurred_at, subject, role, deed, resource, address_class"
        }
    }

    /// The payload of the row a statement stands on, whose columns are those of the kind.
    ///
    /// Readings and fixes got two columns later, and readings another two and another one: a row that
    /// has nothing in them is written as it was before.
    func form(ofRow statement: Statement, columns: Int32) -> PayloadForm {
        guard self == .reading || self == .fix else { return .first(columns: columns) }
        var columns = columns
        if self == .reading {
            guard statement.isNull(columns - 1) else {
                return PayloadForm(version: 4, columns: columns)
            }
            columns -= 1
            guard statement.isNull(columns - 1), statement.isNull(columns - 2) else {
                return PayloadForm(version: 3, columns: columns)
            }
            columns -= 2
        }
        let isBare = statement.isNull(columns - 1) && statement.integer(columns - 2) == 0
        return isBare
            ? .first(columns: columns - 2) : PayloadForm(version: 2, columns: columns)
    }

    /// Rows by number, from `?1` until just before `?2`.
    var rowsSQL: String {
        "SELECT \(columns) FROM \(table) WHERE \(key) >= ?1 AND \(key) < ?2 ORDER BY \(key)"
    }
}

/// Which columns a payload has, and the version it says so by.
struct PayloadForm {
    var version: UInt8
    var columns: Int32

    static func first(columns: Int32) -> PayloadForm { PayloadForm(version: 1, columns: columns) }
}

/// Tables whose rows change: the chain holds each state they came to, in `changes`.
enum ChangeSubject: Int64, CaseIterable {
    case order = 1
    case custody = 2
    case excursion = 3
    case dataGap = 4
    case alert = 5
    case hold = 6
    case silence = 7

    var table: String {
        switch self {
        case .order: "orders"
        case .custody: "custody"
        case .excursion: "excursions"
        case .dataGap: "data_gaps"
        case .alert: "alerts"
        case .hold: "holds"
        case .silence: "silences"
        }
    }

    /// The columns a row is known by: the first so many of `columns`.
    var keyColumns: [String] {
        switch self {
        case .order, .excursion, .alert, .hold: ["number"]
        case .custody: ["order_number", "bag", "started_at"]
        case .dataGap: ["order_number", "source", "from_us"]
        case .silence:
            ["order_number", "bag", "started_at", "source", "probe", "since_at"]
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
        case .excursion: Statement.excursionColumns
        case .dataGap: Statement.dataGapColumns
        case .silence: Statement.silenceColumns
        case .alert:
            """
            number, kind, order_number, order_id, bag, device, restaurant, cafe, raised_at,
            is_standing, is_acknowledged, is_closed, review_due, revision, state
            """
        case .hold:
            """
            number, order_id, bag, device, measured_from, measured_until, reason, placed_by,
            placed_at, expires_at, released_by, released_at
            """
        }
    }

    /// How many columns the body of a state has, of the row a statement stands on: the last column
    /// of silences came later, and is left out where it says nothing.
    func bodyColumns(ofRow statement: Statement, columns: Int32) -> Int32 {
        self == .silence && statement.isNull(columns - 1) ? columns - 1 : columns
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
