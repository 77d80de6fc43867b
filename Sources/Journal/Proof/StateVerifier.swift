/// Compares the tables whose rows change with the newest state the chain has of each row, in slices
/// of which each sees one state of the log.
final class StateVerifier {
    /// What is looked through: the states that the chain has, then the rows that are there.
    private enum Part {
        case changes, rows
    }

    private let database: Database
    private let bytes = CanonicalBytes()
    /// The place of the subject among all.
    private var place = 0
    private var part = Part.changes
    /// The key that was looked at last.
    private var last: [UInt8]?

    init(_ database: Database) {
        self.database = database
    }

    /// Looks at so many states or rows more; answers whether there are others.
    func verifySlice(
        _ limit: Int, _ report: (LogFinding) -> Void
    ) throws(StoreError) -> Bool {
        guard place < ChangeSubject.allCases.count else { return false }
        let subject = ChangeSubject.allCases[place]
        let count =
            switch part {
            case .changes: try compareNewest(of: subject, limit, report)
            case .rows: try reportUnknown(of: subject, limit, report)
            }
        guard count < limit else { return true }
        last = nil
        switch part {
        case .changes: part = .rows
        case .rows:
            part = .changes
            place += 1
        }
        return place < ChangeSubject.allCases.count
    }

    /// Compares the newest state of each row with the row; answers how many states it looked at.
    private func compareNewest(
        of subject: ChangeSubject, _ limit: Int, _ report: (LogFinding) -> Void
    ) throws(StoreError) -> Int {
        let newest = try database.prepare(
            """
            SELECT max(number), key, body FROM changes INDEXED BY change_by_key
            WHERE subject = \(subject.rawValue) AND key \(last == nil ? ">=" : ">") ?1
            GROUP BY key ORDER BY key LIMIT ?2
            """)
        newest.bind(1, blob: last ?? [])
        newest.bind(2, limit)
        let row = try database.prepare(subject.rowSQL)
        let columns = row.columnCount
        var count = 0
        while try newest.step() {
            count += 1
            last = newest.bytes(1)
            var finding = LogFinding(
                status: .missing, table: subject.table, row: newest.integer(0), link: nil,
                reason: "the row of this change is not there")
            let isKey = newest.withBytes(1) { key in
                CanonicalKey.bind(key, to: row, count: subject.keyColumns.count)
            }
            defer { row.reset() }
            // A key that is not in the one way in which a key is written is none of a row.
            let isThere = isKey ? try row.step() : false
            guard isThere, newest.bytes(1) == key(of: row, subject) else {
                report(finding)
                continue
            }
            bytes.removeAll()
            row.encode(0..<subject.bodyColumns(ofRow: row, columns: columns), into: bytes)
            if bytes.array != newest.bytes(2) {
                finding.status = .altered
                finding.reason = "the row is not as this newest change left it"
                report(finding)
            }
        }
        return count
    }

    private func key(of row: Statement, _ subject: ChangeSubject) -> [UInt8] {
        bytes.removeAll()
        row.encode(0..<Int32(subject.keyColumns.count), into: bytes)
        return bytes.array
    }

    /// Looks for rows that no change names; answers how many rows it looked at.
    private func reportUnknown(
        of subject: ChangeSubject, _ limit: Int, _ report: (LogFinding) -> Void
    ) throws(StoreError) -> Int {
        let key = subject.keyColumns.joined(separator: ", ")
        let places = subject.keyColumns.indices.map { "?\($0 + 1)" }.joined(separator: ", ")
        let condition = last == nil ? "" : "WHERE (\(key)) > (\(places))"
        let rows = try database.prepare(
            "SELECT \(key) FROM \(subject.table) \(condition) ORDER BY \(key) LIMIT \(limit)")
        if let last {
            _ = CanonicalKey.bind(last.span, to: rows, count: subject.keyColumns.count)
        }
        let change = try database.prepare(
            "SELECT 1 FROM changes WHERE subject = \(subject.rawValue) AND key = ?1")
        var count = 0
        while try rows.step() {
            count += 1
            let key = self.key(of: rows, subject)
            last = key
            change.bind(1, blob: key)
            defer { change.reset() }
            guard try !change.step() else { continue }
            report(
                LogFinding(
                    status: .altered, table: subject.table, row: rows.integer(0), link: nil,
                    reason: "the row is not in the chain"))
        }
        return count
    }
}

/// Reads a key of `changes` back: integers and texts.
enum CanonicalKey {
    /// Binds the values of a key from parameter 1 on; false where it is none of `count` values.
    static func bind(_ key: Span<UInt8>, to statement: Statement, count: Int) -> Bool {
        var place = 0
        for index in 0..<count {
            guard place < key.count else { return false }
            let tag = key[place]
            place += 1
            switch tag {
            case 0x10...0x18:
                let bytes = Int(tag - 0x10)
                guard place + bytes <= key.count else { return false }
                statement.bind(
                    Int32(index + 1), CanonicalValues.integer(key, place..<place + bytes))
                place += bytes
            case 0x30:
                guard place + 4 <= key.count else { return false }
                var length = 0
                for byte in 0..<4 { length |= Int(key[place + byte]) << (8 * byte) }
                place += 4
                guard length <= key.count - place else { return false }
                var text: [UInt8] = []
                for byte in place..<place + length { text.append(key[byte]) }
                statement.bind(Int32(index + 1), text: text)
                place += length
            default: return false
            }
        }
        return place == key.count
    }
}
