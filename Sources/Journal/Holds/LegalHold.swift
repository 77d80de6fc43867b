package import ColdChain

/// What a legal hold covers: rows that are all of what is named.
///
/// An order's rows are its events and every reading of its bags while they carried it. Positions are
/// never held: they are erased at their age, hold or no hold (B-5, Q-8).
package struct HoldScope: Equatable, Sendable {
    /// The platform's identifier.
    package var order: String?
    package var bag: String?
    package var device: String?
    /// The first instant of measurement that is covered; nil from the beginning on.
    package var from: Timestamp?
    /// The first instant that is no longer covered; nil without an end.
    package var until: Timestamp?

    package init() {}

    /// Whether it names nothing: no hold is of everything.
    package var isEmpty: Bool { self == HoldScope() }
}

/// A reason to keep what retention or a subject's wish would erase.
package struct LegalHold: Equatable, Sendable {
    package var number: UInt64
    package var scope: HoldScope
    package var reason: String
    package var placedBy: String
    package var placedAt: Timestamp
    /// When it ends by itself; nil where it lasts until it is released.
    package var expiresAt: Timestamp?
    package var releasedBy: String?
    package var releasedAt: Timestamp?

    package init(
        number: UInt64, scope: HoldScope, reason: String, placedBy: String, placedAt: Timestamp,
        expiresAt: Timestamp?, releasedBy: String? = nil, releasedAt: Timestamp? = nil
    ) {
        self.number = number
        self.scope = scope
        self.reason = reason
        self.placedBy = placedBy
        self.placedAt = placedAt
        self.expiresAt = expiresAt
        self.releasedBy = releasedBy
        self.releasedAt = releasedAt
    }

    package func isInForce(at instant: Timestamp) -> Bool {
        releasedAt == nil && expiresAt.map { instant < $0 } ?? true
    }
}

extension Statement {
    static let holdColumns = ChangeSubject.hold.columns

    func hold() -> LegalHold {
        var scope = HoldScope()
        scope.order = optionalText(1)
        scope.bag = optionalText(2)
        scope.device = optionalText(3)
        scope.from = optionalInstant(4)
        scope.until = optionalInstant(5)
        return LegalHold(
            number: number(0), scope: scope, reason: text(6), placedBy: text(7),
            placedAt: instant(8), expiresAt: optionalInstant(9), releasedBy: optionalText(10),
            releasedAt: optionalInstant(11))
    }
}

extension JournalReader {
    /// Holds by number, those after `number` only, released ones too.
    package func holds(after number: UInt64, limit: Int) throws(StoreError) -> [LegalHold] {
        let rows = try database.prepare(
            "SELECT \(Statement.holdColumns) FROM holds WHERE number > ?1 ORDER BY number LIMIT ?2")
        rows.bind(1, number)
        rows.bind(2, max(limit, 0))
        var holds: [LegalHold] = []
        while try rows.step() { holds.append(rows.hold()) }
        return holds
    }
}
