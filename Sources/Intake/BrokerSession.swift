/// Our session with one broker, over as many connections as it takes.
///
/// Belongs to one thread, the engine's, which in each turn
/// 1. waits until `descriptor` is readable or `nextDeadline` has come, unless the last `read`
///    answered otherwise than `.drained`,
/// 2. calls `maintain`, then `read` for every session into one batch,
/// 3. makes what was read durable,
/// 4. calls `acknowledge` on every session, or `abandon` on every session where that failed.
///
/// Only `acknowledge` and `disconnect` write to the socket, so no acknowledgement leaves before
/// its message is durable, whatever else happens between 2 and 4.
package final class BrokerSession {
    package enum State: Equatable, Sendable {
        case disconnected
        /// Dialing, or waiting for the broker's answer to CONNECT.
        case connecting
        case connected(sessionPresent: Bool)
    }

    package enum ReadOutcome: Equatable, Sendable {
        /// Nothing more is waiting; `descriptor` tells when there is.
        case drained
        /// Stopped at the call's limit. Read again before waiting on `descriptor`: with TLS the
        /// rest may be in memory already, where no descriptor shows it.
        case more
        /// The batch is full. Make it durable, acknowledge and empty it; then as for `more`.
        case batchFull
    }

    private enum Phase {
        /// Nil: at once.
        case waiting(until: ContinuousClock.Instant?)
        case dialing(Dialer)
        case asking(BrokerConnection, since: ContinuousClock.Instant)
        case connected(BrokerConnection, since: ContinuousClock.Instant, sessionPresent: Bool)
        /// Until `resume`.
        case held
        case closed
    }

    /// A broker that takes longer from CONNECT to CONNACK is not answering.
    private static let answerLimit = Duration.seconds(30)
    /// How often libmosquitto wants to look at its keep-alive.
    private static let maintenanceInterval = Duration.seconds(1)
    /// Reports kept until they are taken. A turn brings a handful.
    private static let reportLimit = 256

    package let settings: BrokerSettings
    /// What was asked for while running.
    private var furtherSubscriptions: [BrokerSettings.Subscription] = []
    /// Of all subscriptions.
    private var filters: Set<String>
    private let broker: UInt16
    private let readiness: Readiness
    private var phase = Phase.waiting(until: nil)
    private var backOff: BackOff
    private var takeover = TakeoverWatch()
    private var random: any RandomNumberGenerator
    private var reports: [BrokerReport] = []
    private var droppedReports = 0
    private var lastMaintained: ContinuousClock.Instant?
    /// Messages were read since the last `acknowledge`.
    private var hasUnacknowledged = false
    private var pendingGrants: [Int32: BrokerSettings.Subscription] = [:]

    /// - Parameters:
    ///   - broker: the number that marks this broker's messages in a batch.
    ///   - random: where the back-off's jitter comes from.
    package init(
        _ settings: BrokerSettings, broker: UInt16, random: any RandomNumberGenerator
    ) throws(SessionError) {
        do { try settings.validate() } catch { throw .settings(error) }
        self.settings = settings
        filters = Set(settings.subscriptions.map(\.filter))
        self.broker = broker
        self.random = random
        readiness = try Readiness()
        backOff = BackOff(settings.backOff)
    }

    /// Readable whenever the session has something to do; for the engine's epoll. The same over
    /// all connections, and open as long as the session lives.
    package var descriptor: Int32 { readiness.descriptor }

    package var state: State {
        switch phase {
        case .waiting, .held, .closed: .disconnected
        case .dialing, .asking: .connecting
        case .connected(_, _, let sessionPresent): .connected(sessionPresent: sessionPresent)
        }
    }

    /// When `maintain` is due even if nothing happens; nil while only `descriptor` can tell.
    package var nextDeadline: ContinuousClock.Instant? {
        switch phase {
        case .waiting(let instant): instant ?? lastMaintained ?? .now
        case .asking, .connected: lastMaintained.map { $0 + Self.maintenanceInterval }
        case .dialing, .held, .closed: nil
        }
    }

    /// Something waits to be sent by `acknowledge`.
    package var wantsWrite: Bool { connection?.wantsWrite ?? false }

    /// What happened since the last call, oldest first.
    package func takeReports() -> [BrokerReport] {
        guard !reports.isEmpty else { return [] }
        var taken: [BrokerReport] = []
        swap(&taken, &reports)
        if droppedReports > 0 { taken.append(.reportsDropped(droppedReports)) }
        droppedReports = 0
        return taken
    }
}

// MARK: - One turn

extension BrokerSession {
    /// Starts a connection that is due, takes over one that was dialed, queues a ping that is
    /// due, and gives up on a broker that does not answer. Writes no more than CONNECT.
    package func maintain(now: ContinuousClock.Instant) {
        lastMaintained = now
        switch phase {
        case .waiting(let instant):
            if instant.map({ now >= $0 }) ?? true { dial(now) }
        case .dialing(let dialer):
            if dialer.hasEnded { take(dialer, now) }
        case .asking(let connection, let since):
            if now - since >= Self.answerLimit {
                lose(.noAnswer, now)
            } else if case .lost(let reason) = connection.maintain() {
                lose(reason, now)
            }
        case .connected(let connection, _, _):
            if case .lost(let reason) = connection.maintain() { lose(reason, now) }
        case .held, .closed:
            break
        }
    }

    /// Reads what has come, without acknowledging it.
    ///
    /// Where the connection breaks meanwhile, what was read stays in the batch; the broker will
    /// send it again.
    ///
    /// - Parameter limit: about how many messages to add at most; a TLS record may bring more.
    package func read(
        into batch: inout MessageBatch, limit: Int, now: ContinuousClock.Instant
    ) -> ReadOutcome {
        guard limit > 0, let connection else { return .drained }
        let count = batch.count
        let result = connection.read(into: &batch, limit: limit)
        if batch.count > count { hasUnacknowledged = true }
        attend(to: connection, now)
        switch result {
        case .drained: return .drained
        case .limited: return .more
        case .full: return .batchFull
        case .lost(let reason):
            lose(reason, now)
            return .drained
        }
    }

    /// Tells the broker that everything read so far is safe. Call it only when it is, and also
    /// when nothing was read and `wantsWrite`.
    package func acknowledge(now: ContinuousClock.Instant) {
        guard let connection else { return }
        hasUnacknowledged = false
        switch connection.write() {
        case .alive: readiness.watch(connection.socket, forWriting: connection.wantsWrite)
        case .lost(let reason): lose(reason, now)
        }
    }

    /// Drops the connection and acknowledges nothing: the broker keeps what was read and sends
    /// it again. The session stays away until `resume`.
    package func abandon(now: ContinuousClock.Instant) {
        if connection != nil { report(.disconnected(.abandoned, retryIn: nil)) }
        if case .closed = phase { return }
        drop(.held)
    }

    /// Connects again after `abandon`.
    package func resume() {
        if case .held = phase { phase = .waiting(until: nil) }
    }

    /// Ends the session on our side; the broker keeps it. Says goodbye where everything read was
    /// acknowledged, which may take a second where the broker reads slowly; drops the connection
    /// silently where not, because the goodbye would take the acknowledgements with it.
    package func disconnect() {
        if let connection {
            if !hasUnacknowledged { connection.sayGoodbye() }
            report(.disconnected(.requested, retryIn: nil))
        }
        drop(.closed)
    }
}

// MARK: - Connecting and losing

extension BrokerSession {
    private var connection: BrokerConnection? {
        switch phase {
        case .asking(let connection, _), .connected(let connection, _, _): connection
        case .waiting, .dialing, .held, .closed: nil
        }
    }

    private func dial(_ now: ContinuousClock.Instant) {
        do throws(DialFailure) {
            phase = .dialing(try Dialer(settings, broker: broker, readiness: readiness))
        } catch {
            dialFailed(error, now)
        }
    }

    private func take(_ dialer: Dialer, _ now: ContinuousClock.Instant) {
        readiness.clear()
        switch dialer.outcome() {
        case .failure(let failure):
            dialFailed(failure, now)
        case .success(let connection):
            guard readiness.watch(connection.socket) else {
                dialFailed(.failed("the socket cannot be watched"), now)
                return
            }
            phase = .asking(connection, since: now)
            // Sends CONNECT: nothing was read that this could acknowledge.
            acknowledge(now: now)
        }
    }

    private func dialFailed(_ failure: DialFailure, _ now: ContinuousClock.Instant) {
        let wait = backOff.next(using: &random)
        report(.dialFailed(failure, retryIn: wait))
        phase = .waiting(until: now + wait)
    }

    private func lose(_ reason: DisconnectReason, _ now: ContinuousClock.Instant) {
        if case .connected(_, let since, _) = phase {
            let wasStable = takeover.disconnected(after: now - since)
            if wasStable { backOff.reset() }
            if takeover.isSuspected {
                report(.takeoverSuspected(disconnects: takeover.disconnects))
            }
        }
        let wait = backOff.next(using: &random)
        report(.disconnected(reason, retryIn: wait))
        drop(.waiting(until: now + wait))
    }

    /// The connection's last reference goes with the old phase, which closes its socket and
    /// frees its queue unsent.
    private func drop(_ next: Phase) {
        hasUnacknowledged = false
        pendingGrants.removeAll(keepingCapacity: true)
        phase = next
    }
}

// MARK: - News

extension BrokerSession {
    /// Watched because nothing else tells that the broker drops messages.
    private static let brokerCounters = [
        "$SYS/broker/publish/messages/dropped", "$SYS/broker/store/messages/count",
    ]
    /// SUBACK codes from here on are refusals.
    private static let firstRefusal: UInt8 = 128

    private func attend(to connection: BrokerConnection, _ now: ContinuousClock.Instant) {
        if case .asking = phase, let sessionPresent = connection.sessionPresent {
            connection.stopLogging()
            phase = .connected(connection, since: now, sessionPresent: sessionPresent)
            report(.connected(sessionPresent: sessionPresent))
            subscribe(connection)
        }
        for grant in connection.grants {
            guard let asked = pendingGrants.removeValue(forKey: grant.packetIdentifier) else {
                continue
            }
            if grant.code >= Self.firstRefusal {
                report(.subscriptionRefused(filter: asked.filter, code: grant.code))
            } else if grant.code < asked.qos.rawValue {
                report(.subscriptionWeakened(filter: asked.filter))
            }
            if pendingGrants.isEmpty { report(.subscribed) }
        }
        if let code = connection.refusedPublication { report(.publicationRefused(code: code)) }
        if let count = connection.droppedByBroker { report(.brokerDropped(count)) }
        if let count = connection.storedByBroker { report(.brokerStored(count)) }
        if connection.discarded > 0 { report(.discarded(connection.discarded)) }
        connection.forgetNews()
    }

    /// Queued, and sent by the next `acknowledge`. Repeated on every connection, because a
    /// broker that lost its session lost the filters too; what it keeps (retained messages)
    /// comes again only with a filter that is new to it.
    private func subscribe(_ connection: BrokerConnection) {
        for subscription in settings.subscriptions + furtherSubscriptions {
            subscribe(
                connection, subscription,
                retained: subscription.isRepeated ? .always : .ifNewSubscription)
        }
        for topic in Self.brokerCounters {
            subscribe(connection, .init(topic, qos: .atMostOnce), retained: .always)
        }
    }

    /// Subscribes to a further filter from now on; one that is asked for already is left as it is.
    package func subscribe(to filter: String) {
        guard filters.insert(filter).inserted else { return }
        let subscription = BrokerSettings.Subscription(filter)
        furtherSubscriptions.append(subscription)
        if case .connected(let connection, _, _) = phase {
            subscribe(connection, subscription, retained: .ifNewSubscription)
        }
    }

    /// Queues a message that the broker is to keep, at QoS 1; the next `acknowledge` sends it.
    ///
    /// A connection that is lost may take it with it, so it is to be published again after each
    /// `.connected`.
    ///
    /// - Returns: False where there is no connection, or the message cannot be queued.
    package func publish(retained payload: [UInt8], to topic: String) -> Bool {
        guard case .connected(let connection, _, _) = phase else { return false }
        return connection.publish(retained: payload, to: topic)
    }

    private func subscribe(
        _ connection: BrokerConnection, _ subscription: BrokerSettings.Subscription,
        retained: BrokerConnection.RetainedMessages
    ) {
        let identifier = connection.subscribe(
            subscription.filter, qos: subscription.qos, retained: retained)
        if let identifier {
            pendingGrants[identifier] = subscription
        } else {
            report(.subscriptionFailed(filter: subscription.filter))
        }
    }

    private func report(_ news: BrokerReport) {
        if reports.count >= Self.reportLimit {
            reports.removeFirst()
            droppedReports += 1
        }
        reports.append(news)
    }
}
