/// Where the log lies and within which bounds it is kept.
package struct JournalSettings: Equatable, Sendable {
    /// The database file. `-wal`, `-shm` and `-lock` beside it belong to it.
    package var path: String
    /// The private key that erasures and heads are signed with; one is made where there is none.
    /// Kept elsewhere, a copy of the store's directory does not carry it.
    package var signingKeyPath: String
    /// The keys that places of delivery are sealed with; one is made where there is no file. Kept
    /// elsewhere, a copy of the store's directory tells nobody where customers live.
    package var placeKeyPath: String
    /// The file that the signed head of the chain is written to, while the log grows.
    package var headPath: String
    /// How much of the end of a log may be cut off without a head telling.
    package var headIntervalMilliseconds: Int64 = 60_000
    /// When the write-ahead log is moved into the database file. A larger one is moved less often
    /// and holds up one turn longer: 64 MB take about 0.1 s.
    package var walBytes = 16 << 20
    /// How long a lock of another connection is waited for. Readers hold none in WAL mode, so only
    /// a foreign program that writes gets here.
    package var busyMilliseconds: Int32 = 2_000
    /// Memory for pages of the database, in KiB. The hot end of each index fits into it.
    package var cacheKibibytes = 32_768
    /// Readings kept in memory of channels that the bridge judges anew again and again, at some 150
    /// bytes each: the last two hours of a thousand sensors that measure once a minute.
    package var rememberedReadings = 131_072

    /// Readings and events are kept at least this many days from their receipt; never fewer than
    /// `minimumReadingDays`.
    package var readingDays = minimumReadingDays {
        didSet { readingDays = max(readingDays, JournalSettings.minimumReadingDays) }
    }
    /// Fixes are erased when they are this many days old; never more than `maximumFixDays`. Dead
    /// letters, which may hold positions too, go at the same age.
    package var fixDays = maximumFixDays {
        didSet { fixDays = min(max(fixDays, 1), JournalSettings.maximumFixDays) }
    }
    /// Messages that readings came in are erased when they are this many days old, and never later
    /// than fixes, which they may hold.
    package var rawPayloadDays = maximumFixDays {
        didSet { rawPayloadDays = min(max(rawPayloadDays, 0), JournalSettings.maximumFixDays) }
    }
    /// How many bytes of them are kept at most; beyond it the oldest go.
    package var rawPayloadBytes: Int64 = 4 << 30
    /// How long records can be told again to whoever comes back (T-11).
    package var historyMilliseconds: Int64 = 86_400_000
    /// Bounds of the dead-letter store; the oldest are removed, and counted, beyond either.
    package var deadLetterRows = 100_000
    package var deadLetterBytes = 256 << 20

    /// Delivered and cancelled orders that changed within this time are restored, for readings
    /// that come late.
    package var finalOrderHours = 24
    /// How many pending deliveries of each endpoint are restored; the rest is read page by page.
    package var restoredDeliveries = 1_000
    /// Of how many instants readings are answered at once, for the orders that are judged again; some
    /// 50 MB.
    package var recalledInstants = 262_144

    /// Up to this size the whole file is checked at each opening, at about 5 ms a megabyte; above
    /// it, the ends that the last commits touched.
    package var fullCheckBytes: Int64 = 256 << 20

    /// The HACCP log's least age in days (B-5).
    package static let minimumReadingDays = 90
    /// A position's greatest age in days (B-5, Q-8).
    package static let maximumFixDays = 30

    package init(path: String) {
        self.path = path
        signingKeyPath = path + "-key"
        placeKeyPath = path + "-place-keys"
        headPath = path + "-head"
    }
}

/// Which log this is, for identifiers that must not be mistaken for another log's.
package struct StoreIdentity: Hashable, Sendable {
    /// Drawn at random when the store was made.
    package var epoch: UInt64
    /// How often the store was opened for writing, this time included.
    package var starts: UInt64

    package init(epoch: UInt64, starts: UInt64) {
        self.epoch = epoch
        self.starts = starts
    }
}
