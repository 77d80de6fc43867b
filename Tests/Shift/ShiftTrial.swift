package import Bridge
package import ColdChain

/// One shift, played in several orders of arrival.
package struct ShiftTrial {
    package struct Counts: Sendable {
        package var readings = 0
        package var excursions = 0
        package var gaps = 0
        package var told = 0
        package var corrected = 0
        package var orderRecalls = 0
        package var channelRecalls = 0
        package var revisions = 0

        package init() {}

        package static func += (sum: inout Counts, other: Counts) {
            sum.readings += other.readings
            sum.excursions += other.excursions
            sum.gaps += other.gaps
            sum.told += other.told
            sum.corrected += other.corrected
            sum.orderRecalls += other.orderRecalls
            sum.channelRecalls += other.channelRecalls
            sum.revisions += other.revisions
        }
    }

    package let shift: Shift
    package private(set) var counts = Counts()
    private let rules: OrderRules
    private let settings: BridgeSettings

    package init(seed: UInt64, extent: Shift.Extent, profile: JurisdictionProfile) {
        shift = Shift(seed: seed, extent: extent)
        rules = OrderRules(profile: profile, excursions: ExcursionSettings())
        settings = Self.settings(profile)
    }

    /// As they are without a configuration: every test, and the usual patience.
    package static func settings(_ profile: JurisdictionProfile) -> BridgeSettings {
        let ranges = GrossRanges(
            temperature: GrossRange(sensorSpan: -40...125, plausibleSpan: -30...95))
        var settings = BridgeSettings(
            limits: profile.criticalLimits, brokers: ["north", "south"],
            profiles: [
                ProfileTraits(name: "generic/bag@1", carrier: .bag, ranges: ranges),
                ProfileTraits(name: "generic/bag@2", carrier: .bag, ranges: ranges),
            ])
        settings.keepsRawMessages = false
        return settings
    }

    /// When all has arrived and nothing waits for time any more.
    private var finish: Timestamp {
        shift.end.advanced(byMilliseconds: Arrivals.tail + 3 * 3_600_000)
    }

    package mutating func outcome(
        _ manner: Arrivals.Manner, seed: UInt64 = 1, asking: ShiftEngine.Asking = .asHost,
        restarts: [Timestamp] = []
    ) throws -> ShiftOutcome {
        let engine = try ShiftEngine.play(
            shift, Arrivals(of: shift, manner, seed: seed), settings: settings,
            asking: asking, until: finish, restarts: restarts)
        if let refusal = engine.refused.first { throw Refused(command: refusal) }
        if asking == .byChannels { try engine.reopen() }
        let outcome = try ShiftOutcome(of: engine, shift, rules: rules, now: finish)
        counts.readings += outcome.rows
        counts.excursions += outcome.excursions.count
        counts.gaps += outcome.gaps.count
        counts.told += engine.told.opened
        counts.corrected += engine.told.corrected
        counts.orderRecalls += engine.orderRecalls
        counts.channelRecalls += engine.channelRecalls
        counts.revisions += Int(engine.counters.qualityRevisions)
        return outcome
    }

    /// The platform was refused something: the shift makes no sense.
    package struct Refused: Error {
        package var command: String
    }
}
