internal import ColdChain
internal import Crypto

/// Records what retention erases: the salts go with the rows, and a signed row says which went, by
/// which policy and when.
final class PurgeLog {
    private static let label = Array("freshwire/purge1".utf8)

    private let chain: Chain
    private let key: Ed25519SigningKey
    private let keyNumber: Int64
    private let add: Statement
    private let findSalts: Statement
    private let putSalts: Statement
    private let removeSalts: Statement
    private var next: Int64

    /// - Parameter keyNumber: The key's row in `signing_keys`.
    init(
        _ database: Database, chain: Chain, key: Ed25519SigningKey, keyNumber: Int64
    ) throws(StoreError) {
        self.chain = chain
        self.key = key
        self.keyNumber = keyNumber
        add = try database.prepare(
            """
            INSERT INTO purges(number, policy, purged_at, count, rows, signing_key, signature)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """)
        // The run that holds a number, and those after it.
        findSalts = try database.prepare(
            """
            SELECT first, salts FROM salts WHERE kind = ?1 AND first < ?3 AND first >= coalesce(
                (SELECT max(first) FROM salts WHERE kind = ?1 AND first <= ?2), ?2)
            ORDER BY first
            """)
        putSalts = try database.prepare(
            "UPDATE salts SET salts = ?3 WHERE kind = ?1 AND first = ?2")
        removeSalts = try database.prepare("DELETE FROM salts WHERE kind = ?1 AND first = ?2")
        next = (try database.integer("SELECT max(number) FROM purges") ?? 0) + 1
    }

    /// Erases the salts of rows that are erased in the same transaction, and signs for it.
    ///
    /// - Parameters:
    ///   - numbers: The rows' numbers, ascending.
    ///   - policy: What made them go, such as `fixes 30 days`.
    func record(
        _ kind: RecordKind, _ numbers: [Int64], policy: String, at instant: Timestamp
    ) throws(StoreError) {
        guard !numbers.isEmpty else { return }
        let runs = Run.runs(of: kind, numbers)
        for run in runs { try eraseSalts(of: run) }
        let rows = Chain.encoded(runs)
        let signed = CanonicalBytes()
        signed.append(raw: PurgeLog.label, PurgeLog.label.indices)
        chain.genesis.append(to: signed)
        encode(into: signed, policy, instant, numbers.count, rows)
        let signature = try signed.withSpan { (message) throws(StoreError) in
            try Chain.checked { () throws(CryptoFailure) in try key.sign(message) }
        }
        add.bind(1, next)
        add.bind(2, policy)
        add.bind(3, instant.milliseconds)
        add.bind(4, numbers.count)
        add.bind(5, blob: rows)
        add.bind(6, keyNumber)
        add.bind(7, blob: signature)
        try add.run()
        try chain.begin(.purge)
        encode(into: chain.payload, policy, instant, numbers.count, rows)
        chain.payload.append(blob: signature)
        try chain.end(.purge, row: next)
        next += 1
    }

    /// The columns that are signed: all before the signature.
    private func encode(
        into bytes: CanonicalBytes, _ policy: String, _ instant: Timestamp, _ count: Int,
        _ rows: [UInt8]
    ) {
        bytes.append(next)
        bytes.append(text: policy)
        bytes.append(instant.milliseconds)
        bytes.append(Int64(count))
        bytes.append(blob: rows)
        bytes.append(keyNumber)
    }

    private func eraseSalts(of run: Run) throws(StoreError) {
        var changed: [(first: Int64, salts: [UInt8])] = []
        findSalts.bind(1, Int64(run.kind.rawValue))
        findSalts.bind(2, run.first)
        findSalts.bind(3, run.end)
        while try findSalts.step() {
            let first = findSalts.integer(0)
            var salts = findSalts.bytes(1)
            let rows = Int64(salts.count / Chain.saltBytes)
            let begin = max(run.first - first, 0)
            let end = min(run.end - first, rows)
            guard begin < end else { continue }
            for place in Int(begin) * Chain.saltBytes..<Int(end) * Chain.saltBytes {
                salts[place] = 0
            }
            changed.append((first, salts))
        }
        for (first, salts) in changed {
            let isEmpty = salts.allSatisfy { $0 == 0 }
            let statement = isEmpty ? removeSalts : putSalts
            statement.bind(1, Int64(run.kind.rawValue))
            statement.bind(2, first)
            if !isEmpty { statement.bind(3, blob: salts) }
            try statement.run()
        }
    }

    /// What a purge's signature is of: the label, the log's own hash, and the columns before the
    /// signature of the row a statement stands on.
    static func signedBytes(
        rowOf statement: Statement, genesis: SHA256Digest, into bytes: CanonicalBytes
    ) {
        bytes.removeAll()
        bytes.append(raw: label, label.indices)
        genesis.append(to: bytes)
        statement.encode(0..<6, into: bytes)
    }
}
