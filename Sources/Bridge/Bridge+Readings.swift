import ColdChain
import Fabric

extension Bridge {
    /// Records what a message says, judges it, and tells what of it is new.
    mutating func record(
        _ batch: borrowing SampleBatch, topic: Span<UInt8>, payload: Span<UInt8>,
        arrival: Arrival, effects: inout Effects
    ) {
        var live = Live()
        var message: MessageNumber?
        for index in batch.samples.indices {
            let origin = origins[index]
            guard let source = origin.source else { continue }
            sources[sources[source].speaker].broker = UInt16(truncatingIfNeeded: arrival.broker)
            let sample = batch.samples[index]
            let hearing = hear(sample, in: batch, origin, source, arrival)
            if hearing == .again { continue }
            if message == nil, settings.keepsRawMessages {
                message = effects.records.rawMessages.append(
                    topic, payload, arrival: arrival, brokers: settings.brokers,
                    lastBlock: &last.rawMessages)
            }
            if let other = live.source, other != source {
                publish(live, batch, effects: &effects)
                live = Live()
            }
            live.source = source
            let measuredAt =
                origin.measuredAt ?? standIn(from: source, receivedAt: arrival.receivedAt)
            let custody = sources[source].bag.flatMap {
                book.custody(inBag: $0, at: measuredAt)
            }
            let order = custody.flatMap { book[$0.order] }
            observeClock(of: sample, in: batch, source, arrival)
            let row = Row(
                source: source, profile: origin.profile, measuredAt: measuredAt,
                timeSource: origin.measuredAt == nil ? .receipt : sample.timeSource,
                receivedAt: arrival.receivedAt,
                quality: findings(
                    of: sample, from: source, isConflict: hearing == .conflict),
                notes: origin.isClockUnset ? sample.notes.union(.clockUnset) : sample.notes,
                message: message, order: order?.number,
                carriedSince: custody?.from,
                watch: watch(of: source, carrying: order, in: custody),
                foodClass: order?.foodClass,
                phase: phase(of: order, from: source, at: measuredAt))
            record(index, of: batch, row, order, &live, effects: &effects)
        }
        judgeMessage(at: arrival.receivedAt, effects: &effects)
        publish(live, batch, effects: &effects)
    }

    /// Whether the sample was heard before, by another gateway.
    private mutating func hear(
        _ sample: Sample, in batch: borrowing SampleBatch, _ origin: SampleOrigin,
        _ source: SourceNumber, _ arrival: Arrival
    ) -> RecentSamples.Verdict {
        let isAdvert = sample.timeSource == .gateway && origin.measuredAt != nil
        guard sample.sequence != nil || isAdvert else { return .new }
        let sighting = RecentSamples.Sighting(
            sample, in: batch, measuredAt: origin.measuredAt, receivedAt: arrival.receivedAt,
            message: counters.messages)
        let verdict = recentSamples.hear(
            sighting, memory: &sources[source].memory,
            window: sample.sequence == nil
                ? settings.bounds.advertWindowMilliseconds
                : settings.bounds.duplicateWindowMilliseconds)
        switch verdict {
        case .new: break
        case .again: counters.samplesHeardAgain += 1
        case .conflict: counters.sequenceConflicts += 1
        }
        return verdict
    }

    private mutating func record(
        _ index: Int, of batch: borrowing SampleBatch, _ row: Row, _ order: Order?,
        _ live: inout Live, effects: inout Effects
    ) {
        let sample = batch.samples[index]
        let warmest = recordMeasurements(
            of: sample, in: batch, row: row, limit: order.map { settings.limits[$0.foodClass] },
            effects: &effects)
        let fixQuality = recordFix(of: sample, row: row, effects: &effects)
        if row.isTimeImpossible(settings.bounds) { return }
        guard isNewest(row.measuredAt, from: row.source, receivedAt: row.receivedAt) else {
            counters.lateReadings += 1
            return
        }
        sources[row.source].newest = row.measuredAt
        if let warmest { live.temperature = (warmest, row, order, index) }
        // A position that cannot be is in the log; nobody is led there.
        if let position = sample.position, let fixQuality, fixQuality != .bad {
            live.position = (position, fixQuality, row)
        }
    }

    /// The time of receipt, in place of one that the sample does not carry. Of several samples
    /// received in one millisecond, as after an outage, each gets the next one: at the same time
    /// they would be taken for one, or for contradicting each other.
    mutating func standIn(from source: SourceNumber, receivedAt: Timestamp) -> Timestamp {
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
    func isNewest(
        _ measuredAt: Timestamp, from source: SourceNumber, receivedAt: Timestamp
    ) -> Bool {
        guard let newest = sources[source].newest else { return true }
        let ahead = newest.milliseconds(since: receivedAt)
        return measuredAt > newest || ahead > settings.bounds.futureToleranceMilliseconds
    }

    /// What the records of one sample have in common.
    struct Row {
        var source: SourceNumber
        var profile: ProfileNumber
        var measuredAt: Timestamp
        var timeSource: TimeSource
        var receivedAt: Timestamp
        /// Of the tests that the sample is put to as a whole.
        var quality: ReadingQuality
        var notes: ReadingNotes
        var message: MessageNumber?
        var order: OrderNumber?
        /// When the bag began to carry the order.
        var carriedSince: Timestamp?
        /// What judges its temperatures.
        var watch: Watch.Key?
        var foodClass: FoodClass?
        var phase: BagPhase?

        func isTimeImpossible(_ bounds: Bounds) -> Bool {
            let age = receivedAt.milliseconds(since: measuredAt)
            return age < -bounds.futureToleranceMilliseconds
                || age > bounds.oldestReadingMilliseconds
        }
    }

    /// The watch over the order's food, where something limits it.
    private func watch(
        of source: SourceNumber, carrying order: Order?, in custody: Custody?
    ) -> Watch.Key? {
        guard let order, let custody, settings.limits[order.foodClass].isBound else {
            return nil
        }
        return Watch.Key(order: order.number, source: source, from: custody.from)
    }

    /// The temperature of a sample that lies furthest outside the limit.
    private struct Temperature {
        var celsius: Double
        var correctedFrom: Double?
        var calibration: CalibrationNumber?
        var deviation: Double
        var quality: QualityFlag
        /// Whether food may be judged by it.
        var isUsable: Bool
    }

    /// The newest samples that a source has in a message with a temperature and with a position,
    /// which the fabric is told of.
    private struct Live {
        var source: SourceNumber?
        var temperature: (value: Temperature, row: Row, order: Order?, sample: Int)?
        var position: (value: Position, quality: QualityFlag, row: Row)?
    }

    /// Records each measurement. One with a marker is a reading without a number: it opens and
    /// closes nothing and is no temperature to be shown; that its probe is silent stands in the log
    /// by name, at its time.
    private mutating func recordMeasurements(
        of sample: Sample, in batch: borrowing SampleBatch, row: Row, limit: CriticalLimit?,
        effects: inout Effects
    ) -> Temperature? {
        var worst: Temperature?
        for index in sample.measurements {
            let measurement = batch.measurements[index]
            let applied = applied(to: measurement, row)
            let judged = quality(of: measurement, applied, row, effects: &effects)
            let quality = judged.flags
            if measurement.marker != nil { counters.markers += 1 }
            effects.records.readings.append(
                Reading(
                    source: row.source, measurement: measurement,
                    correction: applied?.correction, measuredAt: row.measuredAt,
                    timeSource: row.timeSource, receivedAt: row.receivedAt,
                    sequence: sample.sequence, quality: quality, reasons: judged.packedReasons,
                    qualityVersion: judged.parametersVersion,
                    notes: applied?.isBeyondTable == true
                        ? row.notes.union(.beyondCalibration) : row.notes,
                    message: row.message, order: row.order))
            counters.readings += 1
            listen(to: measurement, row)
            guard measurement.quantity == .temperature, measurement.marker == nil else {
                continue
            }
            let celsius = applied?.correction.value ?? measurement.value
            if let watch = row.watch, mayBeRecordedOtherwise(measurement, row) {
                askAgain(watch.order, effects: &effects)
            } else if let watch = row.watch, quality.isUsable,
                let point = TemperaturePoint(
                    celsius: celsius, measuredAt: row.measuredAt,
                    isSuspect: quality.rollup == .suspect || quality.rollup == .bad)
            {
                unjudged.append(JudgedPoint(key: watch, point: point))
            }
            let temperature = Temperature(
                celsius: celsius, correctedFrom: applied.map { _ in measurement.value },
                calibration: applied?.correction.calibration,
                deviation: limit?.deviation(of: celsius) ?? 0, quality: quality.rollup,
                isUsable: quality.isUsable)
            if Bridge.tells(temperature, moreThan: worst) { worst = temperature }
        }
        return worst
    }

    /// A usable temperature tells more than a bad one; of usable ones the one furthest outside.
    private static func tells(_ temperature: Temperature, moreThan other: Temperature?) -> Bool {
        guard let other else { return true }
        if temperature.isUsable != other.isUsable { return temperature.isUsable }
        return temperature.deviation > other.deviation
    }

    /// - Returns: How good the fix is; nil where there is none.
    mutating func recordFix(
        of sample: Sample, row: Row, effects: inout Effects
    ) -> QualityFlag? {
        guard let position = sample.position else { return nil }
        let quality = quality(of: position, row)
        effects.records.fixes.append(
            Fix(
                source: row.source, position: position, measuredAt: row.measuredAt,
                timeSource: row.timeSource, receivedAt: row.receivedAt,
                sequence: sample.sequence, quality: quality.flags, reasons: quality.packedReasons,
                qualityVersion: quality.parametersVersion, notes: row.notes,
                message: row.message))
        counters.fixes += 1
        return quality.flags.rollup
    }

    private mutating func publish(
        _ live: Live, _ batch: borrowing SampleBatch, effects: inout Effects
    ) {
        if let (temperature, row, order, index) = live.temperature,
            sources[row.source].bag != nil
        {
            let humidity = batch.measurements[batch.samples[index].measurements]
                .last { $0.quantity == .humidity && $0.marker == nil }?.value
            publish(temperature, row, of: order, humidity: humidity, &effects)
        }
        if let (position, quality, row) = live.position,
            let vehicle = sources[row.source].vehicle
        {
            publish(position, quality, row, vehicle: vehicle, &effects)
        }
    }

    private func publish(
        _ temperature: Temperature, _ row: Row, of order: Order?, humidity: Double?,
        _ effects: inout Effects
    ) {
        var isWithinLimit: Bool?
        if let order, temperature.isUsable {
            let limit = settings.limits[order.foodClass]
            if limit.isBound {
                isWithinLimit = limit.isKept(by: temperature.celsius)
            }
        }
        let source = sources[row.source].source
        var update = TemperatureUpdate(
            order: order?.id, bag: source.carrier.name, device: source.device,
            celsius: temperature.celsius, humidity: humidity, measuredAt: row.measuredAt,
            receivedAt: row.receivedAt, quality: temperature.quality,
            isWithinLimit: isWithinLimit)
        update.correctedFrom = temperature.correctedFrom
        update.calibration = temperature.calibration
        effects.publications.append(PublishedEvent(.temperature(update)))
    }

    mutating func publish(
        _ position: Position, _ quality: QualityFlag, _ row: Row, vehicle: Int,
        _ effects: inout Effects
    ) {
        func update(_ order: Order?) -> PublishedEvent {
            let update = LocationUpdate(
                order: order?.id, driver: order?.driver, vehicle: book.vehicles[vehicle].name,
                position: position, measuredAt: row.measuredAt, quality: quality)
            return PublishedEvent(.location(update))
        }
        let orders = book.vehicles[vehicle].orders
        if orders.isEmpty { effects.publications.append(update(nil)) }
        for number in orders {
            guard let order = book[number] else { continue }
            effects.publications.append(update(order))
            if let driver = order.driver { note(position, of: driver, row) }
        }
    }
}
