package import ColdChain

/// What the bridge must know of the past to go on: read from the journal at the start and after
/// every store failure.
package struct RestoredState: Equatable, Sendable {
    package var sources: [Source] = []
    /// The newest time of measurement in the log of each source that has a reading or a fix. One
    /// that was in the future at its receipt does no harm.
    package var newestMeasurement: [SourceNumber: Timestamp] = [:]
    /// Sources with a reading in the log.
    package var measuring: Set<SourceNumber> = []
    /// Orders that are not final, and final ones that a late reading may still belong to.
    package var orders: [Order] = []
    /// Custody of those orders.
    package var custody: [Custody] = []
    /// Excursions of those orders, open and closed.
    package var excursions: [Excursion] = []
    /// Gaps in the readings of those orders.
    package var dataGaps: [DataGap] = []
    /// Silences that last.
    package var silences: [Silence] = []
    /// Alerts that are not closed or not reviewed, and those of orders in memory.
    package var alerts: [Alert] = []
    /// The oldest pending deliveries of each endpoint, in order of number: not more than
    /// `Bounds.pendingDeliveriesMaximum` each; the others are asked for when there is room.
    package var deliveries: [DeliveryRecord] = []
    /// The last fingerprints in the order in which they were recorded: at least twice as many as
    /// `Bounds.fingerprintsMaximum`, and better as many for each broker (the uppermost eight bits),
    /// so that one that is away is not forgotten over others that are busy.
    package var fingerprints: [DeliveryFingerprint] = []
    /// The registry. When each was last seen follows from `newestMeasurement`.
    package var devices: [RegisteredDevice] = []
    /// The whole register of calibrations.
    package var calibrations: [CalibrationEntry] = []
    /// Least recently seen first.
    package var unknownFrames: [UnknownFrame] = []
    /// What devices announced of their topics, in the order of the announcing topics.
    package var announcements: [AnnouncementMessage] = []
    /// Where the channels of records that can be told again stand.
    package var sequences = ChannelSequences()
    /// What was published, in the order of its numbers.
    package var publications: [PublicationRecord] = []
    /// Offers that are open, or were and can still be told of.
    package var offers: [Offer] = []
    package var presence: [DriverPresence] = []
    package var lastOrder: UInt32 = 0
    package var lastSource: UInt32 = 0
    package var lastExcursion: UInt64 = 0
    package var lastCheckpoint: UInt64 = 0
    package var lastAlert: UInt64 = 0
    package var lastEvent: UInt64 = 0
    package var lastDelivery: UInt64 = 0
    /// The number of the last row of raw messages, also where it is erased.
    package var lastRawMessages: UInt64 = 0

    package init() {}
}
