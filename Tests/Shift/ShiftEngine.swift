package import Bridge
package import ColdChain
import Fabric
import Journal
import TestSupport
import Wire

/// The engine's turn without its sockets, in virtual time, with a log of its own.
package final class ShiftEngine {
    /// What people were told and what was not taken back, by the numbers of this run's log.
    struct Told {
        var alerts: [UInt64: TemperatureAlert] = [:]
        var losses: [String: DataLossNotice] = [:]
        var opened = 0
        var corrected = 0
    }

    /// How the readings of an order are found.
    package enum Asking: Sendable {
        /// With one query, which goes through what is not indexed yet as well: thousands of rows.
        case asHost
        /// Channel by channel, for a shift that asks too often for a test of some seconds.
        case byChannels
    }

    private(set) var told = Told()
    /// How often an order, and a stretch of a channel, was judged again from the log.
    package private(set) var orderRecalls = 0
    package private(set) var channelRecalls = 0
    package var counters: Counters { bridge.counters }
    private(set) var journal: Journal
    let reader: JournalReader
    private let directory = TemporaryDirectory(isInMemory: true)
    private let settings: BridgeSettings
    private var bridge: Bridge
    private var effects = Effects()
    private var batch = SampleBatch()
    private var messages = 0
    private var due: Timestamp?
    private let asking: Asking
    private var sources: [Carrier: [SourceNumber]] = [:]
    private var stretches: [OrderNumber: [String: Custody]] = [:]
    private var probes: [SourceNumber: Set<UInt8>] = [:]

    package init(
        _ settings: BridgeSettings, asking: Asking = .asHost, at now: Timestamp
    ) throws {
        self.settings = settings
        self.asking = asking
        journal = try Journal(JournalSettings(path: directory.file("log.db")))
        let restored = try journal.restore(now: now)
        bridge = Bridge(settings: settings, restored: restored, seed: 1, effects: &effects)
        reader = try JournalReader(path: directory.file("log.db"))
        try settle(at: now)
    }

    /// - Parameter restarts: When the engine is made anew from its log.
    package static func play(
        _ shift: Shift, _ arrivals: Arrivals, settings: BridgeSettings, asking: Asking = .asHost,
        until end: Timestamp, restarts: [Timestamp] = []
    ) throws -> ShiftEngine {
        let engine = try ShiftEngine(settings, asking: asking, at: shift.start)
        var turns = arrivals.turns[...]
        var deeds = shift.deeds[...]
        var restarts = restarts[...]
        while let at = [turns.first?.at, deeds.first?.at].compactMap(\.self).min() {
            try engine.pass(until: at)
            if let restart = restarts.first, restart <= at {
                restarts.removeFirst()
                try engine.restart(at: at)
            }
            if let turn = turns.first, turn.at == at {
                for message in turn.messages { engine.receive(message, of: shift, at: at) }
                turns.removeFirst()
            }
            while let deed = deeds.first, deed.at == at {
                engine.perform(deed.command, at: at)
                deeds.removeFirst()
            }
            try engine.turn(at: at)
        }
        try engine.pass(until: end)
        return engine
    }

    /// Lets time alone do what it does.
    private func pass(until end: Timestamp) throws {
        while let due, due < end { try turn(at: due) }
    }

    func turn(at now: Timestamp) throws {
        let next = bridge.wake(at: now, effects: &effects)
        try settle(at: now)
        due = [next, bridge.nextTimer].compactMap(\.self).min()
        // A timer that is due already is looked at again with the next millisecond.
        if let due, due <= now { self.due = now.advanced(byMilliseconds: 1) }
    }

    private func restart(at now: Timestamp) throws {
        let restored = try journal.restore(now: now)
        bridge = Bridge(settings: settings, restored: restored, seed: 1, effects: &effects)
        try settle(at: now)
    }

    func perform(_ command: Command, at now: Timestamp) {
        bridge.perform(command, token: CommandToken(1), at: now, effects: &effects)
    }

    private func receive(_ message: Arrivals.Message, of shift: Shift, at now: Timestamp) {
        batch.removeAll()
        for index in message.tellings {
            let telling = shift.tellings[index]
            let first = batch.measurements.count
            batch.measurements += telling.measurements
            batch.samples.append(
                Sample(
                    measuredAt: telling.measuredAt,
                    notes: telling.measuredAt == nil ? .clockUnset : [],
                    sequence: telling.sequence, measurements: first..<batch.measurements.count))
        }
        let sensor = shift.sensors[message.sensor]
        receiveBatch(
            ofBag: sensor.bag, profile: sensor.profile, gateway: message.gateway, at: now)
    }

    func receive(
        _ readings: [(at: Timestamp, celsius: Double)], ofBag bag: String, at now: Timestamp
    ) {
        batch.removeAll()
        for reading in readings {
            let first = batch.measurements.count
            batch.measurements.append(
                Measurement(quantity: .temperature, value: reading.celsius))
            batch.samples.append(
                Sample(measuredAt: reading.at, measurements: first..<first + 1))
        }
        receiveBatch(ofBag: bag, profile: 0, gateway: 0, at: now)
    }

    private func receiveBatch(ofBag bag: String, profile: Int, gateway: Int, at now: Timestamp) {
        messages += 1
        let topic = Array("bags/\(bag)".utf8)
        // No two messages are the same.
        let payload = Array("\(messages)".utf8)
        bridge.receive(
            batch, profile: ProfileNumber(rawValue: profile),
            naming: .carrier(.bag, 5..<topic.count), topic: topic.span, payload: payload.span,
            arrival: Arrival(
                broker: gateway, receivedAt: now, isRetained: false,
                packetIdentifier: UInt16(messages % 65_535 + 1)),
            effects: &effects)
    }

    /// Makes durable what there is, and answers what the bridge asks of the log, as the host does.
    private func settle(at now: Timestamp) throws {
        while true {
            if !effects.records.isEmpty {
                note(effects.records)
                _ = try journal.commit(effects.records)
            }
            hear()
            let stretches = effects.channelRecalls
            let pairs = effects.pairRecalls
            let orders = effects.recalls
            effects.removeAll()
            if !stretches.isEmpty {
                effects.pairRecalls = pairs
                effects.recalls = orders
                try answer(stretches, at: now)
                continue
            }
            if !pairs.isEmpty {
                effects.recalls = orders
                try answer(pairs, at: now)
                continue
            }
            if orders.isEmpty { return }
            for order in orders {
                orderRecalls += 1
                bridge.recalled(try readings(of: order), for: order, at: now, effects: &effects)
            }
        }
    }

    private func note(_ records: RecordBatch) {
        guard asking == .byChannels else { return }
        for source in records.sources { sources[source.carrier, default: []].append(source.number) }
        for reading in records.readings {
            probes[reading.source, default: []].insert(reading.measurement.probe)
        }
        for custody in records.custody {
            stretches[custody.order, default: [:]]["\(custody.bag) \(custody.from)"] = custody
        }
    }

    /// What the log has of an order.
    private func readings(of order: OrderNumber) throws -> [Reading] {
        if asking == .asHost {
            return try reader.readings(
                of: order, quantity: .temperature, after: nil, limit: .max
            ).map(\.reading)
        }
        var readings: [Reading] = []
        for custody in stretches[order, default: [:]].values {
            let last = custody.until ?? Timestamp(milliseconds: .max)
            var stretch = ChannelQuality.reassessment(
                for: custody.from...max(last, custody.from), by: settings.checks.withoutOrder)
            stretch.read = stretch.late
            for source in sources[.bag(custody.bag), default: []] {
                for probe in probes[source, default: []].sorted() {
                    readings += try journal.channelStretch(
                        ChannelRecall(
                            source: source, quantity: .temperature, probe: probe, stretch: stretch)
                    ).readings
                }
            }
        }
        return readings
    }

    /// Makes the index of what the log has at its end, so that its readers need not go through it.
    func reopen() throws {
        journal = try Journal(JournalSettings(path: directory.file("other.db")))
        journal = try Journal(JournalSettings(path: directory.file("log.db")))
    }

    private func answer(_ recalls: [ChannelRecall], at now: Timestamp) throws {
        for recall in recalls {
            channelRecalls += 1
            let stretch = try journal.channelStretch(recall)
            bridge.recalledChannel(
                stretch.readings, reachesEnd: stretch.reachesEnd, for: recall, at: now,
                effects: &effects)
        }
    }

    private func answer(_ recalls: [PairRecall], at now: Timestamp) throws {
        for recall in recalls {
            let first = try journal.channelStretch(recall.first)
            let second = try journal.channelStretch(recall.second)
            bridge.recalledPair(
                first.readings, second.readings,
                reachesEnd: first.reachesEnd && second.reachesEnd, for: recall, at: now,
                effects: &effects)
        }
    }

    private func hear() {
        for event in effects.publications.compactMap(\.event) {
            switch event {
            case .alert(let alert):
                if alert.state == .opened { told.opened += 1 }
                if alert.state == .corrected { told.corrected += 1 }
                told.alerts[alert.excursion.number] = alert.state == .corrected ? nil : alert
            case .dataLoss(let notice):
                let name = "\(notice.order) \(notice.bag) \(notice.device) \(notice.from)"
                told.losses[name] = notice.state == .recovered ? nil : notice
            // Who was silent to us, and when, is of the order of arrival.
            case .temperature, .location, .order, .alertUpdate, .silence: break
            }
        }
        for reply in effects.replies {
            if case .failure(let refusal) = reply.result { refused.append("\(refusal)") }
        }
    }

    /// What the platform was refused: nothing, if the shift makes sense.
    package private(set) var refused: [String] = []
}
