import Bridge
import CodecSandbox
import ColdChain
import DeviceCodecs
import Intake
import Journal
import System

/// The loop of the engine thread: owns the brokers' sessions, the bridge and the writing database
/// connection, and turns them in the one order that loses nothing.
///
/// A turn: drain every session, decode, judge, commit once, acknowledge, hand out. What arrives
/// while a commit runs is the next turn's batch.
final class EngineLoop {
    private let settings: EngineSettings
    private let log: Log
    private let mail: Mail
    private let poller: Poller
    private let dispatcher: Dispatcher
    private let codecs: VendorCodecs?
    private var sessions: [BrokerSession] = []
    private var brokers: [BrokerWatch] = []
    private var heads: HeadPublisher
    private var batch: MessageBatch
    private var store: EngineStore
    private var effects = Effects()
    private var outgoing = Outgoing()
    private var inbox: [EngineMessage] = []
    /// Done once everything that was said before them is durable.
    private var duties: [(duty: RecordsDuty, token: CommandToken)] = []
    private var accesses = WaitingAccesses()
    private var ready: [Poller.Ready] = []
    private var status = EngineStatus()
    private var isStopping = false
    /// A session stopped at its limit: there is more to read without waiting.
    private var hasMore = false
    private var nextDue: Timestamp?
    private var lastReported: UInt64 = 0
    private var firstSession = 0
    /// Brokers that lost the session, until that is durable.
    private var lostSessions: Set<String> = []
    /// What the bridge was last told of each broker; nil where it was told nothing.
    private var toldConnected: [Bool?] = []

    private init(
        settings: EngineSettings, catalogue: ProfileCatalogue, mail: Mail, log: Log
    ) throws(StartError) {
        self.settings = settings
        codecs = VendorCodecs(catalogue, settings.codecs)
        codecs?.report(to: log)
        dispatcher = try Dispatcher(catalogue, codecs: codecs, events: settings.eventTopic)
        do throws(AdvertKeyError) {
            try dispatcher.take(settings.deviceKeys)
        } catch {
            throw StartError("devices.keys_file: \(error.description)")
        }
        self.mail = mail
        self.log = log
        batch = MessageBatch(
            messageLimit: settings.batchMessages, byteLimit: settings.batchBytes,
            payloadLimit: settings.payloadBytes)
        store = EngineStore(settings: settings, log: log)
        heads = HeadPublisher(settings, log: log)
        do throws(SystemError) {
            poller = try Poller()
            try poller.watch(mail.engineWakeUp.descriptor, key: 0)
        } catch {
            throw StartError(error.description)
        }
        for (index, broker) in settings.brokers.enumerated() {
            let session: BrokerSession
            do throws(SessionError) {
                session = try BrokerSession(
                    broker, broker: UInt16(truncatingIfNeeded: index),
                    random: SystemRandomNumberGenerator())
            } catch {
                throw StartError("broker \(broker.name): \(error.description)")
            }
            do throws(SystemError) {
                try poller.watch(session.descriptor, key: UInt64(index) + 1)
            } catch {
                throw StartError(error.description)
            }
            sessions.append(session)
            toldConnected.append(nil)
            brokers.append(BrokerWatch(name: broker.name, log: log))
        }
    }

    /// Starts the thread, and waits until the store is open.
    static func start(
        _ settings: EngineSettings, catalogue: ProfileCatalogue, mail: Mail, log: Log
    ) throws(StartError) -> (thread: Thread, origin: LogOrigin) {
        let opened = OneShot<Result<LogOrigin, StartError>>()
        let thread = try StartError.catching { () throws(SystemError) in
            try Thread(name: "engine") {
                do throws(StartError) {
                    // Here and not before: the codec program dies with the thread that starts it.
                    let loop = try EngineLoop(
                        settings: settings, catalogue: catalogue, mail: mail, log: log)
                    opened.give(.success(try loop.openStore()))
                    loop.run()
                } catch {
                    opened.give(.failure(error))
                }
            }
        }
        return (thread, try opened.wait().get())
    }

    /// Opens the store for the first time, so that a store that cannot be used ends the start.
    ///
    /// - Returns: What the fabric must know of the log.
    private func openStore() throws(StartError) -> LogOrigin {
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        try store.open(now: now, effects: &effects)
        store.restoredModels.forEach(dispatcher.take)
        store.restoredAnnouncements.forEach { dispatcher.restore($0, receivedAt: now) }
        subscribeToAnnounced()
        guard let positionKey = store.journal?.positionKey else { throw StartError("no store") }
        let history = try store.readHistory()
        let origin = LogOrigin(
            epoch: store.epoch, positionKey: positionKey, lastEvent: store.lastEvent,
            historyFloor: history.floor, history: history.records,
            memoryFloor: history.memoryFloor, orders: store.restoredOrders,
            orderVersions: store.restoredVersions)
        guard settle(at: now) else { throw StartError("the store cannot be written") }
        handOut()
        reportStatus(now: now)
        return origin
    }

    /// Runs until the inbox says stop.
    private func run() {
        while !isStopping { turn() }
        shutDown()
    }

    private func turn() {
        poller.wait(milliseconds: hasMore ? 0 : waitMilliseconds(), into: &ready)
        if !ready.isEmpty { mail.engineWakeUp.clear() }
        let instant = ContinuousClock.now
        let now = Timestamp(milliseconds: Clock.wallMilliseconds())
        mail.engine.receive(into: &inbox)
        for session in sessions { session.maintain(now: instant) }
        guard store.isOpen else {
            refuseInbox()
            reopenStore(instant: instant, now: now)
            reportStatus(now: now)
            return
        }
        readSessions(now: instant)
        // A lost session must be known before the new one's first message is decoded.
        takeReports()
        tellBrokers(at: now)
        decodeBatch(receivedAt: now)
        for message in inbox { take(message, at: now) }
        inbox.removeAll(keepingCapacity: true)
        nextDue = store.bridge?.wake(at: now, effects: &effects)
        guard settle(at: now) else {
            failStore(instant: instant)
            return
        }
        // What the log answered may ask for a timer of its own.
        nextDue = [nextDue, store.bridge?.nextTimer].compactMap(\.self).min()
        for session in sessions { session.acknowledge(now: ContinuousClock.now) }
        store.noteReplays(outgoing.replays, at: now)
        handOut()
        carryOutDuties(at: now)
        store.tidy(isIdle: batch.isEmpty, now: now, heads: &heads, effects: &effects)
        heads.publish(to: sessions)
        reportStatus(now: now)
    }

    private func waitMilliseconds() -> Int32 {
        var wait: Int64 = settings.tickMilliseconds
        let instant = ContinuousClock.now
        for session in sessions {
            guard let deadline = session.nextDeadline else { continue }
            wait = min(wait, milliseconds(from: instant, to: deadline))
        }
        if let nextDue {
            wait = min(wait, nextDue.milliseconds - Clock.wallMilliseconds())
        }
        return Int32(clamping: max(wait, 0))
    }

    private func readSessions(now: ContinuousClock.Instant) {
        batch.removeAll()
        hasMore = false
        // Each turn begins with another broker, so that a busy one starves nobody.
        firstSession = sessions.isEmpty ? 0 : (firstSession + 1) % sessions.count
        for session in sessions[firstSession...] + sessions[..<firstSession] {
            let room = settings.batchMessages - batch.count
            guard room > 0 else {
                hasMore = true
                break
            }
            if session.read(into: &batch, limit: room, now: now) != .drained { hasMore = true }
        }
    }

    private func decodeBatch(receivedAt: Timestamp) {
        guard !batch.isEmpty else { return }
        status.batches += 1
        status.messages += UInt64(batch.count)
        for index in 0..<batch.count {
            store.receive(
                batch, at: index, receivedAt: receivedAt, through: dispatcher, effects: &effects)
        }
        store.finish(batch, through: dispatcher, effects: &effects)
        subscribeToAnnounced()
    }

    private func subscribeToAnnounced() {
        for filter in dispatcher.takeNewFilters() {
            for session in sessions { session.subscribe(to: filter) }
        }
    }

    private func take(_ message: EngineMessage, at now: Timestamp) {
        switch message {
        case .command(let command, let token):
            store.bridge?.perform(command, token: token, at: now, effects: &effects)
        case .replay(let number, let token):
            outgoing.replays.append(
                store.replay(number, token: token, through: dispatcher, effects: &effects))
        case .duty(let duty, let token): duties.append((duty, token))
        case .accesses(let records): accesses.keep(records, log)
        case .tell(let event): store.bridge?.tell(event, at: now, effects: &effects)
        case .result(let result):
            store.bridge?.finished(result, at: now, effects: &effects)
        case .reload(let settings): reload(settings)
        case .stop:
            isStopping = true
        }
    }

    /// Says so only now: every reading after that line is judged by the new limits.
    private func reload(_ settings: NewSettings) {
        do throws(AdvertKeyError) {
            try dispatcher.take(settings.deviceKeys)
        } catch {
            log.error("device keys not taken over", ["reason": error.description])
        }
        store.reload(settings.bridge, plan: settings.plan, effects: &effects)
        log.info("configuration taken over", ["changed_keys": settings.changedKeys])
    }

    /// Makes everything of the turn durable, and what that asks for in turn.
    ///
    /// - Returns: False where the store failed; nothing may be acknowledged or told then.
    @discardableResult
    private func settle(at now: Timestamp) -> Bool {
        let began = Clock.monotonicNanoseconds()
        effects.records.accesses = accesses.records
        let hadRecords = !effects.records.isEmpty
        let isDurable = store.settle(&effects, into: &outgoing, at: now)
        if isDurable {
            lostSessions.removeAll()
            accesses.removeAll()
        }
        if hadRecords {
            status.commits += isDurable ? 1 : 0
            status.commitNanoseconds += Clock.monotonicNanoseconds() - began
        }
        return isDurable
    }

    private func failStore(instant: ContinuousClock.Instant) {
        status.storeFailures += 1
        effects.removeAll()
        // The failed commit may have taken effect: an event nobody was told of may be in the log.
        mail.hasLostPublications.set(true)
        refuse(outgoing.tokens + duties.map(\.token))
        duties.removeAll()
        outgoing.removeAll()
        batch.removeAll()
        hasMore = false
        for session in sessions { session.abandon(now: instant) }
        // The next bridge knows nothing of them.
        toldConnected = Array(repeating: nil, count: sessions.count)
        store.fail(instant: instant)
    }

    private func reopenStore(instant: ContinuousClock.Instant, now: Timestamp) {
        guard store.reopenIfDue(instant: instant, now: now, effects: &effects) else { return }
        for broker in lostSessions { store.bridge?.sessionLost(broker: broker, effects: &effects) }
        guard settle(at: now) else {
            failStore(instant: instant)
            return
        }
        handOut()
        for session in sessions { session.resume() }
        log.info("store open again")
    }

    /// While the store is away nothing can be promised: whoever asks is told so at once.
    private func refuseInbox() {
        var tokens: [CommandToken] = []
        for message in inbox {
            switch message {
            case .command(_, let token), .replay(_, let token), .duty(_, let token):
                tokens.append(token)
            case .accesses(let records): accesses.keep(records, log)
            case .reload(let settings): reload(settings)
            case .stop: isStopping = true
            // The attempt stays owed in the log, and is made again.
            case .result: break
            // The next verification finds it again.
            case .tell: break
            }
        }
        inbox.removeAll(keepingCapacity: true)
        refuse(tokens)
        takeReports()
    }

    private func refuse(_ tokens: [CommandToken]) {
        mail.answers.send(tokens.map { Answer(token: $0, response: .storeUnavailable) })
    }

    private func takeReports() {
        for index in sessions.indices {
            for report in sessions[index].takeReports() {
                brokers[index].take(report)
                heads.note(report, ofSession: index)
                if case .connected(sessionPresent: false) = report {
                    lostSessions.insert(brokers[index].name)
                    store.bridge?.sessionLost(
                        broker: brokers[index].name, effects: &effects)
                }
            }
        }
    }

    /// Tells the bridge which brokers are connected, where that has changed.
    private func tellBrokers(at now: Timestamp) {
        for index in sessions.indices {
            var isConnected = false
            if case .connected = sessions[index].state { isConnected = true }
            guard toldConnected[index] != isConnected else { continue }
            toldConnected[index] = isConnected
            store.bridge?.noteBroker(
                brokers[index].name, isConnected: isConnected, at: now, effects: &effects)
        }
    }

    /// Gives everything that is durable now to the threads that wait for it.
    private func handOut() {
        outgoing.noteDurable(at: Clock.monotonicNanoseconds())
        if !mail.publications.send(outgoing.publications) {
            // Subscribers must not believe that they have seen everything.
            status.publicationsLost += UInt64(outgoing.publications.count)
            mail.hasLostPublications.set(true)
        }
        mail.answers.send(
            outgoing.replays.map { Answer(token: $0.token, response: $0.response) })
        mail.answers.send(
            outgoing.replies.map { reply in
                var answer = Answer(token: reply.token, response: APIResponse(reply.result))
                if case .success(.published(let fates)) = reply.result { answer.fates = fates }
                return answer
            })
        mail.observer?.send(outgoing.publications)
        mail.attempts.send(outgoing.attempts)
        outgoing.modelChanges.forEach(dispatcher.take)
        outgoing.removeAll()
    }

    private func carryOutDuties(at now: Timestamp) {
        guard !duties.isEmpty else { return }
        mail.answers.send(
            duties.map { Answer(token: $0.token, response: store.carryOut($0.duty, at: now)) })
        duties.removeAll(keepingCapacity: true)
    }

    private func reportStatus(now: Timestamp) {
        let instant = Clock.monotonicNanoseconds()
        guard instant - lastReported >= 250_000_000 else { return }
        lastReported = instant
        status.turnedAt = now
        status.isStoreOpen = store.isOpen
        status.brokers = zip(brokers, sessions).map { $0.status(of: $1) }
        status.counters = store.bridge?.counters ?? status.counters
        status.silentSensors = store.bridge?.silentSensors ?? status.silentSensors
        status.presence = store.bridge?.presenceCount ?? status.presence
        status.pendingDeliveries = store.bridge?.pendingDeliveries ?? status.pendingDeliveries
        status.duplicates = store.duplicates
        status.headFailures = heads.failures
        status.unreadablePlaces = store.journal?.unreadablePlaces ?? status.unreadablePlaces
        status.retention = store.journal?.retentionStatus ?? status.retention
        status.codecs = codecs?.counters
        mail.engineStatus.set(status)
    }

    /// What was read is committed and acknowledged already; what was not stays with the broker.
    private func shutDown() {
        for session in sessions { session.disconnect() }
        store.close()
    }

    private func milliseconds(
        from instant: ContinuousClock.Instant, to deadline: ContinuousClock.Instant
    ) -> Int64 {
        let duration = instant.duration(to: deadline).components
        return duration.seconds * 1000 + duration.attoseconds / 1_000_000_000_000_000 + 1
    }
}
