package import ColdChain
package import Wire

/// An alert as JSON text: in answers, events and the log alike. One alert has one text, so that a
/// hash of it is a hash of the alert.
package enum AlertText {
    package static func state(of alert: Alert) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.object { $0.alertMembers(alert) }
        return writer.bytes
    }
}

extension JSONWriter {
    /// What an event of an alert says.
    mutating func payload(_ update: AlertUpdate) {
        member("change", update.change.rawValue)
        member("at", instant: update.at.milliseconds)
        if let actor = update.by { members(actor) }
        name("alert")
        object { $0.alertMembers(update.alert) }
    }

    package mutating func alertMembers(_ alert: Alert) {
        member("number", Int64(clamping: alert.number))
        member("revision", Int64(clamping: alert.revision))
        member("kind", alert.kind.name)
        member("excursion", alert.kind.excursion.map { Int64(clamping: $0) })
        members(alert.subject)
        instant("raisedAt", alert.raisedAt)
        member("standing", alert.isStanding)
        instant("standingSince", alert.standingSince)
        member("acknowledged", alert.isAcknowledged)
        instant("unacknowledgedSince", alert.unacknowledgedSince)
        member("escalationStep", Int64(alert.escalationStep))
        member("closed", alert.isClosed)
        member("disposition", alert.disposition?.name)
        instant("reviewDue", alert.reviewDue)
        if alert.isReviewOverdue { member("reviewOverdue", true) }
        if let evidence = alert.evidence {
            name("evidence"); object { $0.evidenceMembers(evidence) }
        }
        if let mark = alert.acknowledgement { name("acknowledgement"); object { $0.members(mark) } }
        if let assignment = alert.assignment {
            name("assignment")
            object { writer in
                writer.member("assignee", assignment.assignee)
                writer.members(assignment.mark)
            }
        }
        list("comments", alert.comments) { writer, comment in
            writer.member("text", comment.text)
            writer.members(comment.mark)
        }
        list("actions", alert.actions) { writer, recorded in
            writer.actionMembers(recorded.action)
            writer.members(recorded.mark)
        }
        list("signatures", alert.signatures) { writer, signature in
            writer.member("printedName", signature.printedName)
            writer.member("meaning", signature.meaning.name)
            writer.member("text", signature.text)
            writer.members(signature.mark)
        }
        if let closing = alert.closing {
            name("closing")
            object { writer in
                writer.member("reason", closing.reason.name)
                writer.member("text", closing.text)
                writer.members(closing.mark)
            }
        }
    }

    package mutating func actionMembers(_ action: CorrectiveAction) {
        member("disposition", action.disposition.name)
        member("cause", action.cause.name)
        member("text", action.text)
        instant("productIsolatedAt", action.isolatedAt)
        member("preventRecurrence", action.recurrencePrevention)
        member("foodTemperature", action.foodCelsius)
    }

    private mutating func members(_ subject: AlertSubject) {
        if let order = subject.order {
            member("orderNumber", Int64(order.number.rawValue))
            member("orderId", order.id)
            member("restaurantId", order.restaurant)
            member("cafeId", order.cafe)
        }
        member("bagId", subject.bag)
        member("deviceId", subject.device)
    }

    package mutating func evidenceMembers(_ evidence: AlertEvidence) {
        member("foodClass", evidence.foodClass.name)
        name("limit")
        object { limit in
            limit.member("minimum", evidence.limit.minimum)
            limit.member("maximum", evidence.limit.maximum)
            limit.member("unit", Quantity.temperature.unit)
            limit.member("profile", evidence.limitProfile)
        }
        instant("began", evidence.began)
        instant("ended", evidence.ended)
        member("temperature", evidence.celsius)
        instant("measuredAt", evidence.measuredAt)
        member("peak", evidence.peak)
        if evidence.isCorrected { member("corrected", true) }
    }

    private mutating func members(_ mark: AlertMark) {
        members(mark.by)
        instant("at", mark.at)
        member("revision", Int64(clamping: mark.revision))
    }

    private mutating func members(_ actor: AlertActor) {
        member("by", actor.subject)
        member("role", actor.role)
    }

    private mutating func list<Element>(
        _ name: String, _ elements: [Element], _ body: (inout JSONWriter, Element) -> Void
    ) {
        self.name(name)
        array { array in
            for element in elements { array.object { body(&$0, element) } }
        }
    }

    private mutating func instant(_ name: String, _ instant: Timestamp?) {
        if let instant { member(name, instant: instant.milliseconds) }
    }
}
