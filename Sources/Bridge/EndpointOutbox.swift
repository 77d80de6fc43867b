import ColdChain

/// What is owed to one webhook endpoint, as far as memory holds it.
///
/// The next to be tried is the one due first, so that a delivery that waits for its retry holds
/// up no other. What does not fit stays in the journal and is read back when there is room.
struct EndpointOutbox: Sendable {
    /// In order of `nextAttemptAt`, then of number.
    private var waiting: [DeliveryRecord] = []
    private(set) var underWay: [UInt64: DeliveryRecord] = [:]
    /// The greatest number that was taken into memory.
    private var lastLoaded: UInt64 = 0
    private var mayHaveMore: Bool
    private var isRefillAsked = false
    /// Whether one was left to the journal since a refill was asked for, which may lack it.
    private var isRefillStale = false
    /// The receiver has said that it is gone for good; nothing is tried until a restart.
    var isGone = false
    private let limit: Int

    init(restored: [DeliveryRecord], limit: Int, mayHaveMore: Bool = false) {
        self.limit = max(limit, 1)
        self.mayHaveMore = mayHaveMore || restored.count >= self.limit
        for record in restored.sorted(by: { $0.number < $1.number }).prefix(self.limit) {
            insert(record)
        }
    }

    /// Deliveries in memory; the journal may hold more.
    var count: Int { waiting.count + underWay.count }

    mutating func add(_ record: DeliveryRecord) {
        if mayHaveMore || count >= limit {
            mayHaveMore = true
            isRefillStale = isRefillAsked
        } else {
            insert(record)
        }
    }

    /// Takes what the journal had after `lastLoaded`, in order of number.
    mutating func refill(_ records: [DeliveryRecord]) {
        isRefillAsked = false
        let room = max(limit - count, 0)
        mayHaveMore = records.count > room || records.count >= refillLimit || isRefillStale
        isRefillStale = false
        for record in records.prefix(room) where record.number > lastLoaded { insert(record) }
    }

    /// What to read back from the journal, once: nil while there is enough in memory.
    mutating func wantedRefill(endpoint: String) -> DeliveryRefill? {
        guard mayHaveMore, !isRefillAsked, !isGone, count <= limit / 2 else { return nil }
        isRefillAsked = true
        return DeliveryRefill(endpoint: endpoint, after: lastLoaded, limit: refillLimit)
    }

    private var refillLimit: Int { max(limit / 2, 1) }

    /// When the first of those that wait is due.
    var nextDue: Timestamp? { isGone ? nil : waiting.first?.nextAttemptAt }

    /// Takes the first that is due, and counts it as under way.
    mutating func startNext(at now: Timestamp, underWayMaximum: Int) -> DeliveryRecord? {
        guard underWay.count < underWayMaximum, let due = nextDue, due <= now else { return nil }
        let record = waiting.removeFirst()
        underWay[record.number] = record
        return record
    }

    /// The delivery's attempt has ended.
    mutating func finish(_ number: UInt64) -> DeliveryRecord? {
        underWay.removeValue(forKey: number)
    }

    /// Puts a delivery back that is to be tried again.
    mutating func postpone(_ record: DeliveryRecord) { insert(record) }

    private mutating func insert(_ record: DeliveryRecord) {
        lastLoaded = max(lastLoaded, record.number)
        let place =
            waiting.firstIndex {
                ($0.nextAttemptAt, $0.number) > (record.nextAttemptAt, record.number)
            } ?? waiting.endIndex
        waiting.insert(record, at: place)
    }
}
