internal import ColdChain

/// Erases alerts that are settled and beyond their age, with each state they came to and what people
/// did about them.
///
/// The age counts from the last thing that somebody did, so that the record of a decision stays as long
/// as a reading does. Those of orders that are not long over are known to the bridge, and stay.
struct AgedAlerts {
    private let database: Database
    private let purges: PurgeLog
    private let oldest: Statement
    private let eraseActions: Statement
    private let eraseChanges: Statement
    private let eraseAlert: Statement
    private let readMark: Statement
    /// The last alert that was looked at in this round.
    private var done: Int64 = 0
    private var rests = Timestamp(milliseconds: .min)

    /// Alerts that a transaction looks at, and rows after which it takes no further one.
    private static let slice = 200
    private static let rows = 1_000
    /// What was kept is looked at again in an hour: it is in no hurry after months.
    private static let restMilliseconds: Int64 = 3_600_000

    init(_ database: Database, purges: PurgeLog) throws(StoreError) {
        self.database = database
        self.purges = purges
        oldest = try database.prepare(
            """
            SELECT a.number, a.raised_at, a.order_number,
                a.is_closed = 1 AND a.review_due IS NULL,
                max(coalesce(o.updated_at, a.raised_at), coalesce((SELECT max(performed_at)
                    FROM staff_actions INDEXED BY staff_action_by_alert
                    WHERE alert = a.number), a.raised_at)),
                o.number IS NULL OR o.status IN (\(OrderStatus.finalCodes))
            FROM alerts AS a NOT INDEXED LEFT JOIN orders AS o ON o.number = a.order_number
            WHERE a.number > ?1 ORDER BY a.number LIMIT \(Self.slice)
            """)
        readMark = try database.prepare(
            "SELECT max(number) FROM staff_actions WHERE alert = ?1")
        eraseActions = try database.prepare(
            "DELETE FROM staff_actions WHERE alert = ?1 RETURNING number")
        eraseChanges = try database.prepare(
            """
            DELETE FROM changes WHERE number IN (SELECT number FROM changes
                INDEXED BY change_by_key
                WHERE subject = \(ChangeSubject.alert.rawValue) AND key = ?1) RETURNING number
            """)
        eraseAlert = try database.prepare("DELETE FROM alerts WHERE number = ?1")
    }

    /// Erases a slice in the transaction of the caller.
    ///
    /// - Returns: How many alerts it looked at, and how many went.
    mutating func eraseSlice(
        before cutoff: Timestamp, _ held: HeldRows, policy: String, at now: Timestamp
    ) throws(StoreError) -> (looked: Int, erased: Int) {
        guard now >= rests else { return (0, 0) }
        var looked = 0
        var erased = 0
        var actions: [Int64] = []
        var changes: [Int64] = []
        let due = try alertsDue(before: cutoff, held, &looked)
        for number in due {
            done = number.last
            guard number.isErased else { continue }
            try erase(number.last, &actions, &changes)
            erased += 1
            if actions.count + changes.count >= Self.rows { break }
        }
        if looked == 0 {
            done = 0
            rests = now.advanced(byMilliseconds: Self.restMilliseconds)
        }
        try record(actions, .staffAction, mark: .staffActionsErasedThrough, policy, now)
        try record(changes, .change, mark: .changesErasedThrough, policy, now)
        return (looked, erased)
    }

    private func alertsDue(
        before cutoff: Timestamp, _ held: HeldRows, _ looked: inout Int
    ) throws(StoreError) -> [(last: Int64, isErased: Bool)] {
        var due: [(last: Int64, isErased: Bool)] = []
        oldest.bind(1, done)
        defer { oldest.reset() }
        while try oldest.step(), oldest.integer(1) < cutoff.milliseconds {
            looked += 1
            let isHeld = oldest.optionalInteger(2).map {
                held.contains(eventOf: $0, at: oldest.integer(1))
            }
            let isErased =
                oldest.integer(3) == 1 && oldest.integer(4) < cutoff.milliseconds
                && oldest.integer(5) == 1 && isHeld != true
            due.append((oldest.integer(0), isErased))
        }
        return due
    }

    private func erase(
        _ alert: Int64, _ actions: inout [Int64], _ changes: inout [Int64]
    ) throws(StoreError) {
        // The schema lets staff actions go only up to this mark.
        readMark.bind(1, alert)
        defer { readMark.reset() }
        if try readMark.step(), let last = readMark.optionalInteger(0) {
            try database.raise(.staffActionsErasedThrough, to: last)
        }
        eraseActions.bind(1, alert)
        while try eraseActions.step() { actions.append(eraseActions.integer(0)) }
        let key = CanonicalBytes()
        key.append(alert)
        eraseChanges.bind(1, blob: key.array)
        while try eraseChanges.step() { changes.append(eraseChanges.integer(0)) }
        eraseAlert.bind(1, alert)
        try eraseAlert.run()
        try database.raise(.alertsErasedThrough, to: alert)
    }

    private func record(
        _ numbers: [Int64], _ kind: RecordKind, mark: LogState, _ policy: String, _ now: Timestamp
    ) throws(StoreError) {
        guard let last = numbers.max() else { return }
        try database.raise(mark, to: last)
        try purges.record(kind, numbers.sorted(), policy: policy, at: now)
    }
}

extension OrderStatus {
    /// As SQL lists them.
    fileprivate static var finalCodes: String {
        allCases.filter(\.isFinal).map { String($0.rawValue) }.joined(separator: ", ")
    }
}
