/// Compares the tables whose rows change with the newest state the chain has of each row.
struct StateVerifier {
    private let database: Database

    init(_ database: Database) {
        self.database = database
    }

    func verify(_ report: (LogFinding) -> Void) throws(StoreError) {
        for subject in ChangeSubject.allCases {
            let compared = try compareNewest(of: subject, report)
            let rows = try database.integer("SELECT count(*) FROM \(subject.table)") ?? 0
            if rows > compared { try reportUnknown(of: subject, report) }
        }
    }

    /// Compares the newest state of each row with the row; answers how many rows there were.
    private func compareNewest(
        of subject: ChangeSubject, _ report: (LogFinding) -> Void
    ) throws(StoreError) -> Int64 {
        let newest = try database.prepare(
            """
            SELECT max(number), key, body FROM changes INDEXED BY change_by_key
            WHERE subject = \(subject.rawValue) GROUP BY key
            """)
        let row = try database.prepare(subject.rowSQL)
        let columns = row.columnCount
        let bytes = CanonicalBytes()
        var compared: Int64 = 0
        while try newest.step() {
            var finding = LogFinding(
                status: .missing, table: subject.table, row: newest.integer(0), link: nil,
                reason: "the row of this change is not there")
            let isKey = newest.withBytes(1) { key in
                CanonicalKey.bind(key, to: row, count: subject.keyColumns.count)
            }
            defer { row.reset() }
            // A key that is not in the one way in which a key is written is none of a row.
            let isThere = isKey ? try row.step() : false
            guard isThere, newest.bytes(1) == key(of: row, subject, bytes) else {
                report(finding)
                continue
            }
            compared += 1
            bytes.removeAll()
            row.encode(0..<columns, into: bytes)
            if bytes.array != newest.bytes(2) {
                finding.status = .altered
                finding.reason = "the row is not as this newest change left it"
                report(finding)
            }
        }
        return compared
    }

    private func key(
        of row: Statement, _ subject: ChangeSubject, _ bytes: CanonicalBytes
    ) -> [UInt8] {
        bytes.removeAll()
        row.encode(0..<Int32(subject.keyColumns.count), into: bytes)
        return bytes.array
    }

    private func reportUnknown(
        of subject: ChangeSubject, _ report: (LogFinding) -> Void
    ) throws(StoreError) {
        let rows = try database.prepare(
            "SELECT \(subject.keyColumns.joined(separator: ", ")) FROM \(subject.table)")
        let change = try database.prepare(
            "SELECT 1 FROM changes WHERE subject = \(subject.rawValue) AND key = ?1")
        let bytes = CanonicalBytes()
        while try rows.step() {
            bytes.removeAll()
            rows.encode(0..<Int32(subject.keyColumns.count), into: bytes)
            change.bind(1, blob: bytes.array)
            defer { change.reset() }
            guard try !change.step() else { continue }
            report(
                LogFinding(
                    status: .altered, table: subject.table, row: rows.integer(0), link: nil,
                    reason: "the row is not in the chain"))
        }
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
                var value: Int64 = 0
                for byte in 0..<bytes { value |= Int64(key[place + byte]) << Int64(8 * byte) }
                let unused = Int64(64 - 8 * bytes)
                if bytes > 0 { value = (value << unused) >> unused }
                statement.bind(Int32(index + 1), value)
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
