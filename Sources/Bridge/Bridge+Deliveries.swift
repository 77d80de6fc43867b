package import ColdChain
import Fabric
import Wire

extension Bridge {
    /// Puts an event of the record class into the log, and owes it to every endpoint that wants it.
    mutating func record(
        _ event: Event, for order: OrderNumber, at occurredAt: Timestamp, now: Timestamp,
        saying words: [JSON.Member] = [], _ effects: inout Effects
    ) {
        let channels = event.channels(of: book[order])
        let positions = sequences.next(channels, at: now)
        guard
            let record = RecordText(
                event, number: last.event + 1, at: occurredAt, positions: positions,
                saying: words)
        else { return }
        last.event += 1
        // An order whose status stays has no name in the catalogue, and goes to no endpoint.
        let name = WebhookEvent(event)?.rawValue ?? "order.updated"
        let data = WebhookText.numbered(record.data, last.event)
        // The log has what happened, and is never edited. What was said of it goes with the history.
        let fact = words.isEmpty ? data : event.numberedData(last.event)
        effects.records.events.append(
            EventRecord(
                number: last.event, name: name, order: order, occurredAt: occurredAt, data: fact))
        effects.records.history.append(HistoryRecord(record, order: order, keptAt: now))
        effects.publications.append(PublishedEvent(event, record))
        for endpoint in settings.endpoints where endpoint.events.contains(name) {
            last.delivery += 1
            let delivery = DeliveryRecord(
                number: last.delivery, endpoint: endpoint.name, event: last.event,
                body: WebhookText.body(event: name, occurredAt: occurredAt, data: data),
                createdAt: now, nextAttemptAt: now)
            effects.records.deliveries.append(delivery)
            outboxes[endpoint.name]?.add(delivery)
        }
    }

    /// Takes how an attempt ended, and decides what becomes of the delivery.
    package mutating func finished(
        _ result: DeliveryResult, at now: Timestamp, effects: inout Effects
    ) {
        guard let delivery = outboxes[result.endpoint]?.finish(result.number) else { return }
        let attempts = delivery.attempts + 1
        let verdict = settings.schedule.verdict(
            on: result.outcome.scheduleResult, attempt: attempts, random: random.next())
        var progress = DeliveryProgress(
            number: delivery.number, state: .delivered, attempts: attempts, attemptedAt: now,
            nextAttemptAt: now, status: result.outcome.status, failure: result.outcome.failure)
        switch verdict {
        case .delivered:
            counters.deliveriesAccepted += 1
        case .retry(after: let milliseconds):
            counters.deliveriesFailed += 1
            progress.state = .pending
            progress.nextAttemptAt = now.advanced(byMilliseconds: milliseconds)
            var postponed = delivery
            postponed.attempts = attempts
            postponed.nextAttemptAt = progress.nextAttemptAt
            outboxes[result.endpoint]?.postpone(postponed)
        case .abandoned, .endpointGone:
            counters.deliveriesFailed += 1
            counters.deliveriesAbandoned += 1
            progress.state = .abandoned
            if verdict == .endpointGone { outboxes[result.endpoint]?.isGone = true }
        }
        effects.records.deliveryProgress.append(progress)
    }

    /// Takes pending deliveries that were read back from the journal.
    package mutating func refilled(_ deliveries: [DeliveryRecord], of endpoint: String) {
        outboxes[endpoint]?.refill(deliveries)
    }

    /// Deliveries waiting or under way, by endpoint, as far as memory holds them.
    package var pendingDeliveries: [String: Int] { outboxes.mapValues(\.count) }

    /// Starts what is due.
    ///
    /// - Returns: When the next delivery is due.
    mutating func startDueAttempts(at now: Timestamp, effects: inout Effects) -> Timestamp? {
        var next: Timestamp?
        for name in settings.endpoints.map(\.name) {
            while let delivery = outboxes[name]?.startNext(
                at: now, underWayMaximum: settings.bounds.attemptsUnderWayMaximum)
            {
                effects.attempts.append(
                    DeliveryAttempt(
                        number: delivery.number, endpoint: name, body: delivery.body,
                        attempt: delivery.attempts + 1))
            }
            if let refill = outboxes[name]?.wantedRefill(endpoint: name) {
                effects.refills.append(refill)
            }
            if let due = outboxes[name]?.nextDue, due > now, next.map({ due < $0 }) ?? true {
                next = due
            }
        }
        return next
    }
}

extension DeliveryResult.Outcome {
    var scheduleResult: RetrySchedule.Result {
        switch self {
        case .accepted(let status): .answered(status: status, retryAfter: nil)
        case .refused(let status, let asked): .answered(status: status, retryAfter: asked)
        case .failed: .unanswered
        }
    }

    /// The HTTP status answered; nil where there was no answer.
    var status: Int? {
        switch self {
        case .accepted(let status), .refused(let status, _): status
        case .failed: nil
        }
    }

    /// Why the attempt failed, in words; nil where it did not.
    package var failure: String? {
        switch self {
        case .accepted: nil
        case .refused(let status, _): "the receiver answered \(status)"
        case .failed(let reason): reason
        }
    }
}
