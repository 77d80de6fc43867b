import Bridge
import ColdChain
import Fabric

/// What lives and dies with the daemon's process.
final class Process {
    /// Nil while the process is down or its store is closed.
    var bridge: Bridge?
    var effects = Effects()
    var batch = SampleBatch()
    var startsAt: Timestamp
    /// Counted up with each death; what was under way then reaches nobody.
    var life = 0
    var isUp = false
    var commands: [Asked] = []
    var nextDue: Timestamp?
    /// When this bridge was woken first, and last.
    var firstWake: Timestamp?
    var lastWake: Timestamp?
    /// Whether nothing was asked of the log since the last wake.
    var isAnswered = true
    /// Brokers that said they have no session of ours, until that is durable.
    var lostSessions: [Int] = []

    // What this turn has read, and what it may hand out once it is durable.
    var read: [Broker.Delivery] = []
    var publications: [PublishedEvent] = []
    var replies: [CommandReply] = []
    var attempts: [DeliveryAttempt] = []

    /// What the bridge was told of each relayed device last.
    var heard: [Int: [Heard]] = [:]

    struct Heard {
        var keys: [RelayedKey]
        var time: Timestamp
    }

    struct Asked {
        var token: CommandToken
        var command: Command
    }

    init(startsAt: Timestamp) {
        self.startsAt = startsAt
    }

    /// Forgets what a turn has gathered.
    func forgetTurn() {
        effects.removeAll()
        read.removeAll()
        publications.removeAll()
        replies.removeAll()
        attempts.removeAll()
    }
}

/// The engine: the turn of the host's engine thread, with everything that can go wrong between any
/// two of its steps.
extension Simulation {
    func turn() throws(Violation) {
        do throws(Interruption) {
            try turnOrBreak()
            try requireBounds()
        } catch {
            switch error {
            case .crashed: crash()
            case .storeFailed: failStore()
            case .violated(let violation): throw violation
            }
        }
    }

    private func turnOrBreak() throws(Interruption) {
        guard now >= process.startsAt else { return }
        if process.bridge == nil {
            try openStore()
            return
        }
        connectBrokers()
        try sayLostSessions()
        // A different broker comes first each time, so that a busy one does not keep out the others.
        for place in brokers.indices {
            let index = (place + step) % brokers.count
            process.read += brokers[index].read(limit: plan.batch - process.read.count)
        }
        try mayCrash()
        for delivery in process.read { take(delivery) }
        for asked in process.commands {
            process.bridge?.perform(
                asked.command, token: asked.token, at: now, effects: &process.effects)
        }
        process.commands.removeAll()
        for index in receivers.indices {
            for result in receivers[index].ended(by: now) { try take(result) }
        }
        process.firstWake = process.firstWake ?? now
        process.lastWake = now
        process.nextDue = process.bridge?.wake(at: now, effects: &process.effects)
        if sabotage == .acknowledgesBeforeCommit { try acknowledge() }
        if sabotage == .repliesBeforeCommit { try handOutEarly() }
        try mayCrash()
        try makeDurable()
        try mayCrash()
        if sabotage != .acknowledgesBeforeCommit { try acknowledge() }
        try mayCrash()
        try handOut()
        process.read.removeAll()
        do throws(Violation) {
            if step.isMultiple(of: 5) { try requireSilences() }
        } catch {
            throw .violated(error)
        }
    }

    /// That a session is lost is durable before the first message of the next one is read: said
    /// together with messages, a commit of unknown outcome could neither be repeated nor left.
    private func sayLostSessions() throws(Interruption) {
        guard !process.lostSessions.isEmpty else { return }
        for broker in process.lostSessions where sabotage != .ignoresLostSessions {
            process.bridge?.sessionLost(
                broker: plan.settings.brokers[broker], effects: &process.effects)
        }
        try makeDurable()
        process.lostSessions.removeAll()
    }

    private func take(_ result: DeliveryResult) throws(Interruption) {
        trace.note(.ended, Int64(result.number))
        guard sabotage != .losesResults else { return }
        process.bridge?.finished(result, at: now, effects: &process.effects)
    }

    /// The process may die here. It does not while a lost session is not durable: that a process
    /// dies in the moment in which a broker says so, and that this broker then gives the packet
    /// identifier of an old message to a new one that says the same, nobody can notice.
    func mayCrash() throws(Interruption) {
        guard process.lostSessions.isEmpty, random.chance(faults.crash) else { return }
        throw .crashed
    }

    // MARK: The store

    private func openStore() throws(Interruption) {
        var bounds = plan.settings.bounds
        bounds.pendingDeliveriesMaximum = max(bounds.pendingDeliveriesMaximum, 1)
        process.heard.removeAll()
        let restored = disk.restored(bounds: bounds, at: now, sabotage: sabotage)
        var settings = plan.settings
        if sabotage == .forgetsWhatWasHeard { settings.bounds.duplicateWindowMilliseconds = 0 }
        process.bridge = Bridge(
            settings: settings, restored: restored, seed: random.next(),
            effects: &process.effects)
        process.isUp = true
        process.firstWake = nil
        process.lastWake = nil
        trace.note(.storeOpened, Int64(disk.commits), Int64(process.effects.recalls.count))
        try makeDurable()
        try mayCrash()
        try handOut()
    }

    /// Commits the records, then answers what the bridge asks of the log, whose effects are
    /// committed in a further round, until it asks for nothing more.
    private func makeDurable() throws(Interruption) {
        process.isAnswered = true
        for _ in 0..<Simulation.roundsMaximum {
            if sabotage == .publishesBeforeCommit { try publishEarly() }
            if !process.effects.records.isEmpty { try commit() }
            process.publications += process.effects.publications
            process.replies += process.effects.replies
            process.attempts += process.effects.attempts
            let recalls = process.effects.recalls
            let refills = process.effects.refills
            process.effects.removeAll()
            if recalls.isEmpty && refills.isEmpty { return }
            if !recalls.isEmpty { process.isAnswered = false }
            try mayCrash()
            for order in recalls where sabotage != .dropsRecalls {
                counts.recalls += 1
                process.bridge?.recalled(
                    disk.temperatures(of: order, random: &random), for: order, at: now,
                    effects: &process.effects)
            }
            for refill in refills where sabotage != .dropsRefills {
                counts.refills += 1
                process.bridge?.refilled(disk.pendingDeliveries(refill), of: refill.endpoint)
            }
        }
        throw .violated(Violation("a turn does not end: the bridge asks the log for ever"))
    }

    private static let roundsMaximum = 10

    private func commit() throws(Interruption) {
        if random.chance(faults.slowDisk) {
            now = now.advanced(byMilliseconds: random.milliseconds(ofSeconds: 0.05...5))
        }
        let isRefused = random.chance(faults.commitRefused)
        let isUnknown = random.chance(faults.commitUnknown)
        if !isRefused {
            trace.note(.committed, Int64(process.effects.records.readings.count))
            do throws(Violation) {
                try disk.commit(
                    process.effects.records, publications: process.effects.publications)
            } catch {
                throw .violated(error)
            }
        }
        try mayCrash()
        if isRefused || isUnknown {
            counts.failedCommits += 1
            trace.note(.commitFailed, isRefused ? 0 : 1)
            throw .storeFailed
        }
    }

    /// The store is closed, and with it goes the bridge, which may know what is not durable.
    private func failStore() {
        if sabotage == .acknowledgesAfterFailure {
            for delivery in process.read {
                brokers[delivery.broker].acknowledge(delivery.packetIdentifier)
            }
            for delivery in process.read { messages[delivery.message].fate = .acknowledged }
        }
        doubtAtMostOnce()
        process.forgetTurn()
        subscriber.cut(eventsInLog: disk.events.count)
        for index in brokers.indices { disconnect(index) }
        platform.refuse(all: process.commands)
        process.commands.removeAll()
        platform.retryAll()
        guard sabotage != .keepsBridgeAfterFailure else { return }
        process.bridge = nil
        process.startsAt = now.advanced(
            byMilliseconds: random.milliseconds(ofSeconds: 0.2...10))
    }

    /// What came at QoS 0 does not come again, whether or not it was committed.
    private func doubtAtMostOnce() {
        for delivery in process.read where delivery.packetIdentifier == 0 {
            if messages[delivery.message].fate == .held {
                messages[delivery.message].fate = .unsure
            }
        }
    }

    /// The process dies: what it knew and what was under way to it is gone.
    func crash() {
        counts.crashes += 1
        trace.note(.crashed)
        doubtAtMostOnce()
        process.forgetTurn()
        process.bridge = nil
        process.lostSessions.removeAll()
        process.commands.removeAll()
        process.life += 1
        for index in receivers.indices {
            receivers[index].underWay.removeAll()
            receivers[index].hasSaidGone = false
        }
        subscriber.cut(eventsInLog: disk.events.count)
        for index in brokers.indices { disconnect(index) }
        platform.retryAll()
        process.startsAt = now.advanced(
            byMilliseconds: random.milliseconds(ofSeconds: 0.1...60))
    }
}
