import ColdChain
import Fabric
import Journal
import Server

/// Which order is asked about, by whom, and as it was known when.
struct OrderQuestion: Sendable {
    var id: String
    /// The order's parties decide whether there is an answer.
    var identity: Identity
    /// Nil: as it is known now.
    var asOf: Timestamp?
}

// What can be asked of an order's food.
extension APIRouter {
    func askOfOrder(
        _ request: HTTPRequest, _ segments: [String], _ identity: Identity, _ now: Timestamp
    ) -> APIAction {
        do throws(QueryError) {
            let question = OrderQuestion(
                id: segments[1], identity: identity,
                asOf: try Self.asOf(request.head.target, now: now))
            switch segments[2] {
            case "temperature":
                return page(request, LogPosition.init(cursor:)) { after, limit in
                    .temperature(order: question, after: after, limit: limit)
                }
            case "freshness": return .read(.freshness(order: question))
            case "flags": return .read(.flags(order: question))
            case "checkpoints": return .read(.checkpoints(order: question))
            default: return .respond(.notFound)
            }
        } catch {
            return .respond(.error(400, "invalid", error.reason, field: error.field))
        }
    }

    private static func asOf(
        _ target: RequestTarget, now: Timestamp
    ) throws(QueryError) -> Timestamp? {
        guard let instant = try target.instant("asOf") else { return nil }
        guard instant <= now else {
            throw QueryError(
                field: "asOf",
                reason: "asOf lies in the future: nobody knows yet what will be known")
        }
        return instant
    }
}
