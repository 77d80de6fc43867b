import Bridge
import ColdChain
import Fabric

/// A model of the journal: the committed state of the log, with the rules by which the real one
/// takes a batch.
struct Disk {
    struct Row {
        var reading: Reading
        var key: ReadingKey
    }

    /// An event of the log, with what the bridge had the fabric told in the same batch.
    struct LoggedEvent {
        var record: EventRecord
        var event: Event
    }

    struct Delivery {
        var record: DeliveryRecord
        var state = DeliveryProgress.State.pending
        var lastStatus: Int?
    }

    private(set) var sources: [Source] = []
    private(set) var rows: [Row] = []
    private(set) var fixes: [Fix] = []
    private(set) var orders: [Order] = []
    private(set) var custody: [Custody] = []
    private(set) var excursions: [Excursion] = []
    private(set) var dataGaps: [DataGapKey: DataGap] = [:]
    private(set) var silences: [SilenceKey: Silence] = [:]
    /// Temperatures and markers of each source, as they were received.
    private(set) var spoken: [SourceNumber: [Reading]] = [:]
    private(set) var measuring: Set<SourceNumber> = []
    private(set) var checkpoints: [Checkpoint] = []
    private(set) var alerts: [UInt64: Alert] = [:]
    private(set) var calibrations = LoggedCalibrations()
    private(set) var events: [LoggedEvent] = []
    private(set) var deliveries: [Delivery] = []
    /// Where each channel of the fabric stands.
    private(set) var channels: [Channel: ChannelSequences.Last] = [:]
    private(set) var deadLetters: [DeadLetter] = []
    /// What was ever put into the registry.
    private(set) var registered: Set<String> = []
    private(set) var registry: [String: RegisteredDevice] = [:]
    private(set) var unknownFrames: [[UInt8]: UnknownFrame] = [:]
    /// The newest block of raw messages.
    private(set) var rawMessages: UInt64 = 0
    private(set) var fingerprints: [DeliveryFingerprint] = []
    /// Readings and fixes with a time of their own that are in the log.
    private(set) var timedReadings: Set<ReadingKey> = []
    private(set) var timedFixes: Set<FixKey> = []
    /// How often each reading of a relayed device is in the log.
    private(set) var relayed: [RelayedKey: Int] = [:]
    private(set) var deadLetterCounts: [[UInt8]: Int] = [:]
    private(set) var commits = 0

    /// What makes a reading the same one to the log.
    private struct Identity: Hashable {
        var source: UInt32
        var measuredAt: Int64
        var quantity: UInt8
        var probe: UInt8
        var value: UInt64
    }

    private struct FixIdentity: Hashable {
        var source: UInt32
        var measuredAt: Int64
        var latitude: Double
        var longitude: Double
    }

    private var identities: Set<Identity> = []
    private var fixIdentities: Set<FixIdentity> = []
    private let keptFingerprints: Int
    private var fingerprintCounts: [UInt64: Int] = [:]
    private let endpoints: [EndpointSubscription]
    private let sabotage: Sabotage?
    /// The device behind each source, by number less one.
    private var devices: [Int] = []
    private let deviceIndices: [String: Int]

    init(plan: Plan, devices: [Device], sabotage: Sabotage?) {
        keptFingerprints = plan.keptFingerprints
        endpoints = plan.settings.endpoints
        self.sabotage = sabotage
        deviceIndices = Dictionary(
            uniqueKeysWithValues: devices.enumerated().map { index, device in
                ("\(plan.settings.profiles[device.profile].name) \(device.name)", index)
            })
    }

    func device(of source: SourceNumber) -> Int? {
        let index = Int(source.rawValue) - 1
        return devices.indices.contains(index) ? devices[index] : nil
    }

    func holds(_ reading: (this: ReadingKey, any: RelayedKey)) -> Bool {
        relayed[reading.any] != nil || timedReadings.contains(reading.this)
    }

    func order(_ number: OrderNumber) -> Order? {
        let index = Int(number.rawValue) - 1
        return orders.indices.contains(index) ? orders[index] : nil
    }

    // MARK: Taking a batch

    /// Makes the batch durable, all of it.
    mutating func commit(
        _ batch: RecordBatch, publications: [PublishedEvent]
    ) throws(Violation) {
        commits += 1
        for source in batch.sources { try take(source) }
        for order in batch.orders { try take(order) }
        try requireFixed(batch.readings)
        for reading in batch.readings {
            let source = sources[Int(reading.source.rawValue) - 1]
            try calibrations.requireApplied(to: reading, of: source)
        }
        for change in batch.devices { take(change) }
        for change in batch.unknownFrames { take(change) }
        try take(batch.rawMessages)
        for reading in batch.readings { try take(reading) }
        for fix in batch.fixes { try take(fix) }
        if sabotage == .tearsBatches && commits.isMultiple(of: 5) { return }
        for custody in batch.custody { try take(custody) }
        for excursion in batch.excursions { try take(excursion) }
        for gap in batch.dataGaps {
            let key = DataGapKey(order: gap.order, source: gap.source, from: gap.loss.from)
            dataGaps[key] = gap
        }
        for silence in batch.silences { silences[SilenceKey(silence)] = silence }
        checkpoints += batch.checkpoints
        for record in batch.alerts { try take(record.alert) }
        for entry in batch.calibrations { try calibrations.take(entry) }
        try take(batch.events, publications)
        guard batch.history.map(\.record.number) == batch.events.map(\.number) else {
            throw Violation("other events are told again than are recorded")
        }
        for entry in batch.history { try take(entry) }
        for delivery in batch.deliveries { try take(delivery) }
        try requireOwed(batch)
        for progress in batch.deliveryProgress { try take(progress) }
        for letter in batch.deadLetters {
            deadLetters.append(letter)
            deadLetterCounts[letter.topic + [0] + letter.payload, default: 0] += 1
        }
        take(batch.fingerprints)
    }

    /// Keeps the last fingerprints of each broker.
    private mutating func take(_ new: [DeliveryFingerprint]) {
        for fingerprint in new {
            let broker = fingerprint.rawValue >> 56
            fingerprints.append(fingerprint)
            fingerprintCounts[broker, default: 0] += 1
            guard fingerprintCounts[broker, default: 0] > keptFingerprints,
                let oldest = fingerprints.firstIndex(where: { $0.rawValue >> 56 == broker })
            else { continue }
            fingerprints.remove(at: oldest)
            fingerprintCounts[broker, default: 0] -= 1
        }
    }

    private mutating func take(_ change: DeviceChange) {
        switch change {
        case .put(let device):
            registry[device.id] = device
            registered.insert("\(device.id) \(device.fixedTo)")
        case .remove(let id): registry[id] = nil
        }
    }

    /// Messages are taken before commands: a turn's readings are of what the registry said before.
    private func requireFixed(_ readings: [Reading]) throws(Violation) {
        for reading in readings {
            guard device(of: reading.source) != nil else { continue }
            let source = sources[Int(reading.source.rawValue) - 1]
            guard let device = registry[source.device], !device.isAutomatic else { continue }
            guard device.fixedTo == source.carrier else {
                throw Violation(
                    "\(device.id) is fixed to \(device.fixedTo), and is recorded for "
                        + "\(source.carrier)")
            }
        }
    }

    private mutating func take(_ change: UnknownFrameChange) {
        switch change {
        case .put(let frame): unknownFrames[frame.topic] = frame
        case .remove(let topic): unknownFrames[topic] = nil
        }
    }

    private mutating func take(_ messages: RawMessages) throws(Violation) {
        for block in messages.blocks {
            guard block.number == rawMessages + 1 else {
                throw Violation("raw messages \(block.number) follow \(rawMessages)")
            }
            rawMessages = block.number
        }
    }

    private mutating func take(_ source: Source) throws(Violation) {
        guard source.number.rawValue == UInt32(sources.count + 1) else {
            throw Violation("source \(source.number.rawValue) follows source \(sources.count)")
        }
        guard let device = deviceIndices["\(source.profile) \(source.device)"] else {
            throw Violation("no device is called \(source.device) at \(source.profile)")
        }
        sources.append(source)
        devices.append(device)
    }

    private mutating func take(_ reading: Reading) throws(Violation) {
        guard let device = device(of: reading.source) else {
            throw Violation("a reading names source \(reading.source.rawValue), which is not there")
        }
        if let order = reading.order, self.order(order) == nil {
            throw Violation("a reading names order \(order.rawValue), which is not there")
        }
        let measurement = reading.measurement
        let identity = Identity(
            source: reading.source.rawValue, measuredAt: reading.measuredAt.milliseconds,
            quantity: measurement.quantity.rawValue, probe: measurement.probe,
            value: measurement.identity)
        guard identities.insert(identity).inserted || sabotage == .recordsTwice else { return }
        let isTimed = reading.timeSource != .receipt
        let key = ReadingKey(
            device: device, measuredAt: isTimed ? reading.measuredAt : nil, measurement)
        rows.append(Row(reading: reading, key: key))
        measuring.insert(reading.source)
        if measurement.quantity == .temperature {
            spoken[reading.source, default: []].append(reading)
        }
        if isTimed { timedReadings.insert(key) }
        if let sequence = reading.sequence {
            relayed[
                RelayedKey(device: device, sequence: sequence, measurement), default: 0] += 1
        }
    }

    private mutating func take(_ fix: Fix) throws(Violation) {
        guard let device = device(of: fix.source) else {
            throw Violation("a fix names source \(fix.source.rawValue), which is not there")
        }
        let identity = FixIdentity(
            source: fix.source.rawValue, measuredAt: fix.measuredAt.milliseconds,
            latitude: fix.position.latitude, longitude: fix.position.longitude)
        guard fixIdentities.insert(identity).inserted else { return }
        fixes.append(fix)
        if fix.timeSource == .device {
            timedFixes.insert(
                FixKey(device: device, measuredAt: fix.measuredAt, fix.position))
        }
    }

    private mutating func take(_ order: Order) throws(Violation) {
        let index = Int(order.number.rawValue) - 1
        guard index <= orders.count else {
            throw Violation("order \(order.number.rawValue) follows order \(orders.count)")
        }
        if index == orders.count {
            orders.append(order)
            return
        }
        guard orders[index].id == order.id, orders[index].createdAt == order.createdAt else {
            throw Violation("order \(order.number.rawValue) is given to a second one, \(order.id)")
        }
        orders[index] = order
    }

    private mutating func take(_ new: Custody) throws(Violation) {
        guard order(new.order) != nil else {
            throw Violation("custody names order \(new.order.rawValue), which is not there")
        }
        if let until = new.until, until < new.from {
            throw Violation("custody of \(new.bag) runs backwards")
        }
        let place = custody.firstIndex {
            $0.bag == new.bag && $0.order == new.order && $0.from == new.from
        }
        if let place { custody[place] = new } else { custody.append(new) }
    }

    private mutating func take(_ alert: Alert) throws(Violation) {
        guard alert.number <= UInt64(alerts.count) + 1,
            alert.revision == (alerts[alert.number]?.revision ?? 0) + 1
        else {
            throw Violation(
                "alert \(alert.number) comes to revision \(alert.revision) out of turn")
        }
        alerts[alert.number] = alert
    }

    private mutating func take(_ excursion: Excursion) throws(Violation) {
        let index = Int(excursion.number) - 1
        guard index >= 0, index <= excursions.count else {
            throw Violation("excursion \(excursion.number) follows \(excursions.count)")
        }
        if index == excursions.count {
            excursions.append(excursion)
            return
        }
        let before = excursions[index]
        guard before.order == excursion.order, before.source == excursion.source,
            before.limit == excursion.limit
        else { throw Violation("excursion \(excursion.number) is given to a second one") }
        excursions[index] = excursion
    }

    private mutating func take(
        _ records: [EventRecord], _ publications: [PublishedEvent]
    ) throws(Violation) {
        let told = publications.filter { $0.record?.number != nil }
        guard told.count == records.count else {
            throw Violation("\(records.count) events are recorded and \(told.count) are told")
        }
        for (record, publication) in zip(records, told) {
            guard record.number == UInt64(events.count + 1),
                publication.record?.number == record.number,
                let event = publication.event
            else { throw Violation("event \(record.number) follows event \(events.count)") }
            events.append(LoggedEvent(record: record, event: event))
        }
    }

    /// A record that is told stands right behind the one before it, in each of its channels.
    private mutating func take(_ entry: HistoryRecord) throws(Violation) {
        for position in entry.record.positions {
            let before = channels[position.channel]
            let isAnew = before.map { entry.keptAt.milliseconds(since: $0.at) >= 86_400_000 }
            guard
                position.sequence == (before?.sequence ?? 0) + 1
                    || (isAnew ?? true && position.sequence == 1)
            else {
                throw Violation("\(position.channel.name) goes on with \(position.sequence)")
            }
            channels[position.channel] = ChannelSequences.Last(
                sequence: position.sequence, at: entry.keptAt)
        }
    }

    private mutating func take(_ delivery: DeliveryRecord) throws(Violation) {
        guard delivery.number == UInt64(deliveries.count + 1) else {
            throw Violation("delivery \(delivery.number) follows \(deliveries.count)")
        }
        deliveries.append(Delivery(record: delivery))
    }

    /// Each event of the batch is owed to each endpoint that wants it, once.
    private func requireOwed(_ batch: RecordBatch) throws(Violation) {
        var wanted: [String] = []
        for event in batch.events {
            for endpoint in endpoints where endpoint.events.contains(event.name) {
                wanted.append("\(event.number) \(endpoint.name)")
            }
        }
        let owed = batch.deliveries.map { "\($0.event) \($0.endpoint)" }
        guard owed == wanted else { throw Violation("owed are \(owed), wanted \(wanted)") }
    }

    private mutating func take(_ progress: DeliveryProgress) throws(Violation) {
        let index = Int(progress.number) - 1
        guard deliveries.indices.contains(index) else {
            throw Violation("progress names delivery \(progress.number), which is not there")
        }
        guard deliveries[index].state == .pending else {
            throw Violation("delivery \(progress.number) goes on after its end")
        }
        guard progress.attempts == deliveries[index].record.attempts + 1 else {
            throw Violation("attempt \(progress.attempts) of delivery \(progress.number)")
        }
        deliveries[index].state = progress.state
        deliveries[index].record.attempts = progress.attempts
        deliveries[index].record.nextAttemptAt = progress.nextAttemptAt
        deliveries[index].lastStatus = progress.status
    }
}

struct SilenceKey: Hashable {
    var order: OrderNumber
    var bag: String
    var carriedSince: Timestamp
    var source: SourceNumber?
    var probe: UInt8?
    var since: Timestamp

    init(_ silence: Silence) {
        order = silence.order
        bag = silence.bag
        carriedSince = silence.carriedSince
        source = silence.source
        probe = silence.probe
        since = silence.since
    }
}

struct DataGapKey: Hashable {
    var order: OrderNumber
    var source: SourceNumber
    var from: TraceTime
}
