import Bridge
import ColdChain
import Fabric
import JSONText
import Journal
import Server
import Wire

// Holds, and what a person may ask about their data: for those who answer for the log.
extension APIRouter {
    /// In bytes of UTF-8.
    private static let longestReason = 1_000
    /// Orders of a person in an answer by default and at most; each may bring a thousand positions.
    private static let defaultRecords = 100
    private static let maximumRecords = 1_000

    /// Nil where the request is for something else.
    func recordsAction(
        _ request: HTTPRequest, _ segments: [String], _ identity: Identity
    ) -> APIAction? {
        switch (segments.first, segments.count) {
        case ("holds", 1...2): holdsAction(request, segments, identity)
        case ("subjects", 3): subjectAction(request, segments, identity)
        default: nil
        }
    }

    private func holdsAction(
        _ request: HTTPRequest, _ segments: [String], _ identity: Identity
    ) -> APIAction {
        switch (request.head.method, segments.count) {
        case (.get, 1):
            guard identity.role.seesEverything else { return .respond(.forbidden) }
            return page(request, UInt64.init(_:)) { .holds(after: $0 ?? 0, limit: $1) }
        case (.post, 1):
            guard identity.role.keepsRecords else { return .respond(.forbidden) }
            return placeHold(request, identity)
        case (.delete, 2):
            guard identity.role.keepsRecords else { return .respond(.forbidden) }
            guard let number = UInt64(segments[1]), number <= UInt64(Int64.max) else {
                return .respond(.notFound)
            }
            return .duty(.releaseHold(number, by: identity.subject))
        default: return .respond(.notFound)
        }
    }

    private func placeHold(_ request: HTTPRequest, _ identity: Identity) -> APIAction {
        do throws(JSONSyntaxError) {
            let json = try JSONText.parse(request.body)
            do throws(CommandRefusal) {
                return .duty(try holdDuty(json, by: identity.subject))
            } catch {
                return .respond(APIResponse(error))
            }
        } catch {
            return .respond(.error(400, "not_json", error.description))
        }
    }

    private func holdDuty(
        _ json: JSON, by person: String
    ) throws(CommandRefusal) -> RecordsDuty {
        guard let members = json.members else {
            throw .invalid(field: "body", reason: "it must be a JSON object")
        }
        var scope = HoldScope()
        var reason = ""
        var expiresAt: Timestamp?
        for member in members {
            switch member.name {
            case "orderId": scope.order = try text(member)
            case "bagId": scope.bag = try text(member)
            case "deviceId": scope.device = try text(member)
            case "from": scope.from = try instant(member)
            case "until": scope.until = try instant(member)
            case "reason": reason = try text(member)
            case "expiresAt": expiresAt = try instant(member)
            default: throw .invalid(field: member.name, reason: "there is no such field")
            }
        }
        guard !scope.isEmpty else {
            throw .invalid(
                field: "body", reason: "name orderId, bagId, deviceId, from or until")
        }
        guard !reason.isEmpty else { throw .invalid(field: "reason", reason: "it is required") }
        if let from = scope.from, let until = scope.until, until <= from {
            throw .invalid(field: "until", reason: "it must be later than from")
        }
        return .placeHold(scope, reason: reason, by: person, until: expiresAt)
    }

    private func text(_ member: JSON.Member) throws(CommandRefusal) -> String {
        guard let text = member.value.string, !text.isEmpty,
            text.utf8.count <= Self.longestReason
        else {
            throw .invalid(
                field: member.name, reason: "it must be text of 1 to \(Self.longestReason) bytes")
        }
        return text
    }

    private func instant(_ member: JSON.Member) throws(CommandRefusal) -> Timestamp {
        guard let text = member.value.string, let milliseconds = RFC3339.parse(text) else {
            throw .invalid(
                field: member.name,
                reason: "it must be RFC 3339 text such as 2026-11-20T12:00:00Z")
        }
        return Timestamp(milliseconds: milliseconds)
    }

    private func subjectAction(
        _ request: HTTPRequest, _ segments: [String], _ identity: Identity
    ) -> APIAction {
        guard identity.role == .administrator else { return .respond(.forbidden) }
        let subject: PersonalSubject
        switch segments[1] {
        case "customers": subject = .customer(segments[2])
        case "drivers": subject = .driver(segments[2])
        default: return .respond(.notFound)
        }
        switch request.head.method {
        case .get:
            return page(
                request, UInt32.init(_:), default: Self.defaultRecords,
                maximum: Self.maximumRecords
            ) { .subject(subject, after: $0 ?? 0, limit: $1) }
        case .delete: return .duty(.erase(subject, by: identity.subject))
        default: return .respond(.notFound)
        }
    }
}

extension APIResponse {
    static func methodNotAllowed(_ method: HTTPMethod, allowed: String) -> APIResponse {
        var response = APIResponse.error(
            405, "method_not_allowed", "\(method.rawValue) is not served here")
        response.headers.append(Header(name: "Allow", value: allowed))
        return response
    }
}

extension Role {
    /// Whether the role may decide what of the log must be kept.
    fileprivate var keepsRecords: Bool { self == .administrator || self == .foodSafety }
}
