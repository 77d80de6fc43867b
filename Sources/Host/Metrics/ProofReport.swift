import ColdChain
import Journal
import Wire

extension JSONWriter {
    /// What the newest verification of the log found. It does not decide whether the daemon is ready:
    /// readings are taken in also where what was taken before was altered.
    mutating func proofMember(_ status: ProofStatus) {
        name("log")
        object { log in
            guard let proof = status.proof else {
                log.member("verified", "not yet")
                return
            }
            log.member("verified", proof.isWhole ? "ok" : "altered")
            if let endedAt = status.endedAt {
                log.member("verifiedAt", instant: endedAt.milliseconds)
            }
            log.member("altered", proof.altered)
            log.member("missing", proof.missing)
        }
    }
}

extension ProofStatus {
    func metrics(_ text: inout PrometheusText) {
        text.metric(
            "freshwire_log_verifications_total", .counter,
            "Verifications of the whole log that came to their end.", count: runs)
        text.metric(
            "freshwire_log_verification_failures_total", .counter,
            "Verifications of the log that could not be carried out.", count: failures)
        text.metric(
            "freshwire_log_verification_running", .gauge, "Whether the log is being verified.",
            isRunning ? 1 : 0)
        guard let proof, let endedAt else { return }
        text.metric(
            "freshwire_log_verified_timestamp_seconds", .gauge,
            "When the newest verification ended, in seconds since 1970.",
            Double(endedAt.milliseconds) / 1000)
        text.metric(
            "freshwire_log_verification_seconds", .gauge,
            "What the newest verification took, its rests not counted.",
            Double(tookNanoseconds) / 1e9)
        text.metric(
            "freshwire_log_rows", .gauge, "Rows by what the newest verification found.",
            by: "verdict",
            [
                "ok": Double(proof.intact), "purged": Double(proof.purged),
                "altered": Double(proof.altered), "missing": Double(proof.missing),
            ])
    }
}

extension RetentionStatus {
    func metrics(_ text: inout PrometheusText) {
        text.metric(
            "freshwire_holds", .gauge, "Legal holds in force.", count: UInt64(clamping: holds))
        text.metric(
            "freshwire_rows_held", .gauge,
            "Rows beyond their age that a hold, an open excursion or an open alert keeps.",
            count: UInt64(clamping: heldRows))
    }
}
