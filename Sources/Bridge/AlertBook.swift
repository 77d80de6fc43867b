import ColdChain

/// The alerts that people may still do something about, and when the next of them is to be
/// escalated or its review is overdue.
struct AlertBook: Sendable {
    /// What an alert is raised for, whichever alert it is raised by.
    struct Condition: Hashable, Sendable {
        var kind: String
        var excursion: UInt64?
        var order: OrderNumber?
        var device: String
        /// Two bags of an order may each be silent without a device that is known.
        var bag: String?

        init(_ kind: AlertKind, _ subject: AlertSubject) {
            self.kind = kind.name
            excursion = kind.excursion
            order = subject.order?.number
            device = subject.device
            bag = kind == .silence ? subject.bag : nil
        }
    }

    private var alerts: [UInt64: Alert] = [:]
    /// The newest alert of each condition.
    private var numbers: [Condition: UInt64] = [:]
    private var due = DueQueue()
    private var reviews = DueQueue()
    /// The newest instant the bridge was told: what is judged again from the log is raised now, not
    /// when it was received.
    var newestInstant = Timestamp(milliseconds: .min)

    init() {}

    init(restored: [Alert], chain: EscalationChain) {
        for alert in restored { put(alert, chain: chain) }
    }

    var count: Int { alerts.count }

    subscript(number: UInt64) -> Alert? { alerts[number] }

    /// The newest alert that was raised for a condition.
    func newest(of condition: Condition) -> Alert? {
        numbers[condition].flatMap { alerts[$0] }
    }

    /// Adds the alert or replaces what was known of it.
    mutating func put(_ alert: Alert, chain: EscalationChain) {
        let instant = alert.escalationDue(by: chain)
        // An instant that stands in the queue already is not put there again.
        if let instant, alerts[alert.number]?.escalationDue(by: chain) != instant {
            due.add(instant, alert.number)
        }
        let review = alert.reviewMissedAt
        if let review, alerts[alert.number]?.reviewMissedAt != review {
            reviews.add(review, alert.number)
        }
        alerts[alert.number] = alert
        let condition = Condition(alert.kind, alert.subject)
        if numbers[condition].map({ $0 < alert.number }) ?? true {
            numbers[condition] = alert.number
        }
    }

    /// The next alert whose escalation is due at `now`; it is not answered again until it is put.
    mutating func nextToEscalate(at now: Timestamp, chain: EscalationChain) -> Alert? {
        while let number = due.removeFirst(notAfter: now) {
            // Acknowledged, closed or begun anew since: what is due then stands in the queue, too.
            guard let alert = alerts[number], let instant = alert.escalationDue(by: chain),
                instant <= now
            else { continue }
            return alert
        }
        return nil
    }

    /// The next alert whose review is overdue at `now`; it is not answered again until it is put.
    mutating func nextToReview(at now: Timestamp) -> Alert? {
        while let number = reviews.removeFirst(notAfter: now) {
            // Reviewed since, or acted upon again: what is due then stands in the queue, too.
            guard let alert = alerts[number], let instant = alert.reviewMissedAt, instant <= now
            else { continue }
            return alert
        }
        return nil
    }

    /// When the next escalation or review may be due.
    var nextDue: Timestamp? { [due.first, reviews.first].compactMap(\.self).min() }

    /// After the delays have changed.
    mutating func queueAnew(chain: EscalationChain) {
        due = DueQueue()
        for alert in alerts.values {
            if let instant = alert.escalationDue(by: chain) { due.add(instant, alert.number) }
        }
    }

    /// Forgets settled alerts of orders that are forgotten, and where there are too many alerts, an
    /// eighth of them: closed ones first, and of those the oldest.
    mutating func forget(limit: Int, where isForgotten: (OrderNumber) -> Bool) {
        for (number, alert) in alerts where alert.isSettled {
            if alert.subject.order.map({ isForgotten($0.number) }) ?? true { remove(number) }
        }
        guard alerts.count > limit else { return }
        let oldest = alerts.values.sorted {
            ($0.isClosed ? 0 : 1, $0.number) < ($1.isClosed ? 0 : 1, $1.number)
        }
        for alert in oldest.prefix(alerts.count - limit + limit / 8) { remove(alert.number) }
    }

    private mutating func remove(_ number: UInt64) {
        guard let alert = alerts.removeValue(forKey: number) else { return }
        let condition = Condition(alert.kind, alert.subject)
        if numbers[condition] == number { numbers[condition] = nil }
    }
}

/// Numbers by the instant at which each is due, the earliest first: a binary heap.
struct DueQueue: Sendable {
    private struct Entry {
        var instant: Timestamp
        var number: UInt64

        func precedes(_ other: Entry) -> Bool {
            (instant, number) < (other.instant, other.number)
        }
    }

    /// Each entry precedes those at twice its index plus 1 and 2.
    private var heap: [Entry] = []

    var first: Timestamp? { heap.first?.instant }

    mutating func add(_ instant: Timestamp, _ number: UInt64) {
        heap.append(Entry(instant: instant, number: number))
        var place = heap.count - 1
        while place > 0, heap[place].precedes(heap[(place - 1) / 2]) {
            heap.swapAt(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    /// Takes the earliest number out, where it is due.
    mutating func removeFirst(notAfter instant: Timestamp) -> UInt64? {
        guard let first = heap.first, first.instant <= instant else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.number }
        heap[0] = last
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if heap[child].precedes(heap[least]) { least = child }
            }
            guard least != place else { return first.number }
            heap.swapAt(place, least)
            place = least
        }
    }
}
