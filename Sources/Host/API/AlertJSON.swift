import ColdChain
import Crypto
import Fabric
import Journal
import Wire

extension APIResponse {
    /// The answer to something that was done about an alert: the alert as it is since.
    static func alert(_ alert: Alert) -> APIResponse {
        .json { writer in
            writer.name("alert")
            writer.object { $0.alertMembers(alert) }
        }
    }

    static func unknownAlert(_ number: UInt64) -> APIResponse {
        .error(404, "unknown_alert", "there is no alert \(number)")
    }

    /// 409 tells the revision the alert is at, so that it can be read and decided on again.
    static func refusal(_ refusal: AlertRefusal) -> APIResponse {
        switch refusal {
        case .notQualified: return .error(403, refusal.code, refusal.description)
        case .invalid(let field, _):
            return .error(400, refusal.code, refusal.description, field: field)
        case .changed(let revision):
            return .json(409) { writer in
                writer.name("error")
                writer.object { error in
                    error.member("code", refusal.code)
                    error.member("message", refusal.description)
                    error.member("field", "revision")
                    error.member("revision", Int64(clamping: revision))
                }
            }
        case .closed, .acknowledgedAlready, .notAcknowledged, .conditionStands,
            .conditionStandsAtClosing, .sensorHeard, .foodOnHold, .nothingOnHold, .noAction, .full:
            return .error(409, refusal.code, refusal.description)
        }
    }

    static func alerts(_ alerts: [LoggedAlert], limit: Int) -> APIResponse {
        .json { writer in
            writer.name("alerts")
            writer.array { array in
                for alert in alerts { array.object { $0.loggedAlertMembers(alert) } }
            }
            if alerts.count == limit, let last = alerts.last {
                writer.member("next", String(last.number))
            }
        }
    }

    static func alert(_ alert: LoggedAlert, history: [LoggedStaffAction]) -> APIResponse {
        .json { writer in
            writer.dossierMembers(alert, history: history)
        }
    }
}

extension JSONWriter {
    /// An alert, and what people did about it.
    mutating func dossierMembers(_ alert: LoggedAlert, history: [LoggedStaffAction]) {
        loggedAlertMembers(alert)
        name("history")
        array { array in
            for action in history { array.object { $0.staffActionMembers(action) } }
        }
    }

    /// The text is put as the log has it, so that its hash can be computed by whoever reads it.
    fileprivate mutating func loggedAlertMembers(_ alert: LoggedAlert) {
        member("stateHash", hexadecimal(alert.stateHash))
        name("alert")
        raw(alert.state)
    }

    fileprivate mutating func staffActionMembers(_ action: LoggedStaffAction) {
        member("number", Int64(clamping: action.number))
        member("action", action.action)
        member("by", action.subject)
        member("role", action.role)
        instantMember("at", action.at)
        member("revision", Int64(clamping: action.revision))
        member("stateHash", hexadecimal(action.stateHash))
        member("printedName", action.printedName)
        member("meaning", action.meaning)
        member("reason", action.reason)
        name("request")
        raw(action.request)
    }
}
