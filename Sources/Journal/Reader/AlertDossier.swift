package import ColdChain

/// An alert with everything that the log has of it.
package struct AlertDossier: Equatable, Sendable {
    /// As it is now, as the log keeps it.
    package var logged: LoggedAlert
    package var alert: Alert
    /// What was measured against which limit when it was raised: `alert` has it as it is known since.
    /// Nil where the log does not have that state any more.
    package var raised: AlertEvidence?
    /// What people did, in order.
    package var history: [LoggedStaffAction]
}

/// Whose alerts are asked for.
package enum AlertScope: Equatable, Sendable {
    case none
    case all
    /// Those of orders of one restaurant or cafe.
    case site(String)

    fileprivate var site: String? {
        if case .site(let site) = self { site } else { nil }
    }
}

/// Alerts by number, page by page: what is in memory is one page, and between pages no state of the
/// log is held.
package struct AlertExport: Sendable {
    private let selection: AlertSelection
    private var position: UInt64 = 0
    private let last: UInt64

    /// Alerts that one query looks at where it can find the wanted ones by no index.
    private static let spanRows: UInt64 = 4_096

    fileprivate init(_ selection: AlertSelection, last: UInt64) {
        self.selection = selection
        self.last = last
    }

    /// Whether there are no more.
    package var isFinished: Bool { position >= last }

    /// The alerts that one query finds, at most `limit` and perhaps none.
    package mutating func step(
        limit: Int, from reader: JournalReader
    ) throws(StoreError) -> [AlertDossier] {
        guard limit > 0, !isFinished else { return [] }
        let first = position
        let end = selection.order == nil ? min(first + Self.spanRows, last) : last
        let page = try reader.dossiers(selection, after: first, through: end, limit: limit)
        position = page.count < limit ? end : page.last?.alert.number ?? end
        return page
    }
}

/// Which alerts are exported; nil asks for all.
package struct AlertSelection: Equatable, Sendable {
    /// Raised at or after this.
    package var from = Timestamp(milliseconds: .min)
    /// Raised before this.
    package var until = Timestamp(milliseconds: .max)
    package var order: OrderNumber?
    package var bag: String?
    package var device: String?
    package var scope = AlertScope.all

    package init() {}
}

extension JournalReader {
    /// Alerts that are raised from now on are not part of it.
    package func exportAlerts(_ selection: AlertSelection) throws(StoreError) -> AlertExport {
        let last = try database.integer("SELECT max(number) FROM alerts") ?? 0
        return AlertExport(selection, last: UInt64(max(last, 0)))
    }

    /// The alerts that were raised for an excursion, with what people did about them.
    package func dossiers(
        ofExcursion excursion: UInt64, of order: OrderNumber, _ scope: AlertScope
    ) throws(StoreError) -> [AlertDossier] {
        guard scope != .none else { return [] }
        return try snapshot { () throws(StoreError) in
            let rows = try database.prepare(
                """
                SELECT number, state FROM alerts INDEXED BY alert_by_order
                WHERE order_number = ?1 AND kind = \(AlertKind.excursion(0).code)
                    AND (?2 IS NULL OR restaurant = ?2 OR cafe = ?2)
                ORDER BY number
                """)
            rows.bind(1, Int64(order.rawValue))
            rows.bind(2, scope.site)
            return try dossiers(rows) { $0.kind.excursion == excursion }
        }
    }

    fileprivate func dossiers(
        _ selection: AlertSelection, after number: UInt64, through last: UInt64, limit: Int
    ) throws(StoreError) -> [AlertDossier] {
        guard selection.scope != .none else { return [] }
        let access = selection.order == nil ? "NOT INDEXED" : "INDEXED BY alert_by_order"
        let order = selection.order == nil ? "" : "AND order_number = ?7"
        return try snapshot { () throws(StoreError) in
            let rows = try database.prepare(
                """
                SELECT number, state FROM alerts \(access)
                WHERE number > ?1 AND number <= ?2 AND raised_at >= ?3 AND raised_at < ?4
                    AND (?5 IS NULL OR bag = ?5) AND (?6 IS NULL OR device = ?6) \(order)
                    AND (?9 IS NULL OR restaurant = ?9 OR cafe = ?9)
                ORDER BY number LIMIT ?8
                """)
            rows.bind(1, Int64(clamping: number))
            rows.bind(2, Int64(clamping: last))
            rows.bind(3, selection.from.milliseconds)
            rows.bind(4, selection.until.milliseconds)
            rows.bind(5, selection.bag)
            rows.bind(6, selection.device)
            if let order = selection.order { rows.bind(7, Int64(order.rawValue)) }
            rows.bind(8, limit)
            rows.bind(9, selection.scope.site)
            return try dossiers(rows) { _ in true }
        }
    }

    private func dossiers(
        _ rows: Statement, where isWanted: (Alert) -> Bool
    ) throws(StoreError) -> [AlertDossier] {
        let states = try AlertStateReader()
        var dossiers: [AlertDossier] = []
        while try rows.step() {
            let alert = try states.alert(rows, 1)
            guard isWanted(alert) else { continue }
            dossiers.append(
                AlertDossier(
                    logged: try rows.loggedAlert(), alert: alert,
                    raised: try firstState(of: alert.number, states)?.evidence,
                    history: try staffActions(of: alert.number)))
        }
        return dossiers
    }

    /// The state an alert was raised in.
    private func firstState(
        of alert: UInt64, _ states: AlertStateReader
    ) throws(StoreError) -> Alert? {
        let first = try database.prepare(
            """
            SELECT body FROM changes INDEXED BY change_by_key
            WHERE subject = \(ChangeSubject.alert.rawValue) AND key = ?1 ORDER BY number LIMIT 1
            """)
        let key = CanonicalBytes()
        key.append(Int64(clamping: alert))
        first.bind(1, blob: key.array)
        guard try first.step(), let text = AlertChangeBody.state(of: first.bytes(0)) else {
            return nil
        }
        let state = try states.alert(text)
        return state.revision == 1 ? state : nil
    }
}
