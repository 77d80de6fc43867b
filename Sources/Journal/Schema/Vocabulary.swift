internal import Bridge
internal import ColdChain

/// The names behind the small numbers of the log, as lookup tables, so that the file can be read
/// with `sqlite3` alone. They are written at each opening: a new name needs no migration.
enum Vocabulary {
    static func write(to database: Database) throws(StoreError) {
        try write(
            Quantity.allCases.map { (Int64($0.rawValue), $0.name) }, to: "quantities", in: database)
        let unit = try database.prepare("UPDATE quantities SET unit = ?2 WHERE id = ?1")
        for quantity in Quantity.allCases {
            unit.bind(1, Int64(quantity.rawValue))
            unit.bind(2, quantity.unit)
            try unit.run()
        }
        try write(
            FoodClass.allCases.map { (Int64($0.rawValue), $0.name) }, to: "food_classes",
            in: database)
        try write(
            OrderStatus.allCases.map { (Int64($0.rawValue), $0.name) }, to: "order_statuses",
            in: database)
        try write(
            QualityTest.allCases.map { (Int64($0.rawValue), $0.name) }, to: "quality_tests",
            in: database)
        try write(
            TimeSource.allCases.map { (Int64($0.rawValue), $0.name) }, to: "time_sources",
            in: database)
        try write(
            Marker.allCases.map { (Int64($0.rawValue), $0.name) }, to: "markers", in: database)
        try write(
            ReadingNotes.names.map { (Int64($0.note.rawValue.trailingZeroBitCount), $0.name) },
            to: "reading_notes", in: database)
        try write(AlertKind.codes, to: "alert_kinds", in: database)
        try write(qualities, to: "qualities", in: database)
        try write(
            QualityReason.allCases.map { (Int64($0.rawValue), $0.name) }, to: "quality_reasons",
            in: database)
        try write(carrierKinds, to: "carrier_kinds", in: database)
        try write(deliveryStates, to: "delivery_states", in: database)
    }

    private static func write(
        _ names: [(Int64, String)], to table: String, in database: Database
    ) throws(StoreError) {
        let insert = try database.prepare(
            """
            INSERT INTO \(table)(id, name) VALUES (?1, ?2)
            ON CONFLICT(id) DO UPDATE SET name = excluded.name WHERE name <> excluded.name
            """)
        for (id, name) in names {
            insert.bind(1, id)
            insert.bind(2, name)
            try insert.run()
        }
    }

    private static var qualities: [(Int64, String)] {
        [
            (Int64(QualityFlag.good.rawValue), "good"),
            (Int64(QualityFlag.notEvaluated.rawValue), "not_evaluated"),
            (Int64(QualityFlag.suspect.rawValue), "suspect"),
            (Int64(QualityFlag.bad.rawValue), "bad"),
            (Int64(QualityFlag.missing.rawValue), "missing"),
        ]
    }

    private static var carrierKinds: [(Int64, String)] {
        [
            (CarrierKind.bag.rawValue, "bag"),
            (CarrierKind.vehicle.rawValue, "vehicle"),
        ]
    }

    private static var deliveryStates: [(Int64, String)] {
        [
            (Int64(DeliveryProgress.State.pending.rawValue), "pending"),
            (Int64(DeliveryProgress.State.delivered.rawValue), "delivered"),
            (Int64(DeliveryProgress.State.abandoned.rawValue), "abandoned"),
        ]
    }
}

/// `Carrier`'s case as the log numbers it.
enum CarrierKind: Int64 {
    case bag = 1
    case vehicle = 2
}

extension Carrier {
    var kind: CarrierKind {
        switch self {
        case .bag: .bag
        case .vehicle: .vehicle
        }
    }
}

/// A row of `log_state`: what the log says of itself.
enum LogState: String {
    /// The last row of each log whose instant is in its index by source.
    case readingsIndexedThrough = "readings_indexed_through"
    case fixesIndexedThrough = "fixes_indexed_through"
    /// The greatest number ever erased: numbers below it are never given again.
    case readingsErasedThrough = "readings_erased_through"
    case fixesErasedThrough = "fixes_erased_through"
    case checkpointsErasedThrough = "checkpoints_erased_through"
    case qualityRevisionsErasedThrough = "quality_revisions_erased_through"
    case alertsErasedThrough = "alerts_erased_through"
    case staffActionsErasedThrough = "staff_actions_erased_through"
    case changesErasedThrough = "changes_erased_through"
    case placesErasedThrough = "places_erased_through"
    case eventsErasedThrough = "events_erased_through"
    case deliveriesErasedThrough = "deliveries_erased_through"
    case accessesErasedThrough = "accesses_erased_through"
    case historyErasedThrough = "history_erased_through"
    case rawMessagesErasedThrough = "raw_messages_erased_through"
    /// 1 once no place of delivery of an older schema stands in the clear.
    case placesSealed = "places_sealed"
    /// 1 once what the chain has of excursions has the columns that they have.
    case excursionsRestated = "excursions_restated"
    /// 1 once every row from before the chain is in it.
    case carriedOver = "carried_over"
    /// How many rows retention or a bound has taken.
    case fixesErased = "fixes_erased"
    case readingsErased = "readings_erased"
    case eventsErased = "events_erased"
    case deadLettersRemoved = "dead_letters_removed"
    /// Numbers of events that were given to published messages, which are no events of the log.
    case numbersRelayed = "numbers_relayed"
}

extension Database {
    func value(of state: LogState) throws(StoreError) -> Int64 {
        let read = try prepare("SELECT value FROM log_state WHERE name = ?1")
        read.bind(1, state.rawValue)
        guard try read.step() else { return 0 }
        return read.integer(0)
    }
}
