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

    private(set) var told = Told()
    /// How often an order, and a stretch of a channel, was judged again from the log.
    package private(set) var orderRecalls = 0
    package private(set) var channelRecalls = 0
    package var counters: Counters { bridge.counters }
    let journal: Journal
    let reader: JournalReader
    private let directory = TemporaryDirectory(isInMemory: true)
    private let settings: BridgeSettings
    private var bridge: Bridge
    private var effects = Effects()
    private var batch = SampleBatch()
    private var messages = 0
    private var due: Timestamp?

    package init(_ settings: BridgeSettings, at now: Timestamp) throws {
        self.settings = settings
        journal = try Journal(JournalSettings(path: directory.file("log.db")))
        let restored = try journal.restore(now: now)
        bridge = Bridge(settings: settings, restored: restored, seed: 1, effects: &effects)
        reader = try JournalReader(path: directory.file("log.db"))
        try settle(at: now)
    }

    /// - Parameter restarts: When the engine is made anew from its log.
    package static func play(
        _ shift: Shift, _ arrivals: Arrivals, settings: BridgeSettings, until end: Timestamp,
        restarts: [Timestamp] = []
    ) throws -> ShiftEngine {
        let engine = try ShiftEngine(settings, at: shift.start)
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
                engine.bridge.perform(
                    deed.command, token: CommandToken(1), at: at, effects: &engine.effects)
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

    private func turn(at now: Timestamp) throws {
        let next = bridge.wake(at: now, effects: &effects)
        try settle(at: now)
        due = [next, bridge.nextWatchTimer].compactMap(\.self).min()
        // A timer that is due already is looked at again with the next millisecond.
        if let due, due <= now { self.due = now.advanced(byMilliseconds: 1) }
    }

    private func restart(at now: Timestamp) throws {
        let restored = try journal.restore(now: now)
        bridge = Bridge(settings: settings, restored: restored, seed: 1, effects: &effects)
        try settle(at: now)
    }

    private func receive(_ message: Arrivals.Message, of shift: Shift, at now: Timestamp) {
        messages += 1
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
        let topic = Array("bags/\(sensor.bag)".utf8)
        // No two messages are the same.
        let payload = Array("\(messages)".utf8)
        bridge.receive(
            batch, profile: ProfileNumber(rawValue: sensor.profile),
            naming: .carrier(.bag, 5..<topic.count), topic: topic.span, payload: payload.span,
            arrival: Arrival(
                broker: message.gateway, receivedAt: now, isRetained: false,
                packetIdentifier: UInt16(messages % 65_535 + 1)),
            effects: &effects)
    }

    /// Makes durable what there is, and answers what the bridge asks of the log, as the host does.
    private func settle(at now: Timestamp) throws {
        while true {
            if !effects.records.isEmpty { _ = try journal.commit(effects.records) }
            hear()
            let stretches = effects.channelRecalls
            let orders = effects.recalls
            effects.removeAll(keeping: stretches.isEmpty ? [] : orders)
            for recall in stretches {
                channelRecalls += 1
                let stretch = try journal.channelStretch(recall)
                bridge.recalledChannel(
                    stretch.readings, reachesEnd: stretch.reachesEnd, for: recall, at: now,
                    effects: &effects)
            }
            if !stretches.isEmpty { continue }
            if orders.isEmpty { return }
            for order in orders {
                orderRecalls += 1
                let readings = try reader.readings(
                    of: order, quantity: .temperature, after: nil, limit: .max)
                bridge.recalled(readings.map(\.reading), for: order, at: now, effects: &effects)
            }
        }
    }

    private func hear() {
        for publication in effects.publications {
            switch publication.event {
            case .alert(let alert):
                if alert.state == .opened { told.opened += 1 }
                if alert.state == .corrected { told.corrected += 1 }
                told.alerts[alert.excursion.number] = alert.state == .corrected ? nil : alert
            case .dataLoss(let notice):
                let name = "\(notice.order) \(notice.bag) \(notice.device) \(notice.from)"
                told.losses[name] = notice.state == .recovered ? nil : notice
            case .temperature, .location, .order: break
            }
        }
        for reply in effects.replies {
            if case .failure(let refusal) = reply.result { refused.append("\(refusal)") }
        }
    }

    /// What the platform was refused: nothing, if the shift makes sense.
    package private(set) var refused: [String] = []
}

extension Effects {
    /// Empties everything but for what the log is asked for in the next round.
    fileprivate mutating func removeAll(keeping orders: [OrderNumber]) {
        removeAll()
        recalls = orders
    }
}
