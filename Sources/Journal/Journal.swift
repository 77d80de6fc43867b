package import Bridge
package import ColdChain
package import Crypto

/// The durable log, as the one thread that writes it sees it.
///
/// What `commit` has returned for is on the disk. After any failure the writer is *poisoned*: it
/// gives up its connection, and every later call is refused. The owner drops it, opens the store
/// anew, restores the bridge from it and goes on; a commit that failed may or may not be found
/// there, which is why nothing of it may have been acknowledged.
package final class Journal {
    package let identity: StoreIdentity
    package let settings: JournalSettings
    /// Keys that places of delivery were sealed with and that are not in the key file: those places
    /// cannot be read, and everything else goes on.
    package let missingPlaceKeys: [Int64]
    /// How many places these had sealed when the log was opened.
    package let unreadablePlaces: Int64
    private let lock: StoreLock
    private var open: OpenStore?
    private var failure: StoreError?
    /// What positions in the log are hidden from clients with: the same for as long as the store has
    /// its key.
    package let positionKey: Secret

    /// Opens the store, makes it where there is none, checks it and brings its schema up to date.
    ///
    /// Everything an earlier process left in the write-ahead log is moved into the database file and
    /// flushed before anything new is taken: no later commit rests on pages whose flush may have
    /// failed then.
    package init(
        _ settings: JournalSettings, schema: Schema = .current
    ) throws(StoreError) {
        self.settings = settings
        lock = try StoreLock(path: settings.path + "-lock")
        let database = try Database(
            path: settings.path, access: .write, busyMilliseconds: settings.busyMilliseconds)
        _ = try schema.version(of: database)
        try Journal.configure(database, settings)
        try Verification.verify(database, settings: settings)
        try schema.migrate(database)
        identity = try database.transaction { () throws(StoreError) in
            try StoreIdentity.start(in: database)
        }
        try CarryOver.complete(database)
        try ExcursionRestatement.complete(database)
        let key = try StoreKey.load(settings.signingKeyPath)
        let placeKeys = try PlaceKeyFile.load(settings.placeKeyPath)
        try PlaceSealing.complete(database, signing: key, keys: placeKeys)
        let checkpoint = try database.checkpoint(truncating: true)
        guard checkpoint.isComplete else {
            throw StoreError(
                kind: .busy, message: "a reader holds an old state of the log",
                statement: "checkpoint")
        }
        try StoreLock.flushDirectory(of: settings.path)
        missingPlaceKeys = try PlaceBook.missingKeys(database, besides: placeKeys)
        unreadablePlaces = try PlaceBook.places(database, sealedWith: missingPlaceKeys)
        positionKey = try StoreKey.derived(from: key, for: "positions of messages")
        open = try OpenStore(database, settings: settings, key: key, placeKeys: placeKeys)
    }

    deinit {
        // The connection goes before the lock: nobody else writes while it still does.
        open = nil
    }

    private static func configure(
        _ database: Database, _ settings: JournalSettings
    ) throws(StoreError) {
        // FULL flushes the write-ahead log at every commit. Erased rows are overwritten, so that a
        // position that is erased is gone from the file.
        try database.execute(
            """
            PRAGMA trusted_schema = OFF;
            PRAGMA cell_size_check = ON;
            PRAGMA foreign_keys = ON;
            PRAGMA secure_delete = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA cache_size = -\(max(settings.cacheKibibytes, 1024));
            """)
        guard try database.text("PRAGMA journal_mode = WAL") == "wal" else {
            throw StoreError(
                kind: .cannotOpen, message: "the file system has no shared memory for a WAL",
                statement: "PRAGMA journal_mode = WAL")
        }
        try database.execute("PRAGMA synchronous = FULL")
        database.watchWAL()
        _ = try database.integer("PRAGMA journal_size_limit = \(max(settings.walBytes, 0))")
    }

    /// Makes the batch durable: all of it, or nothing and an error.
    package func commit(_ batch: borrowing RecordBatch) throws(StoreError) -> CommitReceipt {
        if batch.isEmpty { return CommitReceipt() }
        let store = try live()
        do {
            return try store.commit(batch)
        } catch {
            throw poison(error)
        }
    }

    /// Records that a HACCP plan is in force, where the log does not say so already: what is committed
    /// from now on is recorded under it.
    package func putInForce(_ plan: HACCPPlanText, at instant: Timestamp) throws(StoreError) {
        let store = try live()
        do {
            try store.putInForce(plan, at: instant)
        } catch {
            throw poison(error)
        }
    }

    /// Does what can wait, for about as long as `milliseconds` says: moves the write-ahead log when
    /// it has grown to its limit, and erases what is beyond its age. One step is always done where
    /// any is due, and a checkpoint is one step, however long it takes.
    package func tidy(now: Timestamp, milliseconds: Int) throws(StoreError) -> TidyReport {
        let store = try live()
        do {
            return try store.tidy(now: now, budget: .milliseconds(max(milliseconds, 0)))
        } catch {
            throw poison(error)
        }
    }

    /// The newest head of the chain that a tidying has signed and nobody has taken yet.
    package func takeSignedHead() -> SignedHead? { open?.takeSignedHead() }

    /// Notes that these dead letters were decoded after all; answers how many it was news of.
    package func markReplayed(
        deadLetters numbers: [UInt64], at instant: Timestamp
    ) throws(StoreError) -> Int {
        let store = try live()
        do {
            return try store.markReplayed(numbers, at: instant)
        } catch {
            throw poison(error)
        }
    }

    /// Places a legal hold, which is in the chain of the log.
    ///
    /// - Parameters:
    ///   - person: Who places it.
    ///   - end: When it ends by itself; nil where it lasts until it is released.
    package func placeHold(
        _ scope: HoldScope, reason: String, by person: String, until end: Timestamp?,
        at now: Timestamp
    ) throws(StoreError) -> LegalHold {
        let store = try live()
        do {
            return try store.placeHold(scope, reason: reason, by: person, until: end, at: now)
        } catch {
            throw poison(error)
        }
    }

    /// Releases a legal hold; nil where there is none of this number. A hold that was released
    /// before is answered as it was.
    package func releaseHold(
        _ number: UInt64, by person: String, at now: Timestamp
    ) throws(StoreError) -> LegalHold? {
        let store = try live()
        do {
            return try store.releaseHold(number, by: person, at: now)
        } catch {
            throw poison(error)
        }
    }

    /// Erases what the log holds of a person, or says what stands against it.
    ///
    /// - Parameter person: Who has it done.
    package func erase(
        _ subject: PersonalSubject, by person: String, at now: Timestamp
    ) throws(StoreError) -> ErasureOutcome {
        let store = try live()
        do {
            return try store.erase(subject, by: person, at: now)
        } catch {
            throw poison(error)
        }
    }

    /// What keeps rows from being erased, as it was when rows were last erased.
    package var retentionStatus: RetentionStatus { open?.retentionStatus ?? RetentionStatus() }

    /// What the bridge must know of the past to go on.
    package func restore(now: Timestamp) throws(StoreError) -> RestoredState {
        let store = try live()
        do {
            return try store.restore(now: now)
        } catch {
            throw poison(error)
        }
    }

    /// A stretch of one channel, for the bridge to judge anew.
    package func channelStretch(_ recall: ChannelRecall) throws(StoreError) -> ChannelStretch {
        let store = try live()
        do {
            return try store.channelStretch(recall)
        } catch {
            throw poison(error)
        }
    }

    /// Every temperature of the first of these orders, for the bridge to judge them anew: of at least
    /// one, and of as many as fit into memory at once.
    package func temperatures(
        ofFirst orders: ArraySlice<OrderNumber>
    ) throws(StoreError) -> [OrderTemperatures] {
        let store = try live()
        do {
            return try store.temperatures(ofFirst: orders)
        } catch {
            throw poison(error)
        }
    }

    /// Pending deliveries of one endpoint by number, those after `number` only.
    package func pendingDeliveries(
        endpoint: String, after number: UInt64, limit: Int
    ) throws(StoreError) -> [DeliveryRecord] {
        let store = try live()
        do {
            return try store.pendingDeliveries(endpoint: endpoint, after: number, limit: limit)
        } catch {
            throw poison(error)
        }
    }

    /// Why the writer takes nothing any more; nil while it does.
    package var poisonedBy: StoreError? { failure }

    /// Bytes in the write-ahead log, for metrics.
    package var walBytes: Int { open?.walBytes ?? 0 }

    private func live() throws(StoreError) -> OpenStore {
        guard let open else {
            let cause = failure.map { ": \($0)" } ?? ""
            throw StoreError(
                kind: .poisoned, message: "this writer ended with an earlier failure\(cause)",
                statement: "")
        }
        return open
    }

    private func poison(_ error: StoreError) -> StoreError {
        failure = error
        open?.abandon()
        open = nil
        return error
    }
}

/// What a commit recorded.
package struct CommitReceipt: Equatable, Sendable {
    package var readings = 0
    /// Readings that were in the log already.
    package var duplicateReadings = 0
    package var fixes = 0
    /// Fixes that were in the log already.
    package var duplicateFixes = 0
    package var deadLetters = 0
    /// Dead letters that made room for newer ones.
    package var deadLettersRemoved = 0

    package init() {}
}

/// What a tidying did.
package struct TidyReport: Equatable, Sendable {
    /// Whether the write-ahead log starts anew.
    package var didCheckpoint = false
    /// Whether a reader kept the write-ahead log from starting anew.
    package var isCheckpointBlocked = false
    package var readingsErased = 0
    package var fixesErased = 0
    package var deadLettersErased = 0
    package var checkpointsErased = 0
    /// With what people did about them.
    package var alertsErased = 0
    package var accessesErased = 0
    package var eventsErased = 0
    package var deliveriesErased = 0
    /// Records that are not told again any more.
    package var historyErased = 0
    /// Rows of raw messages.
    package var rawMessagesErased = 0
    /// Why the head of the chain could not be written to its file; the log itself is not touched by it.
    package var headFailure: StoreError?
    /// Whether the time ran out before the work did.
    package var isMoreDue = false

    package init() {}
}

extension StoreIdentity {
    /// Counts this start, and draws the epoch where the store is new.
    fileprivate static func start(in database: Database) throws(StoreError) -> StoreIdentity {
        let drawn = UInt64.random(in: 1...UInt64.max)
        try database.execute(
            """
            INSERT INTO store(only, epoch, starts) VALUES (1, '\(String(drawn, radix: 16))', 1)
            ON CONFLICT(only) DO UPDATE SET starts = starts + 1
            """)
        let epoch = try database.text("SELECT epoch FROM store").flatMap { UInt64($0, radix: 16) }
        guard let epoch, let starts = try database.integer("SELECT starts FROM store") else {
            throw StoreError(
                kind: .corrupt, message: "the store has no identity", statement: "store")
        }
        return StoreIdentity(epoch: epoch, starts: UInt64(max(starts, 1)))
    }
}
