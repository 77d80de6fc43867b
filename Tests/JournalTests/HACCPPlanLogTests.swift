import Bridge
import ColdChain
import Journal
import Testing

@Suite("HACCP plans in the log (Q-3)")
struct HACCPPlanLogTests {
    private func plan(_ version: Int) throws -> HACCPPlanText {
        try HACCPPlanText(id: "plan", version: version, json: #"{"version":\#(version)}"#)
    }

    @Test("Q-3: a plan is recorded when it comes into force, whole and once, and stays")
    func once() throws {
        let scratch = try Scratch()
        // The first comes again after a restart, and once more after another.
        for (start, version) in [1, 1, 2, 2, 1].enumerated() {
            let journal = try Journal(scratch.settings)
            try journal.putInForce(plan(version), at: at(Int64(start)))
            try journal.putInForce(plan(version), at: at(Int64(start) + 100))
        }
        let logged = try JournalReader(path: scratch.path).haccpPlans(limit: 10)
        #expect(logged.map(\.version) == [1, 2, 1])
        #expect(logged.map(\.number) == [3, 2, 1])
        #expect(logged.map(\.inForceFrom) == [at(4), at(2), at(0)])
        #expect(logged.first?.hash == logged.last?.hash)
        #expect(try JournalReader(path: scratch.path).haccpPlans(limit: 1).map(\.number) == [3])
        // With the key of the store.
        let (proof, findings) = try prove(scratch.path)
        #expect(findings == [] && proof.intact == 4)
        for deed in ["DELETE FROM haccp_plans", "UPDATE haccp_plans SET id = 'x'"] {
            _ = try? sqlite3(scratch.path, deed)
            #expect(try JournalReader(path: scratch.path).haccpPlans(limit: 10) == logged)
        }
    }

    @Test("what is recorded lies in the chain after the plan it was recorded under")
    func order() throws {
        let scratch = try Scratch()
        let journal = try Journal(scratch.settings)
        try journal.putInForce(plan(1), at: at(0))
        try journal.commit { $0.sources = sources() }
        try journal.putInForce(plan(2), at: at(1))
        try journal.commit { $0.readings = [reading(at: 2)] }
        let kinds = try sqlite3(
            scratch.path, "SELECT hex(substr(rows, 1, 1)) FROM links ORDER BY number")
        // Key, plan, source, plan, reading.
        #expect(kinds == ["06", "0D", "04", "0D", "01"])
    }
}
