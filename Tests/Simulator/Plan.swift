import Bridge
import ColdChain
import Fabric
import Wire

/// What a seed draws before the run begins: how large the world is, how small the bounds, and how
/// much goes wrong. Bounds are small so that they are met all the time.
struct Plan: Sendable {
    /// How likely each fault is, each time it could happen.
    struct Faults: Sendable {
        var crash = 0.0
        var disconnect = 0.0
        var sessionLoss = 0.0
        /// The commit is refused, and nothing of it took effect.
        var commitRefused = 0.0
        /// The commit is reported as failed although it took effect.
        var commitUnknown = 0.0
        var slowDisk = 0.0
        /// Acknowledgements of which only a part reaches the broker.
        var acknowledgementCut = 0.0
        var receiverTrouble = 0.0
    }

    var settings: BridgeSettings
    /// Unacknowledged messages of a broker at most.
    var window: Int
    /// Packet identifiers of a session, after which they come round.
    var packetIdentifiers: Int
    var bags: Int
    var vehicles: Int
    var orders: Int
    /// Sensors that are heard by gateways and may be moved from bag to bag.
    var tags: Int
    /// Messages of one turn at most.
    var batch: Int
    /// Fingerprints the log keeps of each broker.
    var keptFingerprints: Int
    var faults = Faults()

    static let start = Timestamp(milliseconds: 1_795_176_000_000)
    static let bagProfile = 0
    static let trackerProfile = 1
    static let secondBagProfile = 2
    static let tagProfile = 3

    init(random: inout SplitMix64) {
        window = random.int(1...12)
        batch = random.int(1...20)
        bags = random.int(1...5)
        vehicles = random.int(0...2)
        orders = random.int(1...8)
        tags = random.chance(0.5) ? random.int(1...3) : 0
        let brokers = random.chance(0.4) ? ["north", "south"] : ["north"]
        var bounds = Bounds()
        bounds.redeliveryReachMessages = window * 4
        packetIdentifiers = window * 32
        bounds.fingerprintsMaximum = bounds.redeliveryReachMessages
        keptFingerprints = 2 * bounds.fingerprintsMaximum
        bounds.pendingDeliveriesMaximum = random.pick([1, 2, 3, 5, 1_000])
        bounds.attemptsUnderWayMaximum = random.pick([1, 1, 2])
        bounds.deadLetterPayloadBytes = random.pick([8, 40, 65_536])
        if random.chance(0.1) { bounds.sourcesMaximum = random.int(1...4) }
        bounds.unknownFramesMaximum = random.pick([0, 1, 2, 1_000])
        if random.chance(0.1) { bounds.ordersMaximum = random.int(1...4) }
        if random.chance(0.15) { bounds.bindingReachMilliseconds = 600_000 }
        if random.chance(0.2) {
            bounds.finalOrderRetentionMilliseconds = random.pick([300_000, 3_600_000])
        }
        settings = BridgeSettings(
            bounds: bounds, brokers: brokers, profiles: Plan.profiles,
            endpoints: Plan.endpoints(&random), schedule: Plan.schedule(&random))
        settings.excursions = Plan.patience(&random)
        // The oracle judges each reading by itself.
        settings.checks.extent = .grossRange
        if random.chance(0.9) { faults = Plan.faults(&random) }
        settings.silence = SilenceSettings(
            silentAfter: random.pick([60_000, 300_000, 3_600_000]),
            firstRepeat: random.pick([100_000, 900_000]),
            longestRepeat: random.pick([1_000_000, 14_400_000]),
            startPause: random.pick([0, 30_000]))
    }

    private static let profiles = [
        ProfileTraits(
            name: "generic/bag@1", carrier: .bag,
            ranges: GrossRanges(
                temperature: GrossRange(sensorSpan: -40...125, plausibleSpan: -30...95))),
        ProfileTraits(name: "generic/tracker@1", carrier: .vehicle),
        ProfileTraits(
            name: "generic/bag@2", carrier: .bag,
            ranges: GrossRanges(temperature: GrossRange(sensorSpan: -40...125))),
        ProfileTraits(name: "ruuvi/ruuvitag@1", carrier: .bag),
    ]

    private static func endpoints(_ random: inout SplitMix64) -> [EndpointSubscription] {
        let everything = [
            "order.created", "order.updated", "order.temperature_alert", "order.picked_up",
            "order.delivered", "order.cancelled",
        ]
        return (0..<random.int(0...3)).map { index in
            EndpointSubscription(
                name: "receiver-\(index)",
                events: Set(everything.filter { _ in random.chance(0.6) }))
        }
    }

    private static func schedule(_ random: inout SplitMix64) -> RetrySchedule {
        var schedule = RetrySchedule()
        schedule.delays = Array(
            [5_000, 60_000, 300_000, 1_800_000].prefix(random.int(0...4)))
        return schedule
    }

    private static func faults(_ random: inout SplitMix64) -> Faults {
        func share(_ most: Double) -> Double {
            random.chance(0.3) ? 0 : most * Double(random.int(1...10)) / 10
        }
        return Faults(
            crash: share(0.03), disconnect: share(0.1), sessionLoss: share(0.02),
            commitRefused: share(0.05), commitUnknown: share(0.05), slowDisk: share(0.2),
            acknowledgementCut: share(0.2), receiverTrouble: share(0.5))
    }
}

extension Plan {
    /// From none at all to that of a configuration that nobody changed.
    private static func patience(_ random: inout SplitMix64) -> ExcursionSettings {
        var settings = ExcursionSettings()
        let second = ExcursionSettings.second
        settings.grace = random.pick([0, 20, 300]) * second
        settings.criticalGrace = random.pick([0, 5, 60]) * second
        settings.hysteresis = random.pick([0, 0.5])
        settings.clearDelay = random.pick([0, 30, 120]) * second
        settings.maximumGap = random.pick([30, 300]) * second
        settings.readingsKept = random.pick([256, 7_200])
        return settings
    }
}
