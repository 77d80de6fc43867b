import ColdChain
import Fabric
import Wire

/// Presence of drivers (K-5): who is expected to be heard and is not, is offline, and that is told.
///
/// Expected are heartbeats of a driver whose program was heard before and who is available, or has an
/// order to fetch or to bring.
extension Bridge {
    /// Drivers who are online, and those whose silence made them offline.
    package var presenceCount: PresenceCount { presence.counts }

    // MARK: What is heard

    /// Takes what a driver's own program publishes, or the platform for it, as a sign of life. A status
    /// is taken where it is told.
    mutating func hear(_ publication: Publication, at now: Timestamp, effects: inout Effects) {
        guard !publication.isDriverStatus, let driver = publication.driverSpeaking else { return }
        take(PresenceWord(driver), at: now, effects: &effects)
    }

    mutating func hear(_ identity: Identity, at now: Timestamp, effects: inout Effects) {
        guard identity.role == .driver else { return }
        take(PresenceWord(identity.subject), at: now, effects: &effects)
    }

    /// Takes a heartbeat with what it says of the driver's status.
    mutating func take(
        heartbeat publication: Publication, at now: Timestamp, effects: inout Effects
    ) {
        guard let driver = publication["driverId"]?.string else { return }
        var word = PresenceWord(driver)
        switch publication["availability"]?.string {
        case "unavailable"?:
            // Whoever has said why is unavailable all the same.
            let before = presence.place(of: driver).flatMap { presence[$0]?.presence.said }
            word.said = before == nil || before == .available ? .busy : before
        case let name?: word.said = DriverStatus(name: name)
        case nil: break
        }
        take(word, at: now, effects: &effects)
    }

    /// Takes a status that was told as somebody said it.
    ///
    /// - Parameter number: Of the record that told it; nil where none did.
    mutating func take(
        status publication: Publication, toldAs number: UInt64?, at now: Timestamp,
        effects: inout Effects
    ) {
        guard publication.isDriverStatus, let driver = publication["driverId"]?.string,
            let name = publication["status"]?.string
        else { return }
        var word = PresenceWord(driver)
        word.isHeard = publication.publisher.role == .driver
        word.said = DriverStatus(name: name)
        word.isTold = true
        word.toldAs = number
        take(word, at: now, effects: &effects)
        // Who says not to take deliveries is not asked.
        places.note(
            isAway: name != DriverStatus.available.name, driver, at: now,
            limit: settings.offers.placesMaximum)
    }

    private mutating func take(
        _ word: PresenceWord, at now: Timestamp, effects: inout Effects
    ) {
        let place = place(of: word.driver, at: now, effects: &effects)
        guard let driver = presence[place] else { return }
        if word.isHeard {
            countHeartbeat(after: driver, at: now)
            presence.hear(place, at: now)
        }
        let before = driver.presence
        var after = before
        after.isHeard = before.isHeard || word.isHeard
        after.said = word.said ?? before.said
        // The platform's word holds as the driver's own does.
        after.isMissing = before.isMissing && !word.isHeard && word.said == nil
        guard after != before else { return }
        after.since = now
        after.toldAs = word.toldAs ?? before.toldAs
        let returns = before.isMissing && !after.isMissing
        // Who never said anything was missed because of an order.
        if let status = after.said ?? (returns ? .busy : nil) {
            let news = PresenceNews(
                driver: word.driver, status: status, reason: returns ? .heardAgain : nil,
                lastHeardAt: nil)
            if status != driver.status, !word.isTold {
                after.toldAs = tell(news, at: now, effects: &effects)
            }
            if returns, status != .offline { tellOthers(news, at: now, effects: &effects) }
        }
        store(after, place, effects: &effects)
        if returns || after.said != before.said {
            places.note(
                isAway: after.said.map { $0 != .available } ?? false, word.driver, at: now,
                limit: settings.offers.placesMaximum)
        }
        expect(place, at: now)
    }

    /// A heartbeat counts as missed half an interval after it was due, as those of connections do.
    private mutating func countHeartbeat(after driver: PresenceBook.Driver, at now: Timestamp) {
        counters.driverHeartbeats += 1
        guard driver.isDue else { return }
        let interval = max(settings.presence.interval, 1)
        let silence = max(now.milliseconds(since: driver.silentSince), 0)
        let missed = (silence + interval / 2) / interval - 1
        counters.driverHeartbeatsMissed += UInt64(min(max(missed, 0), settings.presence.misses))
    }

    private mutating func place(
        of driver: String, at now: Timestamp, effects: inout Effects
    ) -> Int {
        if let known = presence.place(of: driver) { return known }
        forget(presence.tooMany(limit: settings.presence.driversMaximum), effects: &effects)
        return presence.add(
            PresenceBook.Driver(
                presence: DriverPresence(
                    driver: driver, said: nil, isHeard: false, isMissing: false, since: now,
                    toldAs: nil),
                silentSince: now))
    }

    private mutating func store(
        _ after: DriverPresence, _ place: Int, effects: inout Effects
    ) {
        presence.put(after, at: place)
        effects.records.presence.append(.put(after))
    }

    // MARK: What is expected

    private mutating func expect(_ place: Int, at now: Timestamp) {
        guard let known = presence[place]?.presence else { return }
        let isThere = known.isHeard && !known.isMissing && known.said != .offline
        let isDue =
            isThere
            && (known.said == .available || !book.ordersUnderWay(ofDriver: known.driver).isEmpty)
        presence.expect(isDue, place, at: now, patience: settings.presence.patience)
    }

    /// An order is new or has changed: whose it was, and whose it is, may have to be heard now, or not
    /// any more. Of a driver who is missing the order's people are told.
    mutating func followDrivers(
        of order: Order, before: Order?, at now: Timestamp, effects: inout Effects
    ) {
        if let driver = before?.driver, driver != order.driver,
            let place = presence.place(of: driver)
        {
            expect(place, at: now)
        }
        guard let driver = order.driver, let place = presence.place(of: driver) else { return }
        expect(place, at: now)
        let wasTheirs = before.map { $0.driver == driver && $0.status.isUnderWay } ?? false
        guard let known = presence[place], known.presence.isMissing, order.status.isUnderWay,
            !wasTheirs
        else { return }
        let news = PresenceNews(
            driver: driver, status: .offline, reason: .heartbeatsMissed,
            lastHeardAt: known.heardAt)
        tell(news, of: order, at: now, effects: &effects)
    }

    // MARK: Time

    /// Tells who was not heard for too long.
    ///
    /// - Returns: When the next driver is to be looked at.
    mutating func tellAbsences(at now: Timestamp, effects: inout Effects) -> Timestamp? {
        let patience = settings.presence.patience
        for place in presence.begin(at: now, patience: patience) {
            expect(place, at: now)
            // Where drivers are is not kept over a restart; that they take no deliveries is.
            if let driver = presence[place], let status = driver.status, status != .available {
                places.note(
                    isAway: true, driver.presence.driver, at: now,
                    limit: settings.offers.placesMaximum)
            }
        }
        while let place = presence.nextSilent(at: now, patience: patience) {
            miss(place, at: now, effects: &effects)
        }
        return presence.nextTimer
    }

    private mutating func miss(_ place: Int, at now: Timestamp, effects: inout Effects) {
        guard let driver = presence[place] else { return }
        var after = driver.presence
        after.isMissing = true
        after.since = now
        counters.driverHeartbeatsMissed += UInt64(max(settings.presence.misses, 0))
        counters.driversMissed += 1
        let news = PresenceNews(
            driver: after.driver, status: .offline, reason: .heartbeatsMissed,
            lastHeardAt: driver.heardAt)
        after.toldAs = tell(news, at: now, effects: &effects)
        tellOthers(news, at: now, effects: &effects)
        store(after, place, effects: &effects)
        places.note(
            isAway: true, after.driver, at: now, limit: settings.offers.placesMaximum)
        expect(place, at: now)
    }

    /// Forgets drivers of whom nothing is expected and nothing was heard for so long that what was told
    /// of them cannot be told again either.
    mutating func forgetIdleDrivers(before instant: Timestamp, effects: inout Effects) {
        forget(presence.idle(before: instant), effects: &effects)
    }

    private mutating func forget(_ drivers: [String], effects: inout Effects) {
        for driver in drivers {
            presence.remove(driver)
            effects.records.presence.append(.forgotten(driver: driver))
        }
    }
}

/// What is heard of a driver.
private struct PresenceWord {
    var driver: String
    /// Whether it is a sign of the driver's own program.
    var isHeard = true
    var said: DriverStatus?
    /// Whether what is said is told already.
    var isTold = false
    var toldAs: UInt64?

    init(_ driver: String) { self.driver = driver }
}

extension Publication {
    fileprivate var isDriverStatus: Bool { type.name == "driver_status_changed" }

    /// Whose program says it: by the token, or by the platform's word. A position that the platform
    /// gives a driver comes from that driver's program; other news of the platform need not.
    fileprivate var driverSpeaking: String? {
        if publisher.role == .driver { return publisher.subject }
        guard type.effect == .position else { return nil }
        return self["driverId"]?.string
    }
}

extension OrderStatus {
    /// Whether somebody is on the way with the order, or to it: it waits to be fetched, or is under
    /// way.
    var isUnderWay: Bool {
        switch self {
        case .ready, .pickedUp, .inTransit: true
        case .created, .confirmed, .preparing, .delivered, .cancelled: false
        }
    }
}
