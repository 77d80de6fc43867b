package import ColdChain
package import Crypto

/// A HACCP plan as the log keeps it: whole, and by its hash.
package struct HACCPPlanText: Equatable, Sendable {
    package let id: String
    package let version: Int
    /// In the canonical form of JSON (RFC 8785).
    package let json: String
    /// The SHA-256 of `json`.
    package let hash: SHA256Digest

    package init(id: String, version: Int, json: String) throws(CryptoFailure) {
        self.id = id
        self.version = version
        self.json = json
        let bytes = Array(json.utf8)
        hash = try sha256(bytes.span)
    }
}

/// A plan that the log was told of.
package struct LoggedHACCPPlan: Equatable, Sendable {
    package let number: Int64
    /// What was recorded since, until the next plan, was recorded under this one.
    package let inForceFrom: Timestamp
    package let id: String
    package let version: Int
    package let hash: SHA256Digest
}

extension Chain {
    /// Makes a plan known in the log, where the newest of the log is another one.
    func putInForce(
        _ plan: HACCPPlanText, at instant: Timestamp, in database: Database
    ) throws(StoreError) {
        let newest = try database.prepare(
            "SELECT number, hash FROM haccp_plans ORDER BY number DESC LIMIT 1")
        var number: Int64 = 1
        if try newest.step() {
            if newest.bytes(1) == plan.hash.bytes { return }
            number = newest.integer(0) + 1
        }
        newest.reset()
        let add = try database.prepare(
            """
            INSERT INTO haccp_plans(\(RecordKind.haccpPlan.columns))
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)
            """)
        add.bind(1, number)
        add.bind(2, instant.milliseconds)
        add.bind(3, plan.id)
        add.bind(4, Int64(plan.version))
        add.bind(5, blob: plan.hash.bytes)
        add.bind(6, plan.json)
        try add.run()
        try begin(.haccpPlan)
        payload.append(number)
        payload.append(instant.milliseconds)
        payload.append(text: plan.id)
        payload.append(Int64(plan.version))
        payload.append(blob: plan.hash.bytes)
        payload.append(text: plan.json)
        try end(.haccpPlan, row: number)
        try close(.recorded)
    }
}

extension JournalReader {
    /// The plans that were in force, newest first.
    package func haccpPlans(limit: Int) throws(StoreError) -> [LoggedHACCPPlan] {
        let rows = try database.prepare(
            """
            SELECT number, in_force_from, id, version, hash FROM haccp_plans
            ORDER BY number DESC LIMIT ?1
            """)
        rows.bind(1, Int64(limit))
        var plans: [LoggedHACCPPlan] = []
        while try rows.step() {
            guard let hash = SHA256Digest(rows.bytes(4)) else {
                throw StoreError(
                    kind: .contradiction, message: "a HACCP plan's hash has not 32 bytes",
                    statement: "read plans")
            }
            plans.append(
                LoggedHACCPPlan(
                    number: rows.integer(0), inForceFrom: rows.instant(1), id: rows.text(2),
                    version: Int(clamping: rows.integer(3)), hash: hash))
        }
        return plans
    }
}
