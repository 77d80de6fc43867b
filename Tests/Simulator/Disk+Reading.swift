import Bridge
import ColdChain
import Wire

extension Disk {
    /// What the bridge is told of the past, as `RestoredState` says.
    func restored(bounds: Bounds, at now: Timestamp, sabotage: Sabotage?) -> RestoredState {
        var state = RestoredState()
        state.sources = sources
        for row in rows { note(row.reading.measuredAt, of: row.reading.source, in: &state) }
        for fix in fixes { note(fix.measuredAt, of: fix.source, in: &state) }
        let untold = Set(
            excursions.lazy.filter { $0.standing == .holds && $0.judged.closedAt == nil }
                .map(\.order))
        state.orders = orders.filter {
            !$0.status.isFinal || untold.contains($0.number)
                || now.milliseconds(since: $0.updatedAt) <= bounds.finalOrderRetentionMilliseconds
        }
        let numbers = Set(state.orders.map(\.number))
        if sabotage != .forgetsCustody {
            state.custody = custody.filter { numbers.contains($0.order) }
        }
        if sabotage != .forgetsExcursions {
            state.excursions = excursions.filter { numbers.contains($0.order) }
            state.dataGaps = dataGaps.values.filter { numbers.contains($0.order) }
        }
        state.measuring = measuring
        if sabotage != .forgetsSilences {
            state.silences = silences.values.filter { $0.end == nil }
        }
        state.alerts = alerts.values.filter { alert in
            !alert.isSettled || alert.subject.order.map { numbers.contains($0.number) } ?? false
        }
        state.lastAlert = UInt64(alerts.count)
        if sabotage != .forgetsDeliveries {
            var counts: [String: Int] = [:]
            for delivery in deliveries where delivery.state == .pending {
                counts[delivery.record.endpoint, default: 0] += 1
                if counts[delivery.record.endpoint, default: 0] <= bounds.pendingDeliveriesMaximum {
                    state.deliveries.append(delivery.record)
                }
            }
        }
        if sabotage != .forgetsFingerprints { state.fingerprints = fingerprints }
        if sabotage != .forgetsDevices {
            state.devices = registry.values.sorted { $0.id < $1.id }
        }
        state.unknownFrames = unknownFrames.values.sorted {
            ($0.lastSeen.milliseconds, String(decoding: $0.topic, as: UTF8.self))
                < ($1.lastSeen.milliseconds, String(decoding: $1.topic, as: UTF8.self))
        }
        if sabotage != .forgetsCalibrations { state.calibrations = calibrations.entries }
        state.lastRawMessages = rawMessages
        state.lastSource = UInt32(sources.count)
        state.lastOrder = UInt32(orders.count)
        guard sabotage != .restartsNumbers else { return state }
        state.lastExcursion = UInt64(excursions.count)
        state.lastCheckpoint = UInt64(checkpoints.count)
        state.sequences = ChannelSequences(channels)
        state.lastEvent = UInt64(events.count)
        state.lastDelivery = UInt64(deliveries.count)
        return state
    }

    private func note(
        _ measuredAt: Timestamp, of source: SourceNumber, in state: inout RestoredState
    ) {
        let newest = state.newestMeasurement[source] ?? measuredAt
        state.newestMeasurement[source] = max(newest, measuredAt)
    }

    /// The temperatures of an order's bags while they carried it, in no order.
    func temperatures(of order: OrderNumber, random: inout SplitMix64) -> [Reading] {
        let stretches = custody.filter { $0.order == order }
        var readings: [Reading] = []
        for row in rows where row.reading.measurement.quantity == .temperature {
            let carrier = sources[Int(row.reading.source.rawValue) - 1].carrier
            let isCarried = stretches.contains {
                carrier == .bag($0.bag) && $0.covers(row.reading.measuredAt)
            }
            if isCarried { readings.append(row.reading) }
        }
        readings.shuffle(using: &random)
        return readings
    }

    func pendingDeliveries(_ refill: DeliveryRefill) -> [DeliveryRecord] {
        Array(
            deliveries.lazy.filter {
                $0.state == .pending && $0.record.endpoint == refill.endpoint
                    && $0.record.number > refill.after
            }.prefix(refill.limit).map(\.record))
    }

    var hasPendingDeliveries: Bool { deliveries.contains { $0.state == .pending } }

    /// What the log says of orders and temperatures, for whoever reads the trace of a failed run.
    var summary: [String] {
        func shown(_ instant: Timestamp?) -> String {
            instant.map { "\(Double($0.milliseconds(since: Plan.start)) / 1000)" } ?? "…"
        }
        var lines = orders.map { order in
            "order \(order.number.rawValue) \(order.foodClass.name) \(order.status.name) "
                + "updated \(shown(order.updatedAt))"
        }
        lines += custody.map {
            "custody \($0.bag) order \($0.order.rawValue) \(shown($0.from))–\(shown($0.until))"
        }
        lines += excursions.map {
            "excursion \($0.number) order \($0.order.rawValue) source \($0.source.rawValue) "
                + "\($0.foodClass.name) \(shown($0.openedAt))–\(shown($0.closedAt)) \($0.peak)"
        }
        for row in rows where row.reading.measurement.quantity == .temperature {
            let reading = row.reading
            lines.append(
                "source \(reading.source.rawValue) at \(shown(reading.measuredAt)) "
                    + "received \(shown(reading.receivedAt)): \(reading.measurement.value) "
                    + "order \(reading.order?.rawValue ?? 0) \(reading.quality.rollup)")
        }
        return lines
    }
}
