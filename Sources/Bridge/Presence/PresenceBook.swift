import ColdChain

/// What is heard of each driver's program, and when it is next to be seen whether heartbeats were missed.
///
/// A heartbeat costs one look-up. When a driver is due, what was heard meanwhile puts it off: there is
/// one live entry of the queue for a driver, not one for a heartbeat.
struct PresenceBook: Sendable {
    struct Driver: Sendable {
        var presence: DriverPresence
        /// When the program was last heard; nil where that was before the start, or never.
        var heardAt: Timestamp?
        /// Whether heartbeats are expected.
        var isDue = false
        /// Since when silence counts: since the last word, or since heartbeats are expected.
        var silentSince: Timestamp
        /// The instant of its entry in the queue; entries of other instants are void.
        var queuedAt: Timestamp?

        /// What others believe of the driver; nil where they were told nothing.
        var status: DriverStatus? { presence.isMissing ? .offline : presence.said }

        fileprivate var isOnline: Bool {
            presence.isHeard && !presence.isMissing && presence.said != .offline
        }
    }

    private var drivers: [Driver?] = []
    private var places: [String: Int] = [:]
    private var free: [Int] = []
    private var due = DueQueue()
    private(set) var counts = PresenceCount()
    /// The last instant at which time was looked at.
    private var lookedAt: Timestamp?
    /// Whether every driver is to be queued anew: after the start, and with other settings.
    private(set) var isStale = false

    init(restored: [DriverPresence] = []) {
        for presence in restored {
            _ = add(Driver(presence: presence, silentSince: presence.since))
        }
        isStale = !restored.isEmpty
    }

    var count: Int { places.count }

    /// When the next driver is to be looked at; may be too early.
    var nextTimer: Timestamp? { isStale ? Self.atOnce : due.first }

    /// Before every instant at which anything is done.
    private static let atOnce = Timestamp(milliseconds: 0)

    func place(of driver: String) -> Int? { places[driver] }

    subscript(place: Int) -> Driver? { drivers[place] }

    /// Adds a driver who is not there yet.
    mutating func add(_ driver: Driver) -> Int {
        let place: Int
        if let old = free.popLast() {
            place = old
            drivers[place] = driver
        } else {
            place = drivers.count
            drivers.append(driver)
        }
        places[driver.presence.driver] = place
        count(driver, 1)
        return place
    }

    mutating func remove(_ name: String) {
        guard let place = places.removeValue(forKey: name) else { return }
        if let driver = drivers[place] { count(driver, -1) }
        drivers[place] = nil
        free.append(place)
    }

    /// - Parameter presence: Of the driver at the place.
    mutating func put(_ presence: DriverPresence, at place: Int) {
        guard let driver = drivers[place] else { return }
        count(driver, -1)
        drivers[place]?.presence = presence
        if let driver = drivers[place] { count(driver, 1) }
    }

    private mutating func count(_ driver: Driver, _ one: Int) {
        if driver.isOnline { counts.online += one }
        if driver.presence.isMissing { counts.missing += one }
    }

    // MARK: What is heard

    mutating func hear(_ place: Int, at now: Timestamp) {
        drivers[place]?.heardAt = now
        drivers[place]?.silentSince = now
    }

    /// Heartbeats are expected from now on, or not any more.
    mutating func expect(_ isDue: Bool, _ place: Int, at now: Timestamp, patience: Int64) {
        guard let driver = drivers[place], driver.isDue != isDue else { return }
        drivers[place]?.isDue = isDue
        guard isDue else { return }
        drivers[place]?.silentSince = now
        queue(place, now.advanced(byMilliseconds: patience))
    }

    // MARK: When

    /// The driver is to be looked at, at that instant at the latest.
    private mutating func queue(_ place: Int, _ instant: Timestamp) {
        if let queuedAt = drivers[place]?.queuedAt, queuedAt <= instant { return }
        drivers[place]?.queuedAt = instant
        due.add(instant, UInt64(place))
    }

    /// With other settings each deadline is another.
    mutating func queueAnew() { isStale = true }

    /// Longer than a turn of the engine takes, and than clocks are put right by in passing.
    private static let standstill: Int64 = 5_000

    /// Prepares for looking at who is due.
    ///
    /// Whoever could not listen does not know who was silent: where this process stood still, or the
    /// clock was set, every silence counts from now on.
    ///
    /// - Returns: Places of those to be judged anew: all of them after the start and with other
    ///   settings.
    mutating func begin(at now: Timestamp, patience: Int64) -> [Int] {
        let wasSetBack = lookedAt.map { $0.milliseconds(since: now) > Self.standstill } ?? false
        let isLate = due.first.map { now.milliseconds(since: $0) > Self.standstill } ?? false
        let couldNotListen = wasSetBack || isLate || lookedAt == nil
        lookedAt = now
        guard isStale || wasSetBack || isLate else { return [] }
        isStale = false
        let all = drivers.indices.filter { drivers[$0] != nil }
        due = DueQueue()
        for place in all {
            if couldNotListen { drivers[place]?.silentSince = now }
            drivers[place]?.queuedAt = nil
            guard let driver = drivers[place], driver.isDue else { continue }
            queue(place, max(now, driver.silentSince.advanced(byMilliseconds: patience)))
        }
        return all
    }

    /// The next driver who was silent for too long; not queued any more.
    mutating func nextSilent(at now: Timestamp, patience: Int64) -> Int? {
        while let instant = due.first, let number = due.removeFirst(notAfter: now) {
            let place = Int(truncatingIfNeeded: number)
            guard drivers.indices.contains(place), drivers[place]?.queuedAt == instant else {
                continue
            }
            drivers[place]?.queuedAt = nil
            guard let driver = drivers[place], driver.isDue else { continue }
            let deadline = driver.silentSince.advanced(byMilliseconds: patience)
            if deadline <= now { return place }
            queue(place, deadline)
        }
        return nil
    }

    // MARK: Forgetting

    /// Drivers of whom no heartbeats are expected and of whom nothing was heard or said since.
    func idle(before instant: Timestamp) -> [String] {
        // Of whom heartbeats are expected is not known yet.
        if isStale { return [] }
        return drivers.compactMap { driver in
            guard let driver, !driver.isDue, driver.lastWord < instant else { return nil }
            return driver.presence.driver
        }
    }

    /// An eighth of the drivers where there are as many as the limit, so that the search is not
    /// repeated with every new one.
    func tooMany(limit: Int) -> [String] {
        guard count >= limit else { return [] }
        let oldest = drivers.compactMap(\.self).sorted {
            ($0.isDue ? 1 : 0, $0.lastWord) < ($1.isDue ? 1 : 0, $1.lastWord)
        }
        return oldest.prefix(max(limit / 8, count - limit + 1)).map(\.presence.driver)
    }
}

extension PresenceBook.Driver {
    /// Not before the start: who was heard just before it is not known.
    fileprivate var lastWord: Timestamp { max(presence.since, silentSince) }
}
