internal import Bridge
internal import ColdChain

// Statements of the start are prepared when they are needed; they run once.
extension OpenStore {
    func restore(now: Timestamp) throws(StoreError) -> RestoredState {
        try database.transaction("BEGIN") { () throws(StoreError) in
            var state = RestoredState()
            try restoreSources(&state)
            try restoreOrders(&state, now: now)
            try restoreSilences(&state)
            try restoreAlerts(&state)
            try restoreDeliveries(&state)
            try restoreFingerprints(&state)
            try restoreDevices(&state)
            try restoreCalibrations(&state)
            try restoreNumbers(&state)
            return state
        }
    }

    private func restoreSources(_ state: inout RestoredState) throws(StoreError) {
        let sources = try database.prepare(
            "SELECT \(Statement.sourceColumns) FROM sources ORDER BY number")
        while try sources.step() { state.sources.append(try sources.source()) }
        try restoreNewest(
            &state, log: "readings", index: "reading_by_source", progress: .readingsIndexedThrough)
        try restoreNewest(
            &state, log: "fixes", index: "fix_by_source", progress: .fixesIndexedThrough)
    }

    /// The newest instant of each source: the last of its index, or one of the rows not yet in it.
    private func restoreNewest(
        _ state: inout RestoredState, log: String, index: String, progress: LogState
    ) throws(StoreError) {
        let newest = try database.prepare(
            """
            SELECT number,
                (SELECT max(measured_at) FROM \(index) WHERE source = number) AS newest
            FROM sources WHERE newest IS NOT NULL
            UNION ALL
            SELECT source, max(measured_at) FROM \(log) NOT INDEXED WHERE id > ?1 GROUP BY source
            """)
        newest.bind(1, try database.value(of: progress))
        while try newest.step() {
            let source = SourceNumber(newest.number32(0))
            let instant = newest.instant(1)
            if log == "readings" { state.measuring.insert(source) }
            if state.newestMeasurement[source].map({ $0 < instant }) ?? true {
                state.newestMeasurement[source] = instant
            }
        }
    }

    private func restoreOrders(
        _ state: inout RestoredState, now: Timestamp
    ) throws(StoreError) {
        let wanted = """
            orders.number IN (
                SELECT number FROM orders INDEXED BY order_active WHERE status NOT IN (7, 8)
                UNION SELECT number FROM orders INDEXED BY order_by_change WHERE updated_at >= ?1
                UNION SELECT order_number FROM excursions INDEXED BY excursion_open
                    WHERE closed_us IS NULL AND standing = 1)
            """
        let cutoff = now.advanced(
            byMilliseconds: -Int64(max(settings.finalOrderHours, 0)) * 3_600_000)
        let orders = try database.prepare(
            "SELECT \(Statement.orderColumns) FROM orders WHERE \(wanted) ORDER BY number")
        orders.bind(1, cutoff.milliseconds)
        while try orders.step() {
            var order = try orders.order()
            order.delivery = try book.place(of: order.number).place
            state.orders.append(order)
        }
        let custody = try database.prepare(
            """
            SELECT \(Statement.custodyColumns) FROM orders
            JOIN custody ON custody.order_number = orders.number WHERE \(wanted)
            ORDER BY custody.order_number, custody.bag, started_at
            """)
        custody.bind(1, cutoff.milliseconds)
        while try custody.step() { state.custody.append(custody.custody()) }
        let excursions = try database.prepare(
            """
            SELECT \(Statement.excursionColumns) FROM excursions INDEXED BY excursion_by_order
            WHERE order_number IN (SELECT number FROM orders WHERE \(wanted)) ORDER BY number
            """)
        excursions.bind(1, cutoff.milliseconds)
        while try excursions.step() { state.excursions.append(try excursions.excursion()) }
        let gaps = try database.prepare(
            """
            SELECT \(Statement.dataGapColumns) FROM data_gaps
            WHERE order_number IN (SELECT number FROM orders WHERE \(wanted))
            ORDER BY order_number, source, from_us
            """)
        gaps.bind(1, cutoff.milliseconds)
        while try gaps.step() { state.dataGaps.append(try gaps.dataGap()) }
    }

    private func restoreSilences(_ state: inout RestoredState) throws(StoreError) {
        let silences = try database.prepare(
            """
            SELECT \(Statement.silenceColumns) FROM silences INDEXED BY silence_lasting
            WHERE ended_at IS NULL ORDER BY order_number
            """)
        while try silences.step() { state.silences.append(try silences.silence()) }
    }

    /// Those that somebody may still do something about, and those of the orders restored before.
    private func restoreAlerts(_ state: inout RestoredState) throws(StoreError) {
        let reader = try AlertStateReader()
        let unsettled = try database.prepare(
            """
            SELECT state FROM alerts INDEXED BY alert_unsettled
            WHERE is_closed = 0 OR review_due IS NOT NULL ORDER BY number
            """)
        while try unsettled.step() { state.alerts.append(try reader.alert(unsettled, 0)) }
        let settled = try database.prepare(
            """
            SELECT state FROM alerts INDEXED BY alert_by_order
            WHERE order_number = ?1 AND is_closed = 1 AND review_due IS NULL ORDER BY number
            """)
        for order in state.orders {
            settled.bind(1, Int64(order.number.rawValue))
            while try settled.step() { state.alerts.append(try reader.alert(settled, 0)) }
        }
        state.alerts.sort { $0.number < $1.number }
        state.lastAlert = UInt64(
            bitPattern: try database.firstFreeNumber(
                after: .alertsErasedThrough, in: "alerts", column: "number") - 1)
    }

    private func restoreDeliveries(_ state: inout RestoredState) throws(StoreError) {
        let nextEndpoint = try database.prepare(
            """
            SELECT endpoint FROM deliveries INDEXED BY delivery_pending
            WHERE state = 1 AND endpoint > ?1 ORDER BY endpoint LIMIT 1
            """)
        var endpoint = ""
        while true {
            nextEndpoint.bind(1, endpoint)
            guard try nextEndpoint.step() else { return }
            endpoint = nextEndpoint.text(0)
            nextEndpoint.reset()
            state.deliveries += try pendingDeliveries(
                endpoint: endpoint, after: 0, limit: settings.restoredDeliveries)
        }
    }

    func pendingDeliveries(
        endpoint: String, after number: UInt64, limit: Int
    ) throws(StoreError) -> [DeliveryRecord] {
        let pending = try database.prepare(
            """
            SELECT \(Statement.deliveryColumns) FROM deliveries INDEXED BY delivery_pending
            WHERE state = 1 AND endpoint = ?1 AND number > ?2 ORDER BY number LIMIT ?3
            """)
        pending.bind(1, endpoint)
        pending.bind(2, number)
        pending.bind(3, max(limit, 0))
        var deliveries: [DeliveryRecord] = []
        while try pending.step() { deliveries.append(pending.delivery()) }
        return deliveries
    }

    private func restoreFingerprints(_ state: inout RestoredState) throws(StoreError) {
        let ring = try database.prepare("SELECT value FROM fingerprints ORDER BY position")
        while try ring.step() { state.fingerprints.append(DeliveryFingerprint(ring.number(0))) }
    }

    private func restoreDevices(_ state: inout RestoredState) throws(StoreError) {
        let devices = try database.prepare(
            "SELECT \(Statement.deviceColumns) FROM devices AS d ORDER BY d.id")
        while try devices.step() { state.devices.append(try devices.device()) }
        let frames = try database.prepare(
            """
            SELECT \(Statement.unknownFrameColumns) FROM unknown_frames
            ORDER BY last_seen, first_seen, topic
            """)
        while try frames.step() { state.unknownFrames.append(frames.unknownFrame()) }
        let announcements = try database.prepare(
            "SELECT topic, payload FROM announcements ORDER BY topic")
        while try announcements.step() {
            state.announcements.append(
                AnnouncementMessage(topic: announcements.bytes(0), payload: announcements.bytes(1)))
        }
    }

    private func restoreNumbers(_ state: inout RestoredState) throws(StoreError) {
        state.lastSource = UInt32(
            truncatingIfNeeded: try database.integer("SELECT max(number) FROM sources") ?? 0)
        state.lastOrder = UInt32(
            truncatingIfNeeded: try database.integer("SELECT max(number) FROM orders") ?? 0)
        state.lastExcursion = UInt64(
            bitPattern: try database.integer("SELECT max(number) FROM excursions") ?? 0)
        state.lastCheckpoint = UInt64(
            bitPattern: try database.firstFreeNumber(
                after: .checkpointsErasedThrough, in: "checkpoints", column: "number") - 1)
        state.sequences = try database.channelSequences()
        state.lastEvent = UInt64(bitPattern: try database.lastEventNumber())
        state.publications = try database.publications()
        state.offers = try database.offers()
        state.presence = try database.presence()
        state.lastDelivery = UInt64(
            bitPattern: try database.firstFreeNumber(
                after: .deliveriesErasedThrough, in: "deliveries", column: "number") - 1)
        state.lastRawMessages = UInt64(
            bitPattern: try database.firstFreeNumber(
                after: .rawMessagesErasedThrough, in: "raw_messages", column: "number") - 1)
    }
}
