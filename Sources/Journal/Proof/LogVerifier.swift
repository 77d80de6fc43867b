internal import Crypto

/// One walk along the chain.
final class LogVerifier {
    /// Where the walk is.
    private enum Stage {
        case links
        /// Rows of a kind, by its place among all, after a number.
        case rows(kind: Int, after: Int64)
        case states
        case actions
        case done
    }

    private(set) var proof = LogProof()
    private let database: Database
    private let hasher: SHA256Hasher
    private let bytes = CanonicalBytes()
    private let genesis: SHA256Digest
    private let links: Statement
    private let salts: Statement
    private let rows: [RecordKind: RecordRows]
    private var previous: SHA256Digest
    private var expected: [Int64: [LogHead]] = [:]
    /// By kind: what the chain names, and what was erased.
    private var chained = [NumberSet](repeating: NumberSet(), count: RecordKind.places)
    private var purged = [NumberSet](repeating: NumberSet(), count: RecordKind.places)
    private var lastPurge: Int64 = 0
    private var pending: LogFinding?
    private var stage = Stage.links
    /// By kind: the greatest number when the walk came to the end of the chain. What follows was
    /// recorded since.
    private var newest = [Int64](repeating: .min, count: RecordKind.places)
    private let states: StateVerifier
    private let actions: StaffActionVerifier

    /// The rows of one kind.
    private struct RecordRows {
        var statement: Statement
        var columns: Int32
    }

    init(_ database: Database) throws(StoreError) {
        self.database = database
        hasher = try Chain.checked { () throws(CryptoFailure) in try SHA256Hasher() }
        genesis = try Chain.genesis(of: database)
        previous = genesis
        links = try database.prepare(
            """
            SELECT number, origin, rows, hash, commitments FROM links WHERE number > ?1
            ORDER BY number
            """)
        salts = try database.prepare("SELECT salts FROM salts WHERE kind = ?1 AND first = ?2")
        var rows: [RecordKind: RecordRows] = [:]
        for kind in RecordKind.allCases {
            let statement = try database.prepare(kind.rowsSQL)
            rows[kind] = RecordRows(statement: statement, columns: statement.columnCount)
        }
        self.rows = rows
        states = StateVerifier(database)
        actions = StaffActionVerifier(database)
        proof.head = genesis.bytes
    }

    func expect(_ head: LogHead) {
        expected[head.link, default: []].append(head)
    }

    /// Verifies about so many records more, in the one state of the log that the caller holds.
    ///
    /// - Returns: Whether there are more.
    func verifySlice(records limit: Int, _ found: (LogFinding) -> Void) throws(StoreError) -> Bool {
        defer { flush(found) }
        switch stage {
        case .links:
            guard try !verifyLinks(limit, found) else { return true }
            for kind in RecordKind.allCases {
                newest[Int(kind.rawValue)] =
                    try database.integer("SELECT max(\(kind.key)) FROM \(kind.table)") ?? .min
            }
            stage = .rows(kind: 0, after: .min)
        case .rows(let kind, let after):
            stage = try lookForRowsOutside(kind, after: after, limit, found)
        case .states:
            guard try !states.verifySlice(limit, { report($0, found) }) else { return true }
            stage = .actions
        case .actions:
            guard try !actions.verifySlice(limit, { report($0, found) }) else { return true }
            reportHeadsBeyondTheLog(found)
            stage = .done
            return false
        case .done: return false
        }
        return true
    }

    /// Answers whether the chain goes on.
    private func verifyLinks(
        _ limit: Int, _ found: (LogFinding) -> Void
    ) throws(StoreError) -> Bool {
        try readPurges(found)
        var records = 0
        links.bind(1, proof.lastLink)
        while try links.step() {
            records += try verifyLink(found)
            guard records < limit else {
                links.reset()
                return true
            }
        }
        return false
    }

    // MARK: Links

    /// Verifies the link that the statement stands on; answers how many records it has.
    private func verifyLink(_ found: (LogFinding) -> Void) throws(StoreError) -> Int {
        let number = links.integer(0)
        if number > proof.lastLink + 1 {
            let first = proof.lastLink + 1
            report(
                LogFinding(
                    status: .missing, table: "links", row: first, count: number - first, link: nil,
                    reason: "the link is not there"), found)
        }
        let isNext = number == proof.lastLink + 1
        proof.lastLink = number
        proof.links += 1
        let stored = links.bytes(3)
        let commitments = links.bytes(4)
        let runs = links.withBytes(2) { Run.decode($0) }
        let count = runs?.reduce(0) { $0 + $1.count } ?? 0
        guard let runs, let hash = SHA256Digest(stored),
            commitments.count == count * Chain.hashBytes
        else {
            alteredLink(number, "it cannot be read", found)
            return 1
        }
        let computed = try Chain.hash(
            number: number, origin: links.integer(1), after: previous, runs: runs,
            commitments: commitments, hasher: hasher, into: bytes)
        // After a link that is missing, what it was made of is unknown; the next one vouches for it.
        if isNext && computed != hash {
            alteredLink(number, "its hash is not that of what it holds", found)
        }
        previous = hash
        proof.head = stored
        checkExpected(number, stored, found)
        if links.integer(1) == LinkOrigin.carriedOver.rawValue { proof.carriedOver += Int64(count) }
        var first = 0
        for run in runs {
            let range = run.first..<run.end
            if chained[Int(run.kind.rawValue)].insert(range) {
                try verify(run, commitments, first, link: number, found)
            } else {
                alteredLink(number, "it names rows that an earlier one has", found)
            }
            first += run.count
        }
        return count
    }

    private func alteredLink(
        _ number: Int64, _ reason: String, _ found: (LogFinding) -> Void
    ) {
        report(
            LogFinding(status: .altered, table: "links", row: number, link: number, reason: reason),
            found)
    }

    private func checkExpected(
        _ number: Int64, _ hash: [UInt8], _ found: (LogFinding) -> Void
    ) {
        for head in expected.removeValue(forKey: number) ?? [] where head.hash != hash {
            alteredLink(number, "it is not the one of the head that was kept", found)
        }
    }

    private func reportHeadsBeyondTheLog(_ found: (LogFinding) -> Void) {
        guard let last = expected.keys.max(), last > proof.lastLink else { return }
        report(
            LogFinding(
                status: .missing, table: "links", row: proof.lastLink + 1,
                count: last - proof.lastLink, link: nil,
                reason: "the head that was kept has it"), found)
    }

    // MARK: Records

    private func verify(
        _ run: Run, _ commitments: [UInt8], _ first: Int, link: Int64,
        _ found: (LogFinding) -> Void
    ) throws(StoreError) {
        let salts = try salts(of: run)
        guard let rows = rows[run.kind] else {
            throw StoreError(
                kind: .contradiction, message: "rows of kind \(run.kind) cannot be read",
                statement: run.kind.table)
        }
        let purged = purged[Int(run.kind.rawValue)]
        rows.statement.bind(1, run.first)
        rows.statement.bind(2, run.end)
        var hasRow = try rows.statement.step()
        if !hasRow && salts.isEmpty && purged.contains(all: run.first..<run.end) {
            proof.purged += Int64(run.count)
            return
        }
        let mayBePurged = !purged.isEmpty
        for place in 0..<run.count {
            let number = run.first + Int64(place)
            let salt = Salt(salts, place)
            let isPurged = mayBePurged && purged.contains(number)
            var reason: String?
            var status = LogFinding.Status.altered
            if hasRow, rows.statement.integer(0) == number {
                if isPurged {
                    reason = "an erasure names it, yet it is there"
                } else if salt.isErased {
                    reason = "its salt is gone"
                } else {
                    let computed = try commitment(of: run.kind, rows, salts, place)
                    if !computed.isEqual(to: commitments, at: first + place) {
                        reason = "it is not what was recorded"
                    }
                }
                hasRow = try rows.statement.step()
                if reason == nil { proof.intact += 1 }
            } else if !isPurged {
                status = .missing
                reason = "the row is not there, and no erasure names it"
            } else if !salt.isErased {
                reason = "it was erased, yet its salt is there"
            } else {
                proof.purged += 1
            }
            if let reason {
                report(
                    LogFinding(
                        status: status, table: run.kind.table, row: number, link: link,
                        reason: reason), found)
            }
        }
        if hasRow { rows.statement.reset() }
    }

    /// One salt of a run; where the run's salts are gone, or too few, it is erased.
    private struct Salt {
        var isErased = true

        init(_ salts: [UInt8], _ place: Int) {
            let end = (place + 1) * Chain.saltBytes
            guard end <= salts.count else { return }
            for byte in end - Chain.saltBytes..<end where salts[byte] != 0 {
                isErased = false
                return
            }
        }
    }

    private func salts(of run: Run) throws(StoreError) -> [UInt8] {
        salts.bind(1, Int64(run.kind.rawValue))
        salts.bind(2, run.first)
        defer { salts.reset() }
        return try salts.step() ? salts.bytes(0) : []
    }

    private func commitment(
        of kind: RecordKind, _ rows: RecordRows, _ salts: [UInt8], _ place: Int
    ) throws(StoreError) -> SHA256Digest {
        let start = place * Chain.saltBytes
        bytes.removeAll()
        bytes.append(raw: salts, start..<start + Chain.saltBytes)
        let form = kind.form(ofRow: rows.statement, columns: rows.columns)
        bytes.append(byte: form.version)
        bytes.append(byte: kind.rawValue)
        rows.statement.encode(0..<form.columns, into: bytes)
        return try bytes.withSpan { (span) throws(StoreError) in
            try Chain.checked { () throws(CryptoFailure) in
                try hasher.absorb(span)
                return try hasher.finish()
            }
        }
    }

    /// Looks through so many rows of a kind for those that no link names.
    ///
    /// - Returns: Where to go on.
    private func lookForRowsOutside(
        _ place: Int, after: Int64, _ limit: Int, _ found: (LogFinding) -> Void
    ) throws(StoreError) -> Stage {
        guard place < RecordKind.allCases.count else { return .states }
        let kind = RecordKind.allCases[place]
        let chained = chained[Int(kind.rawValue)]
        let numbers = try database.prepare(
            """
            SELECT \(kind.key) FROM \(kind.table) WHERE \(kind.key) > ?1 AND \(kind.key) <= ?2
            ORDER BY \(kind.key) LIMIT ?3
            """)
        numbers.bind(1, after)
        numbers.bind(2, newest[Int(kind.rawValue)])
        numbers.bind(3, limit)
        var last = after
        var count = 0
        while try numbers.step() {
            last = numbers.integer(0)
            count += 1
            guard !chained.contains(last) else { continue }
            report(
                LogFinding(
                    status: .altered, table: kind.table, row: last, link: nil,
                    reason: "it is not in the chain"), found)
        }
        return count < limit ? .rows(kind: place + 1, after: .min) : .rows(kind: place, after: last)
    }

    // MARK: Erasures

    /// Reads the erasures that were recorded since the last time, and believes those that are signed
    /// by a key of the log.
    private func readPurges(_ found: (LogFinding) -> Void) throws(StoreError) {
        let keys = try signingKeys()
        let purges = try database.prepare(
            "SELECT \(RecordKind.purge.columns) FROM purges WHERE number > ?1 ORDER BY number")
        purges.bind(1, lastPurge)
        while try purges.step() {
            lastPurge = purges.integer(0)
            PurgeLog.signedBytes(rowOf: purges, genesis: genesis, into: bytes)
            let isSigned = bytes.withSpan { message in
                purges.withBytes(6) { signature in
                    keys[purges.integer(5)]?.isSignature(signature, of: message) ?? false
                }
            }
            guard isSigned, let runs = purges.withBytes(4, { Run.decode($0) }) else {
                report(
                    LogFinding(
                        status: .altered, table: "purges", row: lastPurge, link: nil,
                        reason: "it is not signed by the log's key"), found)
                continue
            }
            for run in runs { purged[Int(run.kind.rawValue)].insert(run.first..<run.end) }
        }
    }

    private func signingKeys() throws(StoreError) -> [Int64: Ed25519PublicKey] {
        let rows = try database.prepare(
            "SELECT number, public_key FROM signing_keys ORDER BY number")
        var keys: [Int64: Ed25519PublicKey] = [:]
        proof.signingKeys.removeAll()
        while try rows.step() {
            guard let key = Ed25519PublicKey(raw: rows.bytes(1)) else { continue }
            keys[rows.integer(0)] = key
            proof.signingKeys.append(key)
        }
        return keys
    }

    // MARK: Findings

    /// Findings of rows that follow each other are given as one.
    private func report(_ finding: LogFinding, _ found: (LogFinding) -> Void) {
        switch finding.status {
        case .altered: proof.altered += finding.count
        case .missing: proof.missing += finding.count
        }
        if let last = pending, last.status == finding.status, last.table == finding.table,
            last.link == finding.link, last.reason == finding.reason,
            last.row + last.count == finding.row
        {
            pending?.count += finding.count
        } else {
            flush(found)
            pending = finding
        }
    }

    private func flush(_ found: (LogFinding) -> Void) {
        if let pending { found(pending) }
        pending = nil
    }
}

extension RecordKind {
    /// Room for a list that is indexed by the raw value.
    static let places = Int(allCases.map(\.rawValue).max() ?? 0) + 1
}

extension SHA256Digest {
    /// Whether it is the commitment at a place of a list of them.
    fileprivate func isEqual(to commitments: [UInt8], at place: Int) -> Bool {
        let start = place * Chain.hashBytes
        return SHA256Digest(commitments[start..<start + Chain.hashBytes]) == self
    }
}
