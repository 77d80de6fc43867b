import Bridge
import ColdChain
import Fabric
import JSONText
import Server
import Wire

/// What a `POST /v1/events` asks: its messages, and whether they came as a list.
struct PublishedEvents: Sendable {
    var messages: [JudgedMessage]
    var isList: Bool
}

extension APIRouter {
    /// `{id,type,timestamp,data}`, or `{"events":[…]}` with many, each judged for itself.
    ///
    /// Who may publish what is said by the catalogue, for every role.
    func publish(_ request: HTTPRequest, _ identity: Identity, _ now: Timestamp) -> APIAction {
        let json: JSON
        do throws(JSONSyntaxError) {
            json = try JSONText.parse(request.body)
        } catch {
            return .respond(.error(400, "not_json", error.description))
        }
        guard let list = json["events"] else {
            let message = catalogue.judge(json, by: identity, now: now)
            if case .failure(let refusal) = message.result {
                return .respond(APIResponse(refusal))
            }
            return .publish(PublishedEvents(messages: [message], isList: false))
        }
        guard let events = list.array, (1...eventsMaximum).contains(events.count) else {
            return .respond(
                .error(
                    400, "invalid", "events must be a list of 1 to \(eventsMaximum) messages",
                    field: "events"))
        }
        return .publish(
            PublishedEvents(
                messages: events.map { catalogue.judge($0, by: identity, now: now) },
                isList: true))
    }
}

extension APIResponse {
    init(_ refusal: PublicationRefusal) {
        let status =
            switch refusal.code {
            case .accessDenied: 403
            case .unknownOffer: 404
            case .invalidOrderStatus, .offerTaken, .offerExpired, .offerDeclined, .noDriverNear: 409
            case .rateLimit: 429
            case .overloaded, .unavailable: 503
            case .invalid, .unknownType, .missingField, .invalidField, .unknownField: 400
            }
        self = .error(
            status, refusal.code.rawValue.lowercased(), refusal.message, field: refusal.field)
    }

    /// What became of published messages.
    ///
    /// - Parameter messageID: What a recorded message is told under.
    init(
        _ fates: [PublicationFate], isList: Bool, messageID: (UInt64) -> String
    ) {
        if isList {
            self = .json { answer in
                answer.name("events")
                answer.array { list in
                    for fate in fates { list.object { $0.fate(fate, messageID) } }
                }
            }
        } else if let refusal = fates.first?.refusal {
            self.init(refusal)
        } else {
            self = .json { answer in
                if let fate = fates.first { answer.fate(fate, messageID) }
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func fate(_ fate: PublicationFate, _ messageID: (UInt64) -> String) {
        member("id", fate.id)
        member("status", fate.word)
        if let number = fate.number { member("messageId", messageID(number)) }
        guard let refusal = fate.refusal else { return }
        name("error")
        object { error in
            error.member("code", refusal.code.rawValue.lowercased())
            error.member("message", refusal.message)
            error.member("field", refusal.field)
        }
    }
}
