/// Records each state that a row of a changing table comes to, beside the row itself.
final class ChangeLog {
    private let chain: Chain
    private let add: Statement
    private let rows: [(subject: ChangeSubject, select: Statement, columns: Int32)]
    private var next: Int64

    init(_ database: Database, chain: Chain) throws(StoreError) {
        self.chain = chain
        add = try database.prepare(
            "INSERT INTO changes(number, subject, key, body) VALUES (?1, ?2, ?3, ?4)")
        var rows: [(subject: ChangeSubject, select: Statement, columns: Int32)] = []
        for subject in ChangeSubject.allCases {
            let select = try database.prepare(subject.rowSQL)
            rows.append((subject, select, select.columnCount))
        }
        self.rows = rows
        next = try database.firstFreeNumber(
            after: .changesErasedThrough, in: "changes", column: "number")
        next = max(next, try database.chainedThrough(.change) + 1)
    }

    /// Records the state of the row with the key that `bind` binds from parameter 1 on.
    ///
    /// It is read back from the table, so that what is committed to is what the table holds.
    func record(
        _ subject: ChangeSubject, _ bind: (Statement) -> Void
    ) throws(StoreError) {
        for row in rows where row.subject == subject {
            bind(row.select)
            defer { row.select.reset() }
            guard try row.select.step() else {
                throw StoreError(
                    kind: .contradiction, message: "a row of \(subject.table) is not there",
                    statement: subject.rowSQL)
            }
            try record(subject, rowOf: row.select, columns: row.columns)
        }
    }

    /// Records the state of the row a statement stands on.
    func record(
        _ subject: ChangeSubject, rowOf statement: Statement, columns: Int32
    ) throws(StoreError) {
        let bytes = CanonicalBytes()
        statement.encode(0..<Int32(subject.keyColumns.count), into: bytes)
        let key = bytes.array
        bytes.removeAll()
        statement.encode(0..<subject.bodyColumns(ofRow: statement, columns: columns), into: bytes)
        try record(subject, key: key, body: bytes.array)
    }

    /// Records a state by its bytes.
    func record(
        _ subject: ChangeSubject, key: [UInt8], body: [UInt8]
    ) throws(StoreError) {
        add.bind(1, next)
        add.bind(2, subject.rawValue)
        add.bind(3, blob: key)
        add.bind(4, blob: body)
        try add.run()
        try chain.begin(.change)
        chain.payload.append(next)
        chain.payload.append(subject.rawValue)
        chain.payload.append(blob: key)
        chain.payload.append(blob: body)
        try chain.end(.change, row: next)
        next += 1
    }
}

extension Database {
    /// The greatest number of a kind that the chain holds, or held before retention; 0 for none.
    func chainedThrough(_ kind: RecordKind) throws(StoreError) -> Int64 {
        try integer(
            """
            SELECT first + length(salts) / \(Chain.saltBytes) - 1 FROM salts
            WHERE kind = \(kind.rawValue) ORDER BY first DESC LIMIT 1
            """) ?? 0
    }
}
