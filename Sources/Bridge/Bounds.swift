package import ColdChain
package import Fabric

/// Every limit the bridge keeps, with the default that holds without a configuration.
package struct Bounds: Equatable, Sendable {
    /// A measurement this far ahead of its receipt, in milliseconds, has an impossible time.
    package var futureToleranceMilliseconds: Int64 = 60_000
    /// A measurement older than this at its receipt, in milliseconds, has an impossible time: the
    /// log does not reach back so far.
    package var oldestReadingMilliseconds: Int64 = 90 * 86_400_000
    /// Readings measured longer ago than so many milliseconds are a backlog: only once none came for
    /// as long is the time since the last of them silence.
    package var backlogPauseMilliseconds: Int64 = 5_000
    /// How long after an order is final late readings are still judged for it, in milliseconds.
    package var finalOrderRetentionMilliseconds: Int64 = 86_400_000
    /// How long records can be told again, in milliseconds (T-11).
    package var historyMilliseconds: Int64 = 86_400_000
    /// How far in the past a bag may be bound to an order, in milliseconds.
    package var bindingReachMilliseconds: Int64 = 86_400_000
    /// Devices the log may know; a message from one more is a dead letter.
    package var sourcesMaximum = 1_000_000
    /// Devices in the registry; a message from one more is a dead letter, too.
    package var devicesMaximum = 100_000
    /// Within this many milliseconds the same running number of a source is the same reading, heard
    /// twice.
    package var duplicateWindowMilliseconds: Int64 = 120_000
    /// Within this many milliseconds relayed adverts without a running number that say the same are
    /// one reading.
    package var advertWindowMilliseconds: Int64 = 2_000
    /// Topics in the list of unknown frames.
    package var unknownFramesMaximum = 1_000
    /// Bytes of announcements that are kept for the next start, topics and payloads; ten thousand of
    /// Home Assistant's usual size.
    package var announcementBytes = 8 << 20
    /// Orders held in memory; creating one more is refused until others are final and forgotten.
    package var ordersMaximum = 200_000
    /// Entries of the register of calibrations, which is kept in memory whole; some 500 bytes each.
    package var calibrationsMaximum = 200_000
    /// Bytes of a payload that a dead letter keeps.
    package var deadLetterPayloadBytes = 1 << 20
    /// Messages of one broker without an identity of their own that are remembered, so that their
    /// redelivery is known again. As many as are in reach.
    package var fingerprintsMaximum = 30_000
    /// How many messages of a broker later a redelivery is still known. Far above what a broker has
    /// under way unacknowledged (500 by our receive maximum; 5,000 were seen), and so far below
    /// 65,535 that no packet identifier has come round to a second message.
    package var redeliveryReachMessages = 30_000
    /// Pending deliveries of one endpoint held in memory; more wait in the journal.
    package var pendingDeliveriesMaximum = 1_000
    /// Alerts held in memory. Where there are more, the oldest closed ones take nothing more, and
    /// where more than that are open, the oldest open ones, until the next start.
    package var alertsMaximum = 50_000
    /// Published messages that are remembered, so that one that comes again is not told again.
    package var publicationsMaximum = 100_000
    /// Positions that one user may tell of in an hour (W-15).
    package var positionsAnHour = 1_000
    /// Attempts under way at once for one endpoint.
    package var attemptsUnderWayMaximum = 1

    package init() {}
}

/// What the bridge is told by the configuration.
package struct BridgeSettings: Equatable, Sendable {
    package var limits: CriticalLimits
    /// How patiently the limits are watched.
    package var excursions = ExcursionSettings()
    package var bounds: Bounds
    /// The brokers' names, by the index that messages carry.
    package var brokers: [String]
    /// The device profiles, by the number that messages carry.
    package var profiles: [ProfileTraits]
    package var endpoints: [EndpointSubscription]
    package var schedule: RetrySchedule
    package var registration = DeviceRegistration.automatic
    package var alerts = AlertSettings()
    package var silence = SilenceSettings()
    package var offers = OfferSettings()
    package var presence = PresenceSettings()
    /// Whether the messages that readings came in are kept to be decoded again.
    package var keepsRawMessages = true
    package var checks = ReadingChecks()

    package init(
        limits: CriticalLimits = .foodCode2022, bounds: Bounds = Bounds(), brokers: [String] = [],
        profiles: [ProfileTraits] = [], endpoints: [EndpointSubscription] = [],
        schedule: RetrySchedule = RetrySchedule()
    ) {
        self.limits = limits
        self.bounds = bounds
        self.brokers = brokers
        self.profiles = profiles
        self.endpoints = endpoints
        self.schedule = schedule
    }
}

/// What judging a reading needs to know of the profile that decoded it.
package struct ProfileTraits: Equatable, Sendable {
    /// Identity and version, such as `generic/bag@1`.
    package var name: String
    /// What devices of the profile are fixed to, unless the topic or the registry says otherwise.
    package var carrier: CarrierKind
    /// What the sensor can measure and what is plausible, for the quantities that say so.
    package var ranges: GrossRanges

    /// The identity without its version, such as `generic/bag`.
    package var id: String { String(name.prefix { $0 != "@" }) }

    package init(name: String, carrier: CarrierKind, ranges: GrossRanges = GrossRanges()) {
        self.name = name
        self.carrier = carrier
        self.ranges = ranges
    }
}

/// Which events a webhook endpoint wants.
package struct EndpointSubscription: Equatable, Sendable {
    package var name: String
    /// Names of the webhook catalogue, such as `order.delivered`.
    package var events: Set<String>

    package init(name: String, events: Set<String>) {
        self.name = name
        self.events = events
    }
}
