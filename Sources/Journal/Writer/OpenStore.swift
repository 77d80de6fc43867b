internal import Bridge
internal import ColdChain
internal import Crypto

/// The writing connection with its prepared statements; gone after the first failure.
final class OpenStore {
    let database: Database
    let settings: JournalSettings
    private let begin: Statement
    private let end: Statement
    private let chain: Chain
    private(set) var book: OrderBook
    private let outbox: Outbox
    private let history: HistoryLog
    private let offers: OfferLog
    private let presence: PresenceLog
    private let checkpoints: CheckpointLog
    private let calibrations: CalibrationLog
    private var accesses: AccessLog
    private var readings: ReadingLog
    private var fixes: FixLog
    private let revisions: RevisionLog
    private let channels: ChannelLog
    private let orders: OrderLog
    private var fingerprints: FingerprintRing
    private var deadLetters: DeadLetterStore
    private let devices: DeviceBook
    private var rawMessages: RawMessageLog
    private var retention: Retention
    private let holds: HoldBook
    private let erasure: SubjectErasure
    private var heads: HeadExport
    /// The size of the write-ahead log at which the next checkpoint is tried.
    private var checkpointBytes: Int
    /// When the write-ahead log is next cut to nothing; nil before the first tidying.
    private var truncatesAt: Timestamp?

    private static let truncationMilliseconds: Int64 = 3_600_000
    /// How soon it is tried again where a reader was in the way.
    private static let blockedMilliseconds: Int64 = 60_000

    init(
        _ database: Database, settings: JournalSettings, key: Ed25519SigningKey,
        placeKeys: PlaceKeys
    ) throws(StoreError) {
        self.database = database
        self.settings = settings
        begin = try database.prepare("BEGIN IMMEDIATE")
        end = try database.prepare("COMMIT")
        let chain = try Chain(database)
        self.chain = chain
        let keyNumber = try database.transaction { () throws(StoreError) in
            try chain.announce(key.publicKey, in: database)
        }
        book = try OrderBook(database, chain: chain, placeKeys: placeKeys)
        outbox = try Outbox(database, chain: chain)
        history = try HistoryLog(database)
        offers = try OfferLog(database)
        presence = try PresenceLog(database)
        checkpoints = try CheckpointLog(database, chain: chain)
        calibrations = try CalibrationLog(database, chain: chain)
        accesses = try AccessLog(database, chain: chain)
        readings = try ReadingLog(
            database, chain: chain, remembering: settings.rememberedReadings)
        fixes = try FixLog(database, chain: chain)
        revisions = try RevisionLog(database, chain: chain)
        channels = try ChannelLog(database)
        orders = try OrderLog(database, pieceInstants: settings.recalledInstants)
        fingerprints = try FingerprintRing(database)
        deadLetters = try DeadLetterStore(database, settings: settings)
        devices = try DeviceBook(database)
        rawMessages = try RawMessageLog(database, settings: settings)
        let purges = try PurgeLog(database, chain: chain, key: key, keyNumber: keyNumber)
        holds = try HoldBook(database, changes: book.changes)
        erasure = SubjectErasure(
            database, chain: chain, changes: book.changes, checkpoints: checkpoints,
            presence: presence, purges: purges)
        retention = try Retention(
            database, settings: settings, chain: chain, purges: purges, holds: holds,
            revisions: revisions, history: history, offers: offers)
        heads = HeadExport(
            settings, log: try database.text("SELECT epoch FROM store") ?? "", key: key)
        checkpointBytes = settings.walBytes
    }

    var walBytes: Int { database.walPages * (database.pageBytes + OpenStore.frameHeaderBytes) }

    /// What the write-ahead log puts before each page.
    private static let frameHeaderBytes = 24

    func commit(_ batch: borrowing RecordBatch) throws(StoreError) -> CommitReceipt {
        var receipt = CommitReceipt()
        try begin.run()
        for source in batch.sources { try book.add(source) }
        for order in batch.orders { try book.put(order) }
        for custody in batch.custody { try book.put(custody) }
        for excursion in batch.excursions { try book.put(excursion) }
        for gap in batch.dataGaps { try book.put(gap) }
        for silence in batch.silences { try book.put(silence) }
        for record in batch.alerts { try book.record(record) }
        for entry in batch.calibrations { try calibrations.record(entry) }
        for access in batch.accesses { try accesses.record(access) }
        try rawMessages.record(batch.rawMessages)
        try recordReadings(batch, &receipt)
        for (place, revision) in batch.qualityRevisions.enumerated() {
            if !readings.isSettled(place) { try revisions.record(revision) }
            readings.memory.revise(revision)
        }
        try recordFixes(batch, &receipt)
        for checkpoint in batch.checkpoints { try checkpoints.record(checkpoint) }
        for event in batch.events { try outbox.add(event) }
        for record in batch.history { try history.record(record) }
        for publication in batch.publications { try history.record(publication) }
        for offer in batch.offers { try offers.record(offer) }
        for change in batch.presence { try presence.record(change) }
        try history.count(relayed: batch.history.count - batch.events.count)
        for delivery in batch.deliveries { try outbox.add(delivery) }
        for progress in batch.deliveryProgress { try outbox.put(progress) }
        for fingerprint in batch.fingerprints { try fingerprints.add(fingerprint) }
        for change in batch.devices { try devices.record(change) }
        for change in batch.unknownFrames { try devices.record(change) }
        for message in batch.announcements { try devices.record(message) }
        for letter in batch.deadLetters { try deadLetters.record(letter) }
        receipt.deadLetters = batch.deadLetters.count
        receipt.deadLettersRemoved = try deadLetters.trim()
        try chain.close(.recorded)
        try end.run()
        return receipt
    }

    func putInForce(_ plan: HACCPPlanText, at instant: Timestamp) throws(StoreError) {
        try database.transaction { () throws(StoreError) in
            try chain.putInForce(plan, at: instant, in: database)
        }
    }

    private func recordReadings(
        _ batch: borrowing RecordBatch, _ receipt: inout CommitReceipt
    ) throws(StoreError) {
        receipt.readings = try readings.record(
            batch.readings, settling: batch.qualityRevisions)
        receipt.duplicateReadings = batch.readings.count - receipt.readings
        try readings.advanceIndex()
    }

    private func recordFixes(
        _ batch: borrowing RecordBatch, _ receipt: inout CommitReceipt
    ) throws(StoreError) {
        for fix in batch.fixes {
            if try fixes.record(fix) { receipt.fixes += 1 } else { receipt.duplicateFixes += 1 }
        }
        try fixes.advanceIndex()
    }

    func channelStretch(_ recall: ChannelRecall) throws(StoreError) -> ChannelStretch {
        if let known = readings.memory.answer(recall) { return known }
        // In one transaction: to begin and end one for each instant would cost as much as reading it.
        let (stretch, reachesStart) = try database.transaction("BEGIN") { () throws(StoreError) in
            try channels.answer(recall, unindexed: readings.unindexed(of: recall.source))
        }
        readings.memory.keep(stretch, of: recall, reachesStart: reachesStart)
        return stretch
    }

    func temperatures(
        ofFirst numbers: ArraySlice<OrderNumber>
    ) throws(StoreError) -> [OrderTemperatures] {
        try database.transaction("BEGIN") { () throws(StoreError) in
            try orders.temperatures(ofFirst: numbers, index: readings.index)
        }
    }

    func markReplayed(_ numbers: [UInt64], at instant: Timestamp) throws(StoreError) -> Int {
        try database.transaction { () throws(StoreError) in
            var marked = 0
            for number in numbers {
                if try deadLetters.markReplayed(number, at: instant) { marked += 1 }
            }
            return marked
        }
    }

    // MARK: Holds and subjects

    func placeHold(
        _ scope: HoldScope, reason: String, by person: String, until end: Timestamp?,
        at now: Timestamp
    ) throws(StoreError) -> LegalHold {
        try recording { () throws(StoreError) in
            try holds.place(scope, reason: reason, by: person, until: end, at: now)
        }
    }

    func releaseHold(
        _ number: UInt64, by person: String, at now: Timestamp
    ) throws(StoreError) -> LegalHold? {
        try recording { () throws(StoreError) in
            try holds.release(number, by: person, at: now)
        }
    }

    private func recording<Answer>(
        _ body: () throws(StoreError) -> Answer
    ) throws(StoreError) -> Answer {
        let answer = try database.transaction { () throws(StoreError) in
            let answer = try body()
            try chain.close(.recorded)
            return answer
        }
        retention.holdsHaveChanged()
        return answer
    }

    func erase(
        _ subject: PersonalSubject, by person: String, at now: Timestamp
    ) throws(StoreError) -> ErasureOutcome {
        retention.holdsHaveChanged()
        let held = try retention.rowsHeld(at: now)
        let outcome = try erasure.erase(subject, by: person, held: held, at: now)
        // What was erased is gone from the files once the write-ahead log is cut to nothing.
        if case .erased = outcome { truncatesAt = now }
        return outcome
    }

    var retentionStatus: RetentionStatus { retention.status }

    func tidy(now: Timestamp, budget: Duration) throws(StoreError) -> TidyReport {
        let deadline = ContinuousClock.now + budget
        var report = TidyReport()
        try checkpointIfDue(now: now, &report)
        while try retention.eraseSlice(
            now: now, deadLetters: &deadLetters, rawMessages: rawMessages, report: &report)
        {
            if ContinuousClock.now >= deadline {
                report.isMoreDue = true
                break
            }
        }
        if report.readingsErased > 0 {
            readings.memory.forget(receivedBefore: retention.readingCutoff(at: now))
        }
        report.headFailure = heads.exportIfDue(chain, now: now)
        return report
    }

    func takeSignedHead() -> SignedHead? { heads.takeSigned() }

    /// Moves the write-ahead log when it is large, and cuts it away once in a while even when it is
    /// small: what was erased is gone from the files only then.
    private func checkpointIfDue(now: Timestamp, _ report: inout TidyReport) throws(StoreError) {
        let cut = truncatesAt ?? now.advanced(byMilliseconds: OpenStore.truncationMilliseconds)
        truncatesAt = cut
        let truncates = now >= cut && database.walPages > 0
        guard truncates || walBytes >= checkpointBytes else { return }
        // Readers are not waited for: one that is in the way now is gone some turns later.
        database.setBusyTimeout(milliseconds: 0)
        let outcome = try database.checkpoint(truncating: truncates)
        database.setBusyTimeout(milliseconds: settings.busyMilliseconds)
        report.didCheckpoint = outcome.isReset
        report.isCheckpointBlocked = !outcome.isReset
        // What a reader keeps is tried again after some more growth, not in every turn.
        checkpointBytes =
            outcome.isReset ? settings.walBytes : walBytes + settings.walBytes / 4
        if truncates {
            truncatesAt = now.advanced(
                byMilliseconds: outcome.isReset
                    ? OpenStore.truncationMilliseconds : OpenStore.blockedMilliseconds)
        }
    }

    /// Lets go of the connection and leaves the files as the failure left them.
    func abandon() {
        database.forgoCheckpointOnClose()
    }
}
