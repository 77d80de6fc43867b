internal import Crypto

/// Makes the log prove itself: each record's commitment, and one link over them for each transaction.
///
/// A record's commitment is SHA-256 of 16 random bytes and its payload; a link hashes the link before
/// and all commitments of its transaction. Retention erases a payload together with its salt; the
/// commitment that stays tells nobody what it was, and the links still fit.
final class Chain {
    static let saltBytes = 16
    static let hashBytes = 32
    private static let linkLabel = Array("freshwire/link/1".utf8)
    private static let genesisLabel = Array("freshwire/log/01".utf8)
    /// Drawn in one call; the salts of a few turns.
    private static let pooledSalts = 256

    /// Where the payload of the next record goes, between `begin` and `end`.
    let payload = CanonicalBytes()
    /// What stands before the first link: a hash of which log it is.
    let genesis: SHA256Digest

    private let hasher: SHA256Hasher
    private let linkBytes = CanonicalBytes()
    private let addLink: Statement
    private let addSalts: Statement
    private var pool = [UInt8](repeating: 0, count: pooledSalts * saltBytes)
    private var pooled = 0
    private var previous: SHA256Digest
    private var nextLink: Int64

    // Of the link that is being made.
    private var runs: [Run] = []
    private var commitments: [UInt8] = []
    private var salts: [UInt8] = []

    init(_ database: Database) throws(StoreError) {
        hasher = try Chain.checked { () throws(CryptoFailure) in try SHA256Hasher() }
        addLink = try database.prepare(
            "INSERT INTO links(number, origin, rows, hash, commitments) VALUES (?1, ?2, ?3, ?4, ?5)"
        )
        addSalts = try database.prepare(
            "INSERT INTO salts(kind, first, salts) VALUES (?1, ?2, ?3)")
        genesis = try Chain.genesis(of: database)
        let last = try database.prepare(
            "SELECT number, hash FROM links ORDER BY number DESC LIMIT 1")
        previous = genesis
        nextLink = 1
        if try last.step() {
            nextLink = last.integer(0) + 1
            guard let hash = SHA256Digest(last.bytes(1)) else {
                throw StoreError(
                    kind: .corrupt, message: "the newest link of the log has no hash",
                    statement: "links")
            }
            previous = hash
        }
    }

    /// The hash of which log it is.
    static func genesis(of database: Database) throws(StoreError) -> SHA256Digest {
        try genesis(ofLog: try database.text("SELECT epoch FROM store") ?? "")
    }

    static func genesis(ofLog epoch: String) throws(StoreError) -> SHA256Digest {
        let bytes = genesisLabel + Array(epoch.utf8)
        return try checked { () throws(CryptoFailure) in try sha256(bytes.span) }
    }

    /// The number of the last link; 0 before the first.
    var lastLink: Int64 { nextLink - 1 }
    /// Its hash, the head of the chain.
    var head: SHA256Digest { previous }

    // MARK: Records

    /// Begins a record: a salt, and what every payload begins with. The columns follow in `payload`.
    func begin(_ kind: RecordKind, version: UInt8 = 1) throws(StoreError) {
        if pooled == 0 { try drawSalts() }
        pooled -= 1
        let place = pooled * Chain.saltBytes
        payload.removeAll()
        payload.append(raw: pool, place..<place + Chain.saltBytes)
        payload.append(byte: version)
        payload.append(byte: kind.rawValue)
        salts.append(contentsOf: pool[place..<place + Chain.saltBytes])
    }

    /// Ends a record, whose row has this number.
    func end(_ kind: RecordKind, row: Int64) throws(StoreError) {
        let commitment = try digest(of: payload)
        commitment.append(to: &commitments)
        if let last = runs.last, last.kind == kind, last.end == row, last.count < Run.longest {
            runs[runs.count - 1].count += 1
        } else {
            runs.append(Run(kind: kind, first: row, count: 1))
        }
    }

    /// Commits to a row that was just added. It is read back, so that what is committed to is what the
    /// table holds.
    ///
    /// - Parameters:
    ///   - name: What the row is, for an error.
    ///   - select: Rows of the kind by number, as `RecordKind.rowsSQL` asks for them.
    func append(
        _ kind: RecordKind, _ name: String, number: Int64, readBackBy select: Statement
    ) throws(StoreError) {
        select.bind(1, number)
        select.bind(2, number + 1)
        defer { select.reset() }
        guard try select.step() else {
            throw StoreError(
                kind: .contradiction, message: "a \(name) is not there",
                statement: "record \(name)")
        }
        try append(kind, rowOf: select, columns: select.columnCount)
    }

    /// A record of the row a statement stands on, whose columns are those of its kind.
    func append(_ kind: RecordKind, rowOf statement: Statement, columns: Int32) throws(StoreError) {
        let form = kind.form(ofRow: statement, columns: columns)
        try begin(kind, version: form.version)
        statement.encode(0..<form.columns, into: payload)
        try end(kind, row: statement.integer(0))
    }

    private func drawSalts() throws(StoreError) {
        try Chain.checked { () throws(CryptoFailure) in
            try fillWithSecureRandom(&pool)
        }
        pooled = Chain.pooledSalts
    }

    private func digest(of bytes: CanonicalBytes) throws(StoreError) -> SHA256Digest {
        try bytes.withSpan { (span) throws(StoreError) in
            try Chain.checked { () throws(CryptoFailure) in
                try hasher.absorb(span)
                return try hasher.finish()
            }
        }
    }

    /// Makes the store's key known in the log, where its newest key is another one; answers the
    /// key's number.
    func announce(
        _ key: Ed25519PublicKey, in database: Database
    ) throws(StoreError) -> Int64 {
        let newest = try database.prepare(
            "SELECT number, public_key FROM signing_keys ORDER BY number DESC LIMIT 1")
        var number: Int64 = 1
        if try newest.step() {
            if newest.bytes(1) == key.bytes { return newest.integer(0) }
            number = newest.integer(0) + 1
        }
        newest.reset()
        let add = try database.prepare(
            "INSERT INTO signing_keys(number, public_key) VALUES (?1, ?2)")
        add.bind(1, number)
        add.bind(2, blob: key.bytes)
        try add.run()
        try begin(.signingKey)
        payload.append(number)
        payload.append(blob: key.bytes)
        try end(.signingKey, row: number)
        try close(.recorded)
        return number
    }

    // MARK: Links

    var recordCount: Int { commitments.count / Chain.hashBytes }

    /// Puts what was recorded since the last call into a link, inside the transaction that records it.
    func close(_ origin: LinkOrigin) throws(StoreError) {
        guard !runs.isEmpty else { return }
        let hash = try Chain.hash(
            number: nextLink, origin: origin.rawValue, after: previous, runs: runs,
            commitments: commitments, hasher: hasher, into: linkBytes)
        addLink.bind(1, nextLink)
        addLink.bind(2, origin.rawValue)
        addLink.bind(3, blob: Chain.encoded(runs))
        addLink.bind(4, blob: hash.bytes)
        try addLink.run(binding: commitments, 0..<commitments.count, at: 5)
        var place = 0
        for run in runs {
            let end = place + run.count * Chain.saltBytes
            addSalts.bind(1, Int64(run.kind.rawValue))
            addSalts.bind(2, run.first)
            try addSalts.run(binding: salts, place..<end, at: 3)
            place = end
        }
        previous = hash
        nextLink += 1
        runs.removeAll(keepingCapacity: true)
        commitments.removeAll(keepingCapacity: true)
        salts.removeAll(keepingCapacity: true)
    }

    static func encoded(_ runs: [Run]) -> [UInt8] {
        let bytes = CanonicalBytes()
        for run in runs { run.encode(into: bytes) }
        return bytes.array
    }

    /// The hash of a link. It covers the commitments by a hash of their own.
    static func hash(
        number: Int64, origin: Int64, after previous: SHA256Digest, runs: [Run],
        commitments: [UInt8], hasher: SHA256Hasher, into bytes: CanonicalBytes
    ) throws(StoreError) -> SHA256Digest {
        let body = try checked { () throws(CryptoFailure) in
            try hasher.absorb(commitments.span)
            return try hasher.finish()
        }
        bytes.removeAll()
        bytes.append(raw: linkLabel, linkLabel.indices)
        previous.append(to: bytes)
        bytes.append(raw: UInt64(bitPattern: number))
        bytes.append(raw: UInt64(bitPattern: origin))
        bytes.append(raw: UInt32(truncatingIfNeeded: runs.count))
        for run in runs { run.encode(into: bytes) }
        body.append(to: bytes)
        return try bytes.withSpan { (span) throws(StoreError) in
            try checked { () throws(CryptoFailure) in
                try hasher.absorb(span)
                return try hasher.finish()
            }
        }
    }

    /// What the cryptographic library refuses ends the writer, as a failed disk does.
    static func checked<Answer>(
        _ body: () throws(CryptoFailure) -> Answer
    ) throws(StoreError) -> Answer {
        do {
            return try body()
        } catch {
            throw StoreError(kind: .other, message: error.description, statement: error.operation)
        }
    }
}

extension SHA256Digest {
    func append(to bytes: CanonicalBytes) {
        bytes.append(raw: words.0.byteSwapped)
        bytes.append(raw: words.1.byteSwapped)
        bytes.append(raw: words.2.byteSwapped)
        bytes.append(raw: words.3.byteSwapped)
    }
}
