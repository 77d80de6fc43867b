import ColdChain
import Fabric
import Journal
import System

/// Verifies the log once in a while, in slices between which the reader thread answers questions.
struct ScheduledProof {
    /// Records of a slice: about 15 ms, which is how long a question may wait for it.
    private static let sliceRecords = 4_096
    /// After each slice it rests so many times as long as the slice took: verifying takes a quarter
    /// of a core at most.
    private static let restFactor: UInt64 = 3
    /// How soon after the start the first verification begins, where the interval is not shorter.
    private static let firstWaitNanoseconds: UInt64 = 60_000_000_000
    /// Findings that are logged and told; the others are counted.
    private static let toldFindings = 10

    private let intervalNanoseconds: UInt64
    private var nextAt: UInt64
    private var walk: LogProofWalk?
    private var findings: [LogFinding] = []
    private(set) var status = ProofStatus()
    /// The head that the verification before found: what came before it must still be there.
    private var knownHead: LogHead?

    /// - Parameter intervalMilliseconds: 0 never.
    init?(intervalMilliseconds: Int64) {
        guard intervalMilliseconds > 0 else { return nil }
        intervalNanoseconds = UInt64(intervalMilliseconds) * 1_000_000
        nextAt =
            Clock.monotonicNanoseconds() + min(intervalNanoseconds, Self.firstWaitNanoseconds)
    }

    /// Milliseconds until there is something to do.
    var waitMilliseconds: Int32 {
        let now = Clock.monotonicNanoseconds()
        return nextAt <= now ? 0 : Int32(clamping: (nextAt - now) / 1_000_000 + 1)
    }

    /// Does the next slice where it is due.
    ///
    /// - Returns: What is to be told of a log that was altered; nil otherwise.
    mutating func advance(
        _ openReader: () throws(StoreError) -> JournalReader, log: Log
    ) -> LogEvent? {
        let began = Clock.monotonicNanoseconds()
        guard began >= nextAt else { return nil }
        do throws(StoreError) {
            let walk: LogProofWalk
            if let begun = self.walk { walk = begun } else { walk = try begin(try openReader()) }
            var found: [LogFinding] = []
            let isMore = try walk.advance(records: Self.sliceRecords) { found.append($0) }
            findings += found.prefix(max(Self.toldFindings - findings.count, 0))
            let ended = Clock.monotonicNanoseconds()
            status.nanoseconds += ended - began
            nextAt = ended + (ended - began) * Self.restFactor
            return isMore ? nil : end(walk.proof, log)
        } catch {
            walk = nil
            status.failures += 1
            status.isRunning = false
            nextAt = Clock.monotonicNanoseconds() + intervalNanoseconds
            log.error("log not verified", ["reason": error.description])
            return nil
        }
    }

    /// Where the log is opened anew, a walk begins anew.
    mutating func abandon() {
        walk = nil
        status.isRunning = false
    }

    private mutating func begin(_ reader: JournalReader) throws(StoreError) -> LogProofWalk {
        let walk = try LogProofWalk(reader: reader, against: knownHead.map { [$0] } ?? [])
        self.walk = walk
        findings = []
        status.isRunning = true
        status.nanoseconds = 0
        return walk
    }

    private mutating func end(_ proof: LogProof, _ log: Log) -> LogEvent? {
        walk = nil
        status.isRunning = false
        status.runs += 1
        status.proof = proof
        status.endedAt = Timestamp(milliseconds: Clock.wallMilliseconds())
        status.tookNanoseconds = status.nanoseconds
        nextAt = Clock.monotonicNanoseconds() + intervalNanoseconds
        guard !proof.isWhole else {
            knownHead = LogHead(link: proof.lastLink, hash: proof.head)
            log.info(
                "log verified",
                ["rows": "\(proof.intact)", "purged": "\(proof.purged)", "links": "\(proof.links)"])
            return nil
        }
        for finding in findings {
            log.error(
                "the log is not what was recorded",
                [
                    "status": finding.status.rawValue, "table": finding.table,
                    "row": "\(finding.row)", "count": "\(finding.count)",
                    "reason": finding.reason,
                ])
        }
        log.error(
            "log verified: it was altered",
            ["altered": "\(proof.altered)", "missing": "\(proof.missing)"])
        return .altered(
            LogAlteration(
                altered: proof.altered, missing: proof.missing,
                findings: findings.map {
                    LogAlteration.Finding(
                        status: $0.status.rawValue, table: $0.table, row: $0.row,
                        count: $0.count, reason: $0.reason)
                }))
    }
}

/// What the daemon's own verifications of the log have found.
struct ProofStatus: Sendable {
    var isRunning = false
    var runs: UInt64 = 0
    /// Verifications that could not be carried out.
    var failures: UInt64 = 0
    /// Of the newest verification that came to its end; nil before.
    var proof: LogProof?
    var endedAt: Timestamp?
    /// Of the running verification: time spent, rests not counted.
    var nanoseconds: UInt64 = 0
    var tookNanoseconds: UInt64 = 0
}
