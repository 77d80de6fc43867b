internal import Crypto

/// Compares what each staff action says it acted upon with the state of the alert that the log has
/// of that revision.
struct StaffActionVerifier {
    private let database: Database

    /// Places in the body of an alert's change: the columns of `alerts`.
    private enum Place {
        static let number = 0
        static let revision = 13
        static let state = 14
        static let count = 15
    }

    init(_ database: Database) {
        self.database = database
    }

    func verify(_ report: (LogFinding) -> Void) throws(StoreError) {
        let hashes = try hashesByRevision()
        let actions = try database.prepare(
            "SELECT number, alert, revision, state_hash FROM staff_actions ORDER BY number")
        let bytes = CanonicalBytes()
        while try actions.step() {
            bytes.removeAll()
            actions.encode(1..<3, into: bytes)
            let key = bytes.array
            bytes.removeAll()
            actions.encode(3..<4, into: bytes)
            guard hashes[key] != bytes.array else { continue }
            report(
                LogFinding(
                    status: .altered, table: RecordKind.staffAction.table,
                    row: actions.integer(0), link: nil,
                    reason: "the alert was not as this action says it was"))
        }
    }

    /// The hash of each state, as the value of a blob, by the values of number and revision.
    private func hashesByRevision() throws(StoreError) -> [[UInt8]: [UInt8]] {
        let changes = try database.prepare(
            """
            SELECT body FROM changes WHERE subject = \(ChangeSubject.alert.rawValue)
            ORDER BY number
            """)
        var hashes: [[UInt8]: [UInt8]] = [:]
        let value = CanonicalBytes()
        while try changes.step() {
            let body = changes.bytes(0)
            guard let places = CanonicalPlaces.of(body), places.count == Place.count,
                body[places[Place.state].lowerBound] == 0x30
            else { continue }
            let text = places[Place.state].dropFirst(CanonicalPlaces.lengthBytes)
            value.removeAll()
            value.append(blob: try StateHash.of(Array(body[text])))
            hashes[Array(body[places[Place.number]] + body[places[Place.revision]])] = value.array
        }
        return hashes
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
