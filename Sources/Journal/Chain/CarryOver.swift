/// Puts the rows of a store that had no chain into links that say so: from here on they cannot be
/// altered unnoticed; what happened to them before is not proven.
///
/// It goes on where an earlier process was cut short: nothing is recorded before it is done.
struct CarryOver {
    /// Rows a transaction, and a link.
    private static let slice = 65_536

    private let database: Database
    private let chain: Chain

    static func complete(_ database: Database) throws(StoreError) {
        guard try database.value(of: .carriedOver) == 0 else { return }
        let carrying = CarryOver(database: database, chain: try Chain(database))
        try carrying.carryStates()
        for kind in [RecordKind.source, .event, .reading, .fix] { try carrying.carry(kind) }
        try database.execute(
            "INSERT INTO log_state(name, value) VALUES ('\(LogState.carriedOver.rawValue)', 1)")
    }

    /// Orders, custody and excursions as they are, all in one transaction: they are few.
    private func carryStates() throws(StoreError) {
        guard try database.integer("SELECT max(number) FROM changes") == nil else { return }
        try database.transaction { () throws(StoreError) in
            let changes = try ChangeLog(database, chain: chain)
            for subject in ChangeSubject.allCases {
                let rows = try database.prepare(
                    "SELECT \(subject.columns) FROM \(subject.table)")
                while try rows.step() {
                    try changes.record(subject, rowOf: rows, columns: rows.columnCount)
                    if chain.recordCount == CarryOver.slice { try chain.close(.carriedOver) }
                }
            }
            try chain.close(.carriedOver)
        }
    }

    private func carry(_ kind: RecordKind) throws(StoreError) {
        let rows = try database.prepare(kind.rowsSQL + " LIMIT \(CarryOver.slice)")
        var carried = CarryOver.slice
        while carried == CarryOver.slice {
            let start = try database.chainedThrough(kind) + 1
            rows.bind(1, start)
            rows.bind(2, Int64.max)
            carried = 0
            try database.transaction { () throws(StoreError) in
                while try rows.step() {
                    try chain.append(kind, rowOf: rows, columns: rows.columnCount)
                    carried += 1
                }
                try chain.close(.carriedOver)
            }
        }
    }
}
