import Bridge
import ColdChain
import Journal
import System

/// What is asked of the keeper of the log, not of the bridge: holds and erasures.
enum RecordsDuty: Equatable, Sendable {
    case placeHold(HoldScope, reason: String, by: String, until: Timestamp?)
    case releaseHold(UInt64, by: String)
    case erase(PersonalSubject, by: String)
}

extension EngineStore {
    /// Carries it out at once, in a transaction of its own. Everything the bridge has said before
    /// must be durable: an order that is yet to be written would bring back what is erased.
    func carryOut(_ duty: RecordsDuty, at now: Timestamp) -> APIResponse {
        guard let journal else { return .storeUnavailable }
        do throws(StoreError) {
            switch duty {
            case .placeHold(let scope, let reason, let person, let end):
                let hold = try journal.placeHold(
                    scope, reason: reason, by: person, until: end, at: now)
                log.info("legal hold placed", ["hold": "\(hold.number)", "by": person])
                return .json(201) { $0.holdMembers(hold) }
            case .releaseHold(let number, let person):
                guard let hold = try journal.releaseHold(number, by: person, at: now) else {
                    return .error(404, "unknown_hold", "there is no hold \(number)")
                }
                log.info("legal hold released", ["hold": "\(number)", "by": person])
                return .json { $0.holdMembers(hold) }
            case .erase(let subject, let person):
                return try erase(subject, by: person, at: now, in: journal)
            }
        } catch {
            // The journal takes nothing any more: the next commit fails and the store is reopened.
            log.error("holds or erasure not recorded", ["reason": error.description])
            return .storeUnavailable
        }
    }

    private func erase(
        _ subject: PersonalSubject, by person: String, at now: Timestamp, in journal: Journal
    ) throws(StoreError) -> APIResponse {
        switch try journal.erase(subject, by: person, at: now) {
        case .erased(let report):
            bridge?.forget(subject, checkpointsRecordedAnew: report.checkpoints)
            log.info(
                "personal data erased", ["orders": "\(report.orders.count)", "by": person])
            return .json { $0.erasureMembers(report) }
        case .refused(let obstacles): return .refusal(of: obstacles)
        }
    }
}
