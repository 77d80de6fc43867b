import ColdChain
import Configuration
import Crypto
import Journal
import Wire

/// The HACCP plan in force, as it is answered and as the log keeps it.
struct LivePlan: Sendable {
    private let inForce: HACCPPlanInForce
    let logged: HACCPPlanText

    /// The plans of the past that an answer names at most.
    private static let loggedMaximum = 100

    init(_ configuration: Configuration, profile: JurisdictionProfile) throws(StartError) {
        inForce = try HACCPPlanInForce(configuration, profile: profile)
        let plan = inForce.plan
        do throws(CryptoFailure) {
            logged = try HACCPPlanText(
                id: plan.id, version: plan.version, json: plan.json.text)
        } catch {
            throw StartError(error.description)
        }
    }

    func answer(from reader: JournalReader) throws(StoreError) -> APIResponse {
        let past = try reader.haccpPlans(limit: Self.loggedMaximum)
        return .json { $0.haccpPlanMembers(inForce, hash: logged.hash, logged: past) }
    }
}
