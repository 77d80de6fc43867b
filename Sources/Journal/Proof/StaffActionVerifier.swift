internal import Crypto

/// Compares what each staff action says it acted upon with the state of the alert that the log has
/// of that revision, in slices of which each sees one state of the log.
final class StaffActionVerifier {
    private let database: Database
    private let bytes = CanonicalBytes()
    /// The action that was looked at last.
    private var last = Int64.min

    init(_ database: Database) {
        self.database = database
    }

    /// Looks at so many actions more; answers whether there are others.
    func verifySlice(_ limit: Int, _ report: (LogFinding) -> Void) throws(StoreError) -> Bool {
        let actions = try database.prepare(
            """
            SELECT number, alert, revision, state_hash FROM staff_actions WHERE number > ?1
            ORDER BY number LIMIT ?2
            """)
        let states = try database.prepare(
            """
            SELECT body FROM changes INDEXED BY change_by_key
            WHERE subject = \(ChangeSubject.alert.rawValue) AND key = ?1
            """)
        actions.bind(1, last)
        actions.bind(2, limit)
        var count = 0
        while try actions.step() {
            count += 1
            last = actions.integer(0)
            states.bind(1, blob: value(of: actions, 1))
            defer { states.reset() }
            let hash = try self.hash(ofRevision: value(of: actions, 2), among: states)
            guard hash == nil || hash != value(of: actions, 3) else { continue }
            report(
                LogFinding(
                    status: .altered, table: RecordKind.staffAction.table, row: last, link: nil,
                    reason: "the alert was not as this action says it was"))
        }
        return count == limit
    }

    /// The hash of the alert's state at a revision, as the value of a blob; nil where the log has no
    /// such state.
    private func hash(
        ofRevision revision: [UInt8], among states: Statement
    ) throws(StoreError) -> [UInt8]? {
        while try states.step() {
            let body = states.bytes(0)
            guard let text = AlertChangeBody.state(of: body, revision: revision) else { continue }
            bytes.removeAll()
            bytes.append(blob: try StateHash.of(text))
            return bytes.array
        }
        return nil
    }

    private func value(of row: Statement, _ column: Int32) -> [UInt8] {
        bytes.removeAll()
        row.encode(column..<column + 1, into: bytes)
        return bytes.array
    }
}

/// The body of an alert's change: the columns of `alerts`.
enum AlertChangeBody {
    private static let revision = 13
    private static let state = 14
    private static let count = 15

    /// The alert's text; nil where these are no such columns, or not those of the revision, which is
    /// given as its canonical bytes.
    static func state(of body: [UInt8], revision: [UInt8]? = nil) -> [UInt8]? {
        guard let places = CanonicalPlaces.of(body), places.count == count,
            body[places[state].lowerBound] == 0x30,
            revision == nil || Array(body[places[self.revision]]) == revision
        else { return nil }
        return Array(body[places[state].dropFirst(CanonicalPlaces.lengthBytes)])
    }
}

/// Where the values are in bytes that stand for several.
enum CanonicalPlaces {
    /// The tag of a text or a blob, and the four bytes of its length.
    static let lengthBytes = 5

    /// Nil where the bytes are no integers, texts, blobs and nulls, whole ones.
    static func of(_ bytes: [UInt8]) -> [Range<Int>]? {
        var places: [Range<Int>] = []
        var place = 0
        while place < bytes.count {
            var size = 1
            switch bytes[place] {
            case 0x00: break
            case 0x10...0x18: size += Int(bytes[place] - 0x10)
            case 0x30, 0x40:
                guard bytes.count - place >= lengthBytes else { return nil }
                size = lengthBytes
                for index in 0..<4 { size += Int(bytes[place + 1 + index]) << (8 * index) }
            default: return nil
            }
            guard size <= bytes.count - place else { return nil }
            places.append(place..<place + size)
            place += size
        }
        return places
    }
}
