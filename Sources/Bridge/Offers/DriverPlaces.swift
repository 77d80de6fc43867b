import ColdChain

/// Where drivers are and whether they take deliveries, as far as is known since the start.
///
/// It is not restored: after a start a driver is nowhere until the next position comes, which takes a
/// driver's program some seconds, and old places would be guesses.
struct DriverPlaces: Sendable {
    private struct Driver: Sendable {
        var place: Coordinate?
        var measuredAt: Timestamp?
        /// Whether the driver said to be busy, on a break or offline.
        var isAway = false
        var heardAt: Timestamp
    }

    private var drivers: [String: Driver] = [:]

    var count: Int { drivers.count }

    /// Takes where a driver was; an earlier place than the last that is known changes nothing.
    mutating func note(
        _ place: Coordinate, of driver: String, measuredAt: Timestamp, at now: Timestamp,
        limit: Int
    ) {
        var known = entry(of: driver, at: now, limit: limit)
        if let last = known.measuredAt, last > measuredAt { return }
        known.place = place
        known.measuredAt = measuredAt
        drivers[driver] = known
    }

    /// Takes what a driver said: only one who is available is asked.
    mutating func note(isAway: Bool, _ driver: String, at now: Timestamp, limit: Int) {
        var known = entry(of: driver, at: now, limit: limit)
        known.isAway = isAway
        drivers[driver] = known
    }

    /// The drivers who are known to be inside the circle and not to be away, the nearest first.
    ///
    /// - Parameter since: A place that was measured before counts as unknown.
    func drivers(
        within radius: Double, of middle: Coordinate, since oldest: Timestamp, limit: Int
    ) -> [String] {
        var near: [(driver: String, distance: Double)] = []
        for (name, driver) in drivers where !driver.isAway {
            guard let place = driver.place, let measuredAt = driver.measuredAt,
                measuredAt >= oldest
            else { continue }
            let distance = middle.distance(to: place)
            // Not a number is not near.
            if distance <= radius { near.append((name, distance)) }
        }
        near.sort { ($0.distance, $0.driver) < ($1.distance, $1.driver) }
        return near.prefix(max(limit, 0)).map(\.driver)
    }

    mutating func forget(_ driver: String) { drivers[driver] = nil }

    /// Forgets drivers of whom nothing was heard since.
    mutating func forget(heardBefore instant: Timestamp) {
        drivers = drivers.filter { $0.value.heardAt >= instant }
    }

    private mutating func entry(of driver: String, at now: Timestamp, limit: Int) -> Driver {
        if var known = drivers[driver] {
            known.heardAt = now
            return known
        }
        if drivers.count >= limit {
            // An eighth at once, so that the search is not repeated with every driver.
            let oldest = drivers.sorted { $0.value.heardAt < $1.value.heardAt }
            for entry in oldest.prefix(max(limit / 8, 1)) { drivers[entry.key] = nil }
        }
        return Driver(heardAt: now)
    }
}
