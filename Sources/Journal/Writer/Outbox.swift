internal import Bridge
internal import ColdChain

/// Keeps events and the webhook deliveries they cause, in the transaction that causes them.
struct Outbox {
    private let chain: Chain
    private let addEvent: Statement
    private let addDelivery: Statement
    private let putProgress: Statement

    init(_ database: Database, chain: Chain) throws(StoreError) {
        self.chain = chain
        addEvent = try database.prepare(
            """
            INSERT INTO events(number, name, order_number, occurred_at, data)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """)
        addDelivery = try database.prepare(
            """
            INSERT INTO deliveries(number, endpoint, event, body, created_at, state, attempts,
                next_attempt_at)
            VALUES (?1, ?2, ?3, ?4, ?5, \(DeliveryProgress.State.pending.rawValue), ?6, ?7)
            """)
        putProgress = try database.prepare(
            """
            UPDATE deliveries SET state = ?2, attempts = ?3, attempted_at = ?4,
                next_attempt_at = ?5, http_status = ?6, failure = ?7
            WHERE number = ?1
            """)
    }

    func add(_ event: EventRecord) throws(StoreError) {
        addEvent.bind(1, event.number)
        addEvent.bind(2, event.name)
        addEvent.bind(3, Int64(event.order.rawValue))
        addEvent.bind(4, event.occurredAt.milliseconds)
        addEvent.bind(5, text: event.data)
        try addEvent.run()
        try chain.begin(.event)
        chain.payload.append(Int64(bitPattern: event.number))
        chain.payload.append(text: event.name)
        chain.payload.append(Int64(event.order.rawValue))
        chain.payload.append(event.occurredAt.milliseconds)
        unsafe event.data.withUnsafeBytes { unsafe chain.payload.append(text: $0) }
        try chain.end(.event, row: Int64(bitPattern: event.number))
    }

    func add(_ delivery: DeliveryRecord) throws(StoreError) {
        addDelivery.bind(1, delivery.number)
        addDelivery.bind(2, delivery.endpoint)
        addDelivery.bind(3, delivery.event)
        addDelivery.bind(4, text: delivery.body)
        addDelivery.bind(5, delivery.createdAt.milliseconds)
        addDelivery.bind(6, delivery.attempts)
        addDelivery.bind(7, delivery.nextAttemptAt.milliseconds)
        try addDelivery.run()
    }

    /// A delivery that retention has erased meanwhile takes no progress: nothing is owed any more.
    func put(_ progress: DeliveryProgress) throws(StoreError) {
        putProgress.bind(1, progress.number)
        putProgress.bind(2, Int64(progress.state.rawValue))
        putProgress.bind(3, progress.attempts)
        putProgress.bind(4, progress.attemptedAt.milliseconds)
        putProgress.bind(5, progress.nextAttemptAt.milliseconds)
        putProgress.bind(6, progress.status.map(Int64.init))
        putProgress.bind(7, progress.failure)
        try putProgress.run()
    }
}
