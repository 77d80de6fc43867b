package import ColdChain
import Fabric

extension Bridge {
    /// Takes a message that a device profile decoded.
    ///
    /// - Parameters:
    ///   - batch: What was decoded, and which rows could not be.
    ///   - topic: The whole topic, for the dead letter of a rejected row.
    ///   - name: Where in the topic the bag or the vehicle is named.
    package mutating func receive(
        _ batch: borrowing SampleBatch, of kind: CarrierKind, profile: ProfileNumber,
        topic: Span<UInt8>, name: Range<Int>, payload: Span<UInt8>, arrival: Arrival,
        effects: inout Effects
    ) {
        counters.messages += 1
        let isUntimed = batch.samples.contains { $0.measuredAt == nil }
        if isUntimed || !batch.rejections.isEmpty {
            guard recordFingerprint(of: arrival, effects: &effects) else { return }
        }
        if !batch.rejections.isEmpty {
            bury(
                topic: topic, payload: payload, arrival: arrival, reason: "row_rejected",
                detail: Bridge.describe(batch.rejections), effects: &effects)
        }
        if isUntimed && arrival.isRetained {
            // A retained message without a time may be of any age; its receipt says nothing.
            bury(
                topic: topic, payload: payload, arrival: arrival, reason: "retained_without_time",
                detail: "a retained message must carry its time of measurement",
                effects: &effects)
            return
        }
        guard !batch.samples.isEmpty else { return }
        guard
            let source = source(
                named: topic.extracting(name), kind: kind, profile: profile, effects: &effects)
        else {
            bury(
                topic: topic, payload: payload, arrival: arrival, reason: "too_many_sources",
                detail: "the log knows \(sources.count) devices, which is the limit",
                effects: &effects)
            return
        }
        record(batch, from: source, profile: profile, arrival: arrival, effects: &effects)
    }

    /// Takes a message that could not be decoded (B-8).
    package mutating func receive(
        undecodable topic: Span<UInt8>, payload: Span<UInt8>, arrival: Arrival, reason: String,
        detail: String, effects: inout Effects
    ) {
        counters.messages += 1
        guard recordFingerprint(of: arrival, effects: &effects) else { return }
        bury(
            topic: topic, payload: payload, arrival: arrival, reason: reason, detail: detail,
            effects: &effects)
    }

    /// Judges readings of the log for an order that came to be known after them.
    package mutating func recalled(
        _ readings: [Reading], for order: OrderNumber, effects: inout Effects
    ) {
        guard let order = book[order] else { return }
        for reading in readings {
            guard reading.measurement.quantity == .temperature, reading.quality.rollup != .bad,
                reading.source.rawValue >= 1, Int(reading.source.rawValue) <= sources.count
            else { continue }
            judge(
                celsius: reading.measurement.value, from: reading.source, for: order,
                measuredAt: reading.measuredAt, receivedAt: reading.receivedAt,
                effects: &effects)
        }
    }

    /// - Returns: False where the message was recorded before.
    mutating func recordFingerprint(of arrival: Arrival, effects: inout Effects) -> Bool {
        guard recent.insert(arrival.fingerprint) else {
            counters.redeliveries += 1
            return false
        }
        effects.records.fingerprints.append(arrival.fingerprint)
        return true
    }

    private mutating func source(
        named name: Span<UInt8>, kind: CarrierKind, profile: ProfileNumber,
        effects: inout Effects
    ) -> SourceNumber? {
        if let known = sources.find(name, profile: profile) { return known }
        guard sources.count < settings.bounds.sourcesMaximum else { return nil }
        let source = sources.insert(name, kind: kind, profile: profile, book: &book)
        effects.records.sources.append(source)
        return source.number
    }

    private mutating func record(
        _ batch: borrowing SampleBatch, from source: SourceNumber, profile: ProfileNumber,
        arrival: Arrival, effects: inout Effects
    ) {
        var live: Live?
        for index in batch.samples.indices {
            let sample = batch.samples[index]
            let measuredAt = sample.measuredAt ?? arrival.receivedAt
            let timeFlag = eventTimeFlag(of: sample, receivedAt: arrival.receivedAt)
            let bag = sources[source].bag
            let order = bag.flatMap { book.order(inBag: $0, at: measuredAt) }
            let row = Row(
                source: source, profile: profile, measuredAt: measuredAt, timeFlag: timeFlag,
                receivedAt: arrival.receivedAt, order: order?.number)
            let warmest = recordMeasurements(
                of: sample, in: batch, row: row, limit: order.map { settings.limits[$0.foodClass] },
                effects: &effects)
            recordFix(of: sample, row: row, effects: &effects)
            if let order, let warmest, warmest.quality != .bad {
                judge(
                    celsius: warmest.celsius, from: source, for: order, measuredAt: measuredAt,
                    receivedAt: arrival.receivedAt, effects: &effects)
            }
            if timeFlag == .bad { continue }
            if let newest = sources[source].newest, measuredAt <= newest {
                counters.lateReadings += 1
                continue
            }
            sources[source].newest = measuredAt
            live = Live(row: row, order: order, temperature: warmest, sample: sample)
        }
        if let live { publish(live, batch, effects: &effects) }
    }

    /// What the records of one sample have in common.
    private struct Row {
        var source: SourceNumber
        var profile: ProfileNumber
        var measuredAt: Timestamp
        var timeFlag: QualityFlag
        var receivedAt: Timestamp
        var order: OrderNumber?
    }

    /// The temperature of a sample that lies furthest outside the limit.
    private struct Temperature {
        var celsius: Double
        var deviation: Double
        var quality: QualityFlag
    }

    /// The newest sample of a message, which the fabric is told of.
    private struct Live {
        var row: Row
        var order: Order?
        var temperature: Temperature?
        var sample: Sample
    }

    private func eventTimeFlag(of sample: Sample, receivedAt: Timestamp) -> QualityFlag {
        guard let measuredAt = sample.measuredAt else { return .notEvaluated }
        let age = receivedAt.milliseconds(since: measuredAt)
        let isPossible =
            age >= -settings.bounds.futureToleranceMilliseconds
            && age <= settings.bounds.oldestReadingMilliseconds
        return isPossible ? .good : .bad
    }

    private mutating func recordMeasurements(
        of sample: Sample, in batch: borrowing SampleBatch, row: Row, limit: CriticalLimit?,
        effects: inout Effects
    ) -> Temperature? {
        var worst: Temperature?
        for index in sample.measurements {
            let measurement = batch.measurements[index]
            var quality = QualityFlags()
            quality[.eventTime] = row.timeFlag
            quality[.grossRange] = sources.grossRangeFlag(of: measurement, profile: row.profile)
            effects.records.readings.append(
                Reading(
                    source: row.source, measurement: measurement, measuredAt: row.measuredAt,
                    timeSource: sample.measuredAt == nil ? .receipt : .device,
                    receivedAt: row.receivedAt, sequence: sample.sequence, quality: quality,
                    order: row.order))
            counters.readings += 1
            guard measurement.quantity == .temperature else { continue }
            let temperature = Temperature(
                celsius: measurement.value,
                deviation: limit?.deviation(of: measurement.value) ?? 0, quality: quality.rollup)
            if Bridge.tells(temperature, moreThan: worst) { worst = temperature }
        }
        return worst
    }

    /// A usable temperature tells more than a bad one; of usable ones the one furthest outside.
    private static func tells(_ temperature: Temperature, moreThan other: Temperature?) -> Bool {
        guard let other else { return true }
        if (temperature.quality == .bad) != (other.quality == .bad) { return other.quality == .bad }
        return temperature.deviation > other.deviation
    }

    private mutating func recordFix(of sample: Sample, row: Row, effects: inout Effects) {
        guard let position = sample.position else { return }
        var quality = QualityFlags()
        quality[.eventTime] = row.timeFlag
        quality[.grossRange] = Bridge.grossRangeFlag(of: position)
        effects.records.fixes.append(
            Fix(
                source: row.source, position: position, measuredAt: row.measuredAt,
                timeSource: sample.measuredAt == nil ? .receipt : .device,
                receivedAt: row.receivedAt, sequence: sample.sequence, quality: quality))
        counters.fixes += 1
    }

    /// 0°, 0° is what a receiver without a fix sends; no delivery passes there.
    private static func grossRangeFlag(of position: Position) -> QualityFlag {
        let isNullIsland = position.latitude == 0 && position.longitude == 0
        let isOnEarth = abs(position.latitude) <= 90 && abs(position.longitude) <= 180
        return isOnEarth && !isNullIsland ? .good : .bad
    }

    /// Judges one temperature for an order, and says what that changed.
    private mutating func judge(
        celsius: Double, from source: SourceNumber, for order: Order, measuredAt: Timestamp,
        receivedAt: Timestamp, effects: inout Effects
    ) {
        let limit = settings.limits[order.foodClass]
        let key = WatchKey(order: order.number, source: source)
        let finding = watches[key, default: Watch(order: order.number, source: source)].judge(
            celsius: celsius, at: measuredAt, by: limit, of: order.foodClass,
            profile: settings.limits.profile, gap: settings.bounds.excursionGapMilliseconds,
            number: last.excursion + 1)
        switch finding {
        case .nothing: return
        case .widened(let excursion):
            effects.records.excursions.append(excursion)
        case .opened(let excursion):
            last.excursion += 1
            counters.excursionsOpened += 1
            tell(.opened, excursion, of: order, celsius, measuredAt, receivedAt, &effects)
        case .closed(let excursion):
            counters.excursionsClosed += 1
            tell(.closed, excursion, of: order, celsius, measuredAt, receivedAt, &effects)
        }
    }

    private mutating func tell(
        _ state: TemperatureAlert.State, _ excursion: Excursion, of order: Order,
        _ celsius: Double, _ measuredAt: Timestamp, _ receivedAt: Timestamp,
        _ effects: inout Effects
    ) {
        effects.records.excursions.append(excursion)
        let source = sources[excursion.source].source
        let alert = TemperatureAlert(
            state: state, excursion: excursion, order: order.id, bag: source.carrier.name,
            device: source.device, celsius: celsius, measuredAt: measuredAt,
            receivedAt: receivedAt)
        record(.alert(alert), for: order.number, at: measuredAt, now: receivedAt, &effects)
    }

    private func publish(
        _ live: Live, _ batch: borrowing SampleBatch, effects: inout Effects
    ) {
        let state = sources[live.row.source]
        if let temperature = live.temperature, state.bag != nil {
            publish(temperature, live, batch, state.source, &effects)
        }
        if let position = live.sample.position, let vehicle = state.vehicle {
            publish(position, live.row, vehicle: vehicle, &effects)
        }
    }

    private func publish(
        _ temperature: Temperature, _ live: Live, _ batch: borrowing SampleBatch,
        _ source: Source, _ effects: inout Effects
    ) {
        var humidity: Double?
        for index in live.sample.measurements
        where batch.measurements[index].quantity == .humidity {
            humidity = batch.measurements[index].value
        }
        var isWithinLimit: Bool?
        if let order = live.order, temperature.quality != .bad {
            let limit = settings.limits[order.foodClass]
            if limit.minimum != nil || limit.maximum != nil {
                isWithinLimit = limit.isKept(by: temperature.celsius)
            }
        }
        let update = TemperatureUpdate(
            order: live.order?.id, bag: source.carrier.name, device: source.device,
            celsius: temperature.celsius, humidity: humidity, measuredAt: live.row.measuredAt,
            receivedAt: live.row.receivedAt, quality: temperature.quality,
            isWithinLimit: isWithinLimit)
        effects.publications.append(PublishedEvent(number: nil, event: .temperature(update)))
    }

    private func publish(
        _ position: Position, _ row: Row, vehicle: Int, _ effects: inout Effects
    ) {
        let quality = Bridge.grossRangeFlag(of: position)
        // A position that cannot be is in the log; nobody is led there.
        guard quality != .bad else { return }
        func update(_ order: Order?) -> PublishedEvent {
            let update = LocationUpdate(
                order: order?.id, driver: order?.driver, vehicle: book.vehicles[vehicle].name,
                position: position, measuredAt: row.measuredAt, quality: quality)
            return PublishedEvent(number: nil, event: .location(update))
        }
        let orders = book.vehicles[vehicle].orders
        if orders.isEmpty { effects.publications.append(update(nil)) }
        for number in orders {
            if let order = book[number] { effects.publications.append(update(order)) }
        }
    }

    private mutating func bury(
        topic: Span<UInt8>, payload: Span<UInt8>, arrival: Arrival, reason: String,
        detail: String, effects: inout Effects
    ) {
        counters.deadLetters[reason, default: 0] += 1
        let kept = min(payload.count, settings.bounds.deadLetterPayloadBytes)
        effects.records.deadLetters.append(
            DeadLetter(
                receivedAt: arrival.receivedAt, broker: settings.brokers[arrival.broker],
                topic: Bridge.bytes(topic, topic.count), payload: Bridge.bytes(payload, kept),
                payloadLength: payload.count, reason: reason, detail: detail))
    }

    private static func bytes(_ span: Span<UInt8>, _ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        for index in 0..<count { bytes.append(span[index]) }
        return bytes
    }

    /// The first rejections in words; a batch of thousands of bad rows has the rest counted.
    private static func describe(_ rejections: [Rejection]) -> String {
        let shown = 10
        var text = rejections.prefix(shown).map { "row \($0.row): \($0.reason)" }
            .joined(separator: "; ")
        if rejections.count > shown { text += "; and \(rejections.count - shown) more" }
        return text
    }
}
