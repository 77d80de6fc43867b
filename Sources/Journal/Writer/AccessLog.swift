internal import Bridge
package import ColdChain
internal import Fabric

/// Keeps who of those that may see everything looked at what.
struct AccessLog {
    private let chain: Chain
    private let add: Statement
    private let select: Statement
    private var next: Int64

    init(_ database: Database, chain: Chain) throws(StoreError) {
        self.chain = chain
        add = try database.prepare(
            """
            INSERT INTO accesses(\(RecordKind.access.columns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        select = try database.prepare(RecordKind.access.rowsSQL)
        next = try database.firstFreeNumber(
            after: .accessesErasedThrough, in: "accesses", column: "number")
        next = max(next, try database.chainedThrough(.access) + 1)
    }

    mutating func record(_ record: AccessRecord) throws(StoreError) {
        add.bind(1, next)
        add.bind(2, record.at.milliseconds)
        add.bind(3, record.access.subject)
        add.bind(4, record.access.role.name)
        add.bind(5, record.access.deed.name)
        add.bind(6, record.access.resource)
        add.bind(7, record.access.from.rawValue)
        try add.run()
        try chain.append(.access, "access", number: next, readBackBy: select)
        next += 1
    }
}

/// An access as the log has it.
package struct LoggedAccess: Equatable, Sendable {
    package let number: UInt64
    package let at: Timestamp
    package let subject: String
    package let role: String
    package let deed: String
    package let resource: String
    package let addressClass: String
}

extension JournalReader {
    /// What was looked at, from the newest to the oldest.
    ///
    /// - Parameters:
    ///   - number: Only those before it; nil where all are wanted.
    ///   - subject: Only those of this user; nil where everybody's are wanted.
    package func accesses(
        before number: UInt64?, subject: String? = nil, limit: Int
    ) throws(StoreError) -> [LoggedAccess] {
        let rows = try database.prepare(
            """
            SELECT \(RecordKind.access.columns) FROM accesses
            WHERE number < ?1 AND (?2 IS NULL OR subject = ?2) ORDER BY number DESC LIMIT ?3
            """)
        rows.bind(1, number.map { Int64(clamping: $0) } ?? .max)
        rows.bind(2, subject)
        rows.bind(3, Int64(limit))
        var accesses: [LoggedAccess] = []
        while try rows.step() {
            accesses.append(
                LoggedAccess(
                    number: UInt64(clamping: rows.integer(0)), at: rows.instant(1),
                    subject: rows.text(2), role: rows.text(3), deed: rows.text(4),
                    resource: rows.text(5), addressClass: rows.text(6)))
        }
        return accesses
    }
}
