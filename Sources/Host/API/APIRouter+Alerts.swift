import Bridge
import ColdChain
import Fabric
import Journal
import Server
import Wire

extension APIRouter {
    /// Alerts are for staff, and for merchants as far as their own site's orders go.
    func routeAlerts(
        _ request: HTTPRequest, _ segments: [String], _ identity: Identity, _ now: Timestamp
    ) -> APIAction {
        guard identity.role.seesAlerts else { return .respond(.forbidden) }
        guard identity.role.seesEverything || identity.site != nil else {
            return .respond(.forbidden)
        }
        if request.head.method == .get, segments.count == 1 {
            return alertList(request, identity, now)
        }
        guard segments.count >= 2 else {
            return .respond(.notFound)
        }
        guard let number = UInt64(segments[1]), number > 0 else { return .respond(.notFound) }
        switch (request.head.method, segments.count) {
        case (.get, 2):
            return .read(.alert(number: number, site: identity.alertSite))
        case (.post, 3) where CommandText.staffVerbs.contains(segments[2]):
            return command(request) { (json) throws(CommandRefusal) in
                try CommandText.staffAction(json, verb: segments[2], alert: number, by: identity)
            }
        default:
            return .respond(.notFound)
        }
    }

    private func alertList(
        _ request: HTTPRequest, _ identity: Identity, _ now: Timestamp
    ) -> APIAction {
        var filter: AlertFilter
        do throws(CommandRefusal) {
            filter = try AlertFilter(request.head.target, now: now)
        } catch {
            return .respond(APIResponse(error))
        }
        filter.site = identity.alertSite
        return page(request, UInt64.init(_:)) { .alerts(filter, before: $0, limit: $1) }
    }
}

extension Identity {
    /// The only site whose alerts may be seen; nil where all may be.
    fileprivate var alertSite: String? { role.seesEverything ? nil : site }

    /// Whose alerts may be seen.
    var alertScope: AlertScope {
        if role.seesEverything { return .all }
        guard role.seesAlerts, let site else { return .none }
        return .site(site)
    }
}

extension AlertFilter {
    /// From the query: `state`, `standing`, `acknowledged`, `order`, `bag`, `device`, `kind`, `from`,
    /// `until`, `review`.
    fileprivate init(_ target: RequestTarget, now: Timestamp) throws(CommandRefusal) {
        self.init()
        isClosed = try AlertFilter.choice(target, "state", ["open": false, "closed": true])
        isStanding = try AlertFilter.choice(target, "standing", ["true": true, "false": false])
        isAcknowledged = try AlertFilter.choice(
            target, "acknowledged", ["true": true, "false": false])
        order = target.queryParameter("order")
        bag = target.queryParameter("bag")
        device = target.queryParameter("device")
        if let name = target.queryParameter("kind") {
            guard let kind = AlertKindName(name) else {
                throw .invalid(
                    field: "kind",
                    reason: "it must be one of \(AlertKind.names.joined(separator: ", "))")
            }
            self.kind = kind
        }
        from = try AlertFilter.instant(target, "from")
        until = try AlertFilter.instant(target, "until")
        reviewDueBefore = try AlertFilter.choice(
            target, "review",
            ["overdue": now, "due": Timestamp(milliseconds: .max)])
    }

    private static func choice<Value>(
        _ target: RequestTarget, _ name: String, _ choices: [String: Value]
    ) throws(CommandRefusal) -> Value? {
        guard let text = target.queryParameter(name) else { return nil }
        guard let value = choices[text] else {
            let names = choices.keys.sorted().joined(separator: ", ")
            throw .invalid(field: name, reason: "it must be one of \(names)")
        }
        return value
    }

    private static func instant(
        _ target: RequestTarget, _ name: String
    ) throws(CommandRefusal) -> Timestamp? {
        guard let text = target.queryParameter(name) else { return nil }
        guard let milliseconds = RFC3339.parse(text) else {
            throw .invalid(
                field: name, reason: "it must be RFC 3339 text such as 2026-11-20T12:00:00Z")
        }
        return Timestamp(milliseconds: milliseconds)
    }
}
