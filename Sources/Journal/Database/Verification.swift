internal import Crypto

/// What is checked before a store is written to again.
///
/// A store of moderate size is checked whole. Checking takes time in proportion to the size, and a
/// log of 90 days would keep the daemon from starting for minutes; so of a large one that part is
/// checked which a failed write can have touched: the end of each log and its index. What lies
/// deeper is checked page by page as it is read (`cell_size_check`), and whole on demand.
enum Verification {
    /// How many rows at the end of each log are followed through its index.
    private static let endRows = 65_536

    /// How many links at the end of the chain are recomputed.
    private static let endLinks = 64

    static func verify(_ database: Database, settings: JournalSettings) throws(StoreError) {
        let pages = try database.integer("PRAGMA page_count") ?? 0
        if pages * Int64(database.pageBytes) <= settings.fullCheckBytes {
            try requireOK("PRAGMA quick_check(1)", in: database)
        } else {
            try verifyEnds(database)
        }
    }

    /// Every page, every index and every reference.
    static func verifyWhole(_ database: Database) throws(StoreError) {
        try requireOK("PRAGMA integrity_check(1)", in: database)
        let dangling = try database.text("PRAGMA foreign_key_check")
        guard dangling == nil else {
            throw StoreError(
                kind: .corrupt, message: "a row of \(dangling ?? "") refers to one that is gone",
                statement: "PRAGMA foreign_key_check")
        }
    }

    private static func requireOK(_ check: String, in database: Database) throws(StoreError) {
        let answer = try database.text(check) ?? "no answer"
        guard answer == "ok" else {
            throw StoreError(kind: .corrupt, message: answer, statement: check)
        }
    }

    private static func verifyEnds(_ database: Database) throws(StoreError) {
        for table in [
            "sources", "orders", "excursions", "log_state", "store", "fingerprints", "devices",
            "unknown_frames",
        ] {
            try requireOK("PRAGMA quick_check(\(table))", in: database)
        }
        try requireLinked(database)
        try requireIndexed("readings", by: "reading_once", in: database)
        try requireIndexed("fixes", by: "fix_once", in: database)
    }

    /// Makes sure that the last links are whole, each with the one before, where there is a chain.
    private static func requireLinked(_ database: Database) throws(StoreError) {
        let tables = try database.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'links'")
        guard tables == 1 else { return }
        let hasher = try Chain.checked { () throws(CryptoFailure) in try SHA256Hasher() }
        let bytes = CanonicalBytes()
        let links = try database.prepare(
            """
            SELECT number, origin, rows, hash, commitments,
                (SELECT hash FROM links AS p WHERE p.number = l.number - 1)
            FROM links AS l ORDER BY number DESC LIMIT \(endLinks)
            """)
        let genesis = try Chain.genesis(of: database)
        while try links.step() {
            let number = links.integer(0)
            var isWhole = false
            if let runs = links.withBytes(2, { Run.decode($0) }),
                let previous = number == 1 ? genesis : SHA256Digest(links.bytes(5))
            {
                let hash = try Chain.hash(
                    number: number, origin: links.integer(1), after: previous, runs: runs,
                    commitments: links.bytes(4), hasher: hasher, into: bytes)
                isWhole = hash.bytes == links.bytes(3)
            }
            guard isWhole else {
                throw StoreError(
                    kind: .corrupt, message: "link \(number) of the log is damaged",
                    statement: "links")
            }
        }
        for kind in RecordKind.allCases { try readNewestSalts(of: kind, database) }
    }

    /// Reading them to their ends finds a damaged page.
    private static func readNewestSalts(
        of kind: RecordKind, _ database: Database
    ) throws(StoreError) {
        let salts = try database.prepare(
            """
            SELECT salts FROM salts WHERE kind = \(kind.rawValue) ORDER BY first DESC
            LIMIT \(endLinks)
            """)
        while try salts.step() {
            guard salts.bytes(0).count.isMultiple(of: Chain.saltBytes) else {
                throw StoreError(
                    kind: .corrupt, message: "the salts of \(kind.table) are damaged",
                    statement: "salts")
            }
        }
    }

    /// Makes sure that each of the last rows is found, with the same id, through its index, and
    /// its source among the sources.
    private static func requireIndexed(
        _ table: String, by index: String, in database: Database
    ) throws(StoreError) {
        let check = """
            SELECT count(*)
            FROM (SELECT id, measured_at, source FROM \(table) ORDER BY id DESC LIMIT \(endRows)) t
            WHERE NOT EXISTS (
                SELECT 1 FROM \(table) AS i INDEXED BY \(index)
                WHERE i.measured_at = t.measured_at AND i.source = t.source AND i.id = t.id)
                OR NOT EXISTS (SELECT 1 FROM sources WHERE number = t.source)
            """
        let lost = try database.integer(check) ?? 0
        guard lost == 0 else {
            throw StoreError(
                kind: .corrupt, message: "\(lost) rows of \(table) are missing in \(index)",
                statement: check)
        }
    }
}
