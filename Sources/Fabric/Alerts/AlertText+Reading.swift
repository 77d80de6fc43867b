package import ColdChain
package import Wire

extension AlertText {
    /// The alert whose text that is; nil where it is none. What `state(of:)` wrote reads back as the
    /// same alert.
    package static func alert(_ json: JSON) -> Alert? {
        guard let number = count(json["number"]), let revision = count(json["revision"]),
            let kind = AlertKind(
                name: json["kind"]?.string ?? "", excursion: count(json["excursion"])),
            let subject = subject(json),
            let raisedAt = instant(json["raisedAt"]), let isStanding = json["standing"]?.bool,
            let standingSince = instant(json["standingSince"]),
            let unacknowledgedSince = instant(json["unacknowledgedSince"]),
            let step = json["escalationStep"]?.integer,
            let comments = list(json["comments"], comment),
            let actions = list(json["actions"], action),
            let signatures = list(json["signatures"], signature)
        else { return nil }
        var alert = Alert(
            number: number, kind: kind, subject: subject, raisedAt: raisedAt, evidence: nil,
            isStanding: isStanding, reviewDue: instant(json["reviewDue"]))
        alert.revision = revision
        alert.standingSince = standingSince
        alert.unacknowledgedSince = unacknowledgedSince
        alert.escalationStep = Int(clamping: step)
        alert.isReviewOverdue = json["reviewOverdue"]?.bool ?? false
        alert.comments = comments
        alert.actions = actions
        alert.signatures = signatures
        alert.disposition = json["disposition"]?.string.flatMap(Disposition.init(name:))
        return takeOptional(json, into: alert)
    }

    /// Members that may be absent, but must be understood where they are there.
    private static func takeOptional(_ json: JSON, into alert: Alert) -> Alert? {
        var alert = alert
        if let text = json["evidence"] {
            guard let evidence = evidence(text) else { return nil }
            alert.evidence = evidence
        }
        if let text = json["acknowledgement"] {
            guard let mark = mark(text) else { return nil }
            alert.acknowledgement = mark
        }
        if let text = json["assignment"] {
            guard let mark = mark(text) else { return nil }
            alert.assignment = AlertAssignment(assignee: text["assignee"]?.string, mark: mark)
        }
        if let text = json["closing"] {
            guard let mark = mark(text), let words = text["text"]?.string,
                let reason = text["reason"]?.string.flatMap(CloseReason.init(name:))
            else { return nil }
            alert.closing = AlertClosing(reason: reason, text: words, mark: mark)
        }
        return alert
    }

    private static func subject(_ json: JSON) -> AlertSubject? {
        guard let bag = json["bagId"]?.string, let device = json["deviceId"]?.string else {
            return nil
        }
        var order: AlertOrder?
        if let id = json["orderId"]?.string {
            guard let number = count(json["orderNumber"]), let short = UInt32(exactly: number)
            else { return nil }
            order = AlertOrder(
                number: OrderNumber(short), id: id, restaurant: json["restaurantId"]?.string,
                cafe: json["cafeId"]?.string)
        }
        return AlertSubject(order: order, bag: bag, device: device)
    }

    private static func evidence(_ json: JSON) -> AlertEvidence? {
        guard let foodClass = json["foodClass"]?.string.flatMap(FoodClass.init(name:)),
            let limit = json["limit"], let profile = limit["profile"]?.string,
            let began = instant(json["began"])
        else { return nil }
        return AlertEvidence(
            foodClass: foodClass,
            limit: CriticalLimit(
                minimum: limit["minimum"]?.double, maximum: limit["maximum"]?.double),
            limitProfile: profile, began: began, ended: instant(json["ended"]),
            celsius: json["temperature"]?.double, measuredAt: instant(json["measuredAt"]),
            peak: json["peak"]?.double ?? .nan, isCorrected: json["corrected"]?.bool ?? false)
    }

    private static func comment(_ json: JSON) -> AlertComment? {
        guard let text = json["text"]?.string, let mark = mark(json) else { return nil }
        return AlertComment(text: text, mark: mark)
    }

    private static func action(_ json: JSON) -> RecordedAction? {
        guard let disposition = json["disposition"]?.string.flatMap(Disposition.init(name:)),
            let cause = json["cause"]?.string.flatMap(CauseCode.init(name:)),
            let text = json["text"]?.string, let mark = mark(json)
        else { return nil }
        return RecordedAction(
            action: CorrectiveAction(
                disposition: disposition, cause: cause, text: text,
                isolatedAt: instant(json["productIsolatedAt"]),
                recurrencePrevention: json["preventRecurrence"]?.string,
                foodCelsius: json["foodTemperature"]?.double), mark: mark)
    }

    private static func signature(_ json: JSON) -> AlertSignature? {
        guard let name = json["printedName"]?.string, let mark = mark(json),
            let meaning = json["meaning"]?.string.flatMap(SignatureMeaning.init(name:))
        else { return nil }
        return AlertSignature(
            printedName: name, meaning: meaning, text: json["text"]?.string, mark: mark)
    }

    private static func mark(_ json: JSON) -> AlertMark? {
        guard let subject = json["by"]?.string, let role = json["role"]?.string,
            let at = instant(json["at"]), let revision = count(json["revision"])
        else { return nil }
        return AlertMark(
            by: AlertActor(subject: subject, role: role), at: at, revision: revision)
    }

    private static func list<Element>(
        _ json: JSON?, _ read: (JSON) -> Element?
    ) -> [Element]? {
        guard let elements = json?.array else { return nil }
        var values: [Element] = []
        for element in elements {
            guard let value = read(element) else { return nil }
            values.append(value)
        }
        return values
    }

    private static func count(_ json: JSON?) -> UInt64? {
        json?.integer.flatMap { UInt64(exactly: $0) }
    }

    private static func instant(_ json: JSON?) -> Timestamp? {
        json?.string.flatMap(RFC3339.parse(_:)).map(Timestamp.init(milliseconds:))
    }
}
