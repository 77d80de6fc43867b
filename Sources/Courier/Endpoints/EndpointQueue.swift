internal import Bridge

/// The attempts that wait for an endpoint, first in, first out.
struct EndpointQueue {
    var endpoint: CheckedEndpoint
    private var underWay: Int
    private var waiting: [DeliveryAttempt] = []
    /// Where the first waiting attempt stands; those before it have left.
    private var first = 0

    init(_ endpoint: CheckedEndpoint, underWay: Int = 0) {
        self.endpoint = endpoint
        self.underWay = underWay
    }

    var waitingCount: Int { waiting.count - first }

    mutating func append(_ attempt: DeliveryAttempt) {
        waiting.append(attempt)
    }

    /// The next attempt if the endpoint may have another one under way, which it then has.
    mutating func begin() -> DeliveryAttempt? {
        guard waitingCount > 0, underWay < endpoint.settings.concurrentAttempts else { return nil }
        let attempt = waiting[first]
        first += 1
        underWay += 1
        if first == waiting.count {
            waiting.removeAll(keepingCapacity: true)
            first = 0
        } else if first > waiting.count / 2 {
            waiting.removeFirst(first)
            first = 0
        }
        return attempt
    }

    mutating func end() {
        underWay -= 1
    }

    /// Empties the queue and answers what waited in it.
    mutating func removeAll() -> [DeliveryAttempt] {
        defer {
            waiting.removeAll()
            first = 0
        }
        return Array(waiting[first...])
    }
}
