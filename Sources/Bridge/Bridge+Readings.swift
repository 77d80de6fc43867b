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
        countMessage(arrival, &effects)
        let hasUntimed = batch.samples.contains { $0.measuredAt == nil }
        // A retained message without a time may be of any age; its receipt says nothing.
        let skipsUntimed = hasUntimed && arrival.isRetained
        let topicName = topic.extracting(name)
        let known = sources.find(topicName, profile: profile)
        let hasRoom = known != nil || sources.count < settings.bounds.sourcesMaximum
        let fault = fault(of: batch, skipsUntimed: skipsUntimed, hasRoom: hasRoom)
        if hasUntimed || fault != nil {
            guard recordFingerprint(of: arrival, topic, payload, effects: &effects) else { return }
        }
        if let fault {
            bury(
                topic: topic, payload: payload, arrival: arrival, reason: fault.reason,
                detail: fault.detail, effects: &effects)
        }
        guard hasRoom,
            batch.samples.contains(where: { $0.measuredAt != nil || !skipsUntimed })
        else { return }
        let source = known ?? newSource(topicName, kind: kind, profile: profile, effects: &effects)
        record(
            batch, from: source, profile: profile, arrival: arrival, skipsUntimed: skipsUntimed,
            effects: &effects)
    }

    /// Why a decoded message is a dead letter as well, whole or in part: one letter a message.
    private func fault(
        of batch: borrowing SampleBatch, skipsUntimed: Bool, hasRoom: Bool
    ) -> (reason: String, detail: String)? {
        var fault: (reason: String, detail: String)?
        if !batch.samples.isEmpty, !hasRoom {
            fault = (
                "too_many_sources",
                "the log knows \(sources.count) devices, which is the limit"
            )
        } else if skipsUntimed {
            fault = (
                "retained_without_time", "a retained message must carry its time of measurement"
            )
        }
        guard !batch.rejections.isEmpty else { return fault }
        let rows = Bridge.describe(batch.rejections)
        return fault.map { ($0.reason, "\($0.detail); \(rows)") } ?? ("row_rejected", rows)
    }

    /// Takes a message that could not be decoded (B-8).
    package mutating func receive(
        undecodable topic: Span<UInt8>, payload: Span<UInt8>, arrival: Arrival, reason: String,
        detail: String, effects: inout Effects
    ) {
        countMessage(arrival, &effects)
        guard recordFingerprint(of: arrival, topic, payload, effects: &effects) else { return }
        bury(
            topic: topic, payload: payload, arrival: arrival, reason: reason, detail: detail,
            effects: &effects)
    }

    /// What a redelivery of the message is known by. Reads all of it, so it is asked for only where
    /// the message has no identity of its own.
    func fingerprint(
        of arrival: Arrival, _ topic: Span<UInt8>, _ payload: Span<UInt8>
    ) -> DeliveryFingerprint? {
        DeliveryFingerprint(
            brokerMark: brokerMarks[arrival.broker], packetIdentifier: arrival.packetIdentifier,
            topic: topic, payload: payload)
    }

    /// - Returns: False where the message was recorded before.
    mutating func recordFingerprint(
        of arrival: Arrival, _ topic: Span<UInt8>, _ payload: Span<UInt8>, effects: inout Effects
    ) -> Bool {
        guard let fingerprint = fingerprint(of: arrival, topic, payload) else { return true }
        guard recent.insert(fingerprint, records: &effects.records.fingerprints) else {
            counters.redeliveries += 1
            return false
        }
        return true
    }

    mutating func countMessage(_ arrival: Arrival, _ effects: inout Effects) {
        counters.messages += 1
        guard arrival.mayComeAgain else { return }
        if let milestone = recent.countMessage(ofBroker: brokerMarks[arrival.broker]) {
            effects.records.fingerprints.append(milestone)
        }
    }

    private mutating func newSource(
        _ name: Span<UInt8>, kind: CarrierKind, profile: ProfileNumber, effects: inout Effects
    ) -> SourceNumber {
        let source = sources.insert(name, kind: kind, profile: profile, book: &book)
        effects.records.sources.append(source)
        return source.number
    }

    private mutating func record(
        _ batch: borrowing SampleBatch, from source: SourceNumber, profile: ProfileNumber,
        arrival: Arrival, skipsUntimed: Bool, effects: inout Effects
    ) {
        var live = Live()
        for index in batch.samples.indices {
            let sample = batch.samples[index]
            if skipsUntimed && sample.measuredAt == nil { continue }
            let measuredAt =
                sample.measuredAt ?? standIn(from: source, receivedAt: arrival.receivedAt)
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
                    Instant(
                        source: source, measuredAt: measuredAt, receivedAt: arrival.receivedAt,
                        celsius: warmest.celsius),
                    for: order, effects: &effects)
            }
            if timeFlag == .bad { continue }
            guard isNewest(measuredAt, from: source, receivedAt: arrival.receivedAt) else {
                counters.lateReadings += 1
                continue
            }
            sources[source].newest = measuredAt
            if let warmest { live.temperature = (warmest, row, order, sample) }
            if let position = sample.position { live.position = (position, row) }
        }
        publish(live, batch, effects: &effects)
    }

    /// The time of receipt, in place of one that the sample does not carry. Of several samples
    /// received in one millisecond, as after an outage, each gets the next one: at the same time
    /// they would be taken for one, or for contradicting each other.
    private mutating func standIn(from source: SourceNumber, receivedAt: Timestamp) -> Timestamp {
        var time = receivedAt
        if let last = sources[source].lastStandIn, last >= receivedAt,
            last.milliseconds(since: receivedAt) < Bridge.standInReachMilliseconds
        {
            time = last.advanced(byMilliseconds: 1)
        }
        sources[source].lastStandIn = time
        return time
    }

    /// How far ahead of the clock, in milliseconds, a time may be for standing in; beyond that our
    /// clock was set back.
    private static let standInReachMilliseconds: Int64 = 60_000

    /// Whether a possible time of measurement is newer than all before it. A time that was
    /// impossible at its receipt comes back from the log as the newest: it is passed over.
    private func isNewest(
        _ measuredAt: Timestamp, from source: SourceNumber, receivedAt: Timestamp
    ) -> Bool {
        guard let newest = sources[source].newest else { return true }
        let ahead = newest.milliseconds(since: receivedAt)
        return measuredAt > newest || ahead > settings.bounds.futureToleranceMilliseconds
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

    /// The newest samples of a message with a temperature and with a position, which the fabric is
    /// told of.
    private struct Live {
        var temperature: (value: Temperature, row: Row, order: Order?, sample: Sample)?
        var position: (value: Position, row: Row)?
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
            quality[.grossRange] = grossRangeFlag(of: measurement, profile: row.profile)
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

    private func grossRangeFlag(of measurement: Measurement, profile: ProfileNumber) -> QualityFlag
    {
        guard measurement.value.isFinite else { return .bad }
        return sources.grossRangeFlag(of: measurement, profile: profile)
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

    private func publish(
        _ live: Live, _ batch: borrowing SampleBatch, effects: inout Effects
    ) {
        if let (temperature, row, order, sample) = live.temperature, sources[row.source].bag != nil
        {
            let humidity = batch.measurements[sample.measurements]
                .last { $0.quantity == .humidity }?.value
            publish(temperature, row, of: order, humidity: humidity, &effects)
        }
        if let (position, row) = live.position, let vehicle = sources[row.source].vehicle {
            publish(position, row, vehicle: vehicle, &effects)
        }
    }

    private func publish(
        _ temperature: Temperature, _ row: Row, of order: Order?, humidity: Double?,
        _ effects: inout Effects
    ) {
        var isWithinLimit: Bool?
        if let order, temperature.quality != .bad {
            let limit = settings.limits[order.foodClass]
            if limit.minimum != nil || limit.maximum != nil {
                isWithinLimit = limit.isKept(by: temperature.celsius)
            }
        }
        let source = sources[row.source].source
        let update = TemperatureUpdate(
            order: order?.id, bag: source.carrier.name, device: source.device,
            celsius: temperature.celsius, humidity: humidity, measuredAt: row.measuredAt,
            receivedAt: row.receivedAt, quality: temperature.quality,
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
