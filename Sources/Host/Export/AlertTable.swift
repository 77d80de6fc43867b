import ColdChain
import Crypto
import Fabric
import JSONText
import Journal
import Wire

/// Alerts and what people did about them, as exports show them: the one place that says which columns
/// there are. `Documentation/exports.md` describes them.
enum AlertTable {
    static let columns = [
        "alert", "kind", "excursion", "order", "bag", "device", "food_class", "raised_at_utc",
        "began_at_utc", "ended_at_utc", "limit_minimum", "limit_maximum", "unit", "limit_profile",
        "measured_value", "measured_at_utc", "peak_value", "corrected", "standing",
        "acknowledged_by", "acknowledged_at_utc", "food_disposition", "closed_reason", "closed_by",
        "closed_at_utc", "review_due_utc", "state_sha256",
        "action_number", "action", "action_by", "action_role", "action_at_utc", "action_revision",
        "action_state_sha256", "disposition", "cause", "text", "food_temperature",
        "product_isolated_at_utc", "prevent_recurrence", "assignee", "reason", "printed_name",
        "meaning",
    ]

    static func header(_ writer: inout CSVWriter) {
        for column in columns { writer.field(column) }
        writer.endRecord()
    }

    /// A record for each thing that somebody did; one without, where nobody did anything.
    ///
    /// - Returns: How many records.
    static func records(
        of dossier: AlertDossier, _ writer: inout CSVWriter
    ) throws(ExportError) -> Int {
        guard !dossier.history.isEmpty else {
            alertFields(dossier, &writer)
            for _ in 0..<17 { writer.empty() }
            writer.endRecord()
            return 1
        }
        for action in dossier.history {
            alertFields(dossier, &writer)
            try fields(action, &writer)
            writer.endRecord()
        }
        return dossier.history.count
    }

    private static func alertFields(_ dossier: AlertDossier, _ writer: inout CSVWriter) {
        let alert = dossier.alert
        writer.field(Int64(clamping: alert.number))
        writer.field(alert.kind.name)
        writer.field(alert.kind.excursion.map { Int64(clamping: $0) })
        writer.field(alert.subject.order?.id)
        writer.field(alert.subject.bag)
        writer.field(alert.subject.device)
        writer.field(alert.evidence?.foodClass.name)
        writer.field(alert.raisedAt)
        evidenceFields(alert.evidence, raised: dossier.raised, &writer)
        writer.field(alert.isStanding ? "true" : "false")
        writer.field(alert.acknowledgement?.by.subject)
        writer.field(alert.acknowledgement?.at)
        writer.field(alert.disposition?.name)
        writer.field(alert.closing?.reason.name)
        writer.field(alert.closing?.mark.by.subject)
        writer.field(alert.closing?.mark.at)
        writer.field(alert.reviewDue)
        writer.field(hexadecimal(dossier.logged.stateHash))
    }

    private static func evidenceFields(
        _ evidence: AlertEvidence?, raised: AlertEvidence?, _ writer: inout CSVWriter
    ) {
        writer.field(evidence?.began)
        writer.field(evidence?.ended)
        writer.field(evidence?.limit.minimum)
        writer.field(evidence?.limit.maximum)
        writer.field(evidence.map { _ in Quantity.temperature.unit })
        writer.field(evidence?.limitProfile)
        writer.field(raised?.celsius)
        writer.field(raised?.measuredAt)
        writer.field(evidence?.peak)
        writer.field(evidence.map { $0.isCorrected ? "true" : "false" })
    }

    private static func fields(
        _ action: LoggedStaffAction, _ writer: inout CSVWriter
    ) throws(ExportError) {
        let request = try asked(action)
        writer.field(Int64(clamping: action.number))
        writer.field(action.action)
        writer.field(action.subject)
        writer.field(action.role)
        writer.field(action.at)
        writer.field(Int64(clamping: action.revision))
        writer.field(hexadecimal(action.stateHash))
        writer.field(request["disposition"]?.string)
        writer.field(request["cause"]?.string)
        writer.field(action.reason)
        writer.field(request["foodTemperature"]?.double)
        writer.field(request["productIsolatedAt"]?.string)
        writer.field(request["preventRecurrence"]?.string)
        writer.field(request["assignee"]?.string)
        writer.field(request["reason"]?.string)
        writer.field(action.printedName)
        writer.field(action.meaning)
    }

    private static func asked(_ action: LoggedStaffAction) throws(ExportError) -> JSON {
        do throws(JSONSyntaxError) {
            return try JSONText.parse(action.request)
        } catch {
            throw ExportError(
                kind: .log,
                description: "staff action \(action.number) is no JSON: \(error.description)")
        }
    }

    /// A line of JSON: what `GET /v1/alerts/{number}` answers, and what was measured when it was
    /// raised.
    static func members(_ dossier: AlertDossier, _ writer: inout JSONWriter) {
        writer.dossierMembers(dossier.logged, history: dossier.history)
        guard let raised = dossier.raised else { return }
        writer.name("raised")
        writer.object { $0.evidenceMembers(raised) }
    }
}

/// Alerts in the words of EPCIS 2.0, which has none for them: an extension of our own.
extension JSONWriter {
    /// What was done about an excursion: an object for each of its alerts.
    mutating func epcisAlerts(_ dossiers: [AlertDossier]) {
        guard !dossiers.isEmpty else { return }
        name("freshwire:alerts")
        array { alerts in
            for dossier in dossiers { alerts.object { $0.epcisAlert(dossier) } }
        }
    }

    private mutating func epcisAlert(_ dossier: AlertDossier) {
        let alert = dossier.alert
        member("freshwire:alert", Int64(clamping: alert.number))
        instantMember("freshwire:raisedAt", alert.raisedAt)
        member("freshwire:measuredCelsius", dossier.raised?.celsius)
        instantMember("freshwire:measuredAt", dossier.raised?.measuredAt)
        member("freshwire:acknowledgedBy", alert.acknowledgement?.by.subject)
        instantMember("freshwire:acknowledgedAt", alert.acknowledgement?.at)
        member("freshwire:foodDisposition", alert.disposition?.name)
        name("freshwire:correctiveActions")
        array { actions in
            for action in alert.actions { actions.object { $0.epcisAction(action) } }
        }
        name("freshwire:signatures")
        array { signatures in
            for signature in alert.signatures {
                signatures.object { $0.epcisSignature(signature, dossier.history) }
            }
        }
        member("freshwire:closedReason", alert.closing?.reason.name)
        member("freshwire:closedText", alert.closing?.text)
        member("freshwire:closedBy", alert.closing?.mark.by.subject)
        instantMember("freshwire:closedAt", alert.closing?.mark.at)
        instantMember("freshwire:reviewDue", alert.reviewDue)
        member("freshwire:stateHash", hexadecimal(dossier.logged.stateHash))
    }

    private mutating func epcisAction(_ recorded: RecordedAction) {
        let action = recorded.action
        member("freshwire:disposition", action.disposition.name)
        member("freshwire:cause", action.cause.name)
        member("freshwire:text", action.text)
        member("freshwire:foodCelsius", action.foodCelsius)
        instantMember("freshwire:productIsolatedAt", action.isolatedAt)
        member("freshwire:preventRecurrence", action.recurrencePrevention)
        epcisMark(recorded.mark)
    }

    private mutating func epcisSignature(
        _ signature: AlertSignature, _ history: [LoggedStaffAction]
    ) {
        member("freshwire:printedName", signature.printedName)
        member("freshwire:meaning", signature.meaning.name)
        member("freshwire:text", signature.text)
        epcisMark(signature.mark)
        // Signed was the revision before the one that the signature made.
        let signed = history.first {
            $0.revision + 1 == signature.mark.revision && $0.meaning == signature.meaning.name
        }
        member("freshwire:signedStateHash", signed.map { hexadecimal($0.stateHash) })
    }

    private mutating func epcisMark(_ mark: AlertMark) {
        member("freshwire:by", mark.by.subject)
        member("freshwire:role", mark.by.role)
        instantMember("freshwire:at", mark.at)
    }
}
