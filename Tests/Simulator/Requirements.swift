import Bridge
import ColdChain
import Fabric

/// What must hold at every step.
extension Simulation {
    /// Requires that a message may be acknowledged: what it said is in the log.
    func requireDurable(_ index: Int) throws(Interruption) {
        let message = messages[index]
        if disk.deadLetterCounts[letterKey(of: message)] != nil {
            // Too many devices, or rows of which some were rejected: judged at the end.
            return
        }
        guard !message.isFaulty else {
            throw .violated(Violation("message \(index) is acknowledged and is no dead letter"))
        }
        for key in message.readings(timed: true) where !disk.timedReadings.contains(key) {
            throw .violated(
                Violation("message \(index) is acknowledged, and \(key) is not in the log"))
        }
        for key in message.relayedReadings where !disk.holds(key) {
            throw .violated(
                Violation("message \(index) is acknowledged, and \(key.any) is not in the log"))
        }
        for key in message.fixes where key.measuredAt != nil && !disk.timedFixes.contains(key) {
            throw .violated(
                Violation("message \(index) is acknowledged, and \(key) is not in the log"))
        }
    }

    /// Under what a dead letter of the message is counted: its payload may be cut.
    func letterKey(of message: Message) -> [UInt8] {
        message.topic + [0]
            + message.payload.prefix(plan.settings.bounds.deadLetterPayloadBytes)
    }

    /// Requires that what an asker is told is in the log.
    func requireDurable(_ reply: CommandReply) throws(Violation) {
        guard case .success(let answer) = reply.result else { return }
        switch answer {
        case .created(let order), .amended(let order):
            guard let logged = disk.order(order.number), logged.id == order.id,
                logged.updatedAt >= order.updatedAt
            else { throw Violation("order \(order.id) is answered and not in the log") }
        case .bound(let custody, _):
            let isLogged = disk.custody.contains {
                $0.bag == custody.bag && $0.order == custody.order && $0.from == custody.from
            }
            guard isLogged else {
                throw Violation("\(custody.bag) is answered to be bound and not in the log")
            }
        case .checkpoint(let checkpoint, _):
            guard disk.checkpoints.contains(checkpoint) else {
                throw Violation("hand-over \(checkpoint.number) is answered and not in the log")
            }
        case .registered(let device), .updated(let device):
            guard disk.registered.contains("\(device.id) \(device.fixedTo)") else {
                throw Violation("\(device.id) is answered to be registered and not in the log")
            }
        case .alert(let alert):
            guard let logged = disk.alerts[alert.number], logged.revision >= alert.revision else {
                throw Violation("alert \(alert.number) is answered and not in the log")
            }
        case .calibrated(let entry):
            guard disk.calibrations.entries.contains(entry) else {
                throw Violation(
                    "calibration \(entry.number.rawValue) is answered and not in the log")
            }
        // The simulated platform publishes and offers nothing.
        case .published, .offer, .reported: break
        case .removedDevice:
            // The next command of the same turn may have registered it again. That it is gone is
            // seen by what its readings are recorded for.
            break
        }
    }

    func requireBounds() throws(Interruption) {
        guard let bridge = process.bridge else { return }
        let bounds = plan.settings.bounds
        for (endpoint, count) in bridge.pendingDeliveries
        where count > max(bounds.pendingDeliveriesMaximum, 1) {
            throw .violated(Violation("\(count) deliveries to \(endpoint) are in memory"))
        }
        let fingerprintsMaximum = bounds.fingerprintsMaximum * brokers.count
        guard bridge.fingerprintsInMemory <= fingerprintsMaximum else {
            throw .violated(
                Violation("\(bridge.fingerprintsInMemory) fingerprints are in memory"))
        }
        guard bridge.unknownFramesInMemory <= bounds.unknownFramesMaximum else {
            throw .violated(
                Violation("\(bridge.unknownFramesInMemory) unknown frames are in memory"))
        }
        guard disk.unknownFrames.count <= bounds.unknownFramesMaximum else {
            throw .violated(Violation("\(disk.unknownFrames.count) unknown frames are kept"))
        }
        guard bridge.ordersInMemory <= bounds.ordersMaximum else {
            throw .violated(Violation("\(bridge.ordersInMemory) orders are in memory"))
        }
    }
}

/// What must hold when everything has settled.
extension Simulation {
    func requireEverything() throws(Violation) {
        try requireOnlyWhatWasSent()
        try requireTimedMessages()
        try requireUntimedMessages()
        try requireRelayed()
        try requireDeadLetters()
        try requireDeliveries()
        try requireCustody()
        try requireCommandsOnce()
        try subscriber.requireNoSilentGap(eventsInLog: disk.events.count)
        // What silence leads to is told.
        now = now.advanced(byMilliseconds: 3_600_000)
        try turn()
        try Oracle(disk: disk, plan: plan, now: now).requireExcursions()
        try turn()
        try requireSilences()
        try requireSilencesTold()
        try requireQuietRestart()
    }

    /// Nothing is in the log that no device has sent, and nothing with a time of its own twice.
    private func requireOnlyWhatWasSent() throws(Violation) {
        var seen: Set<ReadingKey> = []
        for row in disk.rows where row.key.measuredAt != nil {
            guard sentTimed.contains(row.key) else {
                throw Violation("\(row.key) is in the log, and nobody has sent it")
            }
            // A tag that was moved may have told its new bag what it told the old one.
            let isMoved = platform.moved.contains(devices[row.key.device].name)
            guard seen.insert(row.key).inserted || isMoved else {
                throw Violation("\(row.key) is in the log twice")
            }
        }
        for key in disk.timedFixes where !sentTimedFixes.contains(key) {
            throw Violation("\(key) is in the log, and nobody has sent it")
        }
    }

    /// Whether the log may know fewer sources than there are: each device on each bag is one.
    private var isShortOfSources: Bool {
        plan.settings.bounds.sourcesMaximum < devices.count * (plan.bags + 1)
    }

    private func requireTimedMessages() throws(Violation) {
        for index in messages.indices where messages[index].fate == .acknowledged {
            let message = messages[index]
            let letters = disk.deadLetterCounts[letterKey(of: message), default: 0]
            // A device too many: its messages are dead letters whole.
            if letters > 0, isShortOfSources { continue }
            for key in message.readings(timed: true) where !disk.timedReadings.contains(key) {
                throw Violation("\(key) of message \(index) was acknowledged and is lost")
            }
        }
    }

    /// How often something was said for sure, and how often perhaps.
    private struct Tally {
        var sure = 0
        var unsure = 0

        mutating func add(_ fate: Message.Fate) {
            switch fate {
            case .acknowledged: sure += 1
            case .unsure: unsure += 1
            case .held, .lost: break
            }
        }
    }

    /// Each message without a time of its own is in the log once, though nothing in it tells it
    /// from another that says the same.
    private func requireUntimedMessages() throws(Violation) {
        var said: [ReadingKey: Tally] = [:]
        var order: [ReadingKey] = []
        for message in messages {
            for key in message.readings(timed: false) {
                if said[key] == nil { order.append(key) }
                said[key, default: Tally()].add(message.fate)
            }
        }
        var logged: [ReadingKey: Int] = [:]
        for row in disk.rows where row.key.measuredAt == nil { logged[row.key, default: 0] += 1 }
        let isShort = isShortOfSources
        for key in order {
            let tally = said[key] ?? Tally()
            let count = logged[key] ?? 0
            guard count <= tally.sure + tally.unsure else {
                throw Violation("\(key) was said \(tally.sure) times and is logged \(count) times")
            }
            guard count >= tally.sure || isShort else {
                throw Violation("\(key) was said \(tally.sure) times and is logged \(count) times")
            }
        }
        for key in logged.keys where said[key] == nil {
            throw Violation("\(key) is in the log, and nobody has sent it")
        }
    }

    /// Each message that cannot be decoded, or only in part, is one dead letter; and a command that
    /// was refused; and nothing else.
    private func requireDeadLetters() throws(Violation) {
        var faulty: [[UInt8]: Tally] = [:]
        var other: Set<[UInt8]> = []
        for message in messages {
            if message.isFaulty {
                faulty[letterKey(of: message), default: Tally()].add(message.fate)
            } else {
                other.insert(letterKey(of: message))
            }
        }
        for message in messages where message.isFaulty {
            let key = letterKey(of: message)
            let tally = faulty[key] ?? Tally()
            let count = disk.deadLetterCounts[key] ?? 0
            let isShared = other.contains(key)
            guard count >= tally.sure, isShared || count <= tally.sure + tally.unsure else {
                throw Violation(
                    "\(tally.sure) messages could not be decoded and \(count) dead letters are "
                        + "kept of \(String(decoding: key, as: UTF8.self))")
            }
        }
        for letter in disk.deadLetters {
            let key = letter.topic + [0] + letter.payload
            guard faulty[key] == nil else { continue }
            guard ["too_many_sources", "order_refused"].contains(letter.reason) else {
                throw Violation("a dead letter for \(letter.reason) of a message that is sound")
            }
        }
    }

    /// Each delivery has ended, and as the schedule says.
    private func requireDeliveries() throws(Violation) {
        let attempts = plan.settings.schedule.delays.count + 1
        for delivery in disk.deliveries {
            let number = delivery.record.number
            let receiver = receivers.first { $0.endpoint == delivery.record.endpoint }
            guard delivery.record.attempts <= attempts else {
                throw Violation("delivery \(number) was tried \(delivery.record.attempts) times")
            }
            switch delivery.state {
            case .pending: throw Violation("delivery \(number) is still owed")
            case .delivered:
                guard receiver?.accepted[number] != nil else {
                    throw Violation("delivery \(number) counts as delivered, nobody accepted it")
                }
            case .abandoned:
                guard delivery.record.attempts == attempts || delivery.lastStatus == 410 else {
                    throw Violation(
                        "delivery \(number) was given up after \(delivery.record.attempts)")
                }
            }
        }
    }

    /// A bag carries one order at a time.
    private func requireCustody() throws(Violation) {
        for bag in Set(disk.custody.map(\.bag)).sorted() {
            let custody = disk.custody.filter { $0.bag == bag }.sorted { $0.from < $1.from }
            for (earlier, later) in zip(custody, custody.dropFirst()) {
                guard let until = earlier.until, until <= later.from else {
                    throw Violation(
                        "\(bag) carries orders \(earlier.order.rawValue) and "
                            + "\(later.order.rawValue) at once")
                }
            }
        }
    }

    /// Each command is carried out at most as often as it was given.
    private func requireCommandsOnce() throws(Violation) {
        var drivers: [OrderNumber: String] = [:]
        var changes: [String: Int] = [:]
        for logged in disk.events {
            guard case .order(let change) = logged.event, let driver = change.order.driver,
                drivers.updateValue(driver, forKey: change.order.number) != driver
            else { continue }
            changes[driver, default: 0] += 1
            guard changes[driver, default: 0] <= platform.tellings[driver, default: 0] else {
                throw Violation("\(driver) was given an order again by a command given once")
            }
        }
    }

    /// A restart of a log that has settled tells nothing new.
    private func requireQuietRestart() throws(Violation) {
        // That time passes escalates what nobody acknowledges; that is no news of the food.
        func news() -> Int {
            disk.events.count {
                guard case .alertUpdate(let update) = $0.event else { return true }
                return update.change != .escalated
            }
        }
        let events = news()
        crash()
        now = process.startsAt
        try turn()
        guard news() == events else {
            throw Violation(
                "a restart tells \(news() - events) events of a log that had settled: "
                    + "\(disk.events.last.map { "\($0.event)" } ?? "")")
        }
    }
}
