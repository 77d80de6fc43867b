package import ColdChain
internal import Crypto
internal import Fabric
internal import JSONText
internal import Wire

/// An alert as the log keeps it.
package struct LoggedAlert: Equatable, Sendable {
    package var number: UInt64
    /// All of it, as JSON text.
    package var state: [UInt8]
    /// SHA-256 of `state`: what is signed.
    package var stateHash: [UInt8]
}

/// What somebody did about an alert, as the audit has it.
package struct LoggedStaffAction: Equatable, Sendable {
    /// Counted from 1 over the life of the log.
    package var number: UInt64
    /// The revision that was acted upon, and the hash of its state.
    package var revision: UInt64
    package var stateHash: [UInt8]
    package var at: Timestamp
    package var subject: String
    package var role: String
    package var action: String
    package var printedName: String?
    package var meaning: String?
    package var reason: String?
    /// What was asked, as JSON text.
    package var request: [UInt8]
}

/// Which alerts are asked for; nil asks for all.
package struct AlertFilter: Equatable, Sendable {
    package var isClosed: Bool?
    package var isStanding: Bool?
    package var isAcknowledged: Bool?
    package var order: String?
    package var bag: String?
    package var device: String?
    package var kind: AlertKindName?
    /// Raised at or after this.
    package var from: Timestamp?
    /// Raised before this.
    package var until: Timestamp?
    /// Still to be reviewed, and due before this.
    package var reviewDueBefore: Timestamp?
    /// Only of orders of this restaurant or cafe.
    package var site: String?

    package init() {}
}

/// A kind of alert by its name.
package struct AlertKindName: Equatable, Sendable {
    let code: Int64

    /// Nil where there is no such kind.
    package init?(_ name: String) {
        guard let match = AlertKind.codes.first(where: { $0.1 == name }) else { return nil }
        code = match.0
    }
}

extension JournalReader {
    /// Alerts from the newest to the oldest, those before `number` only.
    package func alerts(
        _ filter: AlertFilter = AlertFilter(), before number: UInt64? = nil, limit: Int
    ) throws(StoreError) -> [LoggedAlert] {
        let rows = try database.prepare(
            """
            SELECT number, state FROM alerts
            WHERE number < ?1
                AND (?2 IS NULL OR is_closed = ?2) AND (?3 IS NULL OR is_standing = ?3)
                AND (?4 IS NULL OR is_acknowledged = ?4) AND (?5 IS NULL OR order_id = ?5)
                AND (?6 IS NULL OR bag = ?6) AND (?7 IS NULL OR device = ?7)
                AND (?8 IS NULL OR kind = ?8) AND (?9 IS NULL OR raised_at >= ?9)
                AND (?10 IS NULL OR raised_at < ?10) AND (?11 IS NULL OR review_due < ?11)
                AND (?12 IS NULL OR restaurant = ?12 OR cafe = ?12)
            ORDER BY number DESC LIMIT ?13
            """)
        rows.bind(1, number.map { Int64(clamping: $0) } ?? .max)
        rows.bind(2, filter.isClosed.map { Int64($0 ? 1 : 0) })
        rows.bind(3, filter.isStanding.map { Int64($0 ? 1 : 0) })
        rows.bind(4, filter.isAcknowledged.map { Int64($0 ? 1 : 0) })
        rows.bind(5, filter.order)
        rows.bind(6, filter.bag)
        rows.bind(7, filter.device)
        rows.bind(8, filter.kind?.code)
        rows.bind(9, filter.from?.milliseconds)
        rows.bind(10, filter.until?.milliseconds)
        rows.bind(11, filter.reviewDueBefore?.milliseconds)
        rows.bind(12, filter.site)
        rows.bind(13, max(limit, 0))
        var alerts: [LoggedAlert] = []
        while try rows.step() { alerts.append(try rows.loggedAlert()) }
        return alerts
    }

    /// An alert and what was done about it, in order; nil where there is none of that number, or not
    /// of that site.
    package func alert(
        number: UInt64, site: String? = nil
    ) throws(StoreError) -> (alert: LoggedAlert, history: [LoggedStaffAction])? {
        try snapshot { () throws(StoreError) in
            let find = try database.prepare(
                """
                SELECT number, state FROM alerts
                WHERE number = ?1 AND (?2 IS NULL OR restaurant = ?2 OR cafe = ?2)
                """)
            find.bind(1, Int64(clamping: number))
            find.bind(2, site)
            guard try find.step() else { return nil }
            return (try find.loggedAlert(), try staffActions(of: number))
        }
    }

    func staffActions(of alert: UInt64) throws(StoreError) -> [LoggedStaffAction] {
        let rows = try database.prepare(
            """
            SELECT number, revision, state_hash, performed_at, subject, role, action, printed_name,
                meaning, reason, request
            FROM staff_actions WHERE alert = ?1 ORDER BY number
            """)
        rows.bind(1, alert)
        var actions: [LoggedStaffAction] = []
        while try rows.step() {
            actions.append(
                LoggedStaffAction(
                    number: rows.number(0), revision: rows.number(1), stateHash: rows.bytes(2),
                    at: rows.instant(3), subject: rows.text(4), role: rows.text(5),
                    action: rows.text(6), printedName: rows.optionalText(7),
                    meaning: rows.optionalText(8), reason: rows.optionalText(9),
                    request: rows.bytes(10)))
        }
        return actions
    }
}

extension Statement {
    func loggedAlert() throws(StoreError) -> LoggedAlert {
        let state = bytes(1)
        return LoggedAlert(number: number(0), state: state, stateHash: try StateHash.of(state))
    }
}

/// Reads alerts back from their texts, one after the other with the same memory.
struct AlertStateReader {
    private let reader: JSONTextReader

    init() throws(StoreError) {
        reader = try Self.understood { () throws(JSONSyntaxError) in try JSONTextReader() }
    }

    /// The alert in a column with its text.
    func alert(_ row: Statement, _ column: Int32) throws(StoreError) -> Alert {
        try alert(row.bytes(column))
    }

    func alert(_ state: [UInt8]) throws(StoreError) -> Alert {
        let json = try Self.understood { () throws(JSONSyntaxError) in
            try reader.parse(state.span)
        }
        guard let alert = AlertText.alert(json) else {
            throw StoreError(
                kind: .corrupt, message: "an alert's state is not one that this program writes",
                statement: "alerts.state")
        }
        return alert
    }

    private static func understood<Answer>(
        _ body: () throws(JSONSyntaxError) -> Answer
    ) throws(StoreError) -> Answer {
        do {
            return try body()
        } catch {
            throw StoreError(
                kind: .corrupt, message: "an alert's state is no JSON: \(error.description)",
                statement: "alerts.state")
        }
    }
}
