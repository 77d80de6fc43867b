import ColdChain
import Fabric

extension Bridge {
    /// Raises the alert of an excursion, or takes over into it what people are told of the excursion.
    ///
    /// One that is found late is over already, and must be looked at all the same. One that the
    /// readings do not bear out any more ends, but settles nothing: whether the food may go is for
    /// people to decide.
    mutating func follow(
        _ excursion: Excursion, _ state: TemperatureAlert.State, of order: Order,
        _ newest: TemperaturePoint?, at now: Timestamp, _ effects: inout Effects
    ) {
        let evidence = AlertEvidence(
            foodClass: excursion.foodClass, limit: excursion.limit,
            limitProfile: excursion.limitProfile, began: excursion.openedAt,
            ended: excursion.closedAt, celsius: newest?.celsius, measuredAt: newest?.measuredAt,
            peak: excursion.peak, isCorrected: state == .corrected)
        follow(
            .excursion(excursion.number), alertSubject(of: order, excursion.source),
            isStanding: excursion.isOpen,
            // What is revised when the matter was closed is to be looked at again.
            isNew: state == .opened || state == .revised, evidence: evidence, at: now, &effects)
    }

    /// What an alert about the food of an order, watched by a source, is about.
    func alertSubject(of order: Order, _ number: SourceNumber) -> AlertSubject {
        let source = sources[number].source
        return AlertSubject(
            order: AlertOrder(order), bag: source.carrier.name, device: source.device)
    }

    /// Takes what is known of a condition now.
    ///
    /// - Parameter isNew: Whether an alert is raised where none is open; a condition that ends
    ///   raises none.
    mutating func follow(
        _ kind: AlertKind, _ subject: AlertSubject, isStanding: Bool, isNew: Bool,
        evidence: AlertEvidence?, at received: Timestamp, _ effects: inout Effects
    ) {
        let now = max(received, alerts.newestInstant)
        if var alert = alerts.newest(of: AlertBook.Condition(kind, subject)), !alert.isClosed {
            guard let change = alert.take(isStanding: isStanding, evidence: evidence, at: now)
            else { return }
            return store(alert, change, at: now, &effects)
        }
        guard isNew else { return }
        last.alert += 1
        counters.alertsRaised += 1
        let alert = Alert(
            number: last.alert, kind: kind, subject: subject, raisedAt: now, evidence: evidence,
            isStanding: isStanding,
            reviewDue: settings.alerts.calendar.reviewDue(after: now))
        store(alert, .raised, at: now, &effects)
        if alerts.count > settings.bounds.alertsMaximum { forgetAlerts() }
    }

    /// Carries out what somebody does about an alert.
    mutating func perform(
        _ action: StaffAction, at now: Timestamp, effects: inout Effects
    ) throws(CommandRefusal) -> CommandAnswer {
        guard action.identity.role.seesAlerts, action.alert > 0, action.alert <= last.alert else {
            throw .unknownAlert(action.alert)
        }
        guard var alert = alerts[action.alert] else { throw .settledAlert(action.alert) }
        // To those who may not see it, it looks as if it were not there.
        guard action.identity.maySee(alert) else { throw .unknownAlert(action.alert) }
        let actor = AlertActor(
            subject: action.identity.subject, role: action.identity.role.name)
        let givesUpSensor = action.deed.givesUpSensor && !alert.isClosed
        do throws(AlertRefusal) {
            let hasChanged = try alert.perform(
                action.deed, by: actor, isQualified: action.identity.isQualifiedIndividual,
                seen: action.seen, at: now, calendar: settings.alerts.calendar)
            guard hasChanged else { return .alert(alert) }
            if givesUpSensor, let heard = sensorHeard(of: alert, at: now) { throw heard }
        } catch {
            throw .alert(error)
        }
        let record = StaffActionRecord(by: actor, at: now, seen: action.seen, deed: action.deed)
        store(alert, action.deed.change, action: record, at: now, &effects)
        if givesUpSensor { giveUpSensor(of: alert, at: now, effects: &effects) }
        return .alert(alert)
    }

    /// Escalates what nobody has acknowledged in time, and tells, once, what nobody has reviewed in
    /// time.
    ///
    /// - Returns: When the next of these may be due.
    mutating func escalateAlerts(at now: Timestamp, effects: inout Effects) -> Timestamp? {
        alerts.newestInstant = max(alerts.newestInstant, now)
        let chain = settings.alerts.escalation
        while var alert = alerts.nextToEscalate(at: now, chain: chain) {
            guard alert.escalate(by: chain, at: now) else { continue }
            counters.alertEscalations += 1
            store(alert, .escalated, at: now, &effects)
        }
        while var alert = alerts.nextToReview(at: now) {
            guard alert.missReview(at: now) else { continue }
            counters.alertReviewsMissed += 1
            store(alert, .reviewOverdue, at: now, &effects)
        }
        return alerts.nextDue
    }

    /// Forgets alerts that nobody can do anything about any more.
    mutating func forgetAlerts() {
        let book = book
        alerts.forget(limit: settings.bounds.alertsMaximum) { book[$0] == nil }
    }

    /// Alerts in memory, for metrics.
    package var alertsInMemory: Int { alerts.count }

    private mutating func store(
        _ alert: Alert, _ change: AlertChange, action: StaffActionRecord? = nil, at now: Timestamp,
        _ effects: inout Effects
    ) {
        alerts.put(alert, chain: settings.alerts.escalation)
        effects.records.alerts.append(AlertRecord(alert: alert, action: action))
        let update = AlertUpdate(change: change, alert: alert, by: action?.by, at: now)
        if let order = alert.subject.order {
            record(.alertUpdate(update), for: order.number, at: now, now: now, &effects)
        } else {
            // Events of the log belong to an order; the alert itself is in the log.
            let event = Event.alertUpdate(update)
            let positions = event.channels(of: nil).map { ChannelPosition($0, sequence: 0) }
            guard let record = RecordText(event, number: nil, at: now, positions: positions)
            else { return }
            effects.publications.append(PublishedEvent(event, record))
            guard let name = WebhookEvent(event)?.rawValue else { return }
            let data = WebhookText.numbered(record.data, 0)
            owe(name, WebhookText.body(event: name, occurredAt: now, data: data), at: now, &effects)
        }
    }
}
