import Bridge
import ColdChain
import Fabric
import Wire

/// One run: a bridge, the engine around it, and a world of devices, brokers, a disk, receivers and
/// a platform in which things go wrong, all drawn from one seed.
///
/// The bridge is the one that the daemon runs. What drives it here keeps the order that `Effects`
/// asks for: records first, then what they ask of the log, then acknowledgements, replies,
/// publications and attempts.
package final class Simulation {
    package struct Outcome: Sendable {
        package var seed: UInt64
        package var steps: Int
        /// Of everything that happened.
        package var traceHash: UInt64
        /// The invariant that did not hold, with the step.
        package var failure: String?
        package var trace: [String]
        package var counts: Counts
    }

    /// How much happened, so that a test can tell that a run was worth something.
    package struct Counts: Sendable {
        package var messages = 0
        package var readings = 0
        package var excursions = 0
        package var deliveries = 0
        package var deadLetters = 0
        package var crashes = 0
        package var failedCommits = 0
        package var redeliveries = 0
        package var lostSessions = 0
        package var refills = 0
        package var recalls = 0
        package var heardAgain = 0
        package var sequenceConflicts = 0
        package var markers = 0
        package var moves = 0

        package init() {}

        package static func += (sum: inout Counts, more: Counts) {
            sum.messages += more.messages
            sum.readings += more.readings
            sum.excursions += more.excursions
            sum.deliveries += more.deliveries
            sum.deadLetters += more.deadLetters
            sum.crashes += more.crashes
            sum.failedCommits += more.failedCommits
            sum.redeliveries += more.redeliveries
            sum.lostSessions += more.lostSessions
            sum.refills += more.refills
            sum.recalls += more.recalls
            sum.heardAgain += more.heardAgain
            sum.sequenceConflicts += more.sequenceConflicts
            sum.markers += more.markers
            sum.moves += more.moves
        }
    }

    let seed: UInt64
    let sabotage: Sabotage?
    let plan: Plan
    var faults: Plan.Faults
    var random: SplitMix64
    var trace: Trace
    var now = Plan.start
    var step = 0
    var counts = Counts()

    var devices: [Device]
    var brokers: [Broker]
    /// Every message that was ever published, in order.
    var messages: [Message] = []
    /// What the broker keeps for whoever subscribes.
    var retained: [Int] = []
    var platform = Platform()
    var receivers: [Receiver]
    var subscriber = Subscriber()
    var disk: Disk
    let process: Process
    /// What devices have said, by identity.
    var sentTimed: Set<ReadingKey> = []
    var sentTimedFixes: Set<FixKey> = []
    /// Whether a bag has told of the future, after which its newest time is not known for sure.
    var bagsAhead: Set<String> = []
    /// How often each relayed reading may be in the log.
    var relayedExpected: [RelayedKey: Int] = [:]

    private init(seed: UInt64, sabotage: Sabotage?, keepsTrace: Bool) {
        self.seed = seed
        self.sabotage = sabotage
        random = SplitMix64(state: seed &* 0x9e37_79b9 &+ 1)
        trace = Trace(isKept: keepsTrace)
        plan = Plan(random: &random)
        faults = plan.faults
        devices = Device.all(plan: plan, random: &random)
        let plan = plan
        brokers = plan.settings.brokers.indices.map {
            Broker(
                index: $0, window: plan.window, packetIdentifiers: plan.packetIdentifiers)
        }
        receivers = plan.settings.endpoints.map { Receiver(endpoint: $0.name) }
        disk = Disk(plan: plan, devices: devices, sabotage: sabotage)
        process = Process(startsAt: now)
        // Tags are moved into bags that have a sensor already.
        if plan.tags > 0 { bagsAhead.formUnion(devices.map(\.name)) }
    }

    /// Plays a seed: some steps in which things go wrong, then a rest in which all must settle.
    package static func run(
        seed: UInt64, steps: Int, sabotage: Sabotage? = nil, keepsTrace: Bool = false
    ) -> Outcome {
        let simulation = Simulation(seed: seed, sabotage: sabotage, keepsTrace: keepsTrace)
        var failure: String?
        do throws(Violation) {
            try simulation.play(steps: steps)
            try simulation.settle()
            try simulation.requireEverything()
        } catch {
            failure = "seed \(seed), step \(simulation.step): \(error)"
        }
        for line in keepsTrace ? simulation.disk.summary : [] { simulation.trace.explain(line) }
        return Outcome(
            seed: seed, steps: simulation.step, traceHash: simulation.trace.hash,
            failure: failure, trace: simulation.trace.lines, counts: simulation.finalCounts)
    }

    private var finalCounts: Counts {
        var counts = counts
        counts.messages = messages.count
        counts.readings = disk.rows.count
        counts.excursions = disk.excursions.count
        counts.deliveries = disk.deliveries.count
        counts.deadLetters = disk.deadLetters.count
        counts.markers = disk.rows.count { $0.reading.measurement.marker != nil }
        counts.sequenceConflicts = disk.rows.count { $0.reading.quality[.sequence] == .suspect }
        counts.moves = disk.sources.count { $0.device != $0.carrier.name }
        return counts
    }

    private func play(steps: Int) throws(Violation) {
        for _ in 0..<steps {
            step += 1
            trace.note(.step, Int64(step), now.milliseconds)
            pass()
            for index in devices.indices where random.chance(0.35) { act(device: index) }
            if plan.tags > 0, random.chance(0.5) { actGateways() }
            if random.chance(0.25) { actPlatform() }
            if random.chance(0.3) { askAgain() }
            troubleBrokers()
            troubleReceivers()
            try turn()
        }
    }

    private func askAgain() {
        for command in platform.takeUnasked() { ask(command) }
    }

    private func pass() {
        let seconds: ClosedRange<Double> = random.chance(0.05) ? 60...900 : 0.001...20
        now = now.advanced(byMilliseconds: random.milliseconds(ofSeconds: seconds))
    }

    private func troubleBrokers() {
        for index in brokers.indices {
            if random.chance(faults.sessionLoss) { loseSession(index) }
            if brokers[index].isConnected, random.chance(faults.disconnect) { disconnect(index) }
            if random.chance(0.03), let message = retained.last { publishRetained(message, index) }
        }
    }

    private func troubleReceivers() {
        guard random.chance(0.1) else { return }
        for index in receivers.indices {
            let isTroubled = random.chance(faults.receiverTrouble)
            receivers[index].mood = isTroubled ? random.pick(Receiver.Mood.allCases) : .accepts
        }
    }

    // MARK: When faults stop

    /// Everything works from now on, and so everything that is owed must be done.
    private func settle() throws(Violation) {
        faults = Plan.Faults()
        for index in receivers.indices { receivers[index].mood = .accepts }
        for index in devices.indices { upload(device: index, publishing: true) }
        // An endpoint that answered 410 is tried again after a restart; otherwise there is none, so
        // that what a running process has forgotten is missed.
        if receivers.contains(where: \.hasSaidGone) || random.chance(0.3) { crash() }
        let began = now
        for _ in 0..<Simulation.settlingTurns {
            step += 1
            trace.note(.step, Int64(step), now.milliseconds)
            askAgain()
            try turn()
            if isSettled { return }
            // What is due in days, as a review, must not hide what the next turn has to do.
            let latest = now.advanced(byMilliseconds: Simulation.settlingStepMilliseconds)
            now = max(min(nextThing, latest), now.advanced(byMilliseconds: 50))
            guard now.milliseconds(since: began) < Simulation.settlingMilliseconds else { break }
        }
        throw Violation(
            "not settled: \(brokers.filter { !$0.isDrained }.count) brokers hold messages, "
                + "\(platform.waiting.count) commands wait, "
                + "\(disk.deliveries.count { $0.state == .pending }) deliveries are owed")
    }

    private static let settlingTurns = 5_000
    private static let settlingMilliseconds: Int64 = 72 * 3_600_000
    private static let settlingStepMilliseconds: Int64 = 600_000

    private var isSettled: Bool {
        process.bridge != nil && brokers.allSatisfy(\.isDrained) && platform.waiting.isEmpty
            && !disk.hasPendingDeliveries
    }

    /// When the next thing happens that a turn would do something about.
    private var nextThing: Timestamp {
        guard process.bridge != nil else { return process.startsAt }
        if !brokers.allSatisfy(\.isDrained) { return now }
        let ends = receivers.flatMap { $0.underWay.map(\.endsAt) }
        return (ends + [process.nextDue].compactMap { $0 }).min() ?? now
    }
}
